#!/usr/bin/env bats
# stats-trace.bats - vq-stats --trace: probe tokens over a training.
load helper

setup_file() {
	export S=$BATS_FILE_TMPDIR
	need_numpy
	reference make "$S"
}

reference() {
	"$PYTHON" "$BATS_TEST_DIRNAME/stats_routes.py" "$@"
}

member() { # EXPRESSION of s, the report in the file json
	"$PYTHON" -c 'import json, sys
s = json.load(open("json"))
print(eval(sys.argv[1]))' "$1"
}

# edit IN OUT 'EXPRESSION': records r, a list of (meta, tensors), as it says.
edit() {
	"$PYTHON" -c 'import sys
sys.path.insert(0, sys.argv[1])
from route import records
from stats_routes import append
import numpy as np
r = list(records(sys.argv[2]))
append(sys.argv[3], [(list(t.items()), m) for m, t in eval(sys.argv[4])])' \
		"$BATS_TEST_DIRNAME" "$@"
}

@test "two layers, a path that begins late: every figure is NumPy's" {
	clean vq-stats --json --trace "$S/trace" >json
	reference trace json "$S/trace"
	[ "$(member 'len(s["trace"]), s["routes"], s["stages"]')" = "(6, [], [])" ]
	# The discrete path is not there at the first two checkpoints.
	[ "$(member '[x["fluctuation"] is None for x in s["trace"][1]["steps"]]')" = \
		"[True, True, True, False, False, False, False]" ]
}

@test "one path" {
	clean vq-stats --json --trace "$S/plain" >json
	reference trace json "$S/plain"
	[ "$(member '[x["path"] for x in s["trace"]]')" = "['all', 'all']" ]
}

@test "another router from a step on: nothing is compared across" {
	edit "$S/plain" vq '[(m, t) if int(m["step"]) < 10 else
		(m, dict(t, experts=t["experts"][:, :1], gates=t["gates"][:, :1]))
		for m, t in r]'
	clean vq-stats --json --trace vq >json
	[ "$(member '[x["saturation"] is None for x in s["trace"][0]["steps"]]')" = \
		"[True, False, False, True, False, False, False]" ]
	[ "$(member 's["trace"][0]["since_step"]')" = 10 ]
	# One that was frozen at step 10, and moved once more to show it.
	edit "$S/plain" frozen '[(dict(m, frozen=str(int(int(m["step"]) >= 10))), t)
		for m, t in r]'
	clean vq-stats --json --trace frozen >json
	reference trace json frozen
	member '[(x["since_step"], x["steps"][3]["fluctuation"], x["steps"][1]["fluctuation_to_last"], x["steps"][2]["last_changes"]) for x in s["trace"]]' >got
	[ "$(cat got)" = "[(10, None, None, 0), (10, None, None, 0)]" ]
	edit "$S/plain" bad '[(dict(m, frozen="x"), t) for m, t in r]'
	fails 1 vq-stats -q --trace bad
	stderr_has 'metadata key "frozen": not a number'
}

@test "a dead expert at the end is shown and named" {
	edit "$S/plain" dead '[(m, dict(t, experts=np.where(t["experts"] == 3, 4, t["experts"]).astype("u2")))
		if m["layer"] == "1" and m["step"] == "200" else (m, t) for m, t in r]'
	vq-stats --json --trace dead >json 2>said
	grep -q 'warning: trace: step 200, layer 1, all: 1 of 5 experts are dead: 3$' said
	[ "$(member '[x["dead_experts"] for x in s["trace"]], len(s["warnings"])')" = "([0, 1], 1)" ]
}

@test "what is due is judged from 0.8 of the last step, not by the last gap" {
	edit "$S/plain" gap '[(m, dict(t)) for m, t in r] + [(dict(m, step="201"), t)
		for m, t in r[-4:]]'
	vq-stats -q --json --drift-limit 0.05 --trace gap >json
	[ "$(member '[(x["steps"][-1]["fluctuation"], x["retrain_from_step"], x["retrain_due"]) for x in s["trace"]]')" = \
		"[(0.0, 100, True), (0.0, 100, True)]" ]
}

@test "a limit decides what is due" {
	vq-stats -q --json --drift-limit 0.9 --churn-limit 1 \
		--trace "$S/trace" >json
	[ "$(member '{x["retrain_due"] for x in s["trace"]}')" = '{False}' ]
	vq-stats -q --json --drift-limit 0.9 --churn-limit 0.01 \
		--trace "$S/trace" >json
	[ "$(member '[x["retrain_due"] for x in s["trace"]]')" = \
		'[False, True, True, False, True, True]' ]
	vq-stats -q --json --drift-limit 0.01 --trace "$S/trace" >json
	member '[x["retrain_reason"] for x in s["trace"]]' >got
	[ "$(grep -oE '0\.[0-9]{4} of the tokens changed their experts: above --drift-limit 0.01' got | wc -l)" = 6 ]
}

@test "text and TSV: a line a step" {
	vq-stats -q --trace "$S/trace" >text
	grep -q '^trace of layer 1: vqmoe, 5 experts, 341 probe tokens, 7 checkpoints$' text
	grep -qE '^discrete +[0-9]+ +[0-9.]+ ' text
	[ "$(grep -c '^steps of path union (the others: --tsv, --json):$' text)" = 2 ]
	not grep -qE 'item_count|failed_items' text
	# The digits that the file has: no tail of the binary number.
	edit "$S/plain" digits '[(dict(m, valid_loss="58.3115218"), t) for m, t in r]'
	vq-stats -q --tsv --trace digits >tsv
	grep -q '	58\.3115218	' tsv
	[ "$(grep -cE '^200 +0\.[0-9]{4}' text)" = 2 ]
	not grep -qi nan text
	vq-stats -q --drift-limit 0.01 --trace "$S/trace" >text
	[ "$(grep -c '^retrain_due, path discrete: ' text)" = 2 ]
	vq-stats -q --tsv --trace "$S/trace" >tsv
	[ "$(grep -c '^step	' tsv)" = 42 ]
	[ "$(grep -c '^lifetime	' tsv)" = 30 ]
	[ "$(awk -F '\t' '{ print NF }' tsv | sort -u | wc -l)" = 1 ]
}

@test "with streams in the same run, and not from stdin" {
	vq-stats -q --json --trace "$S/trace" "$S/moe" >json
	[ "$(member 'len(s["trace"]), len(s["routes"]), s["item_count"]')" = \
		"(6, 2, 6)" ]
	vq-stats -q --json --trace - <"$S/trace" >json
	reference trace json "$S/trace"
	vq-stats -q --json --trace "$S/trace" "$S/none" >json
	[ "$(member '"trace" in s')" = True ]
	vq-stats -q --json "$S/moe" >json
	[ "$(member '"trace" in s')" = False ]
}

@test "one checkpoint: nothing to compare, and it says so" {
	edit "$S/trace" one '[(m, t) for m, t in r if m["step"] == "40"]'
	vq-stats --json --trace one >json 2>said
	grep -q 'warning: trace: one checkpoint only, step 40, of layer 0' said
	[ "$(member '[(x["steps"][0]["fluctuation"], x["retrain_due"], x["unchanged"]) for x in s["trace"]][0]')" = \
		"(None, None, 1.0)" ]
	vq-stats -q --trace one >text
	not grep -qi nan text
}

@test "no trace, and checkpoints that do not fit together, are refused" {
	fails 1 vq-stats -q --trace "$S/moe"
	stderr_has "--trace: $S/moe: item 0: no trace: there is no key \"step\""
	edit "$S/trace" back 'r[4:] + r[:4]'
	fails 1 vq-stats -q --trace back
	stderr_has 'step 0 after step 200'
	edit "$S/trace" lacks '[x for x in r if (x[0]["step"], x[0]["item"]) != ("10", "probe 1")]'
	fails 1 vq-stats -q --trace lacks
	stderr_has 'step 10 lacks item probe 1 that step 0 has'
	edit "$S/trace" end 'r[:-2]'
	fails 1 vq-stats -q --trace end
	stderr_has 'step 200 lacks item probe 1'
	edit "$S/trace" other '[(dict(m, item="x") if m["step"] == "3" else m, t) for m, t in r]'
	fails 1 vq-stats -q --trace other
	stderr_has 'x: step 3 has this item where step 0 has probe 0'
	edit "$S/trace" short '[(m, {k: v[1:] for k, v in t.items()} if m["step"] == "3" else t) for m, t in r]'
	fails 1 vq-stats -q --trace short
	stderr_has 'probe 0: 299 tokens in step 3, but 300 in step 0'
	edit "$S/trace" more '[(dict(m, experts="9") if m["step"] == "3" else m, t) for m, t in r]'
	fails 1 vq-stats -q --trace more
	stderr_has '9 experts after 5'
	for key in layer step; do
		edit "$S/trace" torn '[(dict(m, part=str(i), '"$key"'=str(i)), t) for i, (m, t) in enumerate(r[:1] * 2)]'
		fails 1 vq-stats -q --trace torn
		stderr_has 'probe 0: its parts are of different steps or layers'
	done
	# A layer that has an item already.
	edit "$S/trace" torn '[(dict(r[0][0], layer="1"), r[0][1]),
		*((dict(r[0][0], item="b", part=str(i), layer=str(i)), r[0][1])
			for i in (0, 1))]'
	fails 1 vq-stats -q --trace torn
	stderr_has 'b: its parts are of different steps or layers'
	: >empty
	fails 1 vq-stats -q --trace empty
	stderr_has '--trace: empty: empty input'
	nothing_left back lacks end other short more torn empty
}
