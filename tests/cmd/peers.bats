#!/usr/bin/env bats
# peers.bats - where other tools fall silently, these speak and fail.  Each test
# names the tool and what it does there (seen with SPTK 3.9 of Debian,
# encodec.cpp and Cosmos; shared/FIELD.md, section 3).
load helper
load ready

setup_file() {
	stock_up
}

@test "SPTK makes a NaN codebook of empty stdin, status 0: an error here" {
	for c in $COMMANDS; do
		fails 1 ready "$c" </dev/null
		stderr_has "$c: stdin: empty input"
		output_is ''
		: >empty
		fails 1 ready "$c" -o out empty
		stderr_has "$c: empty: empty input"
		nothing_left empty
	done
	fails 1 vq-train -q -k 4 --raw f32:4 </dev/null
	stderr_has 'stdin: empty input'
	fails 1 vq-encode -m "$STOCK/rows.vq" --raw f32:4 </dev/null
	stderr_has 'stdin: empty input'
}

@test "SPTK makes a NaN codebook of data with NaN, status 0: an error here" {
	"$PYTHON" - "$STOCK/x.npy" <<'PY'
import sys
import numpy as np
x = np.load(sys.argv[1])
x[321, 2] = np.nan
np.save("x.npy", x)
x.tofile("x.f32")
PY
	for c in vq-train vq-encode; do
		fails 1 ready "$c" x.npy -o out
		stderr_has "$c: x.npy: " 321
		fails 1 ready "$c" --raw f32:4 -o out x.f32
		stderr_has "$c: x.f32: " 321
		nothing_left x.npy x.f32
	done
	fails 1 vq-stats -q x.npy
	stderr_has 'vq-stats: x.npy: ' 321
}

@test "SPTK takes fewer vectors than codes without a word: an error here" {
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.arange(28, dtype="f").reshape(7, 4))'
	for t in simvq vq ema kmeans; do
		fails 1 vq-train -q -n none -t $t -k 8 -o out x.npy
		stderr_has 8 7
	done
	fails 1 vq-train -q -n none --init random -k 8 -o out x.npy
	stderr_has 8 7
	nothing_left x.npy
	vq-train -q -n none -k 7 -o out x.npy
}

@test "SPTK leaves zero rows where the size suits it not: none here" {
	for t in simvq vq ema kmeans; do
		vq-train -q -n none -t $t -k 30 -s 5 -b 64 "$STOCK/x.npy" -o m.vq
		vq-encode -m m.vq "$STOCK/x.npy" | vq-stats -q --json >json
		"$PYTHON" -c 'import json, struct
import numpy as np
s = json.load(open("json"))
assert s["codes"] == 30 and s["used"] >= 29, s
b = open("m.vq", "rb").read()
n, = struct.unpack("<Q", b[:8])
head = json.loads(b[8:8 + n])
h = head.get("quantize.codebook") or head["quantize.embedding.weight"]
q = np.frombuffer(b, "<f4", 120, 8 + n + h["data_offsets"][0]).reshape(30, 4)
assert np.isfinite(q).all() and abs(q).max(1).min() > 0, q
assert len(np.unique(q, axis=0)) == 30'
		rm m.vq
	done
}

@test "impossible epochs and steps are wrong usage" {
	for e in -1 nan inf abc 1e400 ''; do
		fails 2 vq-train -e "$e" "$STOCK/x.npy" -o out
		stderr_has 'vq-train: -e'
	done
	for s in -1 1.5 abc ''; do
		fails 2 vq-train -s "$s" "$STOCK/x.npy" -o out
		stderr_has 'vq-train: -s'
	done
	nothing_left
}

@test "SPTK drops a partial last vector: an error here, with the bytes" {
	head -c 4010 /dev/zero >x.f32
	fails 1 vq-train -q -k 1 -n none --raw f32:4 -o out x.f32
	stderr_has 'vq-train: x.f32: ' 10 16
	fails 1 vq-encode -m "$STOCK/rows.vq" --raw f32:4 -o out x.f32
	stderr_has 'vq-encode: x.f32: ' 10 16
	fails 1 vq-encode -m "$STOCK/rows.vq" --raw f32:4 <x.f32
	stderr_has 'vq-encode: stdin: ' 10 16
	head -c 4010 /dev/zero >codes
	fails 1 vq-decode -m "$STOCK/rows.vq" --raw u8:8 -o out codes
	stderr_has 'vq-decode: codes: ' 2 8
	fails 1 vq-stats -q -k 4 --raw u8:8 codes
	stderr_has 'vq-stats: codes: ' 2 8
	nothing_left x.f32 codes
}

@test "SPTK crashes on an index out of range: an error here, with its place" {
	"$PYTHON" -c 'import numpy as np
r = np.random.default_rng(1)
C = r.normal(size=(30, 4)).astype("f")
np.save("C.npy", C)
x = r.integers(30, size=(500, 1)).astype("u1")
np.save("good.npy", x)
x[432] = 30
np.save("bad.npy", x)
x.tofile("bad.u8")
np.save("huge.npy", np.full((9, 1), 2**63, "u8"))
np.save("minus.npy", np.full((9, 1), -1, "i8"))
np.save("real.npy", np.full((9, 1), 0.5, "f4"))'
	vq-decode -m C.npy --npy good.npy >x.npy
	"$PYTHON" -c 'import numpy as np
assert (np.load("x.npy") == np.load("C.npy")[np.load("good.npy")[:, 0]]).all()'
	fails 1 vq-decode -m C.npy bad.npy
	stderr_has 'vq-decode: bad.npy: ' 432 30
	fails 1 vq-decode -m C.npy --raw u8:1 bad.u8
	stderr_has 'vq-decode: bad.u8: ' 432 30
	fails 1 vq-stats -q -m C.npy bad.npy
	stderr_has 'vq-stats: bad.npy: ' 432 30
	for f in huge minus real; do
		fails 1 vq-decode -m C.npy $f.npy
		stderr_has "vq-decode: $f.npy: "
		# Of real numbers vq-stats says what it says of vectors.
		[ $f != real ] || continue
		fails 1 vq-stats -q -m C.npy $f.npy
		stderr_has "vq-stats: $f.npy: "
	done
}

@test "SPTK dies of -l abc by SIGFPE: wrong usage here" {
	for o in -l -k -s -b -d -p -r -g -e --beta --vq-weight; do
		fails 2 vq-train $o abc "$STOCK/x.npy" -o out
		stderr_has "vq-train: $o"
		fails 2 vq-train $o '' "$STOCK/x.npy" -o out
	done
	for o in -l -k -b -d -p -r -g; do
		[ $o = -l ] || fails 2 vq-train $o 0 "$STOCK/x.npy" -o out
	done
	fails 2 vq-encode -m "$STOCK/rows.vq" --raw f32:abc -o out
	fails 2 vq-encode -m "$STOCK/rows.vq" --raw f32:0 -o out
	fails 2 vq-decode -m "$STOCK/rows.vq" --stages abc -o out
	fails 2 vq-stats -k abc
	nothing_left
}

@test "no sizes of stages, groups and widths end in a signal" {
	for o in '-g 3' '-g 5' '-g 4 -d 3' '-r 256 -k 2' '-d 65536' \
		'-p 4096' '-b 16777216 -k 1' '-g 256' '-r 3 -g 2 -d 2'; do
		status=0
		# shellcheck disable=SC2086
		timeout 300 vq-train -q -s 1 -b 64 -k 2 $o "$STOCK/x.npy" \
			>model 2>said || status=$?
		[ "$status" -eq 0 ] || { [ "$status" -eq 1 ] && [ -s said ]; } ||
			{ echo "$o: $status"; cat said; false; }
	done
}

@test "SPTK does not notice a full disk: status 1 here, by name" {
	for c in $COMMANDS; do
		status=0
		ready "$c" "$(input_for "$c")" >/dev/full 2>"$ERR" || status=$?
		[ "$status" -eq 1 ]
		stderr_has "$c: stdout: " 'No space left'
	done
}

@test "encodec.cpp takes an unknown option with status 0: 2 here" {
	for c in $COMMANDS; do
		fails 2 ready "$c" --no-such-option "$(input_for "$c")" -o out
		stderr_has "$c: " --no-such-option
		fails 2 ready "$c" "$(input_for "$c")" -o out -Z
		nothing_left
	done
}

@test "Cosmos goes on without its checkpoint, status 0: 1 here, by name" {
	for c in vq-encode vq-decode; do
		fails 1 "$c" -m gone.vq -o out "$(input_for $c)"
		stderr_has "$c: gone.vq: " 'No such file'
		fails 2 "$c" -o out "$(input_for $c)"
		stderr_has -m
	done
	fails 1 vq-stats -m gone.vq -o out "$STOCK/x.codes"
	stderr_has 'vq-stats: gone.vq: ' 'No such file'
	fails 1 vq-train --init gone.vq -o out "$STOCK/x.npy"
	stderr_has 'vq-train: gone.vq: ' 'No such file'
	nothing_left
}

@test "nor does a broken model pass for one" {
	: >empty.vq
	head -c 300 "$STOCK/rows.vq" >cut.vq
	head -c -4 "$STOCK/rows.vq" >short.vq
	{ cat "$STOCK/rows.vq" && printf more; } >long.vq
	cp "$DATA/images/brick.png" image.vq
	cp "$STOCK/x.codes" codes.vq
	mkdir folder.vq
	printf '\377\377\377\377\377\377\377\177{}' >claim.vq
	for m in empty cut short long image codes folder claim; do
		for c in vq-encode vq-decode; do
			fails 1 "$c" -m $m.vq -o out "$(input_for $c)"
			stderr_has "$c: $m.vq: "
		done
		fails 1 vq-stats -m $m.vq -o out "$STOCK/x.codes"
		stderr_has "vq-stats: $m.vq: "
		fails 1 vq-train --init $m.vq -o out "$STOCK/x.npy"
		stderr_has "vq-train: $m.vq: "
		not test -e out
	done
}
