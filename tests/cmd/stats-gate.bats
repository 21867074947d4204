#!/usr/bin/env bats
# stats-gate.bats - vq-stats as a judge: --fail-if, its words, its statuses.
load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	export S=$BATS_FILE_TMPDIR
	vq-train -q -s 0 -b 512 -k 16 -r 2 -n none -o m.vq \
		"$DATA/images/brick.png"
	cp "$DATA/images/brick.png" "a b.png"
	cp "$DATA/images/coast.png" coast.png
	vq-encode -m m.vq "a b.png" coast.png >codes
	vq-encode -m m.vq --latents coast.png >latents
	vq-train -q -n none -s 0 -b 512 -k 16 -o one.vq latents
	moe-route -m one.vq -E 4 latents >routes
}

# told STATUS EXPR WORDS...: how vq-stats ends with it, and what it says.
told() {
	local want=$1 expr=$2
	shift 2
	fails "$want" vq-stats --fail-if "$expr" "$S/codes"
	stderr_has "vq-stats: --fail-if '$expr': $1" "${@:2}"
}

@test "a condition that holds ends with 3 and tells its figures" {
	told 3 'used > 1 || dead > 100' 'holds: used 32, dead 0'
	told 3 'stage[1].used == 16 && min(stages[].dead) < 1' \
		'holds: stage[1].used 16, min(stages[].dead) 0'
	grep -q '^--fail-if .*: holds: stage\[1\].used 16' "$OUT"
	grep -q '^total ' "$OUT"
}

@test "one that does not hold changes nothing, and only -v tells" {
	clean vq-stats --fail-if 'used < 1' --fail-if '!(used > 1)' \
		"$S/codes" >out
	fails 0 vq-stats -v --fail-if 'used < 1' "$S/codes"
	stderr_has "--fail-if 'used < 1': does not hold: used 32"
}

@test "what is wrongly written ends with 2 before anything is read" {
	for e in 'used <' 'used = 3' '1 < used < 3' '(used < 3' ' ' '!used < 3' \
		'max(used) > 3' 'items[].used > 3'; do
		fails 2 vq-stats --fail-if "$e" no-such-file
		stderr_has "vq-stats: --fail-if '$e': column "
		not grep -q no-such-file "$ERR"
		output_is ''
	done
	fails 2 vq-stats --fail-if '' no-such-file
}

@test "an unknown key, several places, a null figure: 2, with the report" {
	told 2 'utilisation < 1' 'no "utilisation" in this report' \
		'nearest: "utilization"'
	grep -q '^total ' "$OUT"
	told 2 'stage.dead > 1' 'stage.dead: there are 2 of stage (0, 1): say which'
	told 2 'stage[2].dead > 1' 'stage[2].dead: no sign of stage[2]; there are: 0, 1'
	told 2 'bits_per_second > 1' 'bits_per_second is null'
	told 3 'bits_per_second > 1 || used > 1' \
		'holds: bits_per_second null, used 32'
	told 2 'used' 'used is a number (32): compare it'
}

@test "all conditions are judged, also beside a bad one; 2 comes before 3" {
	fails 2 vq-stats --fail-if 'used > 1' --fail-if 'nothing > 1' \
		--fail-if 'dead == 0' "$S/codes"
	stderr_has "'used > 1': holds" "no \"nothing\"" "'dead == 0': holds"
}

@test "2 comes before 1, and 1 before 3" {
	fails 1 vq-stats --fail-if 'used > 1' "$S/codes" none
	stderr_has 'none: No such file' "'used > 1': holds: used 32"
	fails 2 vq-stats --fail-if 'nothing > 1' "$S/codes" none
	stderr_has 'none: No such file' 'no "nothing"'
	fails 1 vq-stats --fail-if 'nothing > 1' none
	output_is ''
}

@test "items by name, also with blanks; the least of all" {
	fails 3 vq-stats --by item --fail-if "item['a b.png'].used > 30" \
		--fail-if 'max(items[].used) == 32' \
		--fail-if 'item[coast.png].stage[1].dead >= 0' "$S/codes"
	[ "$(grep -c holds: "$ERR")" -eq 3 ]
	fails 2 vq-stats --by item --fail-if 'item[cost.png].used > 1' \
		"$S/codes"
	stderr_has 'there are: a b.png, coast.png'
	fails 2 vq-stats --fail-if 'min(items[].used) > 1' "$S/codes"
	stderr_has '--by item'
}

@test "figures of routes: the only path, an expert, a code" {
	fails 3 vq-stats --fail-if 'load_cv >= 0' \
		--fail-if 'path[all].expert[2].count >= 0' \
		--fail-if 'routes[0].code[3].count >= 0' \
		--fail-if 'count(load[]) == 4' "$S/routes"
	[ "$(grep -c holds: "$ERR")" -eq 4 ]
	fails 2 vq-stats --fail-if 'expert[4].count > 1' "$S/routes"
	stderr_has 'no sign of expert[4]; there are: 0, 1, 2, 3'
}

@test "an infinite figure is above all numbers" {
	cp "$S/coast.png" .
	fails 3 vq-stats --fail-if 'psnr_db > 1e308' -R "$S/coast.png" \
		coast.png
	stderr_has 'holds: psnr_db inf'
}

@test "JSON and TSV carry what was judged" {
	need_numpy
	fails 2 vq-stats --json --fail-if 'used > 1' --fail-if 'used < 1' \
		--fail-if 'x < 1' "$S/codes"
	"$PYTHON" - "$OUT" <<-'END'
	import json, sys
	c = json.load(open(sys.argv[1]))["conditions"]
	assert c[0] == {"expression": "used > 1", "holds": True,
	                "values": {"used": 32}}, c
	assert c[1]["holds"] is False and c[2]["holds"] is None, c
	assert 'no "x"' in c[2]["error"] and c[2]["values"] == {}, c
	END
	fails 3 vq-stats --tsv --fail-if 'used > 1' "$S/codes"
	grep -q '^condition	.*	used > 1	true$' "$OUT"
	vq-stats --json "$S/codes" >plain
	not grep conditions plain
}

@test "-o is written whatever holds; --list judges nothing" {
	fails 3 vq-stats -o report --fail-if 'used > 1' "$S/codes"
	grep -q '^total ' report
	fails 2 vq-stats --list --fail-if 'used > 1' "$S/codes"
	stderr_has '--list'
}

samples() { # FILE: what a strict reader of Prometheus' format finds
	"$PYTHON" "$BATS_TEST_DIRNAME/prometheus.py" "$1"
	if command -v promtool >/dev/null; then
		promtool check metrics <"$1" >&2 || [ $? -eq 3 ] # of style only
	fi
}

@test "--prometheus: every figure, in the format, with its place as labels" {
	vq-stats -q --prometheus --by item "$S/codes" >prom
	vq-stats -q --json --by item "$S/codes" >json
	samples prom >found
	"$PYTHON" - <<-'END'
	import json
	found, tree = json.load(open("found")), json.load(open("json"))
	def want(o, labels, skip=("format", "stage")):
	    for key, v in o.items():
	        if key in skip or isinstance(v, (str, list, dict)):
	            continue
	        name = "vq_" + key + (labels and "{" + labels + "}")
	        if v is None and not o.get(key + "_infinite"):
	            assert name not in found, name
	        elif not key.endswith("_infinite"):
	            assert found.pop(name) == (float("inf") if v is None else v)
	    for s in o.get("stages", []):
	        want(s, labels + ("," if labels else "") + f'stage="{s["stage"]}"')
	want(tree, "")
	for i in tree["items"]:
	    want(i, f'item="{i["item"]}"')
	assert found.pop("vq_warnings") == len(tree["warnings"])
	for i in tree["inputs"]:
	    place = f'{{item="{i["item"]}",kind="{i["kind"]}"}}'
	    assert found.pop("vq_input_records" + place) == i["records"]
	    assert found.pop("vq_input_tokens" + place) == i["tokens"]
	assert not found, found
	END
}

@test "--prometheus: odd names, equal names, infinite, true and null" {
	mkdir new old && cp "$S/coast.png" $'new/a"b\\c\nd.png'
	cp "$S/coast.png" $'old/a"b\\c\nd.png'
	vq-stats --prometheus --by item -R old new >prom
	samples prom >found
	grep -qF '{item="a\"b\\c%0Ad.png"} +Inf' prom
	not grep -q bits_per_second prom

	fails 3 vq-stats -q --prometheus --by item --fail-if $'used\n> 1' \
		--fail-if 'items[2].used < 1' "$S/codes" "$S/codes"
	cp "$OUT" prom
	samples prom >found
	grep -qxF 'vq_used{item="a b.png",copy="2"} 32' prom
	grep -qxF 'vq_condition_holds{expression="used\n> 1"} 1' prom
}

@test "--prometheus: routes and traces, experts as labels, no long tables" {
	vq-stats -q --prometheus "$S/routes" >prom
	samples prom >found
	grep -q '^vq_expert_count{path="all",expert="3"} [0-9]*$' prom
	grep -q '^vq_load_cv{path="all"} ' prom
	not grep -q 'code="' prom
	vq-stats -q --prometheus --against "$S/codes" "$S/codes" >prom
	samples prom >found
	grep -qx 'vq_against_js_distance{kind="codes",stage="1"} 0' prom ||
		grep -qx 'vq_against_js_distance{stage="1"} 0' prom
}

@test "--json-lines: the rows of TSV, each an object with its scope" {
	vq-stats -q --json-lines --by item "$S/codes" >lines
	vq-stats -q --tsv --by item "$S/codes" >tsv
	"$PYTHON" - <<-'END'
	import json
	rows = [json.loads(line) for line in open("lines")]
	tsv = [line.rstrip("\n").split("\t") for line in open("tsv")]
	head, tsv = tsv[0], tsv[1:]
	rows = [r for r in rows if r["scope"] not in ("warning", "note", "curve")]
	assert len(rows) == len(tsv) == 10, (len(rows), len(tsv))
	for r, t in zip(rows, tsv):
	    for key, cell in zip(head, t):
	        v = r.get(key)
	        same = (v is None) if cell == "" else (
	            str(v) == cell or json.loads(cell) == v)
	        assert same, (key, v, cell)
	assert [r["scope"] for r in rows[:4]] == ["total", "stage", "stage", "item"]
	assert rows[4]["item"] == "a b.png" and rows[4]["stage"] == 0
	assert not any(isinstance(v, list) for r in rows for v in r.values())
	END
}

@test "one form only, and --list has its own" {
	for f in '--json --tsv' '--json-lines --json' '--prometheus --tsv'; do
		# shellcheck disable=SC2086
		fails 2 vq-stats $f "$S/codes"
		stderr_has 'only one of them'
	done
	for f in json-lines prometheus; do
		fails 2 vq-stats --list --$f "$S/codes"
		stderr_has '--list writes text'
	done
}

@test "the page has the table of keys that the program has" {
	cd "$ROOT"
	O=${VQ_BIN%/bin} tests/keys-man -n | diff man/vq-stats.1 - ||
		{ echo 'run tests/keys-man'; false; }
	vq-stats --list-keys >"$BATS_TEST_TMPDIR/keys" </dev/null
	[ "$(grep -c . "$BATS_TEST_TMPDIR/keys")" -gt 100 ]
}

@test "every key that is written is in that table, with its scope" {
	"$PYTHON" - <<-'END'
	import numpy
	r = numpy.random.default_rng(1)
	p = r.dirichlet([1] * 8, size=500)
	numpy.save("p.npy", p)
	numpy.save("ids.npy", numpy.argsort(-p, axis=1)[:, :2])
	numpy.save("labels.npy", r.integers(0, 5, 500))
	x = r.normal(size=(600, 8)).astype("f4")
	numpy.save("x.npy", x)
	numpy.save("z.npy", x + 1)
	numpy.save("probe.npy", x[:50])
	numpy.save("y.npy", (x[:, 0] > 0).astype("i8"))
	END
	moe-train -q -s 20 -b 64 -E 4 --probe probe.npy --trace trace \
		--log moe.log --target y.npy -o one.moe x.npy 2>said
	vq-train -q -k 8 -s 20 -b 64 --log m.log -o log.vq x.npy
	moe-train -q -s 20 -b 64 -E 4 --seed 2 --log log --target y.npy \
		-o two.moe x.npy
	moe-route -m one.moe --shadow two.moe x.npy >both
	moe-route -m one.moe x.npy >one
	moe-route -m two.moe x.npy >two
	vq-encode -m "$S/m.vq" --pack "$S/coast.png" >packed
	cp "$S/coast.png" .
	{
		vq-stats -q --by item --json-lines "$S/codes" "$S/routes"
		vq-stats -q --json-lines --against "$S/codes" "$S/codes"
		vq-stats -q --json-lines --against "$S/m.vq" "$S/m.vq"
		vq-stats -q --json-lines -m "$S/m.vq" packed
		vq-stats -q --json-lines --boundary 3 --drift-limit 0.1 \
			--against one two
		vq-stats -q --json-lines both
		vq-stats -q --json-lines --trace trace
		vq-stats -q --json-lines --routes --probs p.npy \
			--labels-file labels.npy ids.npy
		vq-stats -q --by item --json-lines -R "$S" coast.png
		vq-stats -q --by item --json-lines -R x.npy z.npy
		vq-stats -q --by item --json-lines x.npy
		vq-stats -q --json-lines "$S/m.vq" one.moe m.log moe.log trace
		vq-stats -q --json-lines --fail-if 'used < 1' "$S/codes"
	} >lines 2>said || { cat said; false; }
	vq-stats --list-keys >keys
	"$PYTHON" - <<-'END'
	import json, re
	table = {}
	for line in open("keys").readlines()[1:]:
	    key, scope, unit, meaning = re.split("  +", line.strip())
	    table.setdefault(key, set()).update(scope.split())
	place = {"scope", "item", "part", "stage", "layer", "path"}
	missing, seen = set(), set()
	for line in open("lines"):
	    row = json.loads(line)
	    seen.add(row["scope"])
	    if row["scope"].startswith("point"):
	        continue  # the log's own keys
	    for key in row:
	        known = table.get(re.sub("_infinite$", "", key))
	        if known is None or (
	                key not in place and row["scope"] not in known
	                and not key.endswith("_infinite")):
	            missing.add((row["scope"], key))
	assert not missing, sorted(missing)
	assert {"total", "stage", "item", "layer", "path", "expert", "pair", "code",
	        "flow", "label", "boundary", "shadow", "trace", "step", "lifetime",
	        "against", "against_stage", "condition", "input", "model", "table",
	        "training"} <= seen, seen
	END
}

@test "--follow is judged at its end" {
	fails 3 vq-stats --follow --fail-if 'used > 1' <"$S/codes"
	stderr_has "--fail-if 'used > 1': holds: used 32"
	clean vq-stats --follow --fail-if 'used < 1' <"$S/codes"
}
