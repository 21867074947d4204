#!/usr/bin/env bats
# stats-against.bats - vq-stats on two routings of the same tokens: checkpoints,
# seeds, noise, a router in shadow.
load helper

setup_file() {
	export S=$BATS_FILE_TMPDIR
	need_numpy
	"$PYTHON" "$BATS_TEST_DIRNAME/route.py" make "$S"
	reference make "$S"
	"$PYTHON" -c 'import numpy as np, sys
g = np.load(sys.argv[1] + "/gate.npy"); r = np.random.default_rng(3)
np.save(sys.argv[1] + "/gate2.npy",
    (g + 0.3 * r.normal(size=g.shape)).astype("f4"))' "$S"
	moe-route -m "$S/gate.npy" -t 3 --capacity 1.05 "$S/y.rec" >"$S/soft"
	moe-route -m "$S/gate2.npy" -t 3 --capacity 1.05 "$S/y.rec" >"$S/soft2"
}

reference() {
	"$PYTHON" "$BATS_TEST_DIRNAME/stats_routes.py" "$@"
}

member() { # EXPRESSION of s, the report in the file json
	"$PYTHON" -c 'import json, sys
s = json.load(open("json"))
print(eval(sys.argv[1]))' "$1"
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

@test "two gates with drops: every figure is NumPy's and scikit-learn's" {
	clean vq-stats --json --against "$S/soft2" "$S/soft" >json
	reference against json "$S/soft2" "$S/soft"
	[ "$(member '0.2 < s["routes"][0]["paths"][0]["fluctuation"] < 0.9')" = \
		True ]
}

@test "two checkpoints of two layers and two paths, flips by label" {
	vq-stats -q --json --by label --against "$S/old" "$S/moe" >json
	reference against json "$S/old" "$S/moe"
	[ "$(member 'len(s["routes"][1]["labels"])')" = 4 ]
}

@test "with themselves: nothing changed, and nothing is due" {
	for f in soft moe; do
		vq-stats -q --json --against "$S/$f" "$S/$f" >json
		reference against json "$S/$f" "$S/$f"
		member '[(p["fluctuation"], p["adjusted_rand_index"],
			p["load_distance"], p["retrain_due"], p["flows"])
			for l in s["routes"] for p in l["paths"]]' >got
		not grep -vqE '^\[(\(0.0, 1.0, 0.0, False, \[\]\)[],] ?)+$' got
	done
}

@test "a router in shadow is compared without --against" {
	moe-route -m "$S/gate.npy" --shadow "$S/gate2.npy" -t 2 "$S/y.rec" >r
	clean vq-stats --json r >json
	reference shadow json r
	[ "$(member '"fluctuation" in s["routes"][0]["paths"][0]')" = False ]
	vq-stats -q r >text
	grep -q '^shadow:$' text
	grep -qE '^all +softmax +8 +0' text
	vq-stats -q --tsv r | grep -q '^shadow	'
}

@test "a vqmoe in shadow: path by path, and its union against one gate" {
	"$PYTHON" - "$BATS_TEST_DIRNAME" "$S" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from route import records
from stats_routes import append
def pair(a, m, b, d):
    return (list(a.items()) + [("shadow.experts", b["experts"]),
                               ("shadow.gates", b["gates"])],
            dict(m, **{"shadow.experts": "6", "shadow.router": "x",
                       "shadow.discrete": str(d)}))
new, old = (list(records(sys.argv[2] + f)) for f in ("/moe", "/old"))
gate = [({k: v[:, :2].copy() for k, v in t.items()
          if k in ("experts", "gates")}, dict(m, discrete="0"))
        for m, t in old]
append("self", [pair(t, m, t, 1) for m, t in new])
append("both", [pair(t, m, u, 1) for (m, t), (_, u) in zip(new, old)])
append("mixed", [pair(t, m, u, 0) for (m, t), (u, _) in zip(new, gate)])
append("turned", [pair(u, v, t, 1) for (m, t), (u, v) in zip(new, gate)])
append("gate", [(list(u.items()), v) for u, v in gate])
END
	for f in self both mixed turned; do
		vq-stats -q --json "$f" >json
		reference shadow json "$f"
	done
	vq-stats -q --json self >json
	[ "$(member '{(x["fluctuation"], x["saturation"], x["adjusted_rand_index"], len(x["flows"])) for l in s["routes"] for x in l["shadow"]}')" = \
		'{(0.0, 1.0, 1.0, 0)}' ]
	vq-stats -q turned >text
	grep -qE '^path +against +router' text
	grep -qE '^union +all +x +6' text
	# The same by --against, from either side; nothing is absent.
	vq-stats -q --json --against gate "$S/moe" >json
	[ "$(member '[(p["against_path"], p["compared"], p["fluctuation"] is None) for p in s["routes"][0]["paths"]]')" = \
		"[(None, 0, True), (None, 0, True), ('all', 1000, False)]" ]
	[ "$(grep -c '"saturation": null' json)" = 4 ]
	vq-stats -q --json --against "$S/moe" gate >other
	"$PYTHON" -c 'import json
a, b = (json.load(open(f))["routes"] for f in ("json", "other"))
for x, y in zip(a, b):
    p, q = x["paths"][-1], y["paths"][0]
    assert q["against_path"] == "union" and q["compared"] == 1000
    for k in ("fluctuation", "saturation", "adjusted_rand_index",
              "load_distance", "agreement_tokens"):
        assert abs(p[k] - q[k]) < 1e-12, k'
}

@test "with itself the saturation is 1: with drops, and as bare ids" {
	moe-route -m "$S/gate.npy" -t 2 --capacity 1 "$S/y.rec" >drops
	vq-stats -q --json --against drops drops >json
	[ "$(member '[(p["saturation"], p["drop_rate"] > 0) for p in s["routes"][0]["paths"]]')" = \
		"[(1.0, True)]" ]
	"$PYTHON" -c 'import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import records, write
m, t = next(records(sys.argv[2]))
np.save("ids.npy", t["experts"])
write("one", list(t.items()), m)' "$BATS_TEST_DIRNAME" "$S/moe"
	vq-stats -q --json -E 6 --routes --against one ids.npy >json
	[ "$(member '[(p["against_path"], p["saturation"], p["fluctuation"], p["adjusted_rand_index"]) for p in s["routes"][0]["paths"]]')" = \
		"[('union', 1.0, 0.0, 1.0)]" ]
}

@test "noise in the metadata: a share of flips, and nothing is due" {
	"$PYTHON" - "$BATS_TEST_DIRNAME" "$S" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from route import records
from stats_routes import append
append("noisy", [(list(t.items()), dict(m, noise_db="20"))
                 for m, t in records(sys.argv[2] + "/moe")])
END
	vq-stats -q --json --against "$S/old" noisy >json
	reference against json "$S/old" noisy noise_flip
	[ "$(member 's["routes"][0]["noise_db"]')" = 20.0 ]
	[ "$(member '"retrain_due" in s["routes"][0]["paths"][0] or "fluctuation" in s["routes"][0]["paths"][0]')" = \
		False ]
	fails 1 vq-stats -q noisy "$S/moe"
	stderr_has 'noise of no dB'
}

@test "--drift-limit and --churn-limit decide what is due, and say why" {
	due='[(p["retrain_due"], p["retrain_reason"]) for p in s["routes"][0]["paths"]]'
	vq-stats -q --json --drift-limit 1 --churn-limit 1 \
		--against "$S/old" "$S/moe" >json
	[ "$(member "$due")" = "[(False, None), (False, None), (False, None)]" ]
	vq-stats -q --json --drift-limit 1 --churn-limit 0.05 \
		--against "$S/old" "$S/moe" >json
	member "$due" >got
	grep -qE "^\[\(False, None\), \(True, '0\.[01][0-9]+ of the tokens changed their code: above --churn-limit 0.05'\), \(True" got
	vq-stats -q --drift-limit 0.2 --against "$S/old" "$S/moe" >text
	[ "$(grep -cE '^retrain_due, path (continuous|union): 0\.[0-9]{4} of the tokens changed their experts: above --drift-limit 0.2$' text)" = 4 ]
	vq-stats -q --json --drift-limit 0.2 --against "$S/old" "$S/moe" >json
	member "$due" >got
	grep -qE "^\[\(True, '0\.[0-9]+ of the tokens changed their experts: above --drift-limit 0.2'\), \(False, None\), \(True" got
}

@test "two trainings: nothing is due unless a limit is named" {
	"$PYTHON" - "$BATS_TEST_DIRNAME" "$S" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from route import records
from stats_routes import append
for name, seed in ("first", "1"), ("second", "2"):
    append(name, [(list(t.items()), dict(m, **{"model.seed": seed}))
                  for m, t in records(sys.argv[2] + "/old")])
append("new", [(list(t.items()), dict(m, **{"model.seed": "1"}))
               for m, t in records(sys.argv[2] + "/moe")])
END
	said='[(p["one_training"], p["retrain_due"]) for p in s["routes"][0]["paths"]]'
	vq-stats -q --json --against first new >json
	[ "$(member "$said")" = "[(True, True), (True, False), (True, True)]" ]
	vq-stats -q --json --against second new >json
	[ "$(member "$said")" = "[(False, None), (False, None), (False, None)]" ]
	vq-stats -q --json --churn-limit 0.2 --against second new >json
	[ "$(member "$said")" = "[(False, True), (False, False), (False, True)]" ]
	vq-stats -q --against second new >text
	[ "$(grep -c '^two models: unless they share their experts, read rand' text)" = 2 ]
	vq-stats -q --against first new >text
	not grep -q '^two models' text
}

@test "moe-route names the seed of a model, and the paths of one in shadow" {
	craft rows '[("x", np.random.default_rng(1).normal(size=(300, 5)).astype("f4")), ("y", (np.arange(300) % 3).astype("u1"))]' \
		'{"kind": "vectors", "item": "rows"}'
	moe-train -q -s 20 -E 4 --width 8 --router vqmoe -o a.moe rows
	moe-train -q -s 20 -E 4 --width 8 --seed 7 -o b.moe rows
	moe-route -m a.moe --shadow b.moe rows >both
	vq-stats -q --list --json both >json
	member '[s["records"][0]["metadata"][k] for k in ("model.seed", "shadow.seed", "shadow.discrete")]' >got
	[ "$(cat got)" = "['1', '7', '1']" ]
	moe-route -m a.moe --shadow a.moe rows | vq-stats -q --json >json
	[ "$(member '[(x["path"], x["fluctuation"], x["saturation"], x["adjusted_rand_index"], x["flows"], x["one_training"]) for x in s["routes"][0]["shadow"]]')" = \
		"[('continuous', 0.0, 1.0, 1.0, [], True), ('discrete', 0.0, 1.0, 1.0, [], True), ('union', 0.0, 1.0, 1.0, [], True)]" ]
}

@test "routers of other shapes are compared by all their columns" {
	moe-route -m "$S/gate.npy" "$S/y.rec" >one
	vq-stats -q --json --against "$S/soft" one >json
	"$PYTHON" - "$BATS_TEST_DIRNAME" "$S" <<'END'
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import read
from stats_routes import versus
a, b = (read(f)[1]["experts"] for f in (sys.argv[2] + "/soft", "one"))
got = json.load(open("json"))["routes"][0]["paths"][0]
assert got["against_path"] == "all"
a, g = (read(sys.argv[2] + "/soft")[1][k] for k in ("experts", "gates"))
first = a[np.arange(len(a)), np.where(a == 65535, 0, g).argmax(1)]
versus(got, a, b, (first.astype(int), b[:, 0].astype(int)), 8)
END
}

@test "items are found by name in any order, and those left out are told" {
	"$PYTHON" - "$BATS_TEST_DIRNAME" "$S" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from route import records
from stats_routes import append
got = [(list(t.items()), m) for m, t in records(sys.argv[2] + "/moe")]
append("turned", got[::-1])
append("fewer", got[:2])
append("twice", got + got[:2])
END
	vq-stats -q --json --against "$S/old" turned >json
	vq-stats -q --json --against "$S/old" "$S/moe" >other
	"$PYTHON" -c 'import json
a, b = (json.load(open(f))["routes"] for f in ("json", "other"))
a = {x["layer"]: x["paths"] for x in a}; b = {x["layer"]: x["paths"] for x in b}
for i in 0, 1:
    for p, q in zip(a[i], b[i]):
        for k in "fluctuation saturation adjusted_rand_index compared".split():
            assert abs(p[k] - q[k]) < 1e-12, (i, k, p[k], q[k])'
	vq-stats --json --against "$S/old" fewer >json 2>said
	grep -q 'warning: 4 items of .*/old were not compared: item 1, ...$' said
	fails 1 vq-stats -q --json --against "$S/old" twice
	stderr_has 'item 0: against' 'no item of this name is there'
}

@test "another count, another layer: an error that names the item" {
	craft long '[("experts", np.zeros((9, 1), "u2"))]' \
		'{"experts": "4", "item": "it", "layer": "0"}'
	craft short '[("experts", np.zeros((8, 1), "u2"))]' \
		'{"experts": "4", "item": "it", "layer": "0"}'
	craft one '[("experts", np.zeros((8, 1), "u2"))]' \
		'{"experts": "4", "item": "it", "layer": "1"}'
	fails 1 vq-stats -q --against short long
	stderr_has 'it: more tokens than the 8 of it in short'
	fails 1 vq-stats -q --against long short
	stderr_has 'it: fewer tokens than the 9 of it in long'
	fails 1 vq-stats -q --against one short
	stderr_has 'it: against one: layer 0 is not there'
	fails 1 vq-stats -q --against "$S/x.npy" short
	stderr_has "--against: $S/x.npy: " 'no routes'
	fails 1 vq-stats -q --against nothing short
	stderr_has '--against: nothing: '
}

@test "parts of one item that say different layers" {
	craft other '[("codes", np.zeros(9, "u1")), ("experts", np.zeros((9, 1), "u2"))]' \
		'{"experts": "4", "item": "before", "layer": "1"}'
	craft a '[("codes", np.zeros(9, "u1")), ("experts", np.zeros((9, 7), "u2"))]' \
		'{"experts": "4", "item": "it", "layer": "0", "part": "0"}'
	craft b '[("codes", np.zeros(9, "u1")), ("experts", np.zeros((9, 1), "u2"))]' \
		'{"experts": "4", "item": "it", "layer": "1", "part": "1", "last": "1"}'
	cat other a b >both
	fails 1 vq-stats -q --against both other
	stderr_has '--against: both: it: its parts are of different layers'
	fails 1 vq-stats -q both
	stderr_has 'it: its parts are of different layers'
}

@test "a layer without a name belongs to the only one there is" {
	craft named '[("experts", np.array([[0], [1], [2]], "u2"))]' \
		'{"experts": "4", "item": "it", "layer": "7"}'
	craft bare '[("experts", np.array([[0], [1], [1]], "u2"))]' \
		'{"experts": "4"}'
	vq-stats -q --json --against bare named >json
	[ "$(member 's["routes"][0]["layer"], s["routes"][0]["paths"][0]["fluctuation"]')" = \
		"(7, 0.3333333333333333)" ]
	vq-stats -q --json --against named bare >json
	[ "$(member 's["routes"][0]["paths"][0]["compared"]')" = 3 ]
}
