#!/usr/bin/env bats
# hostile-limits.bats - small files that claim, or hold, a great deal.
load helper

setup_file() {
	local python=${PYTHON:-/usr/bin/python3}
	export M=$BATS_FILE_TMPDIR
	"$python" -c 'import numpy' 2>/dev/null || return 0
	"$python" "$BATS_TEST_DIRNAME/models.py" image 8 1 "$M/i.vq"
	"$python" "$BATS_TEST_DIRNAME/models.py" audio 160 8000 "$M/a.vq"
	"$python" "$BATS_TEST_DIRNAME/hostile.py" png 20000 20000 "$M/bomb.png"
}

hostile() {
	"$PYTHON" "$BATS_TEST_DIRNAME/hostile.py" "$@"
}

# The last fails was about this file, and its size, and the option.
told_limit() { # FILE SIZE OPTION
	stderr_has "$1: " "$2" "$3"
}

@test "a bomb of pixels is refused by every command that reads media" {
	need_numpy
	[ "$(stat -c %s "$M/bomb.png")" -lt 100000 ]
	cp "$DATA/images/brick.png" fine.png
	fails 1 timeout 60 vq-encode -m "$M/i.vq" -O out "$M/bomb.png" fine.png
	told_limit bomb.png '20000 x 20000' '--max-pixels 250000000'
	[ -s out/fine.png.codes ]
	fails 1 timeout 60 vq-encode -m "$M/i.vq" <"$M/bomb.png"
	told_limit stdin '20000 x 20000' --max-pixels
	fails 1 timeout 60 vq-train -q -k 2 -s 1 -n none "$M/bomb.png"
	told_limit bomb.png '20000 x 20000' --max-pixels
	fails 1 timeout 60 vq-stats -R "$M/bomb.png" fine.png
	told_limit bomb.png '20000 x 20000' --max-pixels
	fails 1 timeout 60 vq-stats -R fine.png "$M/bomb.png"
	told_limit bomb.png '20000 x 20000' --max-pixels
	fails 1 timeout 60 vq-stats -m "$M/i.vq" --errors "$M/bomb.png"
	told_limit bomb.png '20000 x 20000' --max-pixels
	timeout 60 vq-stats --list "$M/bomb.png" | grep -F '[20000,20000,1]'
}

@test "--max-pixels is the last size that is taken, 0 takes any" {
	need_numpy
	hostile png 60 50 a.png
	for n in 3000 3k 0 1G; do
		vq-encode -m "$M/i.vq" --max-pixels $n a.png >codes
	done
	fails 1 vq-encode -m "$M/i.vq" --max-pixels 2999 a.png
	told_limit a.png '60 x 50' '--max-pixels 2999'
	fails 2 vq-encode -m "$M/i.vq" --max-pixels -1 a.png
	clean vq-decode -m "$M/i.vq" --max-pixels 3000 codes >back
	fails 1 vq-decode -m "$M/i.vq" --max-pixels 2999 codes
	told_limit a.png '60 x 50' '--max-pixels 2999'
	# An array of codes says no height: rows are counted.
	"$PYTHON" -c 'import numpy as np
np.save("c.npy", np.zeros((7, 8, 64), "u1"))'
	clean vq-decode -m "$M/i.vq" --max-pixels 3584 c.npy >back
	fails 1 vq-decode -m "$M/i.vq" --max-pixels 3000 c.npy
	stderr_has --max-pixels
}

@test "an interlaced image takes no memory before it is refused, on a pipe too" {
	need_numpy
	need_plain_build
	hostile png 15000 15000 i.png interlaced
	fails 1 peak_kb vq-encode -m "$M/i.vq" --max-pixels 200M i.png
	[ "$(cat "$PEAK")" -lt 30000 ]
	told_limit i.png '15000 x 15000' '--max-pixels 200000000'
	fails 1 peak_kb vq-encode -m "$M/i.vq" --max-pixels 200M < <(cat i.png)
	[ "$(cat "$PEAK")" -lt 30000 ]
}

@test "--max-samples is the last length that is taken, also of an unknown one" {
	need_numpy
	"$PYTHON" - <<-'END'
	import wave
	with wave.open("a.wav", "wb") as w:
	    w.setparams((2, 2, 8000, 0, "NONE", ""))
	    w.writeframes(bytes(4 * 5000))
	b = open("a.wav", "rb").read()
	# As one who could not come back to the sizes leaves them.
	open("pipe.wav", "wb").write(b[:4] + b"\xff" * 4 + b[8:40] + b"\xff" * 4 + b[44:])
	END
	for f in a.wav pipe.wav; do
		for n in 5000 5k 0; do
			vq-encode -m "$M/a.vq" --max-samples $n $f >codes
		done
		fails 1 vq-encode -m "$M/a.vq" --max-samples 4999 $f
		told_limit $f '5000 samples' '--max-samples 4999'
		fails 1 vq-train -q -k 2 -s 1 --max-samples 4999 $f
		told_limit $f samples '--max-samples 4999'
		fails 1 vq-stats --max-samples 4999 -R a.wav $f
		told_limit $f samples '--max-samples 4999'
	done
	clean vq-decode -m "$M/a.vq" --max-samples 5000 codes >back
	fails 1 vq-decode -m "$M/a.vq" --max-samples 4999 codes
	told_limit pipe.wav '5000 samples' '--max-samples 4999'
}

@test "text and profiles that inflate are not inflated" {
	need_numpy
	need_plain_build
	hostile png 8 8 plain.png
	vq-encode -m "$M/i.vq" <plain.png >want
	for name in iCCP zTXt iTXt; do
		hostile chunk $name 60000000 big.png
		peak_kb vq-encode -m "$M/i.vq" <big.png >codes
		cmp want codes
		[ "$(cat "$PEAK")" -lt 30000 ] || { cat "$PEAK"; false; }
	done
}

# Where there is no place for a copy the copy would be the fault.
@test "what no command can read is refused before a copy of it is made" {
	export TMPDIR=$PWD/no-such
	for c in 'vq-train -q -k 2' 'vq-train -q -k 2 --net none'; do
		# shellcheck disable=SC2086
		fails 1 timeout 20 $c /dev/zero
		stderr_has '/dev/zero: not a PNG, audio or tensor file'
		# shellcheck disable=SC2086
		fails 1 timeout 20 $c - < <(head -c 1M /dev/zero)
		stderr_has 'stdin: not a PNG, audio or tensor file'
	done
	fails 1 timeout 20 vq-train -q -k 2 - <"$DATA/LICENSES.md"
	stderr_has 'stdin: not a PNG'
}
