#!/usr/bin/env bats
# vq-stats on streams that are long, and on those that are still growing.
load helper

# codes N [COLS [CODE]]: a stream of N rows of U16 codes below 1,000 in records
# of up to 8 MiB, one item; the last row has CODE.
codes() {
	need_numpy
	/usr/bin/python3 "$BATS_TEST_DIRNAME/follow.py" codes "$@"
}

@test "long streams give the same figures for every -j" {
	codes 9000000 >long
	for j in 1 2 4; do
		vq-stats --json -j $j <long >$j.json
	done
	cmp 1.json 2.json && cmp 1.json 4.json
	[ "$(jq .tokens 1.json)" = 9000000 ]
	[ "$(jq .used 1.json)" = 1000 ]
}

@test "a code outside is named in a long stream for every -j" {
	codes 9000000 1 1000 >bad
	codes 10 >good
	for j in 1 2; do
		fails 1 vq-stats -j $j --json bad good
		stderr_has 'long: row 8999999, column 0: code 1000 is not below'
		cp "$OUT" $j.json
	done
	cmp 1.json 2.json
	[ "$(jq .failed_items 1.json)" = 1 ]
	[ "$(jq .item_count 1.json)" = 1 ]
}

@test "memory stays flat for long streams" {
	need_plain_build
	codes 20000000 | peak_kb vq-stats >short
	few=$(cat "$PEAK")
	codes 80000000 | peak_kb vq-stats >long
	many=$(cat "$PEAK")
	echo "$few KiB, $many KiB"
	grep -q 'N = 80,000,000' long
	((many < 80000 && many < few + 4000))
}
