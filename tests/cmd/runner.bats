#!/usr/bin/env bats
# tests/run counts right: no failure gets lost, and nothing run is a failure.
load helper

program() { # NAME LINE...: prints the lines of a script into a program
	printf '%s\n' '#!/bin/sh' "${@:2}" >"$1"
	chmod +x "$1"
}

ends_with() { # LINE STATUS ITEM...
	local status=0 last
	"$ROOT/tests/run" "${@:3}" >out 2>&1 || status=$?
	last=$(tail -n 1 out)
	[ "$last" = "$1" ] && [ "$status" -eq "$2" ] && return
	cat out
	return 1
}

@test "passed, failed and skipped are counted over all items" {
	program a 'echo 1..2; echo ok 1 - x; echo "ok 2 - y # SKIP no"'
	program b 'echo 1..2; echo ok 1; echo not ok 2 - reason; exit 1'
	ends_with '1 passed, 0 failed, 1 skipped' 0 a
	ends_with '2 passed, 1 failed, 1 skipped' 1 a b
	grep -q 'not ok 2 - reason' out
}

@test "what cmocka calls a skipped test is not a failure" {
	program a 'echo 1..2; echo ok 1 - x; echo not ok 2 "#" SKIP y'
	ends_with '1 passed, 0 failed, 1 skipped' 0 a
}

@test "a crash, a silent program and a missing one are failures" {
	program crash 'echo 1..3; echo ok 1; kill -SEGV $$'
	program silent 'exit 0'
	program bad 'echo 1..1; echo ok 1; exit 7'
	ends_with '1 passed, 2 failed' 1 crash
	ends_with '0 passed, 1 failed' 1 silent
	ends_with '1 passed, 1 failed' 1 bad
	ends_with '0 passed, 1 failed' 1 absent
}

@test "no items at all is a failure" {
	ends_with '0 passed, 0 failed' 1
}

@test "a program that hangs is ended" {
	program slow 'echo 1..1; exec sleep 60'
	TEST_LIMIT=1 ends_with '0 passed, 1 failed' 1 slow
	grep -q 'over 1 seconds' out
}

@test "a setting before an item is for that item alone" {
	program a 'echo 1..1; [ "$COLOUR" = red ] && echo ok 1 || echo not ok 1'
	ends_with '1 passed, 0 failed' 0 COLOUR=red:a
	ends_with '1 passed, 1 failed' 1 COLOUR=red:a a
	program b 'echo 1..1; [ "$COLOUR$VQ_BIN" = blue/san ] &&' \
		'[ "$VQ_SANITIZED" ] && echo ok 1 || echo not ok 1'
	VQ_SAN_BIN=/san ends_with '1 passed, 0 failed' 0 \
		VQ_SANITIZED=1:COLOUR=blue:b
	grep -q 'b,sanitized,COLOUR=blue' out
}

@test "what a list names begins first, seconds are left beside the counts" {
	program a 'echo a >>began; echo 1..1; echo ok 1'
	program b 'echo b >>began; echo 1..1; echo ok 1'
	program c 'echo c >>began; echo 1..1; echo ok 1'
	printf '%s\n' '# comment' ' 9.5 c' '   7 gone' '  2 b,COLOUR=red' >list
	ends_with '4 passed, 0 failed' 0 -j 1 -o list -r counts a b COLOUR=red:b c
	[ "$(xargs <began)" = 'c b a b' ]
	[ "$(cat counts)" = '4 0 0' ]
	[ "$(awk '$1 >= 0 { print $2 }' counts.seconds | sort | xargs)" = \
		'a b b,COLOUR=red c' ]
}

@test "a report of a sanitizer fails a program that looked away" {
	[ -z "${VQ_SANITIZED:-}" ] || skip 'inside a sanitized run'
	cat >over.c <<-'END'
	#include <stdlib.h>
	int main(int argc, char *argv[])
	{
		char *p = malloc(1);
		if (argc > 1)
			return p[argc] = *argv[0];
		int top = 0x7fffffff;
		return (top += argc) < 0;
	}
	END
	gcc -g -fsanitize=address,undefined -fsanitize-undefined-trap-on-error \
		-o over over.c
	program heap './over 1 2>/dev/null; echo 1..1; echo ok 1'
	program shift './over 2>/dev/null; echo 1..1; echo ok 1'
	ends_with '2 passed, 2 failed' 1 -s heap shift
	grep -q 'over.c:6' out
	grep -q 'over.c:8' out
}

@test "sums count a part that did not run as failed" {
	echo 5 0 1 >unit
	echo 7 2 0 >cmd
	ends_with '5 passed, 0 failed, 1 skipped' 0 -t unit
	ends_with '12 passed, 2 failed, 1 skipped' 1 -t unit cmd
	ends_with '5 passed, 1 failed, 1 skipped' 1 -t unit lint
}
