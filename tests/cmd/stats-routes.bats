#!/usr/bin/env bats
# stats-routes.bats - vq-stats on one stream of routes: loads, pairs, codes,
# labels against NumPy; layers and paths; what is refused.
load helper

setup_file() {
	export S=$BATS_FILE_TMPDIR
	need_numpy
	"$PYTHON" "$BATS_TEST_DIRNAME/route.py" make "$S"
	reference make "$S"
	moe-route -m "$S/gate.npy" -t 3 --capacity 1.05 "$S/y.rec" >"$S/soft"
	moe-route -m "$S/book" "$S/y.rec" >"$S/vq"
}

reference() {
	"$PYTHON" "$BATS_TEST_DIRNAME/stats_routes.py" "$@"
}

member() { # EXPRESSION of s, the report in the file json
	"$PYTHON" -c 'import json, sys
s = json.load(open("json"))
print(eval(sys.argv[1]))' "$1"
}

@test "routes of a softmax gate with drops: every figure is NumPy's" {
	clean vq-stats --json "$S/soft" >json
	reference one json "$S/soft"
	[ "$(member 's["routes"][0]["paths"][0]["dropped"] > 20')" = True ]
	[ "$(member '"tokens" in s, s["stages"], s["items"]')" = \
		"(False, [], [])" ]
}

@test "two layers, two paths and their union: each by itself" {
	vq-stats -q --json --boundary 7 "$S/moe" >json
	reference one json "$S/moe"
	[ "$(member 'len(s["routes"])')" = 2 ]
}

@test "routes by codes: the codes too, and the table of both" {
	vq-stats -q --json --boundary 7 "$S/vq" >json
	reference one json "$S/vq"
	[ "$(member 's["tokens"], s["stages"][0]["used"]')" = "(9001, 47)" ]
	# Codes of other layers are other codes: those of the first are counted.
	vq-stats -q --json --boundary 7 "$S/moe" >json
	[ "$(member 's["tokens"], s["routes"][1]["used_codes"]')" = \
		"(1000, 20)" ]
}

@test "dropped assignments are nobody's, and never of expert 0" {
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import write
e = np.array([[1, 65535], [65535, 65535], [2, 1]], "u2")
write("drops", [("experts", e), ("gates", (e < 9).astype("f4")),
    ("codes", np.array([0, 0, 1], "u1")),
    ("margin", np.array([2, 1, np.inf], "f4"))], {"experts": "4"})
END
	vq-stats -q --json --boundary 5 drops >json
	[ "$(member '[x["count"] for x in s["routes"][0]["paths"][0]["load"]]')" = \
		'[0, 2, 1, 0]' ]
	[ "$(member 's["routes"][0]["paths"][0]["drop_rate"]')" = 0.5 ]
	[ "$(member 's["routes"][0]["paths"][0]["mean_gate"]')" = 1.0 ]
	[ "$(member '[(x["row"], x["expert"]) for x in s["routes"][0]["boundary"]]')" = \
		'[(1, None), (0, 1)]' ]
	[ "$(member '[(x["code_dropped"], x["expert"], x["expert_share"], x["mean_margin"]) for x in s["routes"][0]["code_table"]]')" = \
		'[(1, 1, 1.0, 1.5), (0, 2, 1.0, None)]' ]
	vq-stats -q --boundary 5 drops >text
	grep -qE '^drops +1 +0 +- +1$' text
	not grep -qi nan text
}

@test "rows at the boundary are those of the input, also where some were dropped" {
	"$PYTHON" -c 'import numpy as np, sys
x = np.load(sys.argv[1] + "/x.npy")[:300]
np.save("all.npy", x)
x[[7, 100, 101]] = np.nan
np.save("some.npy", x)' "$S"
	moe-route -m "$S/book" all.npy | vq-stats -q --json --boundary 300 >json
	member '[x["row"] for x in s["routes"][0]["boundary"]
		if x["row"] not in (7, 100, 101)]' >want
	moe-route --nan=drop -m "$S/book" some.npy |
		vq-stats -q --json --boundary 300 >json
	member '[x["row"] for x in s["routes"][0]["boundary"]]' | cmp - want
}

@test "--by label: load, drops, purity and loss of each, negative ones aside" {
	vq-stats -q --json --by label "$S/moe" >json
	reference labels json "$S/moe"
	vq-stats -q --json --by label "$S/soft" >json
	reference labels json "$S/soft"
	vq-stats --by label "$S/none" >text 2>said
	grep -q 'warning: --by label: no routes with a tensor y' said
}

@test "--by item: each item of each layer" {
	vq-stats -q --json --by item "$S/moe" >json
	[ "$(member '[(x["item"], x["layer"], x["tokens"]) for x in s["items"]]')" = \
		"[('item 0', 0, 700), ('item 0', 1, 700), ('item 1', 0, 1), ('item 1', 1, 1), ('item 2', 0, 299), ('item 2', 1, 299)]" ]
	[ "$(member 's["items"][0]["load_cv"] != s["items"][1]["load_cv"]')" = \
		True ]
	[ "$(member 's["items"][2]["dead_experts"] >= 3')" = True ]
	[ "$(member '"used" in s["items"][0], "used" in s["items"][1]')" = \
		"(True, False)" ]
}

@test "--audit: the table of codes and experts, with model, items and N" {
	vq-stats -q --audit audit.tsv "$S/moe" >text
	reference audit audit.tsv "$S/moe"
	fails 1 vq-stats -q --audit audit.tsv "$S/vq"
	stderr_has audit.tsv exists
	vq-stats -q -f --audit audit.tsv "$S/vq" >text
	reference audit audit.tsv "$S/vq"
	nothing_left audit.tsv text
	vq-stats --audit none.tsv "$S/soft" >text 2>said
	grep -q 'warning: .*--audit: no routes with codes' said
}

@test "a dead expert is named in the warnings, by layer and path" {
	vq-stats --json "$S/dead" >json 2>said
	grep -q 'warning: layer 0, continuous: 1 of 6 experts are dead: 2$' said
	not grep -q 'union' said
	[ "$(member 'len(s["warnings"])')" = 1 ]
	vq-stats --json "$S/moe" >json 2>said
	not grep -q dead said
}

@test "TSV has a row for each layer, path, expert, pair, code, token" {
	vq-stats -q --json --boundary 7 --by label "$S/moe" >json
	vq-stats -q --tsv --boundary 7 --by label "$S/moe" >tsv
	"$PYTHON" - <<'END'
import collections, csv, json
s = json.load(open("json"))
rows = list(csv.DictReader(open("tsv"), delimiter="\t"))
count = collections.Counter(r["scope"] for r in rows)
layers = s["routes"]
paths = [p for l in layers for p in l["paths"]]
assert count["layer"] == 2 and count["path"] == 6, count
assert count["expert"] == 6 * 6
assert count["pair"] == sum(len(p.get("pairs", [])) for p in paths)
assert count["code"] == sum(len(l["code_table"]) for l in layers)
assert count["boundary"] == 14 and count["label"] == 8
got = [r for r in rows if r["scope"] == "path"]
assert [(r["layer"], r["path"]) for r in got] == [
    (l, p) for l in "01" for p in ("continuous", "discrete", "union")]
assert [float(r["load_cv"]) for r in got] == [p["load_cv"] for p in paths]
e = [r for r in rows if r["scope"] == "expert" and r["layer"] == "1"
     and r["path"] == "discrete"]
assert [int(r["count"]) for r in e] == [
    x["count"] for x in paths[4]["load"]]
END
}

@test "the text is short: tables are cut, and say so" {
	clean vq-stats "$S/soft" >text
	grep -q '^routes: softmax, 8 experts, top 3, model .*, N = 9001$' text
	grep -qE '^all +0\.[0-9]{4}' text
	grep -qE '^\.\.\. and 18 more pairs' text
	moe-route --router hash -E 40 "$S/x.npy" | vq-stats -q >text
	[ "$(grep -cE '^[0-9]+ +[0-9]+ +0\.[0-9]+$' text)" = 12 ]
	grep -q '^\.\.\. ' text
	[ "$(wc -l <text)" -lt 25 ]
	vq-stats -q --boundary 2 "$S/vq" >text
	grep -qE '^\.\.\. and 37 more codes' text
	grep -qE '^tokens +[0-9]+ +[0-9]+ +[0-4] +[0-9.e-]+$' text
}

@test "streams that come in parts, and by a slow pipe, count the same" {
	vq-stats -q --json --boundary 9 - <"$S/vq" >want
	slow_cat "$S/vq" | vq-stats -q --json --boundary 9 | cmp - want
	cat "$S/vq" "$S/vq" | vq-stats -q --json >json
	[ "$(member 's["routes"][0]["tokens"]')" = 18002 ]
}

@test "codes, routes and vectors in one run" {
	# Of two routers in one layer the second one is refused.
	fails 1 vq-stats -q --json "$S/soft" "$S/x.npy" "$S/vq"
	stderr_has 'tokens: 1 columns of experts (0 discrete), but tokens has 3'
	cat "$S/soft" "$S/x.npy" | vq-stats -q --json >json
	[ "$(member 's["vectors"], s["routes"][0]["tokens"]')" = "(9001, 9001)" ]
}

@test "no token: what cannot be said is null" {
	vq-stats -q --json "$S/none" >json
	[ "$(member 's["routes"][0]["tokens"], s["routes"][0]["paths"][0]["load_cv"]')" = \
		"(0, None)" ]
	vq-stats -q "$S/none" >text
	not grep -qiE 'nan|inf' text
}

# craft NAME 'TENSORS' 'META': a record, written in Python.
craft() {
	"$PYTHON" -c 'import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import write
write(sys.argv[2], eval(sys.argv[3]), eval(sys.argv[4]))' \
		"$BATS_TEST_DIRNAME" "$@"
}

@test "what is no stream of routes is refused by item, row and column" {
	craft high '[("experts", np.array([[0, 1], [2, 4]], "u2"))]' \
		'{"experts": "4", "item": "it"}'
	fails 1 vq-stats -q high
	stderr_has 'vq-stats: it: row 1, column 1: expert 4 is not below E = 4'
	craft gates '[("experts", np.zeros((3, 2), "u2")), ("gates", np.zeros((3, 1), "f4"))]' '{"experts": "4"}'
	fails 1 vq-stats -q gates
	stderr_has 'tensor "gates" has 1 columns, not 2'
	craft nan '[("experts", np.zeros((3, 1), "u2")), ("gates", np.full((3, 1), np.nan, "f4"))]' '{"experts": "4"}'
	fails 1 vq-stats -q nan
	stderr_has 'row 0: gates nan'
	craft float '[("experts", np.zeros((3, 1), "f4"))]' '{"experts": "4"}'
	fails 1 vq-stats -q float
	stderr_has 'experts are integers'
	craft discrete '[("experts", np.zeros((3, 1), "u2"))]' \
		'{"experts": "4", "discrete": "2"}'
	fails 1 vq-stats -q discrete
	stderr_has '"discrete" is 2'
	craft step '[("experts", np.zeros((3, 1), "u2"))]' \
		'{"experts": "4", "step": "20"}'
	craft four '[("experts", np.zeros((3, 1), "u2"))]' '{"experts": "4"}'
	cat four step >both
	fails 1 vq-stats -q both
	stderr_has 'step 20'
	craft other '[("experts", np.zeros((3, 1), "u2"))]' '{"experts": "5"}'
	craft four '[("experts", np.zeros((3, 1), "u2"))]' '{"experts": "4"}'
	fails 1 vq-stats -q --json four other
	stderr_has 'other: a router of 5 experts, but four has 4'
	grep -q '"failed_items": 1' "$OUT"
}

@test "without gates, without E: said, not guessed in silence" {
	craft bare '[("experts", np.array([[0], [2]], "u2"))]' '{}'
	vq-stats --json bare >json 2>said
	grep -q 'warning: the number of experts is not known (-E): 3 ' said
	[ "$(member 's["routes"][0]["experts"], s["routes"][0]["paths"][0]["mean_gate"]')" = \
		"(3, None)" ]
	vq-stats -q --json -E 8 bare >json
	[ "$(member 's["routes"][0]["experts"], s["routes"][0]["paths"][0]["dead_experts"]')" = \
		"(8, 6)" ]
	fails 1 vq-stats -q -E 2 bare
	stderr_has 'row 1: expert 2 is not below E = 2 (-E)'
}

@test "memory does not grow with the stream" {
	need_plain_build
	"$PYTHON" -c 'import numpy as np
np.random.default_rng(1).normal(size=(400000, 8)).astype("f4").tofile("x")
np.save("g.npy", np.random.default_rng(2).normal(size=(8, 8)).astype("f4"))'
	moe-route -m g.npy -t 2 --raw f32:8 x >r
	cat r r r | peak_kb vq-stats -q >text
	one=$(cat "$PEAK")
	cat r r r r r r r r r r | peak_kb vq-stats -q >text
	[ "$(cat "$PEAK")" -lt $((one + 4000)) ]
}
