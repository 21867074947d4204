#!/usr/bin/env bats
# beam.bats - vq-encode --beam: never further from the input, same bytes
# however it is computed, and nothing without need.
load helper
load train

setup_file() {
	make_inputs
	cd "$IN" || return
	train -n none -r 3 x.npy -o rows.vq
	train -n none -d 6 -g 2 -r 2 x.npy -o groups.vq
	train -r 2 images -o images.vq
	train -r 3 sounds -o sounds.vq
	train x.npy -o one.vq
}

# mse MODEL BEAM INPUT: of the input decoded from its codes.
mse() {
	vq-encode --beam "$2" -m "$1" "$3" | vq-decode -q -m "$1" >back
	vq-stats -q -R "$3" back | awk '$1 == "mse" { print $2 }'
}

# gains MODEL INPUT: --beam 8 is not further from it than --beam 1; shows both.
gains() {
	local one eight
	one=$(mse "$1" 1 "$2") eight=$(mse "$1" 8 "$2")
	awk -v a="$one" -v b="$eight" -v i="${2##*/}" 'BEGIN {
		printf "# %s: mse %s, with --beam 8 %s: %.2f dB\n", i, a, b,
			10 * log(a / b) / log(10)
		exit !(a > 0 && b > 0 && b <= a)
	}' >&3
}

@test "--beam 1 and --beam on one stage change no bit" {
	for m in rows groups one; do
		vq-encode -m "$IN/$m.vq" "$IN/x.npy" >plain
		vq-encode --beam 1 -m "$IN/$m.vq" "$IN/x.npy" | cmp plain
	done
	vq-encode --beam 64 -m "$IN/one.vq" "$IN/x.npy" | cmp plain
	vq-encode --stages 1 -m "$IN/rows.vq" "$IN/x.npy" >plain
	vq-encode --stages 1 --beam 9 -m "$IN/rows.vq" "$IN/x.npy" | cmp plain
	vq-encode -m "$IN/rows.vq" "$IN/x.npy" >plain
	vq-encode --beam 9 -m "$IN/rows.vq" "$IN/x.npy" >beam
	not cmp -s plain beam
}

@test "the codes are the same for any -j, kernel and split" {
	local b k m
	for b in 2 5 64; do # k is 32: more than there are codes as well
		for m in rows:x.npy groups:x.npy images:images sounds:sounds; do
			set -- vq-encode --beam $b -m "$IN/${m%:*}.vq" \
				"$IN/${m#*:}"
			"$@" -j 1 >want
			"$@" -j 3 | cmp want
			for k in ref generic avx2 avx512; do
				VQ_KERNEL=$k "$@" | cmp want
			done
		done
	done
	vq-encode --beam 5 --npy -m "$IN/rows.vq" "$IN/x.npy" >want
	for b in 1 700 2999; do
		"$PYTHON" -c 'import sys, numpy as np
x = np.load(sys.argv[1])
n = int(sys.argv[2])
np.save("a.npy", x[:n])
np.save("b.npy", x[n:])' "$IN/x.npy" $b
		vq-encode --beam 5 --format raw -m "$IN/rows.vq" a.npy b.npy |
			cmp - <(tail -c 9000 want)
	done
	slow_cat "$IN/x.npy" | vq-encode --beam 5 --npy -m "$IN/rows.vq" |
		cmp - want
}

@test "rows, groups and fewer stages: never further from the input" {
	for m in rows groups; do
		gains "$IN/$m.vq" "$IN/x.npy"
		gains "$IN/$m.vq" "$IN/y.npy"
	done
	for b in 1 8; do
		vq-encode --stages 2 --beam $b -m "$IN/rows.vq" "$IN/x.npy" |
			vq-decode --npy -m "$IN/rows.vq" >$b.npy
		vq-stats -q -R "$IN/x.npy" $b.npy |
			awk '$1 == "mse" { print $2 }' >$b.mse
	done
	at_most "$(cat 8.mse)" "$(cat 1.mse)"
}

@test "photographs and speech: the gain of --beam 8" {
	need_plain_build
	vq-train -q -k 128 -r 4 -s 100 -b 1024 -o i.vq \
		"$DATA"/images/{brick,coffee}.png
	gains i.vq "$DATA/images/chelsea.png"
	gains i.vq "$DATA/images/tulips.png"
	vq-train -q -p 160 -d 64 -k 128 -r 4 -s 100 -b 512 -o a.vq \
		"$DATA"/speech/austen-08{70,80}.wav
	gains a.vq "$DATA/speech/austen-0920.wav"
	gains a.vq "$DATA/speech/austen-0930.wav"
}

@test "memory does not grow with the input" {
	need_plain_build
	"$PYTHON" -c 'import sys, numpy as np
x = np.load(sys.argv[1])
np.save("long.npy", np.tile(x, (20, 1)))' "$IN/x.npy"
	peak_kb vq-encode -j 1 --beam 16 -m "$IN/rows.vq" -o a "$IN/x.npy"
	short=$(cat "$PEAK")
	peak_kb vq-encode -j 1 --beam 16 -m "$IN/rows.vq" -o b long.npy
	[ "$(cat "$PEAK")" -le $((short + 2000)) ]
}

@test "a beam that is none is wrong usage" {
	for b in 0 65 -1 two 1.5 ''; do
		fails 2 vq-encode --beam "$b" -m "$IN/rows.vq" "$IN/x.npy"
		stderr_has "--beam $b"
		output_is ''
	done
	fails 2 vq-encode --beam 2 --latents -m "$IN/rows.vq" "$IN/x.npy"
	stderr_has '--latents' '--beam'
	clean vq-encode --beam 1 --latents -m "$IN/rows.vq" "$IN/x.npy" >/dev/null
	vq-encode -v --beam 4 -m "$IN/rows.vq" "$IN/x.npy" 2>said >codes
	grep -q 'beam of 4 over stages 1 to 3' said
}
