#!/usr/bin/env bats
# hostile-claims.bats - headers and models that claim what is not so: an error,
# at once and without memory.
load helper

setup_file() {
	local python=${PYTHON:-/usr/bin/python3}
	export M=$BATS_FILE_TMPDIR
	"$python" -c 'import numpy' 2>/dev/null || return 0
	cd "$M" && "$python" "$BATS_TEST_DIRNAME/hostile_claims.py"
}

# refused FILE-AND-WORDS COMMAND...: in a second, in 100 MB, and with these
# words.
refused() {
	local words=$1
	shift
	fails 1 timeout 10 "$@"
	stderr_has "$words"
	[ -z "${VQ_SANITIZED:-}" ] || return 0
	peak_kb "$@" >/dev/null 2>&1 || true
	[ "$(cat "$PEAK")" -lt 100000 ] || { echo "$(cat "$PEAK") kB: $*"; false; }
}

@test "sizes that no file has, as input and as model" {
	need_numpy
	for f in "$M"/head-*; do
		refused "${f##*/}: " vq-encode -m "$M/model-fine" "$f"
		refused "${f##*/}: " vq-encode -m "$f" "$M/x.npy"
	done
	for f in "$M"/head-{len60,shape40,npy40}; do
		refused "${f##*/}: " vq-stats "$f"
		refused "${f##*/}: " vq-train -q -n none -k 2 -s 1 "$f"
		refused "${f##*/}: " moe-route --router hash -E 4 "$f"
		refused "${f##*/}: " vq-decode -m "$M/model-fine" "$f"
	done
}

@test "models that contradict themselves" {
	need_numpy
	vq-encode -m "$M/model-fine" "$M/x.npy" >codes
	vq-decode -m "$M/model-fine" codes >back
	for f in "$M"/bad-*; do
		refused "${f##*/}: " vq-encode -m "$f" "$M/x.npy"
		refused "${f##*/}: " vq-decode -m "$f" --any-model codes
	done
	fails 1 vq-encode -m "$M/bad-k9" "$M/x.npy"
	stderr_has '"codes" is 9' 'has 8 codes'
	fails 1 vq-encode -m "$M/bad-long" "$M/x.npy"
	stderr_has 'code 0 is so long'
	refused bad-moe moe-route -m "$M/bad-moe" "$M/x.npy"
}

@test "codes that are none of the model's" {
	need_numpy
	for f in "$M"/code-*; do
		refused ': ' vq-decode -m "$M/model-fine" --any-model "$f"
	done
	for f in "$M"/code-{big,negative,i64,stages}; do
		refused ': ' vq-stats -q "$f"
	done
	fails 1 vq-decode -m "$M/model-fine" "$M/code-big"
	stderr_has 'i: row 0, column 0: code 8'
}

@test "routes to experts that are not there, gates that are no numbers" {
	need_numpy
	vq-stats -q "$M/fine.routes" >report
	for f in "$M"/route-*; do
		refused 'i: ' vq-stats -q "$f"
	done
}

@test "sounds of more frames and channels than can be" {
	need_numpy
	for f in "$M"/wav-*; do
		refused "${f##*/}: " vq-train -q -k 2 -s 1 "$f"
		refused "${f##*/}: " vq-stats --list "$f"
	done
}
