#!/usr/bin/env bats
# stats-counts.bats - vq-stats: what is added up, and what is not.
load helper

setup_file() {
	need_numpy
	cd "$BATS_FILE_TMPDIR" || return
	export S=$BATS_FILE_TMPDIR
	vq-encode -q -m image-8x8 "$DATA/images/brick.png" >brick
	vq-encode -q -m image-8x8 "$DATA/images/coast.png" >coast
	sed -e 's/"model":"[0-9a-f]*"/"model":"0123456789abcdef"/' \
		-e s/crc32.header/crc32.absent/ coast >other
	"$PYTHON" -c 'import numpy as np
np.save("bare.npy", np.arange(900, dtype="u2") % 300)'
	k=$(vq-stats --list brick | sed -n 's/.* codes=\([0-9]*\).*/\1/p;q')
	[ -n "$k" ]
	echo "$k" >k
}

@test "codes of no known k are not added to the state of a model" {
	k=$(cat "$S/k")
	vq-stats -q --state s "$S/brick" >report
	cp s before
	fails 1 vq-stats --state s "$S/bare.npy"
	stderr_has 'bare.npy: it says neither model nor k' 'say -k or -m' \
		's: not changed'
	fails 1 vq-stats -k 512 --state s "$S/bare.npy"
	stderr_has "-k 512, but column 0 of s has $k codes"
	fails 1 vq-stats --state new "$S/bare.npy" "$S/brick"
	stderr_has 'but those before say neither model nor k: say -k or -m'
	fails 1 vq-stats --state new "$S/brick" "$S/bare.npy"
	cmp s before
	[ ! -e new ]
	vq-stats -q -k "$k" --state s "$S/bare.npy" >report
	vq-stats -q -m image-8x8 --state s "$S/bare.npy" >report
	# Where no model is known, none has to be said.
	vq-stats -q --state bare "$S/bare.npy" >report
	vq-stats -q --state bare "$S/bare.npy" >report
	grep -qx 'item_count *2' report
}

@test "a run with errors adds nothing, one whose condition holds does" {
	cp "$S/brick" "$S/coast" .
	vq-stats -q --state s brick >report
	cp s before
	fails 2 vq-stats --state s --fail-if 'utilisation < 1' coast
	stderr_has 's: not changed: nothing is added by a run with errors'
	fails 2 vq-stats --state new --fail-if 'utilisation < 1' coast
	fails 1 vq-stats --state s coast missing
	stderr_has 'missing: ' 's: not changed'
	fails 1 vq-stats --merge --state new s missing
	fails 1 vq-stats --state s -o no/folder/report coast
	fails 1 vq-stats --state s --against coast --routes coast
	cmp s before
	[ ! -e new ]
	[ "$(find . -name '*.tmp*' | wc -l)" = 0 ]
	fails 3 vq-stats --state s --fail-if 'used > 1' coast
	not grep -q 'not changed' "$ERR"
	vq-stats -q s >report
	grep -qx 'item_count *2' report
}

@test "codes of two models that are added up are named" {
	fails 0 vq-stats "$S/brick" "$S/other" "$S/other"
	stderr_has 'codes of different models are added up: of' 'brick.png' \
		'0123456789abcdef' 'coast.png and others'
	vq-stats "$S/brick" "$S/coast" "$S/bare.npy" 2>said >report
	not grep -q 'different models' said
}

@test "codes held against those of another model: said" {
	fails 0 vq-stats --against "$S/coast" "$S/other"
	stderr_has 'codes of model 0123456789abcdef against those of'
	vq-stats -q --state s "$S/coast" >report
	fails 0 vq-stats --against s "$S/other"
	stderr_has 'codes of model 0123456789abcdef against those of'
	vq-stats --against "$S/coast" "$S/coast" 2>said >report
	not grep -q 'against those' said
}

# totals FILE: the report of codes, but for items and what was read.
totals() {
	"$PYTHON" -c 'import json, sys
r = json.load(open(sys.argv[1]))
print([r[k] for k in ("tokens", "used", "perplexity", "stages")])' "$1"
}

@test "codes of routes and codes by themselves are not added up, in any order" {
	cp "$S/brick" codes
	"$PYTHON" -c 'import numpy as np
r = np.random.default_rng(1)
np.save("latents.npy", r.normal(size=(300, 4)).astype("f4"))'
	vq-train -q -n none -s 0 -b 256 -k 16 -o one.vq latents.npy
	moe-route -q -m one.vq -E 4 latents.npy >routes
	vq-stats -q --json routes >of_routes
	vq-stats -q --json codes >of_codes
	for order in 'codes routes' 'routes codes'; do
		# shellcheck disable=SC2086
		vq-stats -q --json $order >both
		diff <(totals of_codes) <(totals both)
		"$PYTHON" -c 'import json
a, b = (json.load(open(f)) for f in ("of_routes", "both"))
assert a["stages"][0]["codes"] == 16 and a["tokens"] == 300
assert a["routes"] == b["routes"] and b["failed_items"] == 0
assert b["item_count"] == 2'
		# shellcheck disable=SC2086
		vq-stats -q -m image-8x8 $order >report
	done
	cat routes codes | vq-stats -q --json >both
	diff <(totals of_codes) <(totals both)
}

@test "items that came before are noted, and count" {
	for i in 1 2 3; do
		cp "$DATA/images/brick.png" $i.png
	done
	vq-encode -m image-8x8 -o c ./?.png
	vq-encode -m image-8x8 --pack -o c.vqp ./2.png ./3.png
	vq-encode -m image-8x8 <1.png >in1
	vq-encode -m image-8x8 <2.png >in2
	cat in1 in2 | vq-stats - c 2>said >text
	not grep 'came before' said
	cat c c | vq-stats >text 2>said
	grep -qx 'vq-stats: 3 items of codes came before, by the name, and count again' \
		said
	grep -q '^item_count *6$' text
	vq-stats -q -m image-8x8 c c.vqp >text 2>said
	not grep 'came before' said
	grep -q '^item_count *5$' text
	cat c.vqp c | vq-stats -m image-8x8 2>said >text
	grep -q ': 2 items of' said
	head -c 100 c >part
	fails 1 vq-stats part c
	not grep 'came before' "$ERR"
}
