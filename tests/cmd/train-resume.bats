#!/usr/bin/env bats
# train-resume.bats - vq-train: checkpoints, and going on from them.
# shellcheck disable=SC2086 # options

load helper
load train

setup_file() {
	make_inputs
}

# A log without what no two runs share.
lines() {
	sed 's/"seconds":[^,]*,//' "$1"
}

# killed_often TIMES TENTHS SPREAD OPTION... -o m: vq-train, killed so often
# after some tenths of a second, then left to end.
killed_often() {
	local times=$1 first=$2 spread=$3 n
	shift 3
	for ((n = 0; n < times; n++)); do
		vq-train "$@" &
		sleep 0.$((first + RANDOM % spread))$((RANDOM % 10))
		kill -KILL $! 2>/dev/null || true
		wait $! || true
		[ ! -e m ] || return 0
	done
	vq-train "$@"
}

@test "killed at any time and resumed: the same model and log" {
	local how="-q -k 64 -b 512 -s 400 -r 2 --schedule cosine $IN/images"
	local go="$how --log l2 --checkpoint c --checkpoint-every 9 --resume"

	vq-train $how --log l -o whole
	killed_often 8 2 5 $go -o m
	cmp whole m
	cmp <(lines l) <(lines l2)
	# Done: there is nothing left but the end, which is the same again.
	vq-train $go -o again
	cmp whole again
}

@test "data that stream through the buffer go on the same" {
	local how="-q -k 32 -b 300 -s 60 --last --buffer 20k $IN/x.npy $IN/y.npy"
	local go="$how --checkpoint c --checkpoint-every 7 --resume"

	vq-train $how -o whole
	killed_often 6 1 3 $go -o m
	cmp whole m
}

@test "SIGTERM keeps a checkpoint and makes no model; more steps go on" {
	vq-train -k 32 -b 64 -s 1000000 -o m --checkpoint c --log l \
		"$IN/x.npy" 2>said &
	for ((n = 0; n < 200; n++)); do
		[ ! -s c ] || break
		sleep 0.1
	done
	sleep 0.5
	[ -z "$(find . -name '.m.*')" ]
	kill -TERM $!
	status=0
	wait $! || status=$?
	[ "$status" -eq 143 ]
	local step
	step=$(meta c step)
	[ "$step" -gt 0 ]
	grep -q "stopped at step $step, kept in c: .*--resume" said
	nothing_left c l said
	# Fewer steps than were done are no more steps.
	fails 1 vq-train -q -k 32 -b 64 -s 1 -o m --checkpoint c --resume \
		"$IN/x.npy"
	stderr_has "c: " "step $step"
	vq-train -k 32 -b 64 -s $((step + 50)) -o m --checkpoint c --resume \
		"$IN/x.npy" 2>said
	grep -q "going on from step $step" said
	[ "$(meta m steps)" = $((step + 50)) ]
	# No checkpoint, no resuming: the signal ends it as it always did.
	vq-train -q -k 32 -b 64 -s 1000000 -o m2 "$IN/x.npy" 2>said &
	sleep 0.7
	kill -TERM $!
	status=0
	wait $! || status=$?
	[ "$status" -eq 143 ]
	[ ! -e m2 ]
}

@test "a checkpoint is of its options and data, and no model" {
	train -o m --checkpoint c "$IN/x.npy"
	fails 1 train -o m2 --checkpoint c "$IN/x.npy"
	stderr_has 'c: exists' '--resume'
	for how in '-k 64 codes=32 codes=64' '-l 0.01 learning-rate' \
		'-t ema type=simvq type=ema' '--seed 2 seed=1' \
		'--beta 0.5 beta='; do
		set -- $how
		fails 1 train -o m2 --checkpoint c --resume $1 $2 "$IN/x.npy"
		shift 2
		stderr_has 'c: made with' "$@"
	done
	fails 1 train -o m2 --checkpoint c --resume "$IN/y.npy"
	stderr_has 'other data'
	fails 1 train -o m2 --checkpoint m --resume "$IN/x.npy"
	stderr_has 'm: not a checkpoint'
	head -c 5000 c >short
	fails 1 train -o m2 --checkpoint short --resume "$IN/x.npy"
	stderr_has short
	for how in 'vq-encode -m c' 'train --continue c' 'train --init c'; do
		fails 1 $how "$IN/x.npy"
		stderr_has 'c: ' 'a checkpoint of vq-train' --resume
	done
	vq-train -k 32 -s 3 -o m2 --checkpoint new --resume "$IN/x.npy" 2>said
	grep -q 'new: no checkpoint yet' said
	train -f -o m --checkpoint c "$IN/x.npy"
	fails 1 train -f -o m --checkpoint none/c "$IN/x.npy"
	stderr_has none/c
}

@test "-f replaces a checkpoint, and nothing else" {
	cp "$IN/images/1.png" a.png
	for how in "$IN/x.npy" a.png; do
		cp "$how" keep
		fails 1 train -f -o m --checkpoint keep "$IN/x.npy"
		stderr_has 'keep: exists and is no checkpoint'
		cmp "$how" keep
	done
	: >new
	train -f -o m --checkpoint new "$IN/x.npy"
	train -f -o m --checkpoint new "$IN/x.npy"
}

@test "a checkpoint with one letter changed in its header is damaged" {
	train -o m --checkpoint c "$IN/x.npy"
	for how in 'step":"20"|step":"10"' 'seconds":"|seconds":"9' \
		'best/d":"6"|best/d":"5"' '"crc32"|"crc33"' \
		'best/encoder.weight|best/encoder.weighs'; do
		"$PYTHON" - "$how" <<-'END'
		import struct, sys
		b = open("c", "rb").read()
		n, = struct.unpack("<Q", b[:8])
		old, new = (s.encode() for s in sys.argv[1].split("|"))
		head = b[8:8 + n].replace(old, new)
		assert head != b[8:8 + n], old
		open("bad", "wb").write(
		    struct.pack("<Q", len(head)) + head + b[8 + n:])
		END
		fails 1 train -o m2 --checkpoint bad --resume "$IN/x.npy"
		stderr_has 'bad: ' damaged
	done
}

@test "what makes no sense is refused" {
	fails 2 train --resume "$IN/x.npy"
	stderr_has --checkpoint
	for how in 0 5x -3 m; do
		fails 2 train --checkpoint c --checkpoint-every=$how "$IN/x.npy"
		stderr_has --checkpoint-every
	done
	fails 2 train -o c --checkpoint c "$IN/x.npy"
	fails 2 train --log c --checkpoint c "$IN/x.npy"
	fails 2 train --compare vq,ema --checkpoint c "$IN/x.npy"
	stderr_has --compare
	fails 2 train --compare checkpoint-every=1,2 "$IN/x.npy"
}

@test "rates that are far too large are halved" {
	vq-train -k 32 -s 300 -b 256 -l 10 --log log -o m "$IN/x.npy" 2>said
	[ "$(meta m halved)" -gt 0 ] && [ "$(meta m skipped)" -gt 0 ]
	grep -q 'warning: .* steps were skipped' said
	grep -q '"halved":' log
}

@test "--preview shows original beside reconstruction" {
	train --preview p/q -s 10 -o m "$IN/images"
	# The fourth of four is held back.
	[ "$(find p/q -type f | wc -l)" -eq 12 ]
	[ -e p/q/step-000000-4.png ] && [ -e p/q/step-000010-4.png ]
	train --preview s -s 3 -o m -f "$IN/sounds"
	[ "$(find s -type f | wc -l)" -eq 6 ]
	vq-encode -m m "$IN/sounds/4.wav" | vq-decode -m m -o back.wav
	cmp s/saved-4.wav back.wav
	# Fewer than four items: of those there are.
	train --preview t -s 1 -o m -f "$IN/images/1.png" "$IN/images/2.png"
	[ -e t/saved-1.png ] && [ -e t/saved-2.png ]
	fails 1 train --preview u "$IN/x.npy"
	stderr_has --preview rows
	fails 2 train --preview u --compare vq,ema "$IN/images"
	: >file
	fails 1 train --preview file/q -o m2 "$IN/images"
	stderr_has file/q
	[ -s m2 ]
}

@test "what --preview shows is what is decoded, pixel for pixel" {
	"$PYTHON" -c 'import PIL' || skip 'no PIL to read PNG with'
	train --preview p -s 3 -o m "$IN/images"
	vq-encode -m m "$IN/images/4.png" | vq-decode -m m -o back.png
	"$PYTHON" - "$IN/images/4.png" back.png p/saved-4.png <<-'END'
	import sys
	from PIL import Image
	import numpy as np
	a, b, both = (np.array(Image.open(f)) for f in sys.argv[1:])
	w = a.shape[1]
	assert (both[:, :w] == a).all() and (both[:, w + 4:] == b).all()
	assert (both[:, w:w + 4] == 255).all()
	END
}

@test "a checkpoint that cannot be written ends the training before it begins" {
	fails 1 vq-train -k 4 -s 1000000 --checkpoint no-such/c -o m.vq \
		"$IN/images"
	stderr_has 'no-such/c'
	[ ! -e m.vq ]
}
