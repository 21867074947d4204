#!/usr/bin/env bats
# train-conv.bats - trainings of net conv: what goes with it, and that it gains.
load helper

coast=$DATA/images/coast.png

@test "options of net conv are refused with another net" {
	local o

	for o in '--width 8' '--depth 2' '--kernel 3' '--crop 4' --spectrum \
		--gain --blend; do
		# shellcheck disable=SC2086
		fails 2 vq-train $o "$coast"
		stderr_has "${o% *} is for --net conv, not for linear"
	done
	# A table of features says nothing of the net.
	fails 2 vq-train -t lc --init table.npy --width 8 "$coast"
	stderr_has "--width is for --net conv, not for linear"
	fails 2 vq-train -t lc --init table.npy --loss l1 "$coast"
	stderr_has "--loss is for --net conv"
	fails 2 vq-train -n conv --depth 2+ "$coast"
	stderr_has '--depth 2+: not blocks'
	fails 2 vq-train -n conv --kernel 4 "$coast"
	stderr_has "--kernel 4: not odd"
}

@test "net conv says what it cannot learn from" {
	fails 1 vq-train -n conv --spectrum -k 4 -s 1 -o m.vq "$coast"
	stderr_has "--spectrum is for sounds"
	fails 1 vq-train -n conv --blend -k 4 -s 1 -o m.vq \
		"$DATA/speech/austen-0870.wav"
	stderr_has "--blend is for images"
	fails 1 vq-train -n conv --blend --gain -k 4 -s 1 -o m.vq "$coast"
	stderr_has "--blend and --gain: only one of them"
	fails 1 vq-train -n conv -t kmeans -k 4 -o m.vq "$coast"
	stderr_has "--net conv learns by gradient, -t kmeans does not"
	printf '%8s' '' >rows
	fails 1 vq-train -n conv --raw f32:1 -k 1 -o m.vq rows
	stderr_has '--net conv is for images and sounds'
	[ ! -e m.vq ]
}

@test "a model of net conv is gone on with, in its own shape" {
	vq-train -q -n conv --width 8 --depth 1+1 -k 4 -s 1 --augment phase \
		-o m.vq "$coast"
	head -c 2000 m.vq | grep -aq '"augment":"phase"'
	not grep -aq '"crop"' m.vq
	fails 1 vq-train --continue m.vq --width 9 -s 1 -o n.vq "$coast"
	stderr_has "m.vq: --width 9, but it has 8"
	fails 1 vq-train --continue m.vq --depth 1+2 -s 1 -o n.vq "$coast"
	stderr_has "m.vq: --depth 1+2, but it has 1+1"
	fails 1 vq-train --continue m.vq --blend -s 1 -o n.vq "$coast"
	stderr_has "m.vq: --blend, but it has none"
	fails 1 vq-train --continue m.vq -n linear -s 1 -o n.vq "$coast"
	stderr_has "m.vq: -n linear, but it has conv"
	vq-train -q --continue m.vq --width 8 --crop 4 --loss l1 -s 1 -o n.vq \
		"$coast"
	head -c 2000 n.vq | grep -aq '"crop":"4"'
	head -c 2000 n.vq | grep -aq '"loss":"l1=1"'
	not grep -aq '"augment"' n.vq
	vq-encode -m n.vq "$coast" | vq-stats >text
	grep -q '^bits_per_pixel' text
}

@test "net conv gains on what it was not trained on" {
	local seen=("$DATA"/images/{coast,chelsea,coffee,camera}.png)
	local new=$DATA/images/tulips.png

	vq-train -q -k 64 -s 100 -l 3e-3 --warm-up 20 -n conv --width 24 \
		--depth 1+2 -b 2048 -o c.vq "${seen[@]}"
	vq-train -q -k 64 -s 0 -n linear --no-settle -o l.vq "${seen[@]}"
	psnr() {
		vq-encode -m "$1.vq" "$new" | vq-decode -m "$1.vq" -O "$1"
		vq-stats --tsv -R "$new" "$(find "$1" -name tulips.png)" |
			awk -F'\t' 'NR == 2 { print $8 }'
	}
	awk -v c="$(psnr c)" -v l="$(psnr l)" 'BEGIN { exit !(c > l + 0.15) }'
}

@test "the same seed gives the same model of net conv for any -j" {
	for j in 1 3; do
		vq-train -q -j $j -n conv --width 8 --depth 1+1 -k 8 -s 6 \
			-o $j.vq "$coast"
	done
	cmp 1.vq 3.vq
}

# Steps are one thing that may be other when it goes on.
goes_on() {
	local how=(-q -n conv --width 8 --depth 1+1 --kernel 3 -k 8 -b 64 "$@")

	vq-train "${how[@]}" -s 8 -f -o whole
	vq-train "${how[@]}" -s 3 -f -o m --checkpoint c
	vq-train "${how[@]}" -s 8 -j 3 -f -o m --checkpoint c --resume
	cmp whole m
}

@test "net conv goes on from a checkpoint with the same bits" {
	goes_on --crop 4 --loss l1,ssim=0.1 -r 2 "$coast"
	goes_on --crop 4 --blend -p 5 "$coast"
	goes_on --crop 4 -t cvq --gain --weights f16 --buffer 100k "$coast"
	goes_on -p 80 -d 8 --crop 16 -t ema -r 2 --spectrum --gain \
		--augment level --loss l1,stft=0.1,mel=0.1 \
		"$DATA/speech/austen-0870.wav"
}
