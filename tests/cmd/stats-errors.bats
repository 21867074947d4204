#!/usr/bin/env bats
# stats-errors.bats - vq-stats --errors: where the error of a codebook is.
load helper

setup_file() {
	need_numpy
	cd "$BATS_FILE_TMPDIR" || return
	export S=$BATS_FILE_TMPDIR
	"$PYTHON" -c 'import numpy as np
r = np.random.default_rng(1)
x = (r.normal(size=(3000, 5)) * [1, 2, 3, 4, 5]).astype("f4")
np.save("x.npy", x)
x[7, 2] = np.nan
np.save("nan.npy", x)'
	vq-train -q -n none -t vq -k 16 -s 20 -b 256 -o one.vq x.npy
	vq-train -q -n none -t vq -r 3 -g 2 -k 16 -s 20 -b 256 -o m.vq x.npy
	vq-train -q -n none -t vq -r 2 -k 64 -p 8 -s 20 -b 256 -o i.vq \
		"$DATA"/images/{brick,coast}.png
}

# agrees MODEL FILE...: the report of the files is what numpy says.
agrees() {
	vq-encode -q -m "$@" >codes
	vq-encode -q -m "$1" --latents "${@:2}" >latents
	clean vq-stats --json --errors -m "$@" >json
	"$PYTHON" "$BATS_TEST_DIRNAME/code_errors.py" "$1" latents codes json
}

member() { # EXPRESSION of s, the report in the file json
	"$PYTHON" -c 'import json, sys
s = json.load(open("json"))
print(eval(sys.argv[1]))' "$1"
}

@test "rows: one stage, stages and groups, a linear net" {
	agrees "$S/one.vq" "$S/x.npy"
	agrees "$S/m.vq" "$S/x.npy"
	vq-train -q -n linear -d 3 -t vq -r 2 -k 9 -s 20 -b 256 -o l.vq \
		"$S/x.npy"
	agrees l.vq "$S/x.npy"
}

@test "images and sounds, several items of a call" {
	agrees "$S/i.vq" "$DATA"/images/{brick,coast}.png
	vq-train -q -n none -t vq -r 2 -k 16 -p 160 -s 20 -b 256 -o s.vq \
		"$DATA"/speech/*.wav
	agrees s.vq "$DATA"/speech/*.wav
}

@test "nets conv, lattices and shared tables: all else is as of a stream of codes" {
	vq-train -q -t fsq -k 240 -s 5 -b 64 -o fsq.vq "$S/x.npy"
	vq-train -q -t vq -r 2 --shared -k 16 -s 5 -b 64 -o sh.vq "$S/x.npy"
	for m in fsq.vq sh.vq "$S/m.vq"; do
		vq-encode -q -m "$m" "$S/x.npy" >codes
		vq-stats --json --by item -m "$m" codes >plain
		vq-stats --json --by item -m "$m" --errors "$S/x.npy" >json
		both
	done
	vq-encode -q -m image-8x8 "$DATA/images/coast.png" >codes
	vq-stats --json --by item -m image-8x8 codes >plain
	vq-stats --json --by item -m image-8x8 --errors \
		"$DATA/images/coast.png" >json
	both
}

# The figures of the file plain are in json, which has those of errors too.
both() {
	"$PYTHON" - <<-'END'
	import json
	a, b = json.load(open("plain")), json.load(open("json"))
	def without(o, more):
	    if isinstance(o, list):
	        return [without(x, more) for x in o]
	    if isinstance(o, dict):
	        return {k: without(v, more) for k, v in o.items()
	                if k not in more}
	    return o
	extra = {"mean_square_error", "error_share", "errors"}
	packed = {k for k in a if k.startswith("coded_bits")} | {"inputs"}
	assert without(a, packed) == without(b, extra | packed)
	for o in [b, b["items"][0], *b["stages"]]:
	    assert 0 < o["error_share"] < 1.5 and o["mean_square_error"] > 0, o
	assert b["items"][0]["error_share"] == b["error_share"]
	END
}

@test "the last stage's error is what vq-decode leaves" {
	vq-stats --json --errors -m "$S/one.vq" "$S/x.npy" >json
	vq-encode -q -m "$S/one.vq" "$S/x.npy" |
		vq-decode -q -m "$S/one.vq" --npy >back.npy
	"$PYTHON" - "$S/one.vq" "$S/x.npy" "$BATS_TEST_DIRNAME" <<-'END'
	import json, sys
	import numpy as np
	sys.path.insert(0, sys.argv[3])
	from route import read
	scale = read(sys.argv[1])[1]["transform.scale"][0]
	e = (np.load(sys.argv[2]).astype("f8") - np.load("back.npy")) / scale
	got = json.load(open("json"))["mean_square_error"]
	assert np.isclose(got, (e ** 2).sum(1).mean(), 1e-4), got
	END
}

@test "the same bits for any number of threads, from a pipe, byte by byte" {
	vq-stats --json --errors -m "$S/i.vq" "$DATA"/images/{brick,coast}.png >json
	vq-stats -j 1 --json --errors -m "$S/i.vq" \
		"$DATA"/images/{brick,coast}.png | cmp - json
	vq-stats -j 5 --json --errors -m "$S/i.vq" \
		"$DATA"/images/{brick,coast}.png | cmp - json
	head -c 8128 "$S/x.npy" >part
	tail -c +129 part >raw
	vq-stats --json --errors -m "$S/m.vq" --raw f32:5 <raw >json
	slow_cat raw | vq-stats --json --errors -m "$S/m.vq" --raw f32:5 |
		cmp - json
	[ "$(member 's["stages"][0]["tokens"]')" = 400 ]
}

@test "text, lines and the page show where the error is" {
	clean vq-stats --errors -m "$S/one.vq" "$S/x.npy" >text
	grep -q '^codes of the largest error, by their share' text
	[ "$(sed '1,/^codes of the largest/d' text | grep -c '^0 ')" = 10 ]
	clean vq-stats --errors -m "$S/m.vq" "$S/x.npy" >text
	for stage in 0 1 2 3 4 5; do
		[ "$(sed '1,/^codes of the largest/d' text |
			grep -c "^$stage ")" = 3 ]
	done
	clean vq-stats --errors -m "$S/m.vq" --tsv "$S/x.npy" >tsv
	[ "$(grep -c '^error' tsv)" = 60 ]
	clean vq-stats --errors -m "$S/m.vq" --html page.html "$S/x.npy" >text
	grep -q 'Stage 5: codes of the largest error' page.html
	clean vq-stats --prometheus --errors -m "$S/m.vq" "$S/x.npy" >prom
	[ "$(grep -c '^vq_error_share{stage=' prom)" = 6 ]
	fails 3 vq-stats --errors -m "$S/m.vq" \
		--fail-if 'max(stages[].error_share) > 0' "$S/x.npy"
}

@test "what cannot be encoded is named, and the rest is done" {
	fails 1 vq-stats --json --errors -m "$S/m.vq" "$S/nan.npy" "$S/x.npy"
	stderr_has 'nan.npy: row 7'
	cp "$OUT" json
	[ "$(member 's["item_count"], s["failed_items"]')" = '(1, 1)' ]
	clean vq-stats --json --errors --nan drop -m "$S/m.vq" "$S/nan.npy" >json
	[ "$(member 's["tokens"]')" = 2999 ]
	fails 1 vq-stats --errors -m "$S/m.vq" "$DATA/images/coast.png"
	stderr_has 'coast.png: an image, but the model takes rows of 5 numbers'
	output_is ''
	fails 1 vq-stats --errors -m no.vq "$S/x.npy"
	stderr_has 'no.vq'
	: >empty
	fails 1 vq-stats --errors -m "$S/m.vq" empty
	stderr_has 'empty: empty input'
}

@test "codes, packed codes and states: what is needed instead" {
	vq-encode -q -m "$S/m.vq" "$S/x.npy" >codes
	vq-encode -q -m "$S/m.vq" --pack "$S/x.npy" >packed
	vq-stats -q --state state codes >said
	fails 1 vq-stats --errors -m "$S/m.vq" codes
	stderr_has 'x.npy: holds codes, not vectors or media: give what they were made of'
	fails 1 vq-stats --errors -m "$S/m.vq" packed
	stderr_has 'packed: holds packed codes, not vectors or media: give what they were made of'
	fails 1 vq-stats --errors -m "$S/m.vq" state
	stderr_has 'state: holds a state, not vectors or media'
}

@test "what --errors does not go with" {
	fails 2 vq-stats --errors "$S/x.npy"
	stderr_has '-m says by which model'
	for other in '-R ref' --routes '--against old' '--state s' --merge \
		--follow '--by part' '--by label'; do
		# shellcheck disable=SC2086
		fails 2 vq-stats --errors -m "$S/m.vq" $other "$S/x.npy"
		stderr_has "not with ${other%% [ors]*}"
	done
	fails 2 vq-stats --errors -m "$S/m.vq" --list "$S/x.npy"
	stderr_has '--list reads headers: not with --errors'
}
