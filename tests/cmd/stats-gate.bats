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
