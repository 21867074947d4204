#!/usr/bin/env bats
# stats-state.bats - vq-stats --state and --merge: counts added up over runs and
# machines.  Names of runs have no blanks:
# shellcheck disable=SC2046,SC2086
load helper

setup_file() {
	export S=$BATS_FILE_TMPDIR
	need_numpy
	for i in $(seq 24); do
		drift write "$S/run$i" $((100 + 37 * i)) 64 2 "$i"
	done
	cat "$S"/run* >"$S/all"
}

drift() {
	"$PYTHON" "$BATS_TEST_DIRNAME/drift.py" "$@"
}

state() {
	"$PYTHON" "$BATS_TEST_DIRNAME/state.py" "$@"
}

runs() { # LAST FIRST: their names
	for i in $(seq "${2:-1}" "$1"); do
		echo "$S/run$i"
	done
}

# report OPTION... ITEM...: as JSON, but for what was read.
report() {
	vq-stats -q --json "$@" | sed '/^  "inputs": \[/,/^  \]/d'
}

# same STATE ITEM...: the report of the state is that of one run over all.
same() {
	report "${@:2}" >want
	report "$1" >got
	diff want got
	report --merge "$1" | diff want -
}

@test "of many states their number is said, and their names with -v" {
	for i in 1 2 3; do
		vq-stats -q --state s$i "$S/run$i" >/dev/null
		[ $i = 1 ] || vq-stats -q --merge s? >"text$i"
	done
	[ "$(head -n 1 text2)" = '2 states' ]
	[ "$(head -n 1 text3)" = '3 states' ]
	[ -z "$(sed -n 2p text3)" ]
	not grep -q 's1' text3
	vq-stats -v --merge s? >/dev/null 2>said
	grep -q 's2: .*bytes' said
}

@test "eight runs at a time add up to one run over everything" {
	runs 24 | xargs -P 8 -n 1 vq-stats -q --state sum >reports
	same sum "$S/all"
	state counts sum $(runs 24)
	vq-stats --list sum | grep -q 'kind=state'
	# Each reported what there was then: the last one all of it.
	[ "$(grep -c '^item_count ' reports)" = 24 ]
	grep -qx 'item_count *72' reports
}

@test "states of several machines join, in any order" {
	vq-stats -q --state a $(runs 8) >/dev/null
	vq-stats -q --state b $(runs 16 9) >/dev/null
	vq-stats -q --state c $(runs 24 17) >/dev/null
	report "$S/all" >want
	for order in 'a b c' 'c a b' 'b c a'; do
		report --merge $order | diff want -
	done
	report --merge --state sum a b c | diff want -
	same sum "$S/all"
	cat a b c | report --merge | diff want -
	report a b $(runs 24 17) | diff want -
	report --state a b c | diff want -
	same a "$S/all"
}

@test "images and sounds: the rates add up to the last bit too" {
	vq-encode -q -m image-8x8 "$DATA"/images/*.png >images
	for i in "$DATA"/images/*.png; do
		vq-encode -q -m image-8x8 "$i" | vq-stats -q --state s >/dev/null
	done
	same s images
	report -m image-8x8 images >want
	grep -q '"coded_bits"' want
	for i in "$DATA"/images/*.png; do
		vq-encode -q -m image-8x8 --pack "$i" |
			vq-stats -q -m image-8x8 --state c >/dev/null
	done
	report c | diff want -
	"$PYTHON" -c 'import sys; sys.path.insert(0, sys.argv[1])
import numpy as np
from route import write
r = np.random.default_rng(5)
for i in range(9):
    n = int(r.integers(10, 99))
    write("s%d" % i, [("codes", r.integers(0, 9, (n, 1, 2)).astype("u1"))],
          {"format": "1", "item": "s%d" % i, "media": "audio", "codes": "9,9",
           "frames": str(n * 441 + i), "sample_rate": "44100", "last": "1"})' \
		"$BATS_TEST_DIRNAME"
	cat s? >sounds
	printf '%s\n' s8 s3 s0 s4 s1 s7 s2 s6 s5 | xargs -n 2 vq-stats -q --state t >/dev/null
	same t sounds
}

@test "kill -9 at any moment leaves the old state or the new one" {
	need_plain_build
	vq-stats -q --state s "$S/all" >/dev/null
	tokens=$(vq-stats -q --json s | sed -n 's/^  "tokens": \(.*\),/\1/p')
	last=$tokens
	for i in $(seq 30); do
		vq-stats -q --state s "$S/all" >/dev/null 2>&1 &
		sleep "0.0$((i % 4))$((i % 7))"
		kill -9 $! 2>/dev/null || true
		wait $! 2>/dev/null || true
		now=$(vq-stats -q --json s | sed -n 's/^  "tokens": \(.*\),/\1/p')
		[ "$now" = "$last" ] || [ "$now" = $((last + tokens)) ]
		last=$now
	done
	# The lock of the dead holds nobody up.
	timeout 10 vq-stats -q --state s "$S/run1" >/dev/null
}

@test "another model, k or number of stages is refused by name" {
	drift write k128 300 128 2 1
	drift write wide 300 64 3 1
	vq-stats -q --state s "$S/run1" >/dev/null
	cp s before
	fails 1 vq-stats --state s k128
	stderr_has 'item 0: column 0 has 128 codes, but s says 64'
	fails 1 vq-stats --state s wide
	stderr_has 'item 0: 3 columns of codes, but s has 2'
	vq-stats -q --state other k128 >/dev/null
	fails 1 vq-stats --merge s other
	stderr_has 'other: column 0 has 128 codes, but s says 64'
	for o in '' --json '-o r --html page --plot p.svg' '--state new'; do
		# shellcheck disable=SC2086 # options
		fails 1 vq-stats --merge $o s other s
		[ ! -s "$OUT" ]
	done
	[ "$(find . -newer other -type f ! -name '.*' | wc -l)" -eq 0 ]
	fails 1 vq-stats --state s other
	stderr_has 'other: column 0 has 128 codes, but s says 64'
	vq-encode -q -m image-8x8 "$DATA/images/brick.png" >b
	vq-stats -q --state m b >/dev/null
	sed -e 's/"model":"[0-9a-f]*"/"model":"0123456789abcdef"/' \
		-e s/crc32.header/crc32.absent/ b >c
	fails 1 vq-stats --state m c
	stderr_has 'codes of model 0123456789abcdef, but those before are of'
	cmp s before
	[ ! -e nothing ]
	fails 1 vq-stats --state nothing b c
	stderr_has 'and a state is of one model'
}

@test "what is no state, and what has no codes, is refused" {
	vq-stats -q --state s "$S/run1" >/dev/null
	cp s before
	fails 1 vq-stats --merge s "$S/run1"
	stderr_has 'run1: --merge joins states, and this is none'
	fails 1 vq-stats --merge "$DATA/images/brick.png"
	stderr_has '--merge joins states, and this is none'
	fails 2 vq-stats --state s s
	stderr_has '--state: s is an operand too'
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.zeros((9, 4), "f4"))
np.save("ids.npy", np.zeros((9, 2), "u2"))'
	fails 1 vq-stats --state s x.npy
	stderr_has '--state: no codes came: s is as it was'
	fails 1 vq-stats --routes --state s ids.npy
	stderr_has 'ids.npy: --state keeps counts of codes, not of routes'
	fails 1 vq-stats --state "$S/run1" "$S/run2"
	stderr_has '--state: ' 'run1: no state: its kind is codes'
	fails 1 vq-stats --state no/folder/s "$S/run1"
	fails 1 vq-stats --state . "$S/run1"
	stderr_has 'not a regular file'
	fails 2 vq-stats --list --state s
	fails 1 vq-stats --merge --state s before
	stderr_has 's: exists (use -f to replace)'
	cmp s before
	vq-stats -q -f --merge --state s before before >/dev/null
	[ "$(vq-stats -q s 2>/dev/null | awk '/^item_count/ { print $2 }')" = 6 ]
}

@test "a broken state is refused whole, and says where" {
	vq-stats -q --state s "$S/all" >/dev/null
	mkdir broken
	state broken s broken
	vq-encode -q -m image-8x8 "$DATA/images/brick.png" |
		vq-stats -q --state pairs >/dev/null
	state pairs pairs broken
	for says in broken/*.says; do
		f=${says%.says}
		fails 1 vq-stats --merge "$f"
		stderr_has "$f" "$(cat "$says")"
		cp "$f" copy
		fails 1 vq-stats --state "$f" "$S/run1"
		stderr_has "--state: $f: "
		cmp "$f" copy
	done
	: >empty
	fails 1 vq-stats --state empty "$S/run1"
	fails 1 vq-stats --merge empty
}

@test "a state is an item, and something to hold codes against" {
	vq-stats -q --state a $(runs 12) >/dev/null
	vq-stats -q --json --by item a "$S/run13" >json
	"$PYTHON" -c 'import json
s = json.load(open("json"))
assert s["item_count"] == 39 and len(s["items"]) == 4
assert s["items"][0]["item"] == "a"
assert sum(i["tokens"] for i in s["items"]) == s["tokens"]'
	runs 12 | while read -r run; do
		sed 's/item /once /g' "$run"
	done >old
	vq-stats -q --json --against a "$S/run13" >json
	vq-stats -q --json --against old "$S/run13" >want
	"$PYTHON" -c 'import json
got, want = (json.load(open(f))["against"] for f in ("json", "want"))
assert got["kind"] == "state" and "churn" not in got
for a, b in zip(got["stages"], want["stages"]):
    for key in a:
        assert a[key] == b[key], key
assert got["js_distance"] == want["js_distance"] > 0'
	vq-stats -q --against a a | grep -q 'against a (state)'
	drift write wide 300 64 3 1
	fails 1 vq-stats --against a wide
	stderr_has 'item 0: against a: 3 columns of codes, but a has 2'
}

@test "too many different tokens: no joint figures, as in one run" {
	need_plain_build
	vq-stats -q --state s "$S/run1" "$S/run2" >/dev/null
	"$PYTHON" -c 'import sys; sys.path.insert(0, sys.argv[1])
from state import load, save
meta, t = load("s")
del t["joint.code"], t["joint.count"]
save("full", {**meta, "joint": "full"}, t)' "$BATS_TEST_DIRNAME"
	report --merge full s >json
	grep -q '"joint_used": null' json
	report --merge s full | diff json -
}
