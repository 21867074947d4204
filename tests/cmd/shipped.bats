#!/usr/bin/env bats
# The models in data/models: what they say of themselves, and that they keep it.
# And how they are made: tests/models/run, on little data.
load helper

# of KEY MODEL: what the model says of itself.
of() {
	vq-stats --list --json "$2" | "$PYTHON" -c '
import json, sys
print(json.load(sys.stdin)["records"][0]["metadata"][sys.argv[1]])' "$1"
}

# all FOLDER: the models there; skips where there is none.
all() {
	models=("$1"/*.vq)
	[ -e "${models[0]}" ] || skip 'no models'
}

# says_all MODEL: what a model that comes with the commands must say.
says_all() {
	local key
	for key in seed about.command about.data about.licence about.test \
		about.quality held_error; do
		[ -n "$(of $key "$1")" ] || { echo "$1: $key"; return 1; }
	done
	[ "$(stat -c %s "$1")" -le 3000000 ]
	vq-stats --list "$1" | grep -q ' F16 '
}

# near A,B,... C,D,...: numbers that differ by rounding of samples at most.
near() {
	"$PYTHON" - "$@" <<-'EOF'
	import sys
	a, b = [[float(x) for x in t.split(",")] for t in sys.argv[1:3]]
	print(a, b)
	sys.exit(len(a) != len(b) or any(abs(x - y) > 0.02 for x, y in zip(a, b)))
	EOF
}

# keeps MODEL NAME: by its name it does on data/ what it says.
keeps() {
	local line samples stages measures=(psnr_db ssim) work=$PWD/work
	read -ra samples <<<"$(of about.samples "$1")"
	IFS=, read -ra stages <<<"$(of about.stages "$1")"
	[ "$(of media "$1")" != audio ] || measures=(log_spectral_distance_db)
	. "$ROOT/tests/models/figures.sh"
	(cd "$DATA" && figures samples "$2" "${samples[0]%%/*}" \
		"${samples[@]}") >"$work.said"
	while read -r line; do
		near "${line#*=}" "$(of "about.${line%%=*}" "$1")"
	done <"$work.said"
}

@test "every model says what it is, in 3 MB at most" {
	all "$DATA/models"
	for m in "${models[@]}"; do
		says_all "$m"
		vq-encode --list-models | grep "^$(basename "$m" .vq) "
	done
}

@test "every model does on the samples what it says, found by its name" {
	all "$DATA/models"
	need_plain_build
	for m in "${models[@]}"; do
		keeps "$m" "$(basename "$m" .vq)"
	done
}

@test "every model has its codes in use on the samples, as vq-stats judges" {
	local files

	all "$DATA/models"
	for m in "${models[@]}"; do
		files=("$DATA"/images/*.png)
		[ "$(of media "$m")" != audio ] || files=("$DATA"/speech/*.wav)
		vq-encode -m "$m" "${files[@]}" | vq-stats -q -o report -f \
			--fail-if 'min(stages[].perplexity) < 50' \
			--fail-if 'max(stages[].top_share) > 0.6' \
			--fail-if 'failed_items > 0'
		[ "$(grep -c 'does not hold' report)" -eq 3 ]
	done
}

# A little of data/ where tests/models/run looks for what to train on.
little_data() {
	mkdir -p place/{photos,speech}/train place/photos/test \
		place/speech/russian to/models
	cp "$DATA"/images/{brick,coffee}.png place/photos/train
	cp "$DATA"/images/camera.png place/photos/test
	cp "$DATA"/speech/austen-0880.wav place/speech/train
	cp "$DATA"/speech/austen-0930.wav place/speech/russian
	printf 'file\tbytes\nmodels/image-8x8.vq\t1\nx\t2\n' >to/MANIFEST.tsv
}

make_models() {
	MODELS_DIR=$PWD/cache MODELS_DATA=$PWD/place MODELS_TO=$PWD/to/models \
		VQ_BIN=$VQ_BIN "$ROOT/tests/models/run" "$@" -- --width 8 \
		--depth 0+1 -s 3 -k 32 -b 64 --crop 8 -q
}

@test "models are made from recipes, with their figures and a row in the list" {
	need_plain_build
	little_data
	make_models 2>said
	all to/models
	[ ${#models[@]} -ge 2 ]
	for m in "${models[@]}"; do
		says_all "$m"
		VQ_MODEL_PATH=$PWD/to/models keeps "$m" "$(basename "$m" .vq)"
		grep -q "^models/$(basename "$m")	$(stat -c %s "$m")	" \
			to/MANIFEST.tsv
	done
	[ "$(grep -c image-8x8 to/MANIFEST.tsv)" -eq 1 ]
	grep -q '^x' to/MANIFEST.tsv
	[ "$(of about.data to/models/image-8x8.vq)" = \
		'2 photographs of the game Endless Sky' ]
}

@test "a model that was trained is not trained again" {
	need_plain_build
	little_data
	make_models image-8x8 2>said
	cp to/models/image-8x8.vq before.vq
	rm to/models/image-8x8.vq place/photos/train/brick.png
	make_models image-8x8 2>said
	not grep -q vq-train said
	cmp before.vq to/models/image-8x8.vq
	fails 2 make_models no-such
	stderr_has 'image-8x8 speech-16k'
}

@test "models whose data are not there are said and left out" {
	little_data
	rm -r place/speech
	fails 1 make_models
	stderr_has 'speech-16k: no ' 'make experiments-deps'
	test -e to/models/image-8x8.vq
}
