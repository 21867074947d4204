#!/usr/bin/env bats
# The experiments on quantizers and tokenizers: tiny cells from end to end.  What
# comes out is no matter of tests.
load helper

E=$ROOT/tests/experiments
export PYTHONPATH=$E PYTHONDONTWRITEBYTECODE=1

run_tiny() {
	VQ_BIN=$VQ_BIN EXPERIMENTS_DIR=$PWD/cache EXPERIMENTS_SCALE=0.02 \
		EXPERIMENTS_FAMILY=${family:-routing} EXPERIMENTS_SEEDS=${seeds:-2} "$E/run"
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
