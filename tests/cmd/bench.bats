#!/usr/bin/env bats
# The benchmark's table, and what it says where something is missing.  What it
# measures is no matter of tests.
load helper

table() {
	awk -v csv=table.csv -f "$ROOT/tests/bench/table.awk" \
		-f "$ROOT/tests/bench/aims.awk"
}

# section what d k threads value unit ratio note
row() { (IFS=$'\t' && printf '%s\n' "$*"); }

@test "the table computes a peer's ratio from our row of the same shape" {
	{
		row search 'nearest code' 32 1024 2 400 GFLOP/s 80.0% ''
		row search 'nearest code' 64 1024 2 800 GFLOP/s 90.0% ''
		row search '  faiss 1' 32 1024 2 20 GFLOP/s = '3 differ'
		row step 'step' 64 1024 2 10 ms '' ''
		row step '  torch' 64 1024 2 50 ms = ''
	} | table >out
	grep -qE '^  faiss 1 .* 20\.0 GFLOP/s +20\.0 x  3 differ$' out
	grep -qE '^  torch .* 50\.0 ms +5\.00 x' out
	grep -qx 'search,"  faiss 1",32,1024,2,20,GFLOP/s,20,times,"3 differ"' \
		table.csv
	grep -qx 'search,"nearest code",32,1024,2,400,GFLOP/s,0.8,share,""' \
		table.csv
}

@test "an aim is judged by the worst of its rows, and a miss is said" {
	{
		row search 'nearest code' 32 256 2 1 GFLOP/s 10.0% ''
		row search 'nearest code' 32 1024 2 400 GFLOP/s 80.0% ''
		row search 'nearest code' 64 8192 2 800 GFLOP/s 90.0% ''
		row search 'nearest code' 8 1024 2 800 GFLOP/s 71.0% ''
		row prune '  pruned' 48 1024 2 3 GFLOP/s 120.0% '0.94 of plain'
		row kmeans '  peer' 48 1024 2 3 s 0.00x ''
	} | table >out
	grep -qE '^search, d >= 32.* 85 % +80 % MISS d 32, k 1024$' out
	grep -qE '^search, d = 8.* 70 % +71 % +d 8, k 1024$' out
	grep -qE '^pruning .* 95 % +94 % MISS' out
	grep -qE '^  peer .* never' out
	grep -qE '^k-means as good as peer .* 0\.00 x MISS' out
}

@test "no line of the table is over 80 columns" {
	row search 'a name of twenty-five cha' 128 65536 2 1234.5 GFLOP/s \
		123.4% '123 % of things' | table >out
	[ "$(wc -l <out)" -ge 2 ]
	not grep -E '^.{81}' out
}

@test "make bench refuses a part that it does not have" {
	VQ_BIN=/nonexistent VQ_BENCH=/nonexistent BENCH_ONLY=search,speed \
		fails 2 "$ROOT/tests/bench/run"
	stderr_has 'no part speed'
}

@test "make bench-deps without apt names the peers" {
	mkdir bin
	for p in sh cat; do ln -s "$(command -v $p)" bin; done
	PATH=$PWD/bin fails 1 "$ROOT/tests/deps" bench-deps
	stderr_has bench-deps faiss scikit-learn torch sptk
}
