#!/usr/bin/env bats
# The experiments: tiny cells from end to end, and the decision rule of routing
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
	EXPERIMENTS_ONLY=digits EXPERIMENTS_DIR=$PWD/cache \
		EXPERIMENTS_FAMILY=routing EXPERIMENTS_SCALE=1000 "$E/run" 2>said >out &
	pid=$!
	until [ -e cache/routing/scale-1000/work/digits.softmax.1/model.log ]; do
		kill -0 $pid
		sleep 0.1
	done
	kill $pid
	not wait $pid
	grep -q 'stopped; the same command goes on' said
	[ -z "$(ls cache/routing/scale-1000/work)" ]
	[ ! -e cache/routing/scale-1000/cells ]
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

# small_packages FOLDER: what data/ has, as the packages of the experiments.
small_packages() {
	local land=$1/endless-sky-data/usr/share/games/endless-sky/images/land
	local doc=$1/endless-sky-data/usr/share/doc/endless-sky-data i
	local fashion=$1/dataset-fashion-mnist/usr/share/datasets/fashion-mnist
	local wav=$1/festvox-ru/usr/share/festival/voices/russian/msu_ru_nsh_clunits/wav
	mkdir -p "$land" "$doc" "$fashion" "$wav"
	pngtopnm "$DATA/images/chelsea.png" >cat.ppm 2>/dev/null
	for i in {0..8} {0..8}-sfiera; do
		pamcut -left $((20 * ${i%-*})) -width 96 -height 80 cat.ppm |
			cjpeg >"$land/city$i.jpg"
	done
	cp "$land/city1.jpg" "$land/dune1.jpg"
	cp "$land/city2.jpg" "$land/forest1.jpg"
	cat >"$doc/copyright" <<-EOT
	Files: images/*
	License: CC-BY-SA-4.0

	Files: images/land/*
	License: public-domain
	 With a remark on CC-BY-SA.

	Files: images/land/*-sfiera*
	License: CC-BY-SA-4.0

	Files:
	 images/land/city1*
	License: public-domain
	EOT
	for i in train:train test:t10k; do
		cp "$DATA/digits/fashion-${i%:*}-images-idx3-ubyte.gz" \
			"$fashion/${i#*:}-images-idx3-ubyte.gz"
	done
	for i in {0..8}; do
		cp "$DATA/speech/austen-0870.wav" "$wav/$i.wav"
	done
}

@test "quantizers: cells of every experiment run from end to end" {
	need_plain_build # the commands have their own sanitized tests
	need_numpy
	type djpeg cjpeg pngtopnm pnmtopng >/dev/null ||
		skip 'no djpeg or pnmtopng: make experiments-deps'
	small_packages cache/packages
	export EXPERIMENTS_VECTORS=0.03125
	local arms='vq_random_1k,simvq_kmeans_1k_net,frozen-bias_5_0.01,simvq'
	arms+=',kmeans,vq_random_4k'
	family=quantizers seeds=1
	EXPERIMENTS_ARMS=$arms run_tiny 2>said >out || { cat said; return 1; }
	grep -q 'photographs: 9 train, 1 valid, 1 held' said
	grep -q '12 cells, 0 of them already there' said
	not grep -q failed said
	grep -q '^photographs, random start, equal rate' out
	local of=cache/quantizers/scale-0.02/results
	for f in shifted fashion photos speech stale rescue across; do
		awk -F '\t' '$2 == "held" && $6 > 0 && $(NF) ~ /^-s / { n++ }
			END { exit !n }' "$of/$f.tsv" || { echo "$f"; return 1; }
	done
	for f in stale rescue; do
		awk -F '\t' '$2 == "held" && $15 > 0 { n++ } END { exit !n }' \
			"$of/$f.tsv" || { echo "$f"; return 1; }
	done
	EXPERIMENTS_ARMS=$arms run_tiny 2>said >again
	grep -q '12 cells, 12 of them already there' said
	cmp out again
}

@test "tokenizers: models and peers stand in one table" {
	need_plain_build # the commands have their own sanitized tests
	need_numpy
	type djpeg cjpeg pngtopnm pnmtopng >/dev/null ||
		skip 'no djpeg or pnmtopng: make experiments-deps'
	small_packages cache/packages
	vq-train -q -k 256 -s 5 -o mine.vq "$DATA/images/coffee.png"
	vq-train -q -n none -k 64 -s 5 --context 2 -o less.vq \
		"$DATA/images/coffee.png"
	EXPERIMENTS_MODELS=photos:mine=$PWD/mine.vq+--beam=2
	EXPERIMENTS_MODELS+=,photos:less=$PWD/less.vq@0:0.02
	export EXPERIMENTS_MODELS
	local arms=jpeg,kmeans-1k,kmeans-2k,mine,less
	family=tokenizers
	EXPERIMENTS_ARMS=$arms run_tiny 2>said >out || { cat said; return 1; }
	grep -q 'photographs: 10 to train on, 1 held out' said
	grep -q 'speech: skipped: no package asterisk-core-sounds-en' said
	grep -q '5 cells, 0 of them already there' said
	local tsv=cache/tokenizers/scale-0.02/results/photos.tsv
	# Nominal bits a pixel, of whole patches; packed they are fewer.
	awk -F '\t' '$1 == "samples" && $2 == "kmeans-1k" {
		if ($4 < 0.156 || $4 > 0.158 || $5 > $4) exit 1
		n++
	} $1 == "samples" && $2 == "mine" { n++ } END { exit n != 2 }' "$tsv"
	# The same model by --lambda: as many codes, in fewer bits.
	awk -F '\t' '$1 == "samples" && $2 == "less" {
		if (n++ && ($3 != 0.02 || $4 != nominal || $5 >= size)) exit 1
		nominal = $4
		size = $5
	} END { exit n != 2 }' "$tsv"
	EXPERIMENTS_ARMS=$arms run_tiny 2>said >again
	grep -q '5 cells, 5 of them already there' said
	cmp out again
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
