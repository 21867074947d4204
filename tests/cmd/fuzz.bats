#!/usr/bin/env bats
# fuzz.bats - what make fuzz says where it cannot run, and that a replay which
# breaks is a failure.
load helper

@test "without libFuzzer make fuzz is one line, and no failure" {
	printf '#!/bin/sh\nexit 1\n' >cc && chmod +x cc
	cd "$ROOT"
	CC=$BATS_TEST_TMPDIR/cc tests/fuzz/run png >"$BATS_TEST_TMPDIR/said"
	grep -qx 'skipped: .* has no libFuzzer (make fuzz-deps)' \
		"$BATS_TEST_TMPDIR/said"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/said")" = 1 ]
}

@test "a time that is none is refused" {
	cd "$ROOT"
	TIME=1h fails 2 tests/fuzz/run png
	stderr_has 'TIME=1h'
	TIME=1h fails 2 tests/fuzz/afl png
	stderr_has 'TIME=1h'
}

@test "without AFL++ make fuzz-afl is one line, and no failure" {
	mkdir bin
	ln -s "$(command -v bash)" bin
	(cd "$ROOT" && PATH=$BATS_TEST_TMPDIR/bin tests/fuzz/afl png) >said
	[ "$(cat said)" = 'skipped: AFL++ is not here (make fuzz-deps)' ]
}

@test "make fuzz-deps without apt says what is needed" {
	mkdir bin
	for p in sh cat cut; do ln -s "$(command -v $p)" bin; done
	PATH=$PWD/bin fails 1 "$ROOT/tests/deps" fuzz-deps
	stderr_has fuzz-deps libFuzzer
}

@test "a replay names the file that breaks its target" {
	cat >t.c <<-'END'
		#include "fuzz.h"
		struct input *input_open(const char *path, struct err *e)
		{ (void)path; (void)e; return NULL; }
		int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
		{ FUZZ_HOLDS(!size || data[0] != 'x'); return 0; }
	END
	cc -std=c17 -D_GNU_SOURCE -I"$ROOT/lib" -I"$ROOT/tests/fuzz" t.c \
		"$ROOT/tests/fuzz/replay.c" -o t
	not ./t >said
	grep -q 'corpus/t: no files' said
	mkdir -p tests/fuzz/corpus/t
	echo A >tests/fuzz/corpus/t/a
	: >tests/fuzz/corpus/t/b
	./t >said
	[ "$(grep -c '^ok ' said)" = 2 ]
	echo y >tests/fuzz/corpus/t/c
	not ./t >said 2>words # y with a bit turned
	grep -qx '# tests/fuzz/corpus/t/c' said
	echo x >tests/fuzz/corpus/t/c
	not ./t >said 2>words
	grep -qx '# tests/fuzz/corpus/t/c' said
	grep -q "data\[0\] != 'x'" words
	not ./t missing >said
	grep -q '^not ok 1 - missing: cannot be read' said
}
