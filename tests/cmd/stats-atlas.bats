#!/usr/bin/env bats
# vq-stats --atlas: what each code decodes to.
load helper

model() {
	vq-train -q -k 16 -r 2 -s 5 -o m.vq "$DATA/images/brick.png"
}

is_png() {
	[ "$(head -c 4 "$1" | tail -c 3)" = PNG ]
}

@test "a model alone has an atlas, and with codes another one" {
	need_plots
	model
	vq-stats -m m.vq --atlas model.png >said </dev/null
	[ ! -s said ]
	is_png model.png
	vq-encode -q -m m.vq "$DATA/images/brick.png" >codes
	vq-stats -q -m m.vq codes >plain.txt
	vq-stats -q -m m.vq --atlas used.png - <codes >report.txt
	cmp plain.txt report.txt
	not cmp -s model.png used.png
	vq-stats -q -m m.vq --atlas again.png codes >/dev/null
	cmp used.png again.png
	for order in use similarity index; do
		vq-stats -q -m m.vq --atlas "$order.png" --atlas-sort "$order" \
			--atlas-stage 1 codes >/dev/null
		is_png "$order.png"
	done
	not cmp -s use.png index.png
}

@test "the models that come with it have atlases, of sound too" {
	need_plots
	for m in image-8x8 speech-16k; do
		vq-stats -m "$m" --atlas "$m.png" --atlas-sort similarity \
			>/dev/null </dev/null
		is_png "$m.png"
	done
}

@test "a codebook of vectors has columns of numbers" {
	need_plots
	need_numpy
	"$PYTHON" -c "
import numpy as n
n.save('book.npy', n.random.default_rng(1).normal(size=(40, 7)).astype('f4'))
n.save('codes.npy', n.array([[3], [3], [39]], 'u2'))"
	vq-stats -q -m book.npy --atlas book.png codes.npy >/dev/null
	is_png book.png
}

@test "what makes no atlas is said, with the reason" {
	need_plots
	model
	fails 2 vq-stats --atlas a.png
	stderr_has 'whose codes'
	fails 2 vq-stats -m m.vq --atlas a.svg
	stderr_has 'a.svg: an atlas is FILE.png'
	fails 2 vq-stats -m m.vq --atlas-sort use codes
	stderr_has 'goes with --atlas'
	fails 2 vq-stats -m m.vq --atlas-stage 1 codes
	stderr_has '--atlas-stage goes with --atlas'
	fails 1 vq-stats -m m.vq --atlas a.png --atlas-stage 2 </dev/null
	stderr_has '--atlas-stage 2, but m.vq has 2, from 0'
	fails 1 vq-stats -m m.vq --atlas a.png --atlas-sort use </dev/null
	stderr_has 'no codes were counted'
	fails 1 vq-stats -m none.vq --atlas a.png </dev/null
	stderr_has 'none.vq'
	nothing_left m.vq
}
