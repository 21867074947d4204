#!/usr/bin/env bats
# stats-against-models.bats - vq-stats --against with a model: which code is
# which, by NumPy; what of latents is the same; what cannot be compared.
load helper

setup_file() {
	export S=$BATS_FILE_TMPDIR
	need_numpy
	old make "$S"
	"$PYTHON" -c 'import sys, numpy as np
r = np.random.default_rng(1)
np.save(sys.argv[1] + "/x.npy", r.normal(size=(3000, 6)).astype("f4"))
np.save(sys.argv[1] + "/y.npy", 1.3 * r.normal(size=(3000, 6)).astype("f4"))' \
		"$S"
	cd "$S" || return
	vq-train -q -k 32 -s 20 -b 256 -o first.vq x.npy
	vq-train -q --continue first.vq -s 20 -b 256 -o second.vq y.npy
	vq-train -q --continue first.vq -k 64 -s 20 -b 256 -o larger.vq y.npy
	vq-encode -q -m first.vq -o codes x.npy
}

old() {
	"$PYTHON" "$BATS_TEST_DIRNAME/model_old.py" "$@"
}

# of KEY...: these of the first table that was compared.
of() {
	"$PYTHON" -c 'import json, sys
t = json.load(open("json"))["against"]["models"][0]["tables"][0]
print(*(t[k] for k in sys.argv[1:]))' "$@"
}

@test "every figure is NumPy's, for tables of any sizes and many models" {
	cd "$S"
	for new in a one nudged equal grown permuted cut other flat; do
		vq-stats -q --json --against a $new >json
		old against json a $new
	done
	for was in flat other grown equal; do
		vq-stats -q --json --against $was cut a >json
		old against json $was a
	done
	vq-stats -q --json --against three two >json 2>said
	old against json three two
	grep -q 'two has 2 stages, but OLD has 3: those of one alone are' json
}

@test "itself, other numbers, one code moved, more codes" {
	cd "$S"
	vq-stats -q --json --against a a >json
	[ "$(of matched_distance mutual moved_most same)" = '0.0 1.0 0.0 1.0' ]
	vq-stats -q --json --against a permuted >json
	[ "$(of matched_distance mutual)" = '0.0 1.0' ]
	vq-stats -q --fail-if 'against.models[0].tables[0].moved_distance < 0.9' \
		--against a permuted >text
	vq-stats -q --json --against a one >json
	[ "$(of same)" = 0.9888888888888889 ]
	vq-stats -q --json --against a grown >json
	[ "$(of mutual same moved_most added_codes)" = '1.0 1.0 0.0 40' ]
}

@test "trainings that go on: what of latents is the same" {
	cd "$S"
	for new in second larger; do
		vq-stats --json -j 1 --against first.vq $new.vq >json 2>said
		old against json first.vq $new.vq
		vq-stats -q --json -j 3 --against first.vq $new.vq | cmp - json
		grep -q "$new.vq has another encoder than OLD: latents" said
	done
	clean vq-stats --json --against first.vq first.vq >json
	old against json first.vq first.vq
	cp first.vq same.vq
	clean vq-stats --json --against - same.vq <first.vq >json
	[ "$(of same)" = 1.0 ]
}

@test "text, TSV, the page and a monitor show it" {
	cd "$S"
	vq-stats -q --against first.vq second.vq larger.vq >text
	grep -q '^against first.vq (model)$' text
	grep -qx 'larger.vq: transform same, encoder another, decoder another' text
	grep -qE '^stage +group .* added +matched +mutual +moved ' text
	vq-stats -q --tsv --against a one grown | cut -f 1,2 |
		grep against | tr '\t' ' ' >tsv
	printf '%s\n' 'against ' 'against_model one' 'against_table one' \
		'against_model grown' 'against_table grown' | diff - tsv
	vq-stats -q --html page.html --against a one >text
	grep -q 'Its codes beside the old ones' page.html
	vq-stats -q --prometheus --against a one >prom
	grep -q '^vq_against_same{.*item="one".*} 0.98' prom
	grep -q '^vq_against_encoder_same{item="one"} 1$' prom
}

@test "what cannot be compared is named, and the rest is done" {
	cd "$S"
	fails 1 vq-stats --json --against a wide one
	stderr_has 'wide: against a: d = 6, but that of OLD is 5'
	not vq-stats -q --json --against a wide one >json
	[ "$(of same)" = 0.9888888888888889 ]
	fails 1 vq-stats --against image-8x8 a
	stderr_has 'a: against image-8x8: a model of media = rows, but OLD is of'
	fails 1 vq-stats --against first.vq codes
	stderr_has 'first.vq: --against: this is a model, and none came'
	fails 1 vq-stats --against codes first.vq
	stderr_has 'codes: --against: these are codes, and none came'
	head -c 700 first.vq >broken.vq
	fails 1 vq-stats --against broken.vq first.vq
	stderr_has '--against: broken.vq: '
	vq-stats -q --json --against first.vq first.vq codes >json
	[ "$(of same)" = 1.0 ]
}

@test "lattices have no table, and that is said" {
	cd "$S"
	vq-train -q -f --type fsq -k 240 -s 5 -b 64 -o fsq.vq x.npy
	vq-stats -q --json --against fsq.vq first.vq >json
	[ "$(of old_codes codes matched_distance)" = '240 32 None' ]
	vq-stats --json --against fsq.vq fsq.vq >json 2>said
	[ "$(of matched_distance mutual same)" = 'None None None' ]
	grep -q 'fsq.vq or OLD rounds to a lattice' said
}
