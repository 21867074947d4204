# shellcheck shell=sh
# tests/lint.sh - what the scripts in tests/lint share: they print TAP, their
# name is the sentence they check, and looking at nothing is a failure.

sentence=$(basename "$0" | tr - ' ')

# verdict HOW-MANY-LOOKED-AT PROBLEMS: the only test of a script.
verdict() {
	echo 1..1
	if [ -n "$2" ]; then
		printf '%s\n' "$2" | sed '/^$/d;s/^/# /'
		echo "not ok 1 - $sentence"
		exit 1
	fi
	if [ "$1" -eq 0 ]; then
		echo "not ok 1 - $sentence (nothing was looked at)"
		exit 1
	fi
	echo "ok 1 - $sentence ($1)"
	exit 0
}

# skip REASON: there is nothing to look at yet, or it cannot be judged here.
skip() {
	printf '1..1\nok 1 - %s # SKIP %s\n' "$sentence" "$1"
	exit 0
}

# need PROGRAM: a missing tool is a failure, not a skip.
need() {
	command -v "$1" >/dev/null || verdict 1 "$1 not found: make deps"
}

count() { # lines of a text; none in an empty one
	printf '%s' "$1" | grep -c ''
}

c_files() { # FOLDER...
	find "$@" -name '*.[ch]' 2>/dev/null | sort
}

commands() { # the names of the commands that this tree has
	find cmd -name '*.c' 2>/dev/null | sed 's|.*/||;s|\.c$||' | sort
}
