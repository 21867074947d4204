#!/usr/bin/env bats
# stats-drift.bats - vq-stats --against: the drift of usage and the churn of
# codes.
load helper

drift() {
	"$PYTHON" "$BATS_TEST_DIRNAME/drift.py" "$@"
}

# held OLD NEW: every figure of --against is NumPy's.
held() {
	vq-stats -q --json --against "$1" "$2" >json
	drift against json "$1" "$2"
}

member() { # EXPRESSION of s, the report in the file json
	"$PYTHON" -c 'import json, sys
s = json.load(open("json"))
print(eval(sys.argv[1]))' "$1"
}

@test "usage drift and churn are NumPy's and SciPy's" {
	need_numpy
	while read -r n k columns share; do
		drift write old "$n" "$k" "$columns" 1
		drift write new "$n" "$k" "$columns" 1 "$share"
		held old new
		held new old
	done <<-END
		5000 64 1 0.3
		5000 64 3 0.1
		3000 256 2 1
		4000 65536 2 0.5
		4000 70000 1 0.5
		300 1 1 0.5
		4 262144 1 1
	END
	drift write old 3000 64 2 1
	held old old
	[ "$(member '[s["against"][k] for k in ("agreement", "churn",
		"js_distance", "population_stability_index")]')" = \
		'[1.0, 0.0, 0.0, 0.0]' ]
}

@test "codebooks of other sizes and tokens: usage alone, and that is said" {
	need_numpy
	drift write old 3000 64 2 1
	drift write new 6000 128 2 2
	fails 1 vq-stats --against old new
	stderr_has 'item 0: against old: more tokens than the 1000 of item 0'
	drift write new 3000 128 2 2
	vq-stats --json --against old new >json 2>said
	drift against json old new
	grep -q 'stage 0 has 128 codes, but OLD has 64' said
}

@test "items of one side are counted and named; usage is of all" {
	need_numpy
	drift write a 3000 64 1 1
	drift write b 3000 64 1 2
	sed 's/item 2/item 3/' b >c
	vq-stats --json --against a c >json 2>said
	drift against json a c
	grep -q '1 items of a were not compared: item 2' said
	grep -q '1 items are not in a' said
	vq-stats --against a c 2>said >text
	grep -q 'against a (codes): 2 items on both sides, N = 1000, 1 item new, 1' \
		text
}

@test "arrays without names belong together in order; packed codes are codes" {
	need_numpy
	drift write old 3000 64 1 1
	"$PYTHON" -c 'import sys; sys.path.insert(0, sys.argv[1])
import numpy as np
from drift import items
np.save("old.npy", np.concatenate(list(items("old")[0].values())))' \
		"$BATS_TEST_DIRNAME"
	vq-stats -q --json --against old.npy old.npy >json
	[ "$(member 's["against"]["agreement"]')" = 1.0 ]
	cp old.npy same.npy
	vq-stats -q --json --against - old.npy <same.npy >json
	[ "$(member 's["against"]["agreement"]')" = 1.0 ]
	vq-encode -m image-8x8 --pack "$DATA"/images/brick.png >packed
	vq-encode -m image-8x8 "$DATA"/images/brick.png >plain
	vq-stats -q -m image-8x8 --json --against packed plain >json
	[ "$(member 's["against"]["agreement"]')" = 1.0 ]
}

@test "what cannot be compared is named" {
	need_numpy
	drift write old 3000 64 1 1
	drift write wide 3000 64 2 1
	fails 1 vq-stats --against wide old
	stderr_has 'item 0: against wide: 1 columns of codes, but wide has 2'
	fails 1 vq-stats --against nowhere old
	stderr_has '--against: nowhere: '
	head -c 500 old >broken
	fails 1 vq-stats --against broken old
	stderr_has '--against: broken: '
	"$PYTHON" -c 'import numpy as np; np.save("x.npy", np.zeros((9, 4), "f4"))'
	fails 1 vq-stats --against x.npy old
	stderr_has '--against: x.npy: ' 'no codes and no routes'
	fails 1 vq-stats --against old x.npy
	stderr_has 'old: --against: these are codes, and none came'
}

@test "TSV has the figures as lines of their own" {
	need_numpy
	drift write old 3000 64 2 1
	drift write new 3000 64 2 1 0.5
	vq-stats -q --tsv --against old new | awk -F '\t' '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$1 ~ /^against/ { print $1, $at["stage"], $at["compared"] }' >got
	printf '%s\n' 'against  3000' 'against_stage 0 3000' \
		'against_stage 1 3000' | diff - got
}
