#!/usr/bin/env bats
# encode-lambda.bats - vq-encode --lambda with models that know the codes around
# a code: by the bits that packing takes.
load helper
load train

setup_file() {
	make_inputs
	cd "$IN" || return
	train --context 4 images -o images.vq
	train --context 4 -k 16 -r 3 -g 2 sounds -o sounds.vq
	train -n conv -d 8 --width 16 --depth 1+1 -s 5 --context 2 images -o conv.vq
	train -n none --context 4 x.npy -o rows.vq
	train -n none --lambda 0.02 --context 4 x.npy -o both.vq
	train -n none x.npy -o plain.vq
	train -n none -t fsq -k 16 --context 4 x.npy -o lattice.vq
}

bytes() {
	vq-encode -q -m "$IN/$1.vq" --pack "${@:2}" | wc -c
}

# worse X INPUT: the error of what --lambda X gives, by itself.
worse() {
	vq-encode -q --lambda "$1" -m "$IN/rows.vq" "$2" |
		vq-decode -q --npy -m "$IN/rows.vq" >back.npy
	"$PYTHON" -c 'import sys, numpy as np
a, b = map(np.load, sys.argv[1:])
print(((a - b) ** 2).mean())' "$2" back.npy
}

@test "the codes are the same for any -j, for VQ_KERNEL=ref, packed or not" {
	for what in images sounds conv; do
		in=$IN/${what/conv/images}
		vq-encode -j 1 --lambda 0.1 -m "$IN/$what.vq" "$in" >one
		vq-encode -j 3 --lambda 0.1 -m "$IN/$what.vq" "$in" | cmp - one
		VQ_KERNEL=ref vq-encode --lambda 0.1 -m "$IN/$what.vq" "$in" |
			cmp - one
		vq-encode -m "$IN/$what.vq" "$in" >nearest
		not cmp -s nearest one
		vq-encode --lambda 0.1 --pack -m "$IN/$what.vq" "$in" >packed
		for c in one packed; do
			vq-decode -q -m "$IN/$what.vq" --format raw $c >$c.raw
		done
		cmp one.raw packed.raw
	done
	vq-encode -j 1 --lambda 0.1 -m "$IN/images.vq" "$IN/images/2.png" >a
	vq-encode -j 2 --lambda 0.1 -m "$IN/images.vq" <"$IN/images/2.png" |
		vq-decode -q -m "$IN/images.vq" --format raw >b
	vq-decode -q -m "$IN/images.vq" --format raw a | cmp - b
}

@test "the more a bit costs, the fewer there are, and the further off are codes" {
	for what in images sounds rows; do
		in=$IN/$what
		[ -e "$in" ] || in=$IN/y.npy
		last=$(bytes $what "$in")
		for x in 0.02 0.2 2; do
			now=$(bytes $what --lambda $x "$in")
			echo "$what $x: $last $now"
			[ "$now" -lt "$last" ]
			last=$now
		done
	done
	last=0
	for x in 0 0.02 0.2 2; do
		now=$(worse $x "$IN/y.npy")
		at_most "$last" "$now"
		last=$now
	done
}

@test "0 gives the nearest codes, also where a model has costs of its own" {
	for what in images sounds; do
		vq-encode -m "$IN/$what.vq" "$IN/$what" >nearest
		vq-encode --lambda 0 -m "$IN/$what.vq" "$IN/$what" | cmp - nearest
	done
	vq-encode -m "$IN/both.vq" "$IN/y.npy" >own
	vq-encode --lambda 0 -m "$IN/both.vq" "$IN/y.npy" >nearest
	not cmp -s own nearest
	vq-encode --lambda 0.02 -m "$IN/both.vq" "$IN/y.npy" >packed
	not cmp -s own packed
	[ "$(bytes both --lambda 0.02 "$IN/y.npy")" -le "$(bytes both "$IN/y.npy")" ]
}

@test "the codes of the first stages do not depend on how many there are" {
	for n in 2 3; do
		vq-encode --lambda 0.1 --stages $n --npy -m "$IN/sounds.vq" \
			"$IN/sounds/1.wav" >$n.npy
	done
	"$PYTHON" -c 'import numpy as np
two, three = np.load("2.npy"), np.load("3.npy")
assert two.shape[-1] == 4 and (two == three[..., :4]).all()'
}

@test "--lambda is refused where no code has bits, of lattices, and with a beam" {
	fails 1 vq-encode --lambda 0.1 -m "$IN/plain.vq" "$IN/y.npy"
	stderr_has plain.vq lambda context
	fails 1 vq-encode --lambda 0.1 -m "$IN/lattice.vq" "$IN/y.npy"
	stderr_has lattice.vq lattice
	fails 1 vq-encode --lambda 0.1 --beam 4 -m "$IN/rows.vq" "$IN/y.npy"
	stderr_has rows.vq beam
	vq-encode --lambda 0 --beam 4 -m "$IN/rows.vq" "$IN/y.npy" >/dev/null
}
