#!/usr/bin/env bats
# hostile-media.bats - broken pictures and sounds among whole ones, and a great
# many of them.
load helper

setup_file() {
	local python=${PYTHON:-/usr/bin/python3}
	export M=$BATS_FILE_TMPDIR
	"$python" -c 'import numpy' 2>/dev/null || return 0
	"$python" "$BATS_TEST_DIRNAME/models.py" image 8 3 "$M/i.vq"
	"$python" "$BATS_TEST_DIRNAME/models.py" audio 160 8000 "$M/a.vq"
}

# One line of the last fails for each broken file, and none for others.
told_each() {
	[ "$(wc -l <"$ERR")" -eq 36 ]
	for f in in/pngsuite/corrupt/*.png in/crashers/*.png; do
		[ "${f##*/}" = empty_ancillary_chunks.png ] ||
			[ "$(grep -cF "$f: " "$ERR")" -eq 1 ]
	done
}

@test "PngSuite and libpng's crashers: each broken file one line, the others done" {
	need_numpy
	cp -r "$TEST_DATA/hostile-png" in
	find in -name '*LICENSE' -delete
	find in -name '*.png' | sort >list
	fails 1 vq-encode -q -m "$M/i.vq" --files-from list -O out
	told_each
	[ "$(find out -name '*.codes' | wc -l)" -eq 161 ]
	fails 1 vq-encode -q -m "$M/i.vq" --files-from list -o codes
	told_each
	vq-decode -m "$M/i.vq" -O back codes
	cp -r in ref
	fails 1 vq-stats -q -R ref --json in
	told_each
	grep -q '"item_count": 161' "$OUT"
	fails 1 vq-train -q -k 4 -s 2 --files-from list -o m.vq
	told_each
	[ -s m.vq ]
}

# all_told EXTENSION COMMAND...: each of cut*.EXTENSION has a line, and nothing
# came of any.
all_told() {
	fails 1 "${@:2}" -q -O out cut*."$1"
	[ "$(find . -name "cut*.$1" | wc -l)" -eq "$(wc -l <"$ERR")" ] || {
		cat "$ERR"
		return 1
	}
	[ -z "$(find . -path './out*' -type f)" ]
}

@test "every cut of small files is an error, or what is there" {
	need_numpy
	"$PYTHON" - <<-'END'
	import wave
	with wave.open("a.wav", "wb") as w:
	    w.setparams((1, 2, 8000, 0, "NONE", ""))
	    w.writeframes(bytes(range(100)))
	END
	cp "$TEST_DATA/hostile-png/pngsuite/ok/basi0g01.png" a.png
	vq-encode -m "$M/a.vq" a.wav >a.codes
	for f in a.png a.wav a.codes; do
		"$PYTHON" -c 'import sys
b = open(sys.argv[1], "rb").read()
for n in range(1, len(b), 1 + len(b) // 120):
    open("cut%04d.%s" % (n, sys.argv[1]), "wb").write(b[:n])' $f
	done
	all_told png vq-encode -m "$M/i.vq"
	all_told wav vq-encode -m "$M/a.vq"
	all_told codes vq-decode -m "$M/a.vq"
}

@test "a bit that turned in data is an error, never other numbers" {
	need_numpy
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.random.default_rng(1).normal(size=(2, 4)).astype("f4"))'
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" rows 4 m.vq
	vq-encode -m m.vq x.npy >c.codes
	vq-encode -m m.vq --pack x.npy >c.vqp
	"$PYTHON" - <<-'END'
	import struct
	for name in "c.codes", "c.vqp":
	    b = bytearray(open(name, "rb").read())
	    head = 8 + struct.unpack("<Q", b[:8])[0] if name == "c.codes" else 0
	    for n in range(head, len(b)):
	        b[n] ^= 1 << n % 8
	        open("bit%04d.%s" % (n, name), "wb").write(b)
	        b[n] ^= 1 << n % 8
	END
	n=$(find . -name 'bit*' | wc -l)
	[ "$n" -gt 60 ]
	fails 1 vq-decode -q -m m.vq -O out bit*
	[ "$(wc -l <"$ERR")" -eq "$n" ] || { cat "$ERR"; false; }
	[ -z "$(find . -path './out*' -type f)" ]
}

@test "ten thousand inputs in the memory and the files of a few" {
	need_numpy
	need_plain_build
	"$PYTHON" "$BATS_TEST_DIRNAME/hostile.py" png 9 9 one.png
	mkdir many
	"$PYTHON" -c 'import os
for i in range(10000):
    os.link("one.png", "many/%05d.png" % i)'
	peak_kb vq-encode -j 2 -m "$M/i.vq" many/0000*.png >few.codes
	few=$(cat "$PEAK")
	ulimit -n 40
	peak_kb vq-encode -j 2 -m "$M/i.vq" -o many.codes many
	[ "$(cat "$PEAK")" -lt $((few + 20000)) ] || { cat "$PEAK"; false; }
	find many -type f | sort >list
	peak_kb vq-encode -j 2 -m "$M/i.vq" --files-from list -O out
	[ "$(cat "$PEAK")" -lt $((few + 20000)) ] || { cat "$PEAK"; false; }
	[ "$(find out -name '*.codes' | wc -l)" -eq 10000 ]
	peak_kb vq-stats -q -j 2 --json many.codes >report
	grep -q '"item_count": 10000' report
	[ "$(cat "$PEAK")" -lt $((few + 20000)) ] || { cat "$PEAK"; false; }
}
