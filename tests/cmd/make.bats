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
	for t in deps demo check check-unit check-cmd check-all check-san lint \
		fuzz bench experiments models install uninstall dist deb \
		check-package clean help; do
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
		cppcheck flac oggenc sox jq parallel; do
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

@test "make deps gets sanitizers for make check alone, an arm64 for check-all" {
	machine bin sh cat tr env uname
	[ "$(uname -m)" != aarch64 ] || skip 'needs no other here'
	stub bin/dpkg-query \
		'case $* in *arm64* | *clang-rt*) ;; *) printf installed ;; esac'
	for p in pkg-config gcc clang bats mandoc shellcheck clang-format \
		cppcheck flac oggenc sox jq parallel; do
		stub "bin/$p" :
	done
	stub bin/id 'echo 0'
	stub bin/apt-get "echo \"\$@\" >>$PWD/calls"
	PATH=$PWD/bin clean "$ROOT/tests/deps" deps demo
	not test -e calls
	PATH=$PWD/bin clean "$ROOT/tests/deps" deps check >said
	grep -qE 'libclang-rt-[0-9]+-dev .*llvm' calls
	not grep -q arm64 calls
	PATH=$PWD/bin clean "$ROOT/tests/deps" deps check-all >said
	grep -E 'libc6-dev-arm64-cross.* gcc-aarch64-linux-gnu .*qemu-user' calls
}

@test "without a cross compiler the arm64 tests are one line, and no failure" {
	machine bin sh cat uname
	PATH=$PWD/bin clean "$ROOT/tests/arm64/run" >said
	[ "$(wc -l <said)" -eq 1 ]
	grep -q '^1\.\.0 # SKIP' said
}

# A tree whose only library is there once tests/deps ran.
small_tree() {
	mkdir -p cmd lib/util tests/unit tests/demo bin
	cp "$ROOT/Makefile" .
	cp "$ROOT"/tests/{*.mk,built,if-changed,run} tests
	cp -r "$ROOT/tests/completions" tests
	mkdir tests/cmd && touch tests/cmd/{dear,kernel-ref,sanitized}.list
	echo 'int main(void) { return LATE - 7; }' >cmd/vq-x.c
	echo 'const int a_one = 1;' >lib/util/a.c
	stub tests/deps 'sleep 0.5; : >installed'
	stub tests/demo/run '"$VQ_BIN/vq-x" && echo demo ran'
	stub bin/pkg-config 'test -e installed || exit 1' \
		'case $1 in --cflags) echo -DLATE=7 ;; esac'
	PATH=$PWD/bin:$PATH
}

@test "with deps among the goals all else waits for it, also with -j" {
	small_tree
	fails 2 make
	stderr_has 'libpng not found: make deps'
	make -j4 demo deps >said
	grep -qx 'demo ran' said
	rm -r installed .build
	make -j4 all deps
	.build/bin/vq-x
}

@test "a removed source file leaves the library, a new flag rebuilds" {
	small_tree
	echo 'const int b_two = 2;' >lib/util/b.c
	make deps all
	ar t .build/libvq.a | grep -qx b.o
	rm lib/util/b.c
	make
	not grep -qx b.o <(ar t .build/libvq.a)
	not make -q CFLAGS=-O1
	make CFLAGS=-O1
	[ "$(make -s CFLAGS=-O1)" = '' ]
}

@test "-flto gives a library that works without it, of gcc and of clang" {
	local cc

	small_tree
	mkdir lib/vq
	cat >lib/vq/vq_a.c <<-'END'
	int a_one(void);
	static _Thread_local int calls;
	int vq_a(void);
	extern const char place_models[] __attribute__((weak));
	int vq_a(void) { return !place_models || *place_models != '/' ?
		9 : a_one() + calls++; }
	END
	echo 'int c_gone(void); int b_none(void); int a_one(void);
	int b_none(void) { return c_gone(); } int a_one(void) { return 1; }' \
		>lib/util/a.c
	echo 'int vq_a(void); int main(void) { return vq_a() + vq_a() - 3; }' >u.c
	make deps
	for cc in gcc clang; do
		command -v $cc >/dev/null || continue
		make CC=$cc CFLAGS='-O2 -flto'
		nm .build/lib/libvq.a | awk 'NF > 1 { print $NF }' | sort >names
		diff - <(grep -vE '^(\.|_GLOBAL|__tls|calls|place_models)' names) <<<vq_a
		for other in gcc clang; do
			! command -v $other >/dev/null ||
				{ $other -o u u.c .build/lib/libvq.a && ./u; }
		done
	done
}

@test "a warning is shown, kept and counted until its cause is gone" {
	small_tree
	make deps all
	tests/built
	echo 'int b_two(int n) { return 2; }' >lib/util/b.c
	make 2>said
	grep -q 'b.c:1.*unused parameter' said
	make
	not tests/built >said
	grep -q '^# .*b.c:1.*unused parameter' said
	echo 'int b_two(void) { return' >lib/util/b.c
	fails 2 make
	stderr_has 'b.c:'
	not tests/built >said
	grep -q 'b.o: not built' said
	echo 'int b_two(void) { return 2; }' >lib/util/b.c
	make
	tests/built
}

@test "two folders give the same bytes, with all that debuggers read" {
	local f

	for f in a elsewhere/b; do
		mkdir -p "$f" && pushd "$f"
		(small_tree && PATH=$PWD/bin:$PATH && make deps all)
		popd
		sleep 1
	done
	[ -n "$(readelf --debug-dump=info a/.build/bin/vq-x)" ]
	cmp a/.build/bin/vq-x elsewhere/b/.build/bin/vq-x
	cmp a/.build/libvq.a elsewhere/b/.build/libvq.a
}

@test "install by another than the owner builds nothing" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root to be two users'
	small_tree
	make deps all
	chown -R 65534 .build
	touch cmd/vq-x.c
	make install DESTDIR="$PWD/stage" >said
	not grep -q CC said
	test -x stage/usr/local/bin/vq-x
	[ -z "$(find .build -user 0)" ]
	rm .build/bin/vq-x
	fails 2 make install DESTDIR="$PWD/stage"
	stderr_has 'run make first'
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

# tree FOLDER...: all that is there, with its kind and rights.
tree() {
	find "$@" -printf '%M %p\n' | sort
}

@test "uninstall takes away all that install put there" {
	need_plain_build
	[ -n "$(ls "$ROOT"/cmd/*.c 2>/dev/null)" ] || skip 'no commands yet'
	local to="$PWD/sta ge/opt/v q" make c m
	# MINE is what would be built first, for this PREFIX.
	make=(make -s -C "$ROOT" O="${VQ_BIN%/bin}" DESTDIR="$PWD/sta ge"
		PREFIX='/opt/v q' MINE=)
	mkdir -p 'sta ge/opt/theirs' && : >'sta ge/theirs'
	tree 'sta ge' >before
	"${make[@]}" install
	for c in "$ROOT"/cmd/*.c; do
		c=$(basename "$c" .c)
		test -x "$to/bin/$c"
		test -f "$to/share/man/man1/$c.1"
		test -f "$to/share/zsh/site-functions/_$c"
	done
	for m in "$ROOT"/data/models/*.vq; do
		[ ! -e "$m" ] || cmp "$m" "$to/share/vqtools/$(basename "$m")"
	done
	[ -z "$(find "$to" -type f -perm /022)" ]
	"${make[@]}" uninstall
	diff before <(tree 'sta ge')
}

@test "uninstall without a stage leaves nothing, nor without an installation" {
	need_plain_build
	[ -n "$(ls "$ROOT"/cmd/*.c 2>/dev/null)" ] || skip 'no commands yet'
	local make=(make -s -C "$ROOT" O="${VQ_BIN%/bin}" PREFIX="$PWD/v q"
		MINE=)
	"${make[@]}" uninstall
	(umask 027 && "${make[@]}" LIBDIR=lib/here install)
	[ -s 'v q/lib/here/pkgconfig/vq.pc' ]
	[ -z "$(find 'v q' -type f -not -perm -444)" ]
	"${make[@]}" LIBDIR=lib/here uninstall
	nothing_left
}
