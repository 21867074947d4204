# shellcheck shell=bash
# tests/cmd/helper.bash - what the command tests share.  First line of a test
# file: load helper
#
# Each test starts in an empty folder of its own, with the commands of $VQ_BIN
# (default: .build/bin) first in PATH, the sample data in $DATA, the tests'
# own data in $TEST_DATA, and a Python in $PYTHON.

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
DATA=$ROOT/data
TEST_DATA=$ROOT/tests/data
VQ_BIN=${VQ_BIN:-$ROOT/.build/bin}
PATH=$VQ_BIN:$PATH
# The python3 of Debian comes first: python3-numpy belongs to it.
[ -n "${PYTHON:-}" ] || PYTHON=/usr/bin/python3
[ -x "$PYTHON" ] || PYTHON=python3
export PATH DATA TEST_DATA PYTHON LC_ALL=C.UTF-8
# The surroundings are not for the commands, nor an outer make for an inner.
unset NO_COLOR MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL

# A failure anywhere in a pipeline counts, so "yes | head" fails: where a
# producer is meant to be cut off, write "set +o pipefail" before.
set -o pipefail

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	# What a command spools must be gone in the end: see nothing_left.
	export TMPDIR=$BATS_TEST_TMPDIR.tmp
	mkdir -p "$TMPDIR"
	# What the last fails or clean wrote, and what peak_kb measured.
	OUT=$BATS_TEST_TMPDIR.out ERR=$BATS_TEST_TMPDIR.err
	PEAK=$BATS_TEST_TMPDIR.peak
}

_run_apart() { # runs it; leaves its status
	status=0
	"$@" >"$OUT" 2>"$ERR" || status=$?
}

_tell() { # what was expected, and the command
	printf 'expected %s of: %s\n' "$1" "${*:2}"
	printf 'got status %s\nstdout:\n' "$status"
	head -c 2000 "$OUT" | tr -d '\0'
	printf '\nstderr:\n'
	cat "$ERR"
}

# fails STATUS COMMAND...: ends with just this status and says why on stderr.
# stderr_has looks at the words.
fails() {
	local want=$1
	shift
	_run_apart "$@"
	[ "$status" -eq "$want" ] && [ -s "$ERR" ] && return
	_tell "status $want and words on stderr" "$@"
	return 1
}

# not COMMAND...: fails if it succeeds.  In bats a line with ! never fails.
not() {
	if "$@"; then
		printf 'succeeded: %s\n' "$*"
		return 1
	fi
}

# clean COMMAND...: status 0 and not a word on stderr; stdout goes on.
clean() {
	_run_apart "$@"
	if [ "$status" -eq 0 ] && [ ! -s "$ERR" ]; then
		cat "$OUT"
		return
	fi
	_tell 'status 0 and silence on stderr' "$@" >&2
	return 1
}

# stderr_has TEXT...: the last fails said each of these.
stderr_has() {
	local text
	for text; do
		grep -qaF -- "$text" "$ERR" && continue
		printf 'stderr does not say: %s\nbut:\n' "$text"
		cat "$ERR"
		return 1
	done
}

# output_is TEXT: the last fails wrote just this to stdout ('' for nothing).
output_is() {
	printf '%s' "$1" | cmp - "$OUT"
}

# nothing_left NAME...: the test's folder holds these files and no others, and
# nothing was left in $TMPDIR.
nothing_left() {
	local there wanted
	there=$(find . -mindepth 1 | sed 's|^\./||' | sort)
	wanted=$(printf '%s\n' "$@" | sed '/^$/d' | sort)
	if [ "$there" != "$wanted" ]; then
		printf 'expected only:\n%s\nthere is:\n%s\n' "$wanted" "$there"
		return 1
	fi
	[ -z "$(ls -A "$TMPDIR")" ] || { ls -lA "$TMPDIR"; return 1; }
}

# slow_cat [FILE]: to a pipe, such that each read there gets one byte.
slow_cat() {
	cat "$@" | dd bs=1 oflag=direct status=none
}

without_plots() {
	[[ $(vq-stats --plot no.such 2>&1) == *'made without cairo'* ]]
}

need_plots() {
	without_plots && skip 'built without cairo'
	return 0
}

need_numpy() {
	"$PYTHON" -c 'import numpy' 2>/dev/null ||
		skip "$PYTHON has no numpy: make deps"
}

# For tests of memory and time, which mean nothing under a sanitizer.
need_plain_build() {
	[ -z "${VQ_SANITIZED:-}" ] || skip 'sanitized build'
}

# peak_kb COMMAND...: runs it; its largest resident size in kB goes to $PEAK.
# stdin, stdout and status are the command's.
peak_kb() {
	"$PYTHON" -c '
import os, resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as f:
    f.write("%d\n" % resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)' "$PEAK" "$@"
}
