# shellcheck shell=bash
# tests/soak/jobs.bash - what the soak works on, and its short jobs: run reads
# this.  Each job has the same result each time: those that were killed too.

inputs_py() {
	"$PYTHON" "$root/tests/cmd/inputs.py" "$@"
}

make_inputs() {
	local i
	mkdir "$IN/images"
	for i in 1 2 3 4 5 6; do
		inputs_py png "$IN/images/$i.png" $((50 + 9 * i)) 57 3 "$i" &&
			inputs_py rows "$IN/$i.npy" 3000 6 "$i" || return
	done
	inputs_py rows "$IN/train.npy" 20000 6 7
	inputs_py tensors "$IN/rows.rec" "x=$IN/1.npy"
	"$PYTHON" "$root/tests/cmd/moe.py" digits \
		"$root/data/digits/digits.csv.gz" "$IN/digits"
	cd "$IN" || return
	vq-train -q -k 32 -s 20 -b 256 -n none -r 2 1.npy -o rows.vq &&
		vq-train -q -k 32 -s 20 -b 256 images -o images.vq &&
		moe-train -q -s 20 -b 64 --width 16 -o digits.moe digits ||
		return
	# As an endless pipe has them: without a name of their own.
	vq-encode -q -m rows.vq <rows.rec >rows.codes
	vq-decode -q --format raw -m rows.vq <rows.codes >rows.raw
	vq-encode -q -m images.vq images/1.png | vq-decode -q -m images.vq \
		--format record >image.rec
	vq-encode -q -m images.vq <image.rec >image.codes
	moe-route -q -m digits.moe <digits >digits.routes
	vq-encode -q -m images.vq -O whole "$IN"/images/*.png
	vq-decode -q -m images.vq -O back whole/"$IN"/images/*
	vq-train -q "${train[@]}" -o train.want 2.npy
	moe-train -q "${moe[@]}" -o moe.want digits
	cd - >/dev/null || return
}

train=(-k 64 -s 400 -b 256 -n none)
moe=(-s 150 -b 64 --width 16)
declare -A jobs=() kills=()

did() { # JOB
	jobs[$1]=$((${jobs[$1]-0} + 1))
}

# killed JOB SIGNAL MS COMMAND...: after so many at most.  Its status.
killed() {
	local pid status=0
	"${@:4}" 2>err &
	pid=$!
	sleep "0.$(printf '%03d' $((1 + RANDOM % $3)))"
	kill "-$2" $pid 2>/dev/null && kills[$1]=$((${kills[$1]-0} + 1))
	wait $pid 2>/dev/null || status=$?
	return $status
}

# Encode and decode a folder.
job_folder() {
	{
		vq-encode -q -m "$IN/images.vq" -O codes "$IN"/images/*.png
		vq-decode -q -m "$IN/images.vq" -O back codes/"$IN"/images/*
		diff -r "codes/$IN/images" "$IN/whole/$IN/images"
		diff -r "back/$IN/images" "$IN/back/$IN/images"
	} >err 2>&1
	[ ! -s err ] || wrong "folder: $(cat err)"
}

# A batch that is terminated leaves whole files alone.
job_terminated() {
	local f
	killed terminated TERM 60 vq-encode -q -j 7 -m "$IN/images.vq" -O codes \
		"$IN"/images/*.png
	[ -z "$(find . -name '.*.*' -type f)" ] ||
		wrong 'terminated: half a file is left'
	for f in codes/"$IN"/images/*; do
		[ ! -e "$f" ] || cmp "$f" "$IN/whole/$IN/images/${f##*/}" ||
			wrong "terminated: $f is not whole"
	done
}

# resumed JOB WANT COMMAND...: killed until it comes through.
resumed() {
	local i status=1
	for i in 1 2 3 4 5 6 7 8; do
		killed "$1" KILL 400 "${@:3}" -f -o m --checkpoint c --resume
		status=$?
		[ $status -eq 137 ] || break
	done
	[ $status -eq 0 ] || "${@:3}" -f -o m --checkpoint c --resume 2>err ||
		wrong "$1: $(cat err)"
	cmp m "$2" || wrong "$1: not the model of an unbroken run"
}

job_train() {
	resumed train "$IN/train.want" vq-train -q "${train[@]}" "$IN/2.npy" \
		--checkpoint-every 20
}

job_moe() {
	resumed moe "$IN/moe.want" moe-train -q "${moe[@]}" "$IN/digits" \
		--checkpoint-every 10
}

# Four add to one state, one of them is killed: it is in there or it is not.
job_state() {
	local i tokens pids=()
	for i in 1 2 3; do
		vq-stats -q --state sum "$IN/rows.codes" >/dev/null &
		pids+=($!)
	done
	killed state KILL 30 vq-stats -q --state sum "$IN/rows.codes" >/dev/null
	wait "${pids[@]}"
	tokens=$(vq-stats -q --json sum | awk '/"tokens":/ { print $2 + 0; exit }')
	[ "$tokens" = 9000 ] || [ "$tokens" = 12000 ] ||
		wrong "state: $tokens tokens"
}

job_route() {
	moe-route -q -m "$IN/digits.moe" -O routes - <"$IN/digits"
	find routes -type f -exec cat {} + | cmp - "$IN/digits.routes" ||
		wrong 'route: not the same'
}

order=(folder terminated train moe state route)
turn=0
next_job() {
	local job=${order[turn++ % ${#order[@]}]}
	rm -rf job
	mkdir job
	cd job || exit 1
	"job_$job"
	did "$job"
	cd ..
	[ -z "$(find "$TMPDIR" -mindepth 1 -not -name 'sh-thd*')" ] ||
		wrong "$job left in TMPDIR: $(ls -A "$TMPDIR")"
}

tell_jobs() {
	local job
	printf '%-14s %10s %10s\n' 'short jobs' 'done' 'killed'
	for job in "${order[@]}"; do
		printf '%-14s %10d %10d\n' "$job" "${jobs[$job]-0}" \
			"${kills[$job]-0}"
	done
}
