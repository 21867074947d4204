#!/usr/bin/env bats
# The experiments: tiny cells of routing from end to end, and its decision rule
# on figures with known answers.  What comes out is no matter of tests.
load helper

E=$ROOT/tests/experiments
export PYTHONPATH=$E PYTHONDONTWRITEBYTECODE=1

run_tiny() {
	VQ_BIN=$VQ_BIN EXPERIMENTS_DIR=$PWD/cache EXPERIMENTS_SCALE=0.02 \
		EXPERIMENTS_FAMILY=${family:-routing} EXPERIMENTS_SEEDS=${seeds:-2} "$E/run"
}

# of ARM MEASURE: the mean, from the table of the digits, in layer 0 or none.
of() {
	awk -F '\t' -v arm="$1" -v m="$2" '$1 == arm && $4 == m { print $6; exit }' \
		cache/routing/scale-0.02/results/digits.tsv
}

@test "a cell runs from end to end, and is not run again" {
	need_numpy
	export EXPERIMENTS_ONLY=digits EXPERIMENTS_ARMS=softmax-2,vqmoe
	run_tiny 2>said >out
	grep -q '4 cells, 0 of them already there' said
	grep -q '^vqmoe, against softmax-2: ' out
	cp cache/routing/scale-0.02/cells/digits/vqmoe/1.json before
	for m in fluctuation saturation load_cv max_violation noise_flip_20 \
		valid_loss accuracy multiply_adds ari expert_rank; do
		[ -n "$(of vqmoe $m)" ] || { echo "no $m"; return 1; }
	done
	run_tiny 2>said >again
	grep -q '4 cells, 4 of them already there' said
	cmp out again
	cmp before cache/routing/scale-0.02/cells/digits/vqmoe/1.json
	[ -z "$(ls cache/routing/scale-0.02/work)" ]
}

@test "a stopped run leaves whole cells only and says how to go on" {
	need_numpy
	local pid
	# Nothing ends by itself, however slow the machine.
	EXPERIMENTS_ONLY=digits EXPERIMENTS_ARMS=softmax EXPERIMENTS_SEEDS=3 \
		EXPERIMENTS_DIR=$PWD/cache EXPERIMENTS_FAMILY=routing \
		EXPERIMENTS_SCALE=1000000 "$E/run" 2>said >out &
	pid=$!
	until [ -s cache/routing/scale-1000000/work/digits.softmax.1/model.log ] &&
		[ -s cache/routing/scale-1000000/work/digits.softmax.2/model.log ]; do
		kill -0 $pid || { cat said; false; }
		sleep 0.1
	done
	kill $pid
	not wait $pid
	cat said
	grep -q 'stopped; the same command goes on' said
	[ -z "$(ls cache/routing/scale-1000000/work)" ]
	[ ! -e cache/routing/scale-1000000/cells ]
}

@test "an experiment without its data is said and left out" {
	need_numpy
	EXPERIMENTS_ONLY=speech fails 1 run_tiny
	stderr_has 'speech: skipped: no package festvox-ru'
	EXPERIMENTS_ONLY=digits,chess fails 2 run_tiny
	stderr_has 'no experiment chess'
	EXPERIMENTS_ONLY=digits EXPERIMENTS_ARMS=oracle fails 1 run_tiny
	stderr_has 'no arm oracle'
}

@test "the decision rule holds routers against all its controls" {
	"$PYTHON" "$BATS_TEST_DIRNAME/experiments.py" "$E/routing" cache >out
	cat out
	grep -qx 'biased, against softmax: more stable here' out
	grep -qx '    task    one layer over fixed rows' out
	grep -qx 'biased, against softmax: more stable' out
	grep -qx 'stable, against softmax: no better than freezing' out
	grep -qx '    frozen  loss not below kmeans' out
	grep -qx 'cosine, against softmax: not more stable' out
	grep -qx 'vq, against softmax: not shown' out
	grep -qx '    load    max_violation +1.00' out
	grep -qx 'vqmoe, against softmax-2: not more stable' out
	grep -q '^    stable  layer 1: ' out
	grep -qx '    loss    +9.1 %' out
	grep -qx '    frozen  loss not below hash-2, random-2, kmeans-2' out
}

@test "intervals of paired differences are those of Student's t" {
	"$PYTHON" - <<-'EOT'
	import spread
	# scipy.stats.t.interval(0.95, 4, 4, sem)
	low, high = spread.interval([1, 2, 4, 4, 9])
	assert abs(low - 0.1729) < 2e-3 and abs(high - 7.8271) < 2e-3, (low, high)
	EOT
}

@test "tokenizers: words kept are counted along the best alignment" {
	PYTHONPATH=$E/tokenizers "$PYTHON" - <<-'EOT'
	import words
	said = dict(a="press one to go on".split(), b="thank you".split())
	first = dict(a="press on to go on".split(), b="thank you".split())
	then = dict(a="dress on to go".split(), b="you".split())
	right, same = words.kept(said, first, then, ["a", "b"])
	assert right == [(2, 4), (1, 2)], right
	assert same == [(3, 5), (1, 2)], same
	assert words.share(right) == 0.5
	low, high = words.interval([(1, 2)] * 9)
	assert low == high == 0.5, (low, high)
	low, high = words.interval([(0, 1), (1, 1)] * 50)
	# 0.5 -+ 1.96 * 0.5 / sqrt(100)
	assert abs(low - 0.402) < 0.025 and abs(high - 0.598) < 0.025
	EOT
}
