#!/usr/bin/env bats
# kill.bats - kill -9 at any moment: what is there is whole, and a rerun ends in
# the bytes of an unbroken run.
#
# Moments are drawn from the time that an unbroken run took; a failure shows the
# seed and all of them.  VQ_KILLS is how many a test draws, VQ_KILL_SEED the
# seed.  train-resume.bats, moe-train.bats and stats-state.bats kill too.
load helper
load train

setup_file() {
	export VQ_KILLS=${VQ_KILLS:-4}
	make_inputs
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" image 8 3 "$IN/rgb"
	mkdir "$IN/many"
	for i in $(seq 100); do
		cp "$IN/images/$((i % 4 + 1)).png" "$IN/many/$i.png"
	done
}

# now: milliseconds.
now() {
	local t=${EPOCHREALTIME/./}
	echo "${t%???}"
}

# unbroken COMMAND...: it, and how long it took.
unbroken() {
	RANDOM=${VQ_KILL_SEED:=$RANDOM}
	echo "VQ_KILL_SEED=$VQ_KILL_SEED"
	local began
	began=$(now)
	"$@"
	took=$(($(now) - began))
}

# killed SPAN COMMAND...: within the first SPAN % of what the unbroken one took.
killed() {
	local ms=$(((RANDOM * 32768 + RANDOM) % (took * $1 / 100 + 1)))
	shift
	"$@" 2>/dev/null &
	sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
	kill -KILL $! 2>/dev/null || true
	status=0
	wait $! || status=$?
	echo "killed after $ms ms of $took: status $status"
}

# whole THERE WANT: each file below THERE is the one below WANT; hidden ones are
# not under their names yet.
whole() {
	local f
	[ -d "$1" ] || return 0
	find "$1" -type f ! -name '.*' -printf '%P\n' >names
	while read -r f; do
		cmp "$1/$f" "$2/$f" || return 1
	done <names
}

@test "vq-encode -O --skip-done" {
	ln -s "$IN/many" in
	unbroken vq-encode -j 2 -m "$IN/rgb" -O want in
	set -- vq-encode -j 2 -m "$IN/rgb" -O out --skip-done in
	for ((n = 0; n < VQ_KILLS; n++)); do
		killed $((200 / VQ_KILLS)) "$@"
		whole out want
	done
	# What is damaged meanwhile is found among the others.
	[ ! -s out/in/7.png.codes ] || : >out/in/7.png.codes
	before=$(find out -name '*.codes' -size +0 | wc -l)
	"$@" >said 2>&1
	grep -qE "^vq-encode: ($before|$((before - 1))) done before, " said
	diff -r -x '.*' want out
	grep -q ': 100 done before, 0 done again, 0 new' <("$@" 2>&1)
}

@test "vq-decode -O --skip-done, two of them in one folder" {
	ln -s "$IN/many" in
	vq-encode -m "$IN/rgb" in >all.codes
	unbroken vq-decode -j 2 -m "$IN/rgb" -O want all.codes
	set -- vq-decode -m "$IN/rgb" -O out --skip-done all.codes
	for ((n = 0; n < VQ_KILLS; n++)); do
		"$@" -j 1 2>/dev/null &
		other=$!
		killed $((200 / VQ_KILLS)) "$@" -j 2
		whole out want
		kill -KILL $other 2>/dev/null || true
		wait $other || true
		whole out want
	done
	"$@"
	diff -r -x '.*' want out
	# Two at once, on all of it: neither is in the other's way.
	rm -r out
	"$@" &
	"$@"
	wait $!
	diff -r -x '.*' want out
}

@test "vq-train -n conv --checkpoint --resume" {
	local how="-q -n conv --width 8 --depth 1+1 -k 8 -s 24 -b 64 $IN/images"
	# shellcheck disable=SC2086 # options
	unbroken vq-train $how -o want
	# shellcheck disable=SC2086
	set -- vq-train $how -o m --checkpoint c --checkpoint-every 2 --resume
	for ((n = 0; n < VQ_KILLS && ! ${done:-0}; n++)); do
		killed 100 "$@"
		[ ! -e c ] || vq-stats --list c >/dev/null
		if [ -e m ]; then
			cmp want m
			done=1
		fi
	done
	[ -e m ] || "$@"
	cmp want m
	vq-train -q -n conv --width 8 --depth 1+1 -k 8 -s 24 -b 64 \
		--checkpoint c --resume -o again "$IN/images"
	cmp want again
}

@test "shards with --skip-done, each killed, are everything" {
	ln -s "$IN/many" in
	unbroken vq-encode -m "$IN/rgb" -O want in
	for i in 1 2 3; do
		for n in 1 2; do
			killed 20 vq-encode -m "$IN/rgb" -O out --skip-done \
				--shard "$i/3" in
		done
		whole out want
	done
	seq 3 | xargs -P 3 -I {} vq-encode -j 1 -m "$IN/rgb" -O out --skip-done \
		--shard {}/3 in
	diff -r -x '.*' want out
}
