#!/usr/bin/env bats
# What make says on machines that lack something, and what it puts in place.
load helper

# Only these programs, so that a machine without the others can be played.
machine() { # FOLDER PROGRAM...
	local p
	mkdir -p "$1"
	for p in "${@:2}"; do
		ln -sf "$(command -v "$p")" "$1/$p"
	done
}

stub() { # FILE LINE...
	rm -f "$1"
	printf '%s\n' '#!/bin/sh' "${@:2}" >"$1"
	chmod +x "$1"
}

@test "make names a missing library instead of failing to compile" {
	stub pkg-config 'case $* in *libpng*) exit 1 ;; esac'
	PATH=$PWD:$PATH fails 2 make -C "$ROOT" \
		O="$PWD/o" "$PWD/o/libvq.a"
	stderr_has 'libpng not found: make deps'
	not test -e o/lib
}

@test "make help lists every target" {
	make -s -C "$ROOT" help >text
	for t in deps demo check check-unit check-cmd check-cc check-san lint \
		bench install uninstall clean help; do
		grep -qE "^ .*make.* $t( |\$)" text || { echo "$t"; false; }
	done
}

@test "make deps is silent where all is there" {
	[ "$(make -s -C "$ROOT" deps 2>&1)" = '' ]
}

@test "make deps without apt says what to install" {
	machine bin sh cat
	PATH=$PWD/bin fails 1 "$ROOT/tests/deps"
	stderr_has libpng kissfft cmocka
}

@test "make deps without root or sudo gives the command" {
	machine bin sh cat tr dpkg-query
	stub bin/apt-get 'exit 1'
	stub bin/id 'echo 1000'
	PATH=$PWD/bin fails 1 "$ROOT/tests/deps"
	stderr_has 'apt-get update && apt-get install -y' bats shellcheck
}

@test "make deps uses sudo, asks only for what is missing, reports failure" {
	machine bin sh cat tr env
	stub bin/dpkg-query 'case $* in *libpng*) ;; *) printf installed ;; esac'
	for p in pkg-config gcc clang bats mandoc shellcheck clang-format \
		cppcheck flac oggenc sox; do
		stub "bin/$p" :
	done
	stub bin/id 'echo 1000'
	stub bin/sudo 'exec "$@"'
	stub bin/apt-get "echo \"\$@\" >>$PWD/calls"
	PATH=$PWD/bin clean "$ROOT/tests/deps" >said
	grep -qx 'install -y --no-install-recommends libpng-dev ' calls ||
		grep -qx 'install -y --no-install-recommends libpng-dev' calls
	stub bin/apt-get 'exit 100'
	PATH=$PWD/bin fails 1 "$ROOT/tests/deps"
	stderr_has 'could not install libpng-dev'
}

@test "flags that stay the same rebuild nothing, others do" {
	echo a | "$ROOT/tests/if-changed" f
	touch -d '2001-01-01' f
	echo a | "$ROOT/tests/if-changed" f
	[ "$(stat -c %Y f)" -lt 1000000000 ]
	echo b | "$ROOT/tests/if-changed" f
	[ "$(cat f)" = b ]
	[ "$(stat -c %Y f)" -gt 1000000000 ]
}

@test "uninstall takes away all that install put there" {
	need_plain_build
	[ -n "$(ls "$ROOT"/cmd/*.c 2>/dev/null)" ] || skip 'no commands yet'
	local to="O=${VQ_BIN%/bin} DESTDIR=$PWD/stage PREFIX=/opt/vq"
	# shellcheck disable=SC2086
	make -s -C "$ROOT" $to install
	for c in "$ROOT"/cmd/*.c; do
		c=$(basename "$c" .c)
		test -x "stage/opt/vq/bin/$c"
		test -f "stage/opt/vq/share/man/man1/$c.1"
	done
	: >stage/theirs
	# shellcheck disable=SC2086
	make -s -C "$ROOT" $to uninstall
	nothing_left stage stage/theirs
}
