#!/usr/bin/env bats
# The helpers of these tests can go red.
load helper

@test "fails wants the right status and words" {
	fails 3 sh -c 'echo sorry, row 7 >&2; exit 3'
	stderr_has sorry 'row 7'
	not stderr_has 'row 8'
	not fails 3 sh -c 'exit 3'
	not fails 3 sh -c 'echo sorry >&2; exit 2'
	not fails 1 sh -c 'echo fine >&2'
}

@test "not refuses success" {
	not false
	local status=0
	not true || status=$?
	[ "$status" -eq 1 ]
}

@test "fails keeps what it saw inside a pipeline" {
	echo x | fails 1 sh -c 'cat; echo broken >&2; exit 1'
	stderr_has broken
	output_is 'x
'
	not output_is x
}

@test "clean passes stdout on and objects to status and stderr" {
	[ "$(clean echo data)" = data ]
	not clean sh -c 'echo note >&2'
	not clean false
}

@test "nothing_left sees files and spools" {
	nothing_left
	mkdir d
	: >d/f
	nothing_left d d/f
	not nothing_left d
	not nothing_left d d/f g
	: >"$TMPDIR/spool"
	not nothing_left d d/f
}

@test "slow_cat gives one byte a read" {
	printf 'some words' >f
	slow_cat f | "$PYTHON" -c '
import os
n = 0
while (b := os.read(0, 65536)):
    assert len(b) == 1
    n += 1
assert n == 10'
}

pipe_that_breaks() {
	false | cat
}

@test "a failure inside a pipeline is a failure" {
	not pipe_that_breaks
}

@test "peak_kb measures and hands the status on" {
	peak_kb true
	[ "$(cat "$PEAK")" -lt 40000 ]
	peak_kb "$PYTHON" -c 'bytearray(100 << 20)'
	[ "$(cat "$PEAK")" -gt 100000 ]
	not peak_kb false
}
