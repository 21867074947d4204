#!/usr/bin/env bats
# kernel.bats - one model, one input, one answer: on every kernel.
load helper

input() {
	"$PYTHON" "$BATS_TEST_DIRNAME/inputs.py" "$@"
}

# The kernels that this machine runs, the plain one first.
kernels() {
	echo ref generic
	grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo &&
		echo avx2
	return 0
}

# same_on_all COMMAND...: stdout is the same bytes on every kernel.
same_on_all() {
	local k n=0
	for k in $(kernels); do
		VQ_KERNEL=$k "$@" >"$k.out"
		cmp "$k.out" ref.out || { echo "$k differs: $*"; return 1; }
		n=$((n + 1))
	done
	[ -s ref.out ] && [ "$n" -ge 2 ]
	unset VQ_KERNEL
	"$@" | cmp - ref.out
}

@test "VQ_KERNEL chooses the kernel, and -v --version names it" {
	for k in $(kernels); do
		VQ_KERNEL=$k vq-train -v --version >said
		grep -qx "kernel: $k" said
	done
}

@test "rows: codes and latents are the same on every kernel" {
	need_numpy
	for d in 1 3 8 13; do
		input rows x$d.npy 1500 $d $d
		for how in '-n none' '-n linear -d 5' '-n none -r 2' \
			'-n linear -d 6 -g 2 -r 2'; do
			[ "$d" -ge 8 ] || [ "${how#*-g}" = "$how" ] || continue
			# shellcheck disable=SC2086
			vq-train -q -k 50 -s 5 -b 128 $how x$d.npy -o m.vq -f
			same_on_all vq-encode -m m.vq x$d.npy
			same_on_all vq-encode --latents -m m.vq x$d.npy
		done
	done
}

@test "images and sounds too" {
	need_numpy
	for i in 1 2; do
		input png $i.png $((40 + i)) 33 3 $i
		input wav $i.wav 8001 $i 8000 $i
	done
	for t in simvq ema; do
		vq-train -q -t $t -k 32 -s 5 -b 128 ./*.png -o i.vq -f
		same_on_all vq-encode -m i.vq 1.png 2.png
		vq-train -q -t $t -k 32 -s 5 -b 128 ./*.wav -o a.vq -f
		same_on_all vq-encode -m a.vq 1.wav 2.wav
	done
}

@test "and networks: tokens and what they decode to" {
	need_numpy
	"$PYTHON" "$BATS_TEST_DIRNAME/conv.py" model i.vq image 4 3
	"$PYTHON" "$BATS_TEST_DIRNAME/conv.py" model a.vq audio 20 8000
	input png x.png 203 90 3 1
	input wav x.wav 9001 2 8000 1
	for m in i.vq:x.png a.vq:x.wav; do
		same_on_all vq-encode -m "${m%:*}" "${m#*:}"
		same_on_all vq-encode --latents -m "${m%:*}" "${m#*:}"
		vq-encode -m "${m%:*}" "${m#*:}" >codes
		same_on_all vq-decode --format record -m "${m%:*}" codes
	done
}

@test "photographs and speech" {
	need_plain_build
	vq-train -q -k 256 -s 5 -b 512 "$DATA/images/coast.png" -o i.vq
	same_on_all vq-encode -m i.vq "$DATA/images/tulips.png"
	vq-train -q -k 256 -s 5 -b 512 "$DATA"/speech/austen-08*.wav -o a.vq
	same_on_all vq-encode -m a.vq "$DATA/speech/austen-0920.wav"
}

@test "ties go to the lowest index on every kernel" {
	need_numpy
	"$PYTHON" -c 'import numpy as np
r = np.random.default_rng(1)
Q = r.integers(-2, 3, size=(70, 3)).astype("f")
# Of mean 0: the search is centred, and integers stay integers.
np.save("Q.npy", np.vstack([Q, -Q, Q, -Q]))
np.save("x.npy", r.integers(-2, 3, size=(2000, 3)).astype("f"))'
	same_on_all vq-encode --npy -m Q.npy x.npy
	"$PYTHON" -c 'import numpy as np
x, Q, c = np.load("x.npy"), np.load("Q.npy"), np.load("ref.out")[:, 0]
want = ((x[:, None] - Q) ** 2).sum(2).argmin(1)
assert (c == want).all(), (c != want).sum()'
}

@test "nothing depends on -j, however the rows fall on the threads" {
	need_numpy
	input rows x.npy 4099 8 1
	vq-train -q -n none -k 100 -s 5 -b 128 x.npy -o m.vq
	vq-encode -j 1 -m m.vq x.npy >one
	for j in 2 3 7 16; do
		vq-encode -j $j -m m.vq x.npy | cmp - one
	done
}
