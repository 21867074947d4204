#!/usr/bin/env bats
# train-loss.bats - vq-train --loss: what it takes, and where it is refused.
# Options in one word are split on purpose.
# shellcheck disable=SC2086
load helper
load train

setup_file() {
	make_inputs
}

@test "--loss that is no list of terms is wrong usage" {
	for i in l3 'l1,' 'l1=x' 'l1,l1' 'l2=0' 'l1=-1'; do
		fails 2 vq-train -o m.vq --loss "$i" "$IN/images"
		stderr_has '--loss'
	done
	nothing_left
}

@test "a net that sees no crops takes the default alone" {
	for i in none linear; do
		fails 2 vq-train -o m.vq -n $i --loss l1,ssim "$IN/images"
		stderr_has '--loss is for --net conv'
	done
	clean vq-train -q -k 16 -s 20 -o a.vq "$IN/images"
	clean vq-train -q -k 16 -s 20 -o b.vq --loss l2 "$IN/images"
	cmp a.vq b.vq
}

@test "net conv trains for what is asked, and says so in the model" {
	conv="-q -n conv --width 16 --depth 1+1 --crop 4 -b 64 -k 16 -s 6 --last"
	clean vq-train $conv --loss l2,ssim=0.5,grad -o a.vq "$IN/images"
	[ "$(meta a.vq loss)" = 'l2=1,grad=1,ssim=0.5' ]
	clean vq-train $conv -o b.vq "$IN/images"
	clean vq-train $conv --loss l2 -o c.vq "$IN/images"
	cmp b.vq c.vq
	not cmp -s a.vq b.vq
	clean vq-train $conv -j 3 --loss l2,ssim=0.5,grad -o d.vq "$IN/images"
	cmp a.vq d.vq
	clean vq-train $conv --loss stft,l1 -o s.vq "$IN/sounds"
	[ "$(meta s.vq loss)" = 'l1=1,stft=1' ]
}

@test "terms of images are not for sounds" {
	fails 1 vq-train -n conv -k 16 -o m.vq --loss l2,ssim "$IN/sounds"
	stderr_has '--loss ssim is for images, not for sounds'
	fails 1 vq-train -n conv -k 16 -o m.vq --loss mel "$IN/images"
	stderr_has '--loss mel is for sounds, not for images'
	nothing_left
}

@test "spectra of sounds of very few samples a second are finite" {
	for loss in stft mel logspec; do
		clean vq-train -q -n conv --width 4 --depth 0+1 -k 2 -b 64 \
			-s 3 --sample-rate 100 --loss $loss -f -o m.vq \
			"$IN/sounds"
	done
}
