#!/usr/bin/env bats
# faults.bats - a part of "make faults": calls that fail, in every command.
load helper

sweep() {
	"$PYTHON" "$ROOT/tests/faults/sweep.py" "$@"
}

setup_file() {
	need_plain_build # ASan wants to be the first library
	export VQ_BIN
	export FAULT_SO=$BATS_FILE_TMPDIR/fault.so
	"${CC:-cc}" -std=c17 -D_GNU_SOURCE -pthread -O2 -fPIC -shared \
		-o "$FAULT_SO" "$ROOT"/tests/faults/*.c -ldl
}

@test "calls that fail, once or for good, end well or in an error" {
	sweep --sample 500
}

# libsndfile takes a read that failed for the end of the file.
@test "no read error of a sound gives another sound" {
	sweep --job encode-o --fault read
}

@test "the sweep sees a command that does not mind" {
	mkdir bin
	for c in "$VQ_BIN"/*; do
		ln -s "$c" bin
	done
	rm bin/vq-decode
	cat >bin/vq-decode <<-'END'
		#!/bin/sh
		[ -z "$FAULT" ] || { echo x >x.npy; exit 0; }
		exec "$REAL/vq-decode" "$@"
	END
	chmod +x bin/vq-decode
	export REAL=$VQ_BIN
	VQ_BIN=$PWD/bin not sweep --job decode-npy --fault write \
		--at 1 >said
	grep -q 'BAD decode-npy write 1: x.npy is not what it should be' said
}
