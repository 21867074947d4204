#!/usr/bin/env bats
# soak.bats - what make soak judges by sees what grows.
load helper

watch() {
	"$PYTHON" "$ROOT/tests/soak/watch.py" "$@"
}

stream() {
	"$PYTHON" "$ROOT/tests/soak/stream.py" "$@"
}

# growing HOW: a process that does so twenty times a second; then watched.
growing() {
	local status=0
	exec 5< <(exec "$PYTHON" -uc "import sys, time
print()
kept = []
for i in range(200):
    $1
    time.sleep(0.05)")
	pid=$!
	read -r _ <&5
	watch 2 "it=$pid" >told || status=$?
	kill $pid
	exec 5<&-
	return $status
}

@test "what does not grow is flat" {
	growing 'kept = [b"x" * 100000]'
	grep -q '^it .* +0 descriptors, +0 threads: flat$' told
	[ "$(grep -c '^ *[0-9]* *[0-9]*/[0-9]*/1$' told)" -ge 9 ]
}

@test "memory, descriptors and threads that grow are not" {
	not growing 'kept.append(bytearray(300000))'
	grep -q 'NOT FLAT' told
	not growing 'kept.append(open("/dev/null"))'
	grep -q 'NOT FLAT' told
	not growing 'import threading
    kept.append(threading.Timer(9, print)); kept[-1].start()'
	grep -q 'NOT FLAT' told
}

@test "what ends before its time is not flat" {
	sleep 0.5 &
	not watch 3 it=$! >told
	grep -q 'it ended' told
}

@test "an endless stream is its file again and again, or it is told where not" {
	head -c 5000 /dev/urandom >want
	head -c 5000 /dev/urandom >other
	cat want want want | stream same want times
	[ "$(cat times)" = 3 ]
	fails 1 sh -c 'cat want want other | "$0" "$1" same want times' \
		"$PYTHON" "$ROOT/tests/soak/stream.py"
	stderr_has 'want: time 2 differs'
	set +o pipefail
	stream feed want 0 | head -c 15000 | stream same want times
	[ "$(cat times)" = 3 ]
}

@test "a time that is none is refused" {
	for t in '' 0 5 20x -1 1.5h; do
		fails 2 "$ROOT/tests/soak/run" "$t"
		stderr_has 'usage:'
	done
}
