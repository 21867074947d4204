#!/usr/bin/env bats
# stats-text.bats - vq-stats: the text that people see.
load helper

setup_file() {
	need_numpy
}

figures() {
	"$PYTHON" "$BATS_TEST_DIRNAME/figures.py" "$@"
}

@test "a sentence says what it comes to, with the figures of --json" {
	for c in random skewed two-stages no-token; do
		figures make $c
		vq-stats -q s.codes | grep ' codes in use at N = ' >line
		vq-stats -q --json s.codes | "$PYTHON" -c 'import json, sys
s = json.load(sys.stdin)
line = open("line").read()
n = len(s["stages"])
want = "" if n == 1 else "%d stages: " % n
want += f"""{s["used"]:,} of {s["codes"]:,} codes in use """ \
    f"""at N = {s["tokens"]:,}"""
assert line.startswith(want), (line, want)
if s["tokens"]:
    most = max(x["perplexity"] for x in s["stages"])
    assert f"{most:.0f}" in line or f"{most:.1f}" in line, line
else:
    assert line == want + "\n", line'
	done
}

@test "bars are as high as the counts say, in the characters of the locale" {
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.repeat([4, 2, 0], [128, 8, 1]).astype("u1"))'
	vq-stats -q -k 5 x.npy >blocks
	grep -qx '0  █▄▁··  128 tokens ... 1, then 2 dead' blocks
	LC_ALL=C vq-stats -q -k 5 x.npy >ascii
	grep -qx '0  #+_\.\.  128 tokens ... 1, then 2 dead' ascii
	LC_ALL=C not grep -q '[^ -~]' ascii
	# Nothing else depends on it.
	diff blocks ascii >differs || true
	[ "$(grep -c '^>' differs)" = 1 ]
	LC_ALL=C vq-stats -q --json -k 5 x.npy >c
	vq-stats -q --json -k 5 x.npy | cmp - c
}

@test "a sum over many stages is readable, and no table is too wide" {
	"$PYTHON" -c 'import numpy as np
r = np.random.default_rng(1)
np.save("x.npy", r.integers(1024, size=(30000, 12), dtype="u2"))'
	vq-stats -q -k 1k x.npy >text
	grep -qE '^total .* 2\^119\.[0-9]' text
	[ "$(tail -n +2 text | wc -L)" -le 120 ]
	[ "$(grep -c █ text)" = 12 ]
}
