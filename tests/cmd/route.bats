#!/usr/bin/env bats
# route.bats - moe-route: routes of every kind against NumPy and PyTorch, what
# passes through, capacity, files that are no routers.
load helper

setup_file() {
	export S=$BATS_FILE_TMPDIR
	need_numpy
	"$PYTHON" "$BATS_TEST_DIRNAME/route.py" make "$S"
}

agrees() { # KIND ROUTES ...: see route.py
	"$PYTHON" "$BATS_TEST_DIRNAME/route.py" "$@"
}

@test "softmax: the experts and gates that NumPy finds, raw and renormalised" {
	for t in 1 2 8; do
		clean moe-route -m "$S/gate.npy" -t $t "$S/x.npy" >r
		agrees softmax r "$S/x.npy" "$S/gate.npy" $t \
			"$([ $t = 1 ] && echo raw || echo renorm)"
		moe-route -m "$S/gate.npy" -t $t --gates raw "$S/x.npy" >r
		agrees softmax r "$S/x.npy" "$S/gate.npy" $t raw
	done
	moe-route -m "$S/gate.npy" --gates renorm "$S/x.npy" >r
	agrees softmax r "$S/x.npy" "$S/gate.npy" 1 renorm
}

@test "softmax: what PyTorch's topk gives on the same weights" {
	"$PYTHON" -c 'import torch' 2>/dev/null || skip "$PYTHON has no torch"
	for t in 1 2 4; do
		moe-route -m "$S/gate.npy" -t $t "$S/x.npy" >r
		agrees torch r "$S/x.npy" "$S/gate.npy" $t
	done
}

@test "equal scores: the lowest number" {
	"$PYTHON" -c 'import numpy as np
np.save("w.npy", np.ones((6, 3), "f4"))
np.save("x.npy", np.ones((4, 3), "f4"))'
	moe-route -m w.npy -t 3 --npy x.npy >e.npy
	moe-route --router cosine -m w.npy -t 3 --npy x.npy | cmp - e.npy
	moe-route -m w.npy --npy x.npy >one.npy
	"$PYTHON" -c 'import numpy as np
e = np.load("e.npy")
assert e.dtype == np.uint16 and (e == [0, 1, 2]).all(), e
assert (np.load("one.npy") == 0).all()'
}

@test "cosine, with a temperature" {
	for t in 1 2; do
		moe-route --router cosine --temperature 0.1 -m "$S/gate.npy" \
			-t $t "$S/x.npy" >r
		agrees cosine r "$S/x.npy" "$S/gate.npy" $t 0.1
	done
}

@test "biased: the choice by score and bias, the gate by the score" {
	for t in 1 3; do
		moe-route --router biased -m "$S/deepseek" -t $t "$S/x.npy" >r
		agrees biased r "$S/x.npy" "$S/gate.npy" "$S/bias.npy" $t
	done
	fails 1 moe-route --router biased -m "$S/gate.npy" "$S/x.npy"
	stderr_has 'gate.npy' 'e_score_correction_bias'
}

@test "vq: codes, experts by the map, margins" {
	clean moe-route -m "$S/book" "$S/x.npy" >r
	agrees vq r "$S/x.npy" "$S/q.npy" "$S/map.npy"
	moe-route -m "$S/q.npy" --router vq --map "$S/map.npy" "$S/x.npy" >r
	agrees vq r "$S/x.npy" "$S/q.npy" "$S/map.npy"
	# One expert for each code; codes mod 7.
	"$PYTHON" -c 'import numpy as np
np.save("own.npy", np.arange(48))
np.save("mod.npy", np.arange(48) % 7)'
	moe-route -m "$S/q.npy" --router vq "$S/x.npy" >r
	agrees vq r "$S/x.npy" "$S/q.npy" own.npy
	moe-route -m "$S/book" --map modulo -E 7 "$S/x.npy" >r
	agrees vq r "$S/x.npy" "$S/q.npy" mod.npy
	moe-route -m "$S/book" --map grouped -E 6 "$S/q.npy" >r
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from route import read
meta, got = read("r")
e = got["experts"][:, 0]
assert meta["experts"] == "6" and meta["codes"] == "48", meta
assert len(set(zip(got["codes"], e))) == 48 and set(e) == set(range(6))
sizes = [len({c for c, j in zip(got["codes"], e) if j == i}) for i in range(6)]
assert sizes == [8] * 6, sizes
END
}

@test "the gate of a layer by its number, or by its name" {
	fails 1 moe-route -m "$S/mixtral" "$S/x.npy"
	stderr_has 'mixtral' '3 gates' '--layer' \
		'model.layers.2.block_sparse_moe.gate.weight'
	moe-route -m "$S/mixtral" --layer 1 -t 2 "$S/x.npy" >r
	agrees softmax r "$S/x.npy" "$S/gate.npy" 2 renorm
	grep -qa '"layer": *"1"' r
	moe-route -m "$S/mixtral" -t 2 "$S/x.npy" \
		--gate model.layers.1.block_sparse_moe.gate.weight | cmp - r
	fails 1 moe-route -m "$S/mixtral" --layer 3 "$S/x.npy"
	stderr_has 'no gate of layer 3' 'model.layers.0'
	fails 1 moe-route -m "$S/mixtral" --gate nothing "$S/x.npy"
	stderr_has 'no tensor "nothing"' 'model.layers.0'
}

@test "latents of photographs by their own codebook; vq-stats counts the codes" {
	vq-train -q -n linear -d 8 -k 32 -s 5 -b 256 -o m.vq \
		"$DATA/images/brick.png"
	vq-encode -m m.vq "$DATA"/images/{brick,coast}.png >codes
	vq-encode -m m.vq --latents "$DATA"/images/{brick,coast}.png >latents
	moe-route -m m.vq -E 4 latents >r
	vq-stats -q --json r >a
	vq-stats -q --json codes >b
	"$PYTHON" -c 'import json
a, b = (json.load(open(f))["stages"][0] for f in "ab")
assert a["used"] == b["used"] > 1, (a, b)
assert a["perplexity"] == b["perplexity"]'
	vq-stats --list r | grep 'experts U16 \[4096,1\]'
	fails 1 moe-route -m m.vq "$DATA/images/brick.png"
	stderr_has 'an image' '--latents'
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.zeros((3, 8), "f4"))'
	fails 1 moe-route -m m.vq x.npy
	stderr_has 'x.npy' "not latents of the router's model"
	# Routes without codes have loads, and no codebook.
	moe-route --router hash -E 3 latents >h
	vq-stats -q --json h >a
	"$PYTHON" -c 'import json
s = json.load(open("a"))
assert s["stages"] == [] and s["routes"][0]["experts"] == 3, s'
}

@test "a model of rows normalises them as vq-encode does" {
	vq-train -q -n none -t kmeans -k 16 -s 5 -b 256 -o m.vq "$S/x.npy"
	moe-route -m m.vq "$S/x.npy" >r
	vq-encode -m m.vq "$S/x.npy" >c
	vq-encode -m m.vq --latents "$S/x.npy" | moe-route -m m.vq >l
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from route import read
(_, r), (_, c), (_, l) = (read(f) for f in "rcl")
assert (r["codes"] == c["codes"][:, 0]).all()
assert (r["codes"] == l["codes"]).all()
ratio = r["margin"] / l["margin"]
assert abs(ratio / ratio[0] - 1).max() < 1e-3 and ratio[0] > 1.5, ratio
END
}

@test "labels, names and unknown keys are passed on" {
	moe-route -m "$S/gate.npy" "$S/y.rec" >r
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import read
meta, got = read("r")
want = dict(item="tokens", colour="red", kind="routes", media="rows",
            rows="9001", experts="8", top="1", router="softmax", part="0",
            last="1")
for k, v in want.items():
    assert meta[k] == v, (k, meta.get(k))
assert len(meta["model"]) == 16
assert (got["y"] == np.arange(9001)).all()
assert set(got) == {"experts", "gates", "y"}
END
	# Routes as companions do not meet the new ones.
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import write
x = np.ones((3, 24), "f4")
write("again", [("x", x), ("gates", x), ("experts", x), ("margin", x)])
END
	moe-route -m "$S/gate.npy" again | vq-stats --list - >list
	grep -q 'experts U16 \[3,1\]' list
	grep -q 'gates F32 \[3,1\]' list
	grep -q 'margin F32 \[3,24\]' list
}

@test "the same bytes for any -j, cut of the input and kernel" {
	tail -c +129 "$S/x.npy" >x.f32
	for how in "-m $S/gate.npy -t 2 --capacity 1.1" "-m $S/book" \
		"-m $S/deepseek --router biased -t 2 --shadow $S/gate.npy" \
		"--router hash -E 7 -t 3" "--router random -E 7"; do
		# shellcheck disable=SC2086
		for j in 1 2 5; do
			moe-route $how -j $j "$S/x.npy" "$S/y.rec" >out$j
			cmp out1 out$j
			moe-route $how -j $j --raw f32:24 <x.f32 >raw$j
			cmp raw1 raw$j
		done
		# shellcheck disable=SC2086
		head -c 9600 x.f32 | moe-route $how --raw f32:24 >fast
		# shellcheck disable=SC2086
		head -c 9600 x.f32 | slow_cat | moe-route $how --raw f32:24 |
			cmp - fast
		for kernel in ref generic; do
			# shellcheck disable=SC2086
			VQ_KERNEL=$kernel moe-route $how "$S/x.npy" \
				"$S/y.rec" | cmp - out1
		done
	done
}

@test "capacity drops the latest of each window, never as expert 0" {
	for t in 1 2; do
		moe-route -m "$S/gate.npy" -t $t "$S/x.npy" >free
		for f in 0.5 0.9 1; do
			moe-route -m "$S/gate.npy" -t $t --capacity $f \
				"$S/x.npy" >r
			agrees capacity r free $f 8
		done
	done
	moe-route -m "$S/gate.npy" --capacity 0 "$S/x.npy" >zero
	moe-route -m "$S/gate.npy" "$S/x.npy" | cmp - zero
	moe-route -v -m "$S/gate.npy" --capacity 0.5 "$S/x.npy" 2>said >r
	grep -qE '[0-9]+ of 9001 assignments dropped' said
}

@test "a plan: the assignments by expert, row by row, without dropped ones" {
	for how in "-t 1" "-t 3" "-t 2 --capacity 0.7" "-t 1 --capacity 0.9"; do
		# shellcheck disable=SC2086
		clean moe-route -m "$S/gate.npy" $how --plan "$S/x.npy" >r
		# shellcheck disable=SC2086
		moe-route -m "$S/gate.npy" $how "$S/x.npy" >plain
		[ "$(agrees plan r plain)" = 1 ]
		# An operand that waits for its turn has it too.
		# shellcheck disable=SC2086
		moe-route -j 2 -m "$S/gate.npy" $how --plan "$S/x.npy" \
			"$S/y.rec" >two
		head -c "$(stat -c %s r)" two | cmp - r
		vq-stats --list r | grep 'offsets U64 \[9\]'
	done
	# An item in parts: 1,048,576 rows of 8 experts are 16 MiB.
	head -c 4800000 /dev/zero |
		moe-route --router hash -E 9 -t 8 --raw u8:4 --plan >r
	head -c 4800000 /dev/zero |
		moe-route --router hash -E 9 -t 8 --raw u8:4 >plain
	[ "$(agrees plan r plain)" = 2 ]
	fails 2 moe-route -m "$S/gate.npy" --plan --npy "$S/x.npy"
	stderr_has '--plan'
}

@test "plans are not rows: readers of routes pass over them" {
	# As many assignments as rows in the first part, fewer in the second.
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import write
def part(name, order, **meta):
    e = np.zeros((3, 1), "u2")
    write(name, [("experts", e), ("gates", e.astype("f4")),
                 ("order", np.arange(order, dtype="u4")),
                 ("offsets", np.arange(3, dtype="u8"))],
          dict(kind="routes", item="a", **meta))
part("one", 3, part="0")
part("two", 2, part="1", last="1")
END
	cat one two >r
	clean moe-route --router hash -E 4 --tensor gates r >again
	vq-stats --list again >list
	not grep -E 'order|offsets' list
	grep 'experts U16 \[6,1\]' list
}

@test "noise: of the ratio asked for, by seed and row" {
	tail -c +129 "$S/x.npy" >x.f32
	for how in "-m $S/gate.npy -t 2" "-m $S/book --shadow $S/gate.npy"; do
		# shellcheck disable=SC2086
		moe-route $how "$S/x.npy" >plain
		# shellcheck disable=SC2086
		for j in 1 2; do
			moe-route $how -j $j --noise 6 "$S/x.npy" >r$j
			moe-route $how -j $j --noise 6 --raw f32:24 <x.f32 >raw$j
		done
		cmp r1 r2
		cmp raw1 raw2
		# shellcheck disable=SC2086
		head -c 9600 x.f32 | slow_cat |
			moe-route $how --noise 6 --raw f32:24 >slow
		# shellcheck disable=SC2086
		moe-route $how --noise 300 "$S/x.npy" >little
		# shellcheck disable=SC2086
		moe-route $how --noise 6 --seed 2 "$S/x.npy" >seed
		# shellcheck disable=SC2086
		moe-route $how --noise 40 "$S/x.npy" >some
		# shellcheck disable=SC2086
		VQ_KERNEL=generic moe-route $how --noise 6 "$S/x.npy" | cmp - r1
		"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from route import read
(_, plain), (meta, r), (_, seed), (_, some), (_, little), (_, slow) = (
    read(f) for f in ("plain", "r1", "seed", "some", "little", "slow"))
assert meta["noise_db"] == "6" and meta["seed"] == "1", meta
flips = [(t["experts"][:, 0] != plain["experts"][:, 0]).mean()
         for t in (r, some, little)]
assert 0.1 < flips[0] < 0.6 and 0 < flips[1] < 0.05 and flips[2] == 0, flips
assert (r["experts"] != seed["experts"]).any()
for k in r:
    assert (little[k] == plain[k]).all()
    assert (slow[k] == r[k][:100]).all()
END
	done
	# Each row its own.
	"$PYTHON" -c 'import numpy as np
np.save("same.npy", np.ones((9000, 24), "f4"))'
	moe-route -m "$S/gate.npy" --noise 6 same.npy >same
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from route import read
assert len(set(read("same")[1]["gates"].ravel())) > 8900
END
	fails 2 moe-route -m "$S/gate.npy" --noise 301 "$S/x.npy"
}

@test "rules: codes that go by themselves, and those left to the gate" {
	cat >rules <<-END
	# half of them
	codebook $S/q.npy
	0-15,20 3     # sky

	16-19	gate
	21-30 5
	40 7
	END
	"$PYTHON" -c 'import numpy as np
to = np.full(48, 8)
to[:16] = to[20] = 3
to[21:31] = 5
to[40] = 7
np.save("to.npy", to)
rest = to.copy()
rest[31:40] = rest[41:] = 0
np.save("rest.npy", rest)'
	clean moe-route -m "$S/gate.npy" --rules rules "$S/x.npy" >r
	agrees rules r "$S/x.npy" "$S/gate.npy" "$S/q.npy" to.npy
	for j in 1 3; do
		VQ_KERNEL=generic moe-route -m "$S/gate.npy" -j $j \
			--rules rules "$S/x.npy" | cmp - r
	done
	echo '* 0' >>rules
	moe-route -m "$S/gate.npy" --rules rules "$S/x.npy" >r
	agrees rules r "$S/x.npy" "$S/gate.npy" "$S/q.npy" rest.npy
	# Gate and codebook in one file.
	"$PYTHON" - "$BATS_TEST_DIRNAME" "$S" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import write
load = lambda name: np.load(sys.argv[2] + name)
write("both", [("gate.weight", load("/gate.npy")), ("codebook", load("/q.npy"))])
END
	sed -i /codebook/d rules
	moe-route -m both --rules rules --npy "$S/x.npy" >a
	moe-route -m "$S/gate.npy" --rules <(cat rules; echo codebook "$S/q.npy") \
		--npy "$S/x.npy" | cmp - a
}

@test "rules that cannot be followed are told by file and line" {
	wrong() { # LINE WORDS...
		printf 'codebook %s\n# two\n%b\n' "$S/q.npy" "$1" >rules
		fails 1 moe-route -m "$S/gate.npy" --rules rules "$S/x.npy"
		output_is ''
		stderr_has "moe-route: rules: line ${2:0:1}: " "${@:3}"
	}
	wrong '5' 3 'codes, expert'
	wrong '5 1 2' 3 'codes, expert'
	wrong '5x 1' 3 '"5x"'
	wrong '9-5 1' 3 '"9-5"'
	wrong '5 one' 3 '"one"'
	wrong '5 -1' 3 '"-1"'
	wrong '48 1' 3 'code 48' '48'
	wrong '0-4000000000 1' 3 'code 4000000000'
	wrong '5 8' 3 'expert 8' '8'
	wrong '* 8' 3 'expert 8'
	wrong '5 1\n7 2\n3-6 gate' 5 'code 5 has a rule in line 3'
	wrong '* 1\n* 2' 4 'a second'
	wrong 'codebook' 3 'no file'
	wrong 'codebook x' 3 'second'
	echo 'codebook missing' >rules
	fails 1 moe-route -m "$S/gate.npy" --rules rules "$S/x.npy"
	stderr_has 'missing'
	: >rules
	fails 1 moe-route -m "$S/mixtral" --layer 0 --rules rules "$S/x.npy"
	stderr_has 'mixtral'
	fails 1 moe-route -m "$S/gate.npy" --rules nothing "$S/x.npy"
	stderr_has 'nothing'
	echo "codebook $S/q.npy" >rules
	fails 1 moe-route -m "$S/gate.npy" -t 2 --rules rules "$S/x.npy"
	stderr_has 'one expert'
	"$PYTHON" -c 'import numpy as np
np.save("q.npy", np.ones((4, 5), "f4"))'
	echo "codebook q.npy" >rules
	fails 1 moe-route -m "$S/gate.npy" --rules rules "$S/x.npy"
	stderr_has 'q.npy' 'codes of 5 numbers, but the gate has 24'
	fails 2 moe-route -m "$S/gate.npy" --rules rules --map modulo "$S/x.npy"
}

@test "a shadow is the other router's own routes" {
	moe-route --router random -E 8 -t 2 --shadow "$S/gate.npy" "$S/x.npy" >r
	moe-route --router random -E 8 -t 2 "$S/x.npy" >a
	moe-route -m "$S/gate.npy" -t 2 "$S/x.npy" >b
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from route import read
(meta, r), (_, a), (_, b) = (read(f) for f in "rab")
for k in "experts", "gates":
    assert (r[k] == a[k]).all() and (r["shadow." + k] == b[k]).all()
assert meta["shadow.router"] == "softmax" and meta["shadow.experts"] == "8"
assert (r["experts"] != r["shadow.experts"]).mean() > 0.5
END
	fails 1 moe-route -m "$S/gate.npy" -t 2 --shadow "$S/book" "$S/x.npy"
	stderr_has '--shadow' 'book' 'one expert'
}

@test "controls: seeds, even loads, different experts" {
	moe-route --router random -E 8 --npy "$S/x.npy" >a
	moe-route --router random -E 8 --npy --seed 2 "$S/x.npy" >b
	not cmp -s a b
	moe-route --router hash -E 8 -t 3 --npy "$S/x.npy" >h
	"$PYTHON" -c 'import numpy as np
for f in "ab":
    assert np.bincount(np.load(f)[:, 0], minlength=8).min() > 300
h = np.load("h")
assert np.bincount(h[:, 0]).min() > 1000
assert all(len(set(row)) == 3 for row in h)'
}

@test "files that are no routers, and rows that do not fit" {
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import write
one = np.ones((4, 24), "f4")
nan = one.copy()
nan[2, 3] = np.nan
np.save("nan.npy", nan)
np.save("wide.npy", np.ones((4, 25), "f4"))
np.save("many.npy", np.ones((65535, 1), "f4"))
np.save("none.npy", np.ones((0, 24), "f4"))
np.save("vector.npy", np.ones(24, "f4"))
np.save("huge.npy", one * 3e38)
np.save("badx.npy", nan)
write("two", [("a", one), ("b", one)])
write("empty", [])
write("both", [("gate.weight", one), ("codebook", one)])
write("bias", [("gate.weight", one), ("gate.bias", np.ones(3, "f4"))])
write("map", [("codebook", one), ("code_to_expert", np.ones(3, "i4"))])
write("far", [("codebook", one),
              ("code_to_expert", np.array([0, 1, 65534, 2], "i4"))])
END
	refused() { # FILE WORDS...
		fails 1 moe-route -m "$1" "$S/x.npy"
		output_is ''
		stderr_has "$@"
	}
	refused nan.npy 'NaN'
	refused many.npy '65535 experts'
	refused none.npy 'empty'
	refused vector.npy 'no gate'
	refused two 'choose by --gate' 'a, b'
	refused empty 'no gate'
	refused both '--router'
	refused bias '"gate.bias"' '[4]'
	refused map 'code_to_expert' '[4]'
	refused far 'code 2 goes to expert 65534'
	refused /dev/null 'empty'
	refused missing 'No such file'
	printf garbage >garbage
	refused garbage ''
	head -c 3000 "$S/mixtral" >short
	fails 1 moe-route -m short --layer 0 "$S/x.npy"
	stderr_has 'short'
	fails 1 moe-route -m wide.npy "$S/x.npy"
	stderr_has 'x.npy' 'rows of 24 numbers, but the router takes rows of 25'
	fails 1 moe-route -m huge.npy "$S/x.npy"
	stderr_has 'x.npy' 'row 0' 'beyond what a float holds'
	"$PYTHON" -c 'import numpy as np
x = np.zeros((9000, 24), "f4")
x[8500] = 2
np.save("late.npy", x)'
	fails 1 moe-route -m huge.npy late.npy
	stderr_has 'late.npy' 'row 8500'
	fails 1 moe-route -m "$S/book" -E 4 "$S/x.npy"
	stderr_has 'book' 'expert 4, but there are 4'
	fails 1 moe-route -m "$S/gate.npy" badx.npy
	stderr_has 'badx.npy' 'row 2'
	fails 1 moe-route -m "$S/gate.npy" -t 9 "$S/x.npy"
	stderr_has 'gate.npy' '-t 9: there are 8 experts'
	fails 1 moe-route -m "$S/gate.npy" -E 9 "$S/x.npy"
	stderr_has 'gate.npy' '8 experts, not 9'
	fails 1 moe-route -m "$S/book" -t 2 "$S/x.npy"
	stderr_has 'one expert'
	fails 1 moe-route -m "$S/book" -E 49 --map modulo "$S/x.npy"
	stderr_has '48 codes are too few'
}

@test "rows with NaN can be left out" {
	"$PYTHON" -c 'import numpy as np
x = np.load("'"$S"'/x.npy")[:10].copy()
np.save("nine.npy", np.delete(x, 4, 0))
x[4, 1] = np.inf
np.save("x.npy", x)'
	moe-route -m "$S/gate.npy" --nan drop --npy x.npy >a
	moe-route -m "$S/gate.npy" --npy nine.npy | cmp - a
}

@test "wrong usage is status 2" {
	fails 2 moe-route "$S/x.npy"
	stderr_has '-m FILE'
	fails 2 moe-route --router hash "$S/x.npy"
	stderr_has '-E'
	fails 2 moe-route --router hash -E 4 -m "$S/gate.npy" "$S/x.npy"
	fails 2 moe-route --router other -m "$S/gate.npy" "$S/x.npy"
	fails 2 moe-route -m "$S/gate.npy" -E 65535 "$S/x.npy"
	fails 2 moe-route -m "$S/gate.npy" -t 0 "$S/x.npy"
	fails 2 moe-route -m "$S/gate.npy" --capacity=-1 "$S/x.npy"
	fails 2 moe-route -m "$S/book" --gate a --codebook b "$S/x.npy"
}

@test "memory does not grow with the input" {
	need_plain_build
	head -c 39999936 /dev/zero | peak_kb moe-route -m "$S/gate.npy" \
		--raw f32:24 -o some.routes
	read -r some <"$PEAK"
	head -c 399999936 /dev/zero | peak_kb moe-route -m "$S/gate.npy" \
		--raw f32:24 -o many.routes
	read -r many <"$PEAK"
	echo "$some kB, $many kB"
	[ "$(stat -c %s many.routes)" -gt 20000000 ]
	[ "$many" -lt $((some + 30000)) ]
}
