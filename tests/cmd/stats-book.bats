#!/usr/bin/env bats
# stats-book.bats - vq-stats on models and logs of trainings, and on a mix of
# whatever there is.
load helper

setup_file() {
	export S=$BATS_FILE_TMPDIR
	need_numpy
	book make "$S"
	"$PYTHON" -c 'import sys, numpy as np
r = np.random.default_rng(1)
np.save(sys.argv[1] + "/x.npy", r.normal(size=(3000, 6)).astype("f4"))' "$S"
	cd "$S" || return
	vq-train -q -k 64 -s 40 -b 256 --log t.log --type simvq -o t.vq x.npy
	vq-encode -q -m t.vq -o t.codes x.npy
	vq-encode -q -m t.vq --pack -o t.vqp x.npy
	vq-encode -q -m t.vq --latents -o t.latents x.npy
	moe-route -q -m t.vq -E 4 -o t.routes t.latents
}

book() {
	"$PYTHON" "$BATS_TEST_DIRNAME/stats_book.py" "$@"
}

member() { # EXPRESSION of s, the report in the file json
	"$PYTHON" -c 'import json, sys
s = json.load(open("json"))
print(eval(sys.argv[1]))' "$1"
}

@test "tables of codebooks from elsewhere: every figure is NumPy's" {
	for m in simvq stages wide; do
		clean vq-stats --json "$S/$m" >json
		book model "$S/$m" json
	done
	[ "$(member 's["item_count"], s["stages"], s["routes"]')" = "(0, [], [])" ]
	vq-stats --json "$S/simvq" >json
	[ "$(member 's["models"][0]["tables"][0]["unreachable"]')" = 2 ]
	slow_cat "$S/simvq" | clean vq-stats --json >pipe
	sed 's/"stdin"/"'"${S//\//\\/}"'\/simvq"/' pipe | cmp - json
}

@test "the table of a trained model, and W" {
	clean vq-stats --json "$S/t.vq" >json
	book model "$S/t.vq" json
	[ "$(member '[s["models"][0][k] for k in ("type", "net", "media")]')" = \
		"['simvq', 'linear', 'rows']" ]
	clean vq-stats -j 1 --json "$S/t.vq" | cmp - json
	clean vq-stats "$S/t.vq" >text
	grep -q '^model .*t.vq: simvq, net linear, for rows, d = 6 of 6 ' text
	grep -qE '^stage +group +codes +dim +rank +rank_of_W ' text
	grep -q '^W, variance by direction in %: ' text
	not grep -q item_count text
}

@test "one code and equal codes: what cannot be said is null" {
	clean vq-stats --json "$S/one" >json
	[ "$(member '[s["models"][0]["tables"][0][k] for k in ("effective_rank", "nearest_distance", "median_distance", "duplicates")]')" = \
		"[1.0, None, None, 0]" ]
	clean vq-stats --json "$S/equal" >json
	[ "$(member '[s["models"][0]["tables"][0][k] for k in ("effective_rank", "nearest_distance", "duplicates", "unreachable")]')" = \
		"[1.0, None, 6, 6]" ]
}

@test "a lattice has no table, and is said" {
	vq-train -q --type fsq -k 240 -s 5 -b 64 -o fsq.vq "$S/x.npy"
	clean vq-stats --json fsq.vq >json
	[ "$(member 's["models"][0]["tables"][0]["effective_rank"]')" = None ]
	[ "$(member 'eval(s["models"][0]["tables"][0]["lattice"].replace("x", "*"))')" = \
		"$(member 's["models"][0]["tables"][0]["codes"]')" ]
}

@test "models of experts: gates, codebooks, and how their codes are dealt" {
	"$PYTHON" "$BATS_TEST_DIRNAME/moe.py" digits \
		"$DATA/digits/digits.csv.gz" digits
	for way in "--router softmax" "--router vqmoe --codes 20 --layers 2"; do
		# shellcheck disable=SC2086
		moe-train -q $way -E 5 -s 40 -b 64 --width 8 --hidden 8 \
			--log m.log -f -o m.moe digits
		clean vq-stats --json m.moe >json
		book moe m.moe json >>seen
		clean vq-stats m.moe >text
		grep -q '^model m.moe: .* router, 5 experts, ' text
		clean vq-stats --json m.log >json
		book log m.log json
		[ "$(member 's["training"][0]["program"]')" = moe-train ]
	done
	[ "$(paste -sd, seen)" = '1 0,2 2' ]
}

@test "the log of a training: first, last and best, and where" {
	clean vq-stats --json "$S/t.log" >json
	book log "$S/t.log" json
	[ "$(member 's["training"][0]["program"]')" = vq-train ]
	clean vq-stats "$S/t.log" >text
	grep -qE '^training .*t.log: vq-train, [0-9]+ lines, steps [0-9]+ to 40, ' text
	grep -qE '^loss +0\.[0-9]+ +0\.[0-9]+ ' text
	clean vq-stats --tsv "$S/t.log" >tsv
	[ "$(cut -f 1 tsv | grep -c '^point$')" = "$(wc -l <"$S/t.log")" ]
}

@test "a log that was cut is read so far; one that is damaged is not" {
	head -c -20 "$S/t.log" >half
	vq-stats --json half >json 2>said
	grep -q 'warning: half: line [0-9]*, the last one, is cut' said
	[ "$(member 's["training"][0]["cut"], len(s["training"][0]["points"])')" = \
		"(True, $(($(wc -l <"$S/t.log") - 1)))" ]
	sed '2s/.*/{"step": /' "$S/t.log" >bad
	fails 1 vq-stats bad
	stderr_has 'bad: line 2: not JSON: '
	printf '{"format": 1,\n "stages": []}\n' >stats.json
	fails 1 vq-stats stats.json
	stderr_has 'stats.json: line 1: not JSON'
	echo '{"loss": 3}' >none
	fails 1 vq-stats none
	stderr_has 'none: line 1: no log of a training: there is no number "step"'
	printf '{"step": 3' >short
	fails 1 vq-stats short
	stderr_has 'short: line 1: not JSON'
	printf '{"step": 1, "loss": null, "seconds": 0}' >odd
	clean vq-stats --json odd >json
	[ "$(member '[s["training"][0][k] for k in ("program", "cut", "tokens_per_second")]')" = \
		"[None, False, None]" ]
}

@test "any mix in one call, and what was found" {
	cp "$S"/t.* .
	clean vq-stats -q -m t.vq --json t.codes t.vqp t.latents t.routes t.vq \
		t.log >json
	[ "$(member '[(i["item"], i["kind"], i["records"], i["tokens"]) for i in s["inputs"]]')" = \
		"[('t.codes', 'codes', 1, 3000), ('t.vqp', 'packed codes', 1, 3000), ('t.latents', 'vectors', 1, 3000), ('t.routes', 'routes', 1, 3000), ('t.vq', 'model', 1, None), ('t.log', 'training log', 1, None)]" ]
	[ "$(member 's["item_count"], s["tokens"], len(s["routes"]), len(s["models"]), len(s["training"])')" = \
		"(4, 6000, 1, 1, 1)" ]
	vq-decode -q -m image-8x8 -O out \
		<(vq-encode -q -m image-8x8 "$DATA/images/brick.png")
	mv "$(find out -type f)" brick.png
	clean vq-stats -R "$DATA/images" brick.png "$S/t.vq" "$S/t.codes" >text
	head -n 3 text >found
	printf '%s\n' 'brick.png: an image' "$S/t.vq: a model" \
		"$S/t.codes: 1 item of codes (3000 tokens)" | cmp - found
	# Of many, their sum.
	for i in 1 2 3 4 5 6 7 8; do cp t.codes "$i.codes"; done
	mv t.codes t
	clean vq-stats -q ./?.codes "$S/t.vq" >text
	[ "$(head -n 1 text)" = '8 items of codes (24000 tokens), a model' ]
	# Of one, nothing.
	clean vq-stats "$S/t.codes" >text
	not grep -q 'item of codes' text
}

@test "a trace needs no option" {
	"$PYTHON" -c 'import sys
sys.path.insert(0, sys.argv[1])
from stats_routes import append
import numpy as np
r = np.random.default_rng(1)
append("trace", [([("experts", r.integers(4, size=(50, 1)).astype("u2"))],
                  {"item": "p", "experts": "4", "step": str(step)})
                 for step in (10, 20, 40)])' \
		"$BATS_TEST_DIRNAME"
	vq-stats -q --json --trace trace >json
	member 's["trace"]' >want
	vq-stats -q --json trace >json
	member '[{k: v for k, v in t.items() if k != "item"} for t in s["trace"]]' |
		cmp - want
	cp trace other
	vq-stats -q trace other >text
	[ "$(grep -c '^trace [a-z]*: 4 experts, 50 probe tokens, 3 ' text)" = 2 ]
}

@test "models by name; checkpoints and what is no model are refused" {
	VQ_MODEL_PATH=$S clean vq-stats --json t >json
	[ "$(member 's["models"][0]["item"].endswith("/t.vq")')" = True ]
	VQ_MODEL_PATH=$S clean vq-stats --list t >list
	grep -q '/t.vq  quantize.codebook F32 \[64,' list ||
		grep -q '/t.vq  quantize.embedding.weight F32 \[64,' list
	grep -q '/t.vq  type=simvq$' list
	fails 1 vq-stats --list nothing-of-this-name
	stderr_has 'no model of that name'
	fails 1 vq-stats nothing-of-this-name
	stderr_has 'nothing-of-this-name: No such file, and no model of that name'
	vq-train -q -k 8 -s 5 -b 64 --checkpoint ck -o m.vq "$S/x.npy"
	[ ! -e ck ] || {
		fails 1 vq-stats ck
		stderr_has 'ck: a checkpoint of vq-train, not a model'
	}
	head -c 500 "$S/simvq" >short
	fails 1 vq-stats short
	stderr_has 'short: '
}
