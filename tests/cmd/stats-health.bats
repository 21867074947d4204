#!/usr/bin/env bats
# stats-health.bats - figures of a codebook's health: how unevenly it is used,
# what the neighbours of codes tell, and where N cannot say it.
load helper

setup_file() {
	need_numpy
}

figures() {
	"$PYTHON" "$BATS_TEST_DIRNAME/figures.py" "$@"
}

# agrees CASE [OPTION...]: the report of that case is what numpy says.
agrees() {
	figures make "$1"
	vq-stats -q --json --by item "${@:2}" s.codes >json 2>said || {
		cat said
		return 1
	}
	figures check "$1" json
}

@test "large codebooks: unevenly, evenly, and hardly used" {
	for c in k-262144 k-262144-even near-dead; do
		agrees $c
	done
}

@test "codes of any type, and in parts, count the same" {
	for c in u16 u32 i64 parts; do
		agrees $c
	done
}

@test "images: left and upper neighbours, also across parts, not across items" {
	for c in images images-stages wide-image large-image random-image \
		narrow-image one-code-image one-column-images no-pair; do
		agrees $c
	done
}

@test "sounds: the frame before; rows: no neighbours" {
	for c in sounds mono rows-of-tokens sound image; do
		agrees $c
	done
}

@test "--joint-limit: exact up to it, beyond it null with the reason" {
	figures make images-stages
	"$PYTHON" - <<-'END'
	import json, subprocess
	def run(*limit):
	    p = subprocess.run(["vq-stats", "--json", *limit, "s.codes"],
	                       capture_output=True, text=True, check=True)
	    return json.loads(p.stdout), p.stderr
	full, said = run()
	pairs = 9 * 9 * 4  # of each stage a fourth of the limit
	same, said = run("--joint-limit", str(max(pairs, full["joint_used"])))
	assert same == full and "joint-limit" not in said, said
	less, said = run("--joint-limit", str(full["joint_used"] - 1))
	assert less["joint_entropy_bits"] is None and less["joint_limited"]
	assert less["joint_used"] is None
	assert "no joint figures: more than %d different tokens" % (
	    full["joint_used"] - 1) in said, said
	few, said = run("--joint-limit", "7")
	for key in "entropy_given_left_bits", "entropy_given_upper_bits":
	    assert few[key] is None and few["stages"][3][key] is None
	    assert few["stages"][3]["enough_neighbours"] is False
	assert few["entropy_bits"] == full["entropy_bits"]
	assert said.count("neighbour of 4 of 4 stages: more than 1 ") == 2, said
	assert few["warnings"] == [line.partition("warning: ")[2]
	                           for line in said.splitlines()], said
	END
	fails 2 vq-stats --joint-limit 0 s.codes
}

@test "--joint-limit bounds the memory" {
	need_plain_build
	"$PYTHON" -c 'import numpy as np
r = np.random.default_rng(1)
np.save("x.npy", r.integers(60000, size=(1000, 1000, 2), dtype="u2"))'
	peak_kb vq-stats -q --joint-limit 10k -k 60000 x.npy 2>said
	grep -c joint-limit said | grep -qx 3
	[ "$(cat "$PEAK")" -lt 40000 ] || { cat "$PEAK"; false; }
}

@test "too few pairs of neighbours: a note with the N that would do" {
	figures make random-image
	clean vq-stats --json s.codes >json
	"$PYTHON" -c 'import json
s = json.load(open("json"))
assert s["enough_neighbours"] is False and s["warnings"] == [], s["warnings"]
note = s["notes"][-1]
assert note.startswith("4032 pairs of neighbours are too few"), note
assert "stage 0" in note and "; 200000 would do" in note, note'
	vq-stats -q s.codes >text
	not grep -q given text
	figures make images
	vq-stats -q s.codes >text
	grep -q given_left text
}

@test "N that cannot tell near-dead codes is said, for the largest codebook" {
	"$PYTHON" -c 'import numpy as np
x = np.arange(5001)[:, None] * [1, 7] % [16, 500]
np.save("few.npy", x[:2499]); np.save("some.npy", x[:5000])
np.save("many.npy", x)'
	vq-stats -k 500 few.npy 2>&1 >/dev/null |
		grep 'too few to judge 500 codes.*; 2500 would do'
	clean vq-stats --json -k 500 some.npy | grep \
		'5000 .* too few to tell which of 500 codes .*; 10000 would do'
	clean vq-stats --json -k 500 many.npy | grep '"notes": \[\]'
}

@test "-m of another model of equal k is said, with both fingerprints" {
	"$PYTHON" - <<-'END'
	import numpy
	r = numpy.random.default_rng(1)
	for name in "abx":
	    numpy.save(name + ".npy", r.normal(size=(64, 4)).astype("f4"))
	END
	vq-encode -q -m a.npy x.npy x.npy >codes
	of_a=$(vq-stats --list codes | grep -o 'model=[0-9a-f]*' | head -1)
	of_b=$(vq-encode -q -m b.npy x.npy | vq-stats --list - |
		grep -o 'model=[0-9a-f]*')
	vq-stats --json -m a.npy codes 2>&1 >/dev/null | not grep 'model'
	vq-stats --json -m b.npy codes 2>said >json
	grep "warning: x.npy and others: codes of model ${of_a#*=}, but -m b.npy is model ${of_b#*=}" said
	grep '"x.npy and others: codes of model' json
}
