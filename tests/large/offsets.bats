#!/usr/bin/env bats
# offsets.bats - what lies behind 4 GiB, in files that are mostly holes: `make
# check-large`.
LARGE=$BATS_TEST_DIRNAME
BATS_TEST_DIRNAME=$(cd "$BATS_TEST_DIRNAME/../cmd" && pwd)
load helper
load ready

setup_file() {
	stock_up
}

sparse() {
	"$PYTHON" "$LARGE/sparse.py" "$@" || skip 'no sparse file of that size'
}

@test "a record behind 4 GiB of one that is refused" {
	sparse behind 1100000 in
	vq-stats --list in >list
	[ "$(grep -c . list)" -eq 2 ]
	fails 1 vq-encode -m "$STOCK/rows.vq" --index tsv -o codes in
	stderr_has 'vq-encode: wide: rows of 4096 numbers'
	[ "$(cut -f 1 tsv)" = second ]
	vq-decode -m "$STOCK/rows.vq" --format raw codes | od -An -tf4 >got
	"$PYTHON" -c 'got = [float(v) for v in open("got").read().split()]
want = [min(i, 4 + 1 / 63) for i in range(1, 9)]
assert all(abs(a - b) < 1e-2 for a, b in zip(got, want)), got'
	fails 1 moe-route -m "$STOCK/gate.npy" -o routes in
	vq-stats -q --json routes | grep -q '"tokens": 2,'
}

@test "more than 4 GiB of rows: .npy, raw, by a pipe, there and back" {
	sparse model 4096 m
	sparse npy 1100000 4096 in.npy
	vq-encode -q -m m --npy -o a in.npy
	[ "$(tail -c +129 a | wc -c)" -eq 1100000 ]
	tail -c +129 in.npy | vq-encode -q -m m --raw u8:4096 --npy -o b
	cmp a b
	rm in.npy
	[ "$(vq-decode -q -m m --format raw:u8 a | wc -c)" -eq 4505600000 ]
}

@test "more than 4 G codes, the last of them another one" {
	sparse codes 4400000000 in
	vq-stats -q --json in >json
	grep -q '"tokens": 4400000000,' json
	grep -q '"used": 2,' json
}
