#!/usr/bin/env bats
# stats-foreign.bats - vq-stats on routes of other systems: ids in arrays, with
# probabilities, labels and masks beside them.
load helper

setup_file() {
	export S=$BATS_FILE_TMPDIR
	need_numpy
	cd "$S" || return
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import write
r = np.random.default_rng(4)
n, e, t = 20000, 6, 2
s = r.normal(size=(n, e)) + np.arange(e) / 4
p = (np.exp(s) / np.exp(s).sum(1, keepdims=True)).astype("f4")
ids = np.argsort(-p, axis=1)[:, :t]
mask = r.random((n, t)) < 0.05
y = r.integers(-1, 5, n)
np.save("ids", ids); np.save("p", p); np.save("mask", mask); np.save("y", y)
np.save("pt", np.take_along_axis(p, ids, 1))
np.save("row", mask[:, 0])
np.save("other", np.where(r.random((n, t)) < 0.1, 0, ids).astype("u1"))
# The same as a record of ours.
def record(name, drop):
    x = np.where(drop, 65535, ids).astype("u2")
    write(name, [("experts", x), ("gates",
        np.where(drop, 0, np.take_along_axis(p, ids, 1)).astype("f4")),
        ("y", y)], {"experts": "6", "router": "r", "model": "m", "item": "i"})
record("plain", np.zeros((n, t), bool)); record("drops", mask)
record("rows", np.repeat(mask[:, :1], t, 1))
END
}

reference() {
	"$PYTHON" "$BATS_TEST_DIRNAME/stats_routes.py" "$@"
}

# alike A B: the same layers, but for what only a record says.
alike() {
	"$PYTHON" -c 'import json, sys
a, b = (json.load(open(f))["routes"] for f in sys.argv[1:])
for x in a + b:
    x["router"] = x["model"] = None
assert a == b, (a, b)
assert len(a) == 1' "$@"
}

@test "ids of any type, with probabilities by column or by expert" {
	vq-stats -q --json "$S/plain" >want
	reference one want "$S/plain"
	for p in p pt; do
		clean vq-stats --json -E 6 --routes --probs "$S/$p.npy" \
			"$S/ids.npy" >got
		alike got want
	done
	vq-stats -q --json -E 6 --routes "$S/ids.npy" >want
	for type in u1 '>u2' i4 '>u8' i1; do
		"$PYTHON" -c 'import numpy as np, sys
np.save("x.npy", np.load(sys.argv[1] + "/ids.npy").astype(sys.argv[2]))' \
			"$S" "$type"
		clean vq-stats --json -E 6 --routes x.npy >got
		alike got want
	done
}

@test "masks of tokens or of assignments, negative ids, 65535: dropped" {
	vq-stats -q --json "$S/drops" >want
	clean vq-stats --json -E 6 --routes --probs "$S/p.npy" \
		--dropped "$S/mask.npy" "$S/ids.npy" >got
	alike got want
	"$PYTHON" -c 'import numpy as np, sys
s = sys.argv[1]
ids, mask = np.load(s + "/ids.npy"), np.load(s + "/mask.npy")
np.save("a.npy", np.where(mask, -100, ids))
np.save("b.npy", np.where(mask, 65535, ids).astype("u2"))' "$S"
	for f in a b; do
		vq-stats -q --json -E 6 --routes --probs "$S/p.npy" $f.npy >got
		alike got want
	done
	vq-stats -q --json "$S/rows" >want
	vq-stats -q --json -E 6 --routes --probs "$S/p.npy" \
		--dropped "$S/row.npy" "$S/ids.npy" >got
	alike got want
}

@test "labels: --labels-file says them, and asks for figures by label" {
	vq-stats -q --json --by label "$S/drops" >want
	reference labels want "$S/drops"
	clean vq-stats --json -E 6 --routes --probs "$S/p.npy" --labels-file "$S/y.npy" \
		--dropped "$S/mask.npy" "$S/ids.npy" >got
	alike got want
}

@test "E is -E, or the width of the probabilities, else a guess with a warning" {
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.array([[0], [3]])); np.save("p.npy", np.full((2, 9), .1))'
	vq-stats --json --routes x.npy >json 2>said
	grep -q '"experts": 4,' json
	grep -q 'warning: the number of experts is not known (-E): 4 ' said
	vq-stats --json --routes --probs p.npy x.npy >json 2>said
	grep -q '"experts": 9,' json
	not grep -q 'not known' said
	vq-stats -q --json --routes -E 7 --probs p.npy x.npy >json
	grep -q '"experts": 7,' json
}

@test "without --routes they are codes, as ever; raw ids need it too" {
	vq-stats -q --json "$S/ids.npy" >json
	grep -q '"routes": \[\]' json
	grep -q '"joint_used"' json
	"$PYTHON" -c 'import numpy as np, sys
np.load(sys.argv[1] + "/ids.npy").astype("<u2").tofile("x.u16")' "$S"
	vq-stats -q --json --routes -E 6 --raw u16:2 x.u16 >got
	vq-stats -q --json --routes -E 6 "$S/ids.npy" >want
	alike got want
}

@test "two of them against each other, in order of their arrays" {
	vq-stats -q --json --routes -E 6 --against "$S/ids.npy" \
		"$S/other.npy" >got
	"$PYTHON" - "$BATS_TEST_DIRNAME" "$S" <<'END'
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from stats_routes import versus
a, b = (np.load(sys.argv[2] + f).astype(int) for f in ("/ids.npy", "/other.npy"))
p = json.load(open("got"))["routes"][0]["paths"][0]
versus(p, a, b, (a[:, 0], b[:, 0]), 6)
END
	# Ours against theirs.
	vq-stats -q --json --routes --against "$S/plain" "$S/ids.npy" \
		-E 6 >got
	grep -q '"fluctuation": 0.0' got
	fails 1 vq-stats -q --against "$S/ids.npy" "$S/plain"
	stderr_has '--routes: arrays are ids'
}

@test "files that do not fit the ids are refused" {
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.zeros((5, 2), "i4")); np.save("4.npy", np.zeros((4, 2)))
np.save("6.npy", np.zeros((6, 2))); np.save("nan.npy", np.full((5, 2), np.nan))
np.save("three.npy", np.zeros((5, 3), "u1")); np.save("f.npy", np.zeros(5))
np.save("cube.npy", np.zeros((5, 2, 2), "i4"))
np.save("late.npy", np.full(3, np.nan)); np.save("two.npy", np.zeros(2, "u1"))'
	fails 1 vq-stats -q --routes -E 2 --probs 4.npy x.npy
	stderr_has 'x.npy: 4.npy has fewer rows than the ids'
	fails 1 vq-stats -q --routes -E 2 --probs 6.npy x.npy
	stderr_has '6.npy has more rows than the ids'
	fails 1 vq-stats -q --routes -E 2 --probs nan.npy x.npy
	stderr_has 'x.npy: row 0: nan.npy has nan there'
	fails 1 vq-stats -q --routes -E 2 --dropped three.npy x.npy
	stderr_has 'three.npy has 3 columns for ids of 2'
	fails 1 vq-stats -q --routes -E 2 --labels-file f.npy x.npy
	stderr_has '--labels-file: f.npy: F64' 'whole numbers'
	cat two.npy late.npy >mixed
	fails 1 vq-stats -q --routes -E 2 --labels-file mixed x.npy
	stderr_has 'mixed: F64 is not of whole numbers'
	fails 1 vq-stats -q --routes -E 2 --labels-file three.npy x.npy
	stderr_has '--labels-file: three.npy: 3 columns'
	fails 1 vq-stats -q --routes -E 2 cube.npy
	stderr_has 'cube.npy: ' 'rank 3'
	fails 1 vq-stats -q --routes f.npy
	stderr_has 'f.npy: ' 'experts are integers'
	fails 1 vq-stats -q --routes -E 2 --probs gone.npy x.npy
	stderr_has '--probs: gone.npy: '
	fails 2 vq-stats -q --probs 4.npy x.npy
	stderr_has 'go with --routes'
	fails 2 vq-stats -q --routes --probs 4.npy x.npy x.npy
	stderr_has 'one file of ids'
}

@test "arrays behind one another: rows of the files beside go on" {
	"$PYTHON" -c 'import numpy as np, sys
s = sys.argv[1]
ids = np.load(s + "/ids.npy")
np.save("a.npy", ids[:7777]); np.save("b.npy", ids[7777:])
p = np.load(s + "/p.npy")
np.save("c.npy", p[:123]); np.save("d.npy", p[123:])' "$S"
	cat a.npy b.npy >ab
	cat c.npy d.npy >pp
	vq-stats -q --json "$S/plain" >want
	vq-stats -q --json --routes -E 6 --probs pp ab >got
	alike got want
}

@test "several layers in one array are refused, and it says what to do" {
	"$PYTHON" -c 'import numpy
numpy.save("deep.npy", numpy.zeros((3, 40, 2), "i8"))'
	fails 1 vq-stats -q --routes -E 4 deep.npy
	stderr_has 'deep.npy: tensor "x" has rank 3: routes are [n, t], and of several layers an array a layer'
}
