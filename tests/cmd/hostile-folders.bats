#!/usr/bin/env bats
# hostile-folders.bats - what somebody put into the folder of -O: links lead no
# byte elsewhere, nothing waits for a FIFO or writes to a device.
load helper

setup_file() {
	export M=$BATS_FILE_TMPDIR
	/usr/bin/python3 -c 'import numpy' 2>/dev/null || return 0
	/usr/bin/python3 "$BATS_TEST_DIRNAME/models.py" rows 4 "$M/rows.vq"
	/usr/bin/python3 -c 'import sys, numpy as np
for i in "abc":
    np.save(sys.argv[1] + "/%s.npy" % i, np.full((3, 4), ord(i), "f4"))' "$M"
}

@test "a ledger that is a link, a FIFO or a folder is refused, and kept" {
	need_numpy
	cp "$M"/*.npy .
	echo hello >victim
	mkdir o
	for to in "$PWD/victim" ../victim "$PWD/new" .; do
		ln -sfn "$to" o/.vq-done
		fails 1 timeout 20 vq-encode -m "$M/rows.vq" -O o --skip-done \
			a.npy
		stderr_has 'o/.vq-done: is a symbolic link'
	done
	[ "$(cat victim)" = hello ]
	[ ! -e new ]
	rm o/.vq-done
	mkfifo o/.vq-done
	fails 1 timeout 20 vq-encode -m "$M/rows.vq" -O o --skip-done a.npy
	stderr_has 'o/.vq-done: is not a regular file'
	[ "$(ls -A o)" = .vq-done ]
	# The folder itself is the user's to choose.
	mkdir real
	ln -s real link
	vq-encode -q -m "$M/rows.vq" -O link --skip-done a.npy
	[ -f real/.vq-done ]
}

@test "a lock that is a link or a FIFO is refused" {
	need_numpy
	cp "$M"/*.npy .
	vq-encode -m "$M/rows.vq" a.npy >codes
	echo hello >victim
	for to in victim new; do
		ln -sf "$to" .s.lock
		fails 1 timeout 20 vq-stats --state s codes
		stderr_has '.s.lock' 'is a symbolic link'
	done
	[ "$(cat victim)" = hello ]
	[ ! -e new ]
	ln -f victim .s.lock
	vq-stats --state s codes
	[ "$(cat victim)" = hello ]
	rm .s.lock s
	mkfifo .s.lock
	fails 1 timeout 20 vq-stats --state s codes
	stderr_has '.s.lock' 'is not a regular file'
}

@test "a FIFO, a socket or a device below -O is named, and the rest is done" {
	need_numpy
	cp "$M"/*.npy .
	vq-encode -m "$M/rows.vq" -O want a.npy c.npy
	mkdir o
	mkfifo o/b.npy.codes
	for how in '' -f --skip-done; do
		# shellcheck disable=SC2086 # options
		fails 1 timeout 20 vq-encode -m "$M/rows.vq" -O o $how \
			a.npy b.npy c.npy
		stderr_has 'b.npy: o/b.npy.codes: is not a regular file'
		[ -p o/b.npy.codes ]
		cmp want/a.npy.codes o/a.npy.codes
		cmp want/c.npy.codes o/c.npy.codes
		rm -f o/[ac].npy.codes
	done
	"$PYTHON" -c 'import socket
socket.socket(socket.AF_UNIX).bind("o/c.npy.codes")'
	fails 1 timeout 20 vq-encode -f -m "$M/rows.vq" -O o c.npy
	stderr_has 'o/c.npy.codes: is not a regular file'
	# What the user names is written as ever.
	mkfifo back
	timeout 20 cat back >got &
	timeout 20 vq-encode -m "$M/rows.vq" -o back a.npy
	wait $!
	cmp got want/a.npy.codes
}
