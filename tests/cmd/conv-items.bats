#!/usr/bin/env bats
# conv-items.bats - items through net conv: what NumPy makes of them, however
# they come, in memory that does not grow with them.
load helper

conv() {
	"$PYTHON" "$BATS_TEST_DIRNAME/conv.py" "$@"
}

large() {
	"$PYTHON" "$BATS_TEST_DIRNAME/large.py" "$@"
}

input() {
	"$PYTHON" "$BATS_TEST_DIRNAME/inputs.py" "$@"
}

setup_file() {
	export IN=$BATS_FILE_TMPDIR
	BATS_TEST_TMPDIR=$IN setup
	need_numpy
	conv model image.vq image 4 3
	conv model tiles.vq image 4 3 blend
	conv model odd.vq image 5 3 blend
	conv model sound.vq audio 20 8000
	conv model levels.vq audio 20 8000 spectrum
	conv plain levels-plain.vq levels.vq
	conv plain image-plain.vq image.vq
	conv plain tiles-plain.vq tiles.vq
	conv plain odd-plain.vq odd.vq
	conv plain sound-plain.vq sound.vq
	input png a.png 203 150 3 1
	input png b.png 30 61 1 2
	input wav a.wav 30010 2 8000 3
	input wav b.wav 9000 1 8000 4
}

teardown_file() {
	rm -rf "$IN.tmp"
}

# vectors KIND FILE: what stands before the net, as .npy
vectors() {
	clean vq-encode -m "$IN/$1-plain.vq" --latents --npy "$2"
}

@test "latents are those of the formula" {
	for f in image:a.png image:b.png sound:b.wav sound:a.wav \
		levels:a.wav; do
		vectors ${f%:*} "$IN/${f#*:}" >x.npy
		clean vq-encode -m "$IN/${f%:*}.vq" --latents --npy \
			"$IN/${f#*:}" >z.npy
		conv encode "$IN/${f%:*}.vq" x.npy z.npy
	done
}

# Transforms lose nothing, so what was decoded can be taken apart again.
@test "what is decoded is what the formula gives" {
	input png even.png 204 152 3 5
	input wav even.wav 30000 2 8000 3
	input png fives.png 205 150 3 5
	for f in image:even.png tiles:even.png odd:fives.png sound:even.wav \
		levels:even.wav; do
		m=$IN/${f%:*}.vq
		clean vq-encode -m "$m" "${f#*:}" >codes
		clean vq-encode -m "$m" --npy "${f#*:}" >codes.npy
		clean vq-decode -m "$m" --format record codes >back
		vectors ${f%:*} back >x.npy
		conv decode "$m" codes.npy x.npy
		clean vq-decode -m "$m" --stages 1 --format record codes >back
		vectors ${f%:*} back >x1.npy
		not cmp -s x.npy x1.npy
	done
}

@test "neither threads nor cuts nor company change a bit" {
	for kind in image:png tiles:png sound:wav levels:wav; do
		m=$IN/${kind%:*}.vq a=$IN/a.${kind#*:} b=$IN/b.${kind#*:}
		for how in '' --latents '--stages 1' '--beam 4'; do
			# shellcheck disable=SC2086 # options
			for j in 1 2 3; do
				clean vq-encode -j $j $how -m "$m" "$a" "$b" \
					"$a" >$j.codes
			done
			cmp 1.codes 2.codes
			cmp 1.codes 3.codes
			# shellcheck disable=SC2086
			for f in "$a" "$b" "$a"; do
				clean vq-encode $how -m "$m" "$f"
			done >apart
			cmp 1.codes apart
		done
		clean vq-encode -m "$m" "$a" "$b" >codes
		clean vq-decode -j 1 --format record -m "$m" codes >1.back
		clean vq-decode -j 3 --format record -m "$m" codes >3.back
		slow_cat codes | clean vq-decode -m "$m" --format record >back
		cmp 1.back 3.back
		cmp 1.back back
		slow_cat "$b" | clean vq-encode -m "$m" --npy >slow
		clean vq-encode -m "$m" --npy "$b" >fast
		cmp slow fast
	done
}

@test "a pixel, a line, a sample" {
	for size in '1 1' '300 1' '1 300' '5 3'; do
		# shellcheck disable=SC2086 # two numbers
		input png x.png $size 3 1
		clean vq-encode -m "$IN/image.vq" x.png >codes
		for m in image tiles; do
			clean vq-decode -f -m "$IN/$m.vq" -o y.png --any-model \
				codes
			[ "$(large size y.png)" = "$size" ]
		done
	done
	for n in 1 19 20 21; do
		input wav x.wav $n 1 8000 1
		clean vq-encode -m "$IN/sound.vq" x.wav >codes
		clean vq-decode -f -m "$IN/sound.vq" -o y.wav codes
		[ "$(large size y.wav)" = $n ]
	done
}

@test "vq-stats reads models, codes and what was decoded" {
	for kind in image:png sound:wav; do
		m=$IN/${kind%:*}.vq a=$IN/a.${kind#*:}
		clean vq-encode -m "$m" "$a" >codes
		clean vq-stats -m "$m" codes >said
		grep -q joint_perplexity said
		clean vq-stats --list "$m" | grep -q decoder.conv.blocks.2.scale
		clean vq-decode -f -m "$m" -o "back.${kind#*:}" codes
		clean vq-stats --tsv -R "$a" "back.${kind#*:}" >said
		grep -qE 'psnr|snr' said
	done
}

@test "an item that fails leaves nothing in the next one" {
	input png good.png 203 900 3 1 # longer than a batch
	head -c $(($(stat -c %s good.png) * 9 / 10)) good.png >cut.png
	fails 1 vq-encode -j 1 -m "$IN/image.vq" cut.png good.png -O out
	stderr_has cut.png
	clean vq-encode -m "$IN/image.vq" good.png >alone
	cmp alone out/good.png.codes
}

# Runs COMMAND with -o FILE and leaves its peak in FILE.kb.
measure() { # FILE COMMAND...
	peak_kb "${@:2}" -o "$1"
	cp "$PEAK" "$1.kb"
	echo "$1: $(cat "$PEAK") kB"
}

@test "memory does not grow with an image or a sound" {
	need_plain_build
	[ "${VQ_KERNEL:-}" != ref ] || skip 'slow on the plain kernel'
	for h in 500 4000; do
		large png in.png 3000 $h
		measure $h.codes vq-encode -q -j 2 -m "$IN/image.vq" in.png
		measure $h.png vq-decode -q -j 2 -m "$IN/image.vq" $h.codes
	done
	for s in 60 600; do
		large wav in.wav $s
		measure $s.codes vq-encode -q -j 2 -m "$IN/sound.vq" in.wav
		measure $s.wav vq-decode -q -j 2 -m "$IN/sound.vq" $s.codes
	done
	for pair in '500 4000 codes' '500 4000 png' '60 600 codes' \
		'60 600 wav'; do
		# shellcheck disable=SC2086 # three words
		set -- $pair
		[ "$(cat "$2.$3.kb")" -lt $(($(cat "$1.$3.kb") + 6144)) ]
	done
}
