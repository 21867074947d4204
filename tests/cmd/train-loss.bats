#!/usr/bin/env bats
# train-loss.bats - vq-train --loss: what it takes, and where it is refused.
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
