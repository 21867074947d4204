#!/usr/bin/env bats
# moe-apply.bats - moe-route with trained experts: outputs, routes and layers
# against NumPy, from the model's file alone; capacity; order; what is refused.
load helper

setup_file() {
	export S=$BATS_FILE_TMPDIR
	need_numpy
	"$PYTHON" "$BATS_TEST_DIRNAME/moe_apply.py" make "$S" \
		"$DATA/digits/digits.csv.gz"
	cd "$S" || return
	moe-train -s 60 -b 256 --layers 2 --valid valid -o two.moe train 2>said
	moe-train -q -s 60 -b 256 --activation gelu -t 2 --valid valid.real \
		-o real.moe train.real
	cat "$DATA"/LICENSES.md{,,,} >text
	moe-train -q -s 40 -b 256 --layers 2 --width 16 --context 5 \
		--bytes -o bytes.moe text
}

agrees() { # see moe_apply.py
	"$PYTHON" "$BATS_TEST_DIRNAME/moe_apply.py" "$@"
}

@test "logits and routes of digits are NumPy's, loss and accuracy moe-train's" {
	clean moe-route -m "$S/two.moe" --apply "$S/valid" >out
	clean moe-route -m "$S/two.moe" "$S/valid" >routes
	agrees model "$S/two.moe" "$S/valid" out routes
	agrees judge out "$S/said"
	grep -qa '"item": *"valid"' out
}

@test "of every router: logits and routes are NumPy's" {
	for router in vq softmax cosine stable biased hash random kmeans; do
		moe-train -q -s 30 -b 256 --router $router --width 24 \
			--valid "$S/valid" -o $router.moe "$S/train"
		moe-route -m $router.moe --apply "$S/valid" >out
		moe-route -m $router.moe "$S/valid" >routes
		agrees model $router.moe "$S/valid" out routes
	done
}

@test "real targets come back in their own units, with gelu and two experts" {
	moe-route -m "$S/real.moe" --apply "$S/valid.real" >out
	moe-route -m "$S/real.moe" "$S/valid.real" >routes
	agrees model "$S/real.moe" "$S/valid.real" out routes
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from route import read
t = read("out")[1]
assert t["x"].shape == t["y"].shape
assert ((t["x"] - t["y"]) ** 2).mean() < 0.5 * t["y"].var(0).mean()
END
}

@test "text: each byte with those before it" {
	clean moe-route -m "$S/bytes.moe" --bytes --apply "$S/text" >out
	clean moe-route -m "$S/bytes.moe" --bytes "$S/text" >routes
	agrees model "$S/bytes.moe" "$S/text" out routes
	"$PYTHON" -c 'import numpy as np, sys
np.save("text.npy", np.fromfile(sys.argv[1], "u1"))' "$S/text"
	moe-route -m "$S/bytes.moe" --apply text.npy >again
	cmp <(tail -c 1000000 out) <(tail -c 1000000 again)
}

@test "--layer with --apply is what the layer adds" {
	for n in 0 1; do
		clean moe-route -m "$S/two.moe" --layer $n --apply \
			"$S/valid" >out
		agrees layer "$S/two.moe" "$S/valid" out $n
		moe-route -m "$S/bytes.moe" --layer $n --apply --bytes \
			"$S/text" >out
		agrees layer "$S/bytes.moe" "$S/text" out $n
	done
}

@test "a layer from elsewhere, with and without biases" {
	for t in 1 2 6; do
		clean moe-route -m "$S/layer" --apply -t $t "$S/x.npy" >out
		agrees layer "$S/layer" "$S/x.npy" out $t
		moe-route -m "$S/biases" --apply -t $t "$S/x.npy" >out
		agrees layer "$S/biases" "$S/x.npy" out $t
	done
}

@test "dropped tokens add nothing" {
	moe-route -m "$S/biases" --apply -t 2 --capacity 0.4 "$S/x.npy" >out
	agrees layer "$S/biases" "$S/x.npy" out 2 0.4
	moe-route -m "$S/two.moe" --apply --capacity 0.6 "$S/valid" >out
	moe-route -m "$S/two.moe" --capacity 0.6 "$S/valid" >routes
	agrees model "$S/two.moe" "$S/valid" out routes 0.6
	# More than one window of 4,096.
	moe-route -m "$S/bytes.moe" --bytes --apply --capacity 0.8 \
		"$S/text" >out
	moe-route -m "$S/bytes.moe" --bytes --capacity 0.8 "$S/text" >routes
	agrees model "$S/bytes.moe" "$S/text" out routes 0.8
	moe-train -q -s 20 -b 256 --router softmax --capacity 0.7 \
		--valid "$S/valid" -o m.moe "$S/train"
	moe-route -m m.moe --apply "$S/valid" >out
	moe-route -m m.moe "$S/valid" >routes
	agrees model m.moe "$S/valid" out routes 0.7
}

@test "an item a layer, in order; with -O a file a layer" {
	clean moe-route -m "$S/two.moe" "$S/valid" "$S/x.npy" >all
	moe-route -m "$S/two.moe" "$S/valid" >valid
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import records
got = [(m["item"].split("/")[-1], m["layer"], m["rows"], m["model"], len(t["y"])
        if "y" in t else 0) for m, t in records("all")]
one = got[0][3]
assert got == [("valid", "0", "397", one, 397), ("valid", "1", "397", one, 397),
               ("x.npy", "0", "1797", one, 0),
               ("x.npy", "1", "1797", one, 0)], got
END
	cp "$S/valid" "$S/x.npy" .
	moe-route -m "$S/two.moe" -O out valid x.npy
	cat out/valid.layer{0,1}.routes | cmp - <(
		moe-route -m "$S/two.moe" valid)
	for n in 0 1; do
		moe-route -m "$S/two.moe" --layer $n valid |
			cmp - out/valid.layer$n.routes
		moe-route -m "$S/two.moe" --layer $n x.npy |
			cmp - out/x.npy.layer$n.routes
	done
	moe-route -m "$S/two.moe" --npy -O arrays valid
	moe-route -m "$S/two.moe" --npy --layer 1 valid |
		cmp - arrays/valid.layer1.npy
	moe-route -m "$S/two.moe" --apply -O applied valid
	moe-route -m "$S/two.moe" --apply valid | cmp - applied/valid.applied
	[ "$(find out arrays applied -type f | wc -l)" = 7 ]
}

@test "the same bytes for any -j, cut of the input and kernel" {
	for how in "" --apply "--apply --layer 0" "--layer 1 --plan" \
		"--capacity 0.7 --noise 10 --shadow $S/two.moe"; do
		# shellcheck disable=SC2086
		for j in 1 2; do
			moe-route -m "$S/two.moe" $how -j $j "$S/valid" \
				"$S/x.npy" "$S/train" >out$j
			moe-route -m "$S/two.moe" $how -j $j --raw f32:64 \
				<"$S/valid.f32" >raw$j
		done
		cmp out1 out2
		cmp raw1 raw2
		# shellcheck disable=SC2086
		VQ_KERNEL=ref moe-route -m "$S/two.moe" $how "$S/valid" \
			"$S/x.npy" "$S/train" | cmp - out1
	done
	# By one byte a read; what is at hand of a longer text is the same.
	head -c 5120 "$S/valid.f32" >start
	moe-route -m "$S/two.moe" --apply --raw f32:64 <start >fast
	slow_cat start | moe-route -m "$S/two.moe" --apply --raw f32:64 |
		cmp - fast
	head -c 300 "$S/text" | slow_cat |
		moe-route -m "$S/bytes.moe" --bytes --npy --apply >slow
	moe-route -m "$S/bytes.moe" --bytes --npy --apply "$S/text" >whole
	"$PYTHON" -c 'import numpy as np
a, b = np.load("slow"), np.load("whole")
assert len(a) == 300 and len(b) > 12000 and (a == b[:300]).all()'
}

@test "--capacity holds for the shadow as for the model" {
	moe-route -m "$S/two.moe" --shadow "$S/two.moe" --capacity 0.5 \
		--layer 0 -o both "$S/x.npy"
	vq-stats --json both >both.json
	"$PYTHON" - <<-'END'
	import json
	r = json.load(open("both.json"))["routes"][0]
	text = json.dumps(r)
	print(text[:2000])
	drops = [p["drop_rate"] for p in r["paths"]]
	assert max(drops) > 0.1, drops
	END
	moe-route -m "$S/two.moe" --capacity 0.5 --layer 0 -o one "$S/x.npy"
	"$PYTHON" - <<-'END'
	import json
	def tensor(path, name):
	    b = open(path, "rb").read()
	    n = int.from_bytes(b[:8], "little")
	    at = json.loads(b[8:8 + n])[name]["data_offsets"]
	    return b[8 + n + at[0]:8 + n + at[1]]
	assert tensor("both", "shadow.experts") == tensor("one", "experts")
	END
}

@test "an item in parts goes on where its last part ended" {
	"$PYTHON" - "$BATS_TEST_DIRNAME" "$S" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from route import write
x = np.fromfile(sys.argv[2] + "/text", "u1")[:, None]
for i, (a, b) in enumerate(((0, 3), (3, 4), (4, 9000), (9000, len(x)))):
    write("part%d" % i, [("x", x[a:b])], {
        "item": "t", "part": str(i), **({"last": "1"} if i == 3 else {})})
write("whole", [("x", x)], {"item": "t", "part": "0", "last": "1"})
END
	for how in "" --apply "--layer 1 --noise 3" "--capacity 0.5"; do
		# shellcheck disable=SC2086
		cat part? | moe-route -m "$S/bytes.moe" $how >a
		# shellcheck disable=SC2086
		moe-route -m "$S/bytes.moe" $how whole >b
		"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from moe_apply import layers_of
a, b = layers_of("a"), layers_of("b")
assert len(a) == len(b) > 0
for (_, x), (_, y) in zip(a, b):
    assert x.keys() == y.keys()
    assert all((x[k] == y[k]).all() for k in x)
END
	done
}

@test "noise: of each row its own, beyond a window too, and by the seed" {
	"$PYTHON" - "$S" <<'END'
import sys
import numpy as np
x = np.load(sys.argv[1] + "/x.npy")
np.save("same.npy", np.repeat(x[:1], 8192, 0))
END
	moe-route -m "$S/two.moe" --noise 0 same.npy >noisy
	moe-route -m "$S/two.moe" --noise 0 --seed 2 same.npy >other
	moe-route -m "$S/two.moe" same.npy >still
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from moe_apply import layers_of
for still, noisy, other in zip(*map(layers_of, ("still", "noisy", "other"))):
    e = noisy[1]["experts"][:, 0]
    assert len(set(still[1]["experts"][:, 0])) == 1
    assert (e[:4096] != e[4096:]).mean() > 0.1
    assert (e != other[1]["experts"][:, 0]).mean() > 0.1
END
}

@test "rows that a model does not take are refused by name" {
	refused() { # MODEL ROWS WORDS...
		for how in "" --apply "--layer 0"; do
			# shellcheck disable=SC2086
			fails 1 moe-route -m "$S/$1" $how "$S/$2"
			output_is ''
			stderr_has "$2: " "${@:3}"
		done
	}
	refused two.moe narrow.npy \
		'rows of 63 numbers, but the model takes rows of 64'
	refused bytes.moe far.npy 'row 3 (counted from 0)' \
		'256 is not a token of a vocabulary of 256'
	refused bytes.moe x.npy 'takes rows of 1'
	fails 1 moe-route -m "$S/layer" --apply "$S/narrow.npy"
	stderr_has 'narrow.npy: rows of 63 numbers' 'rows of 64'
	fails 1 moe-route -m "$S/two.moe" --apply "$DATA/images/brick.png"
	stderr_has 'brick.png: an image' '--latents'
	"$PYTHON" -c 'import numpy as np
x = np.zeros((5000, 64), "f4")
np.save("whole.npy", x)
x[4500, 3] = np.nan
np.save("nan.npy", x)
np.save("half.npy", np.array([1, 2.5], "f4"))
np.save("below.npy", np.array([1, -2], "i4"))'
	fails 1 moe-route -m "$S/two.moe" --apply nan.npy whole.npy
	stderr_has 'nan.npy: row 4500'
	vq-stats --list "$OUT" | grep 'x F32 \[5000,10\]'
	fails 1 moe-route -m "$S/bytes.moe" half.npy
	stderr_has 'row 1' '2.5 is not a token'
	fails 1 moe-route -m "$S/bytes.moe" below.npy
	stderr_has 'row 1' '-2 is not a token'
}

@test "what floats do not hold on the way is named, also by codes alone" {
	for r in vq vqmoe 'softmax -t 2'; do
		# shellcheck disable=SC2086
		moe-train -q -s 20 -b 64 --width 16 --layers 2 --router $r \
			-f -o small.moe "$S/small"
		for how in "" --apply "--layer 1" "--shadow small.moe"; do
			# shellcheck disable=SC2086
			fails 1 moe-route -m small.moe $how "$S/high.npy"
			stderr_has 'high.npy: row 7' 'beyond what a float holds'
		done
	done
	fails 1 moe-route -m "$S/two.moe" --shadow small.moe "$S/high.npy"
	stderr_has 'high.npy: row 7' 'beyond what a float holds'
}

@test "options that a model says itself, or that do not fit it" {
	refused() { # WORDS -- OPTION...
		local words=()
		while [ "$1" != -- ]; do
			words+=("$1")
			shift
		done
		fails 1 moe-route "${@:2}" "$S/valid"
		output_is ''
		stderr_has "${words[@]}"
	}
	for option in "-t 2" "-t 1" "-E 8" "--router vq" "--map modulo" \
		"--gates raw" "--score softmax" "--temperature 2" "--bias b"; do
		# shellcheck disable=SC2086
		refused 'two.moe: a model of moe-train says itself' \
			"${option% *}" -- -m "$S/two.moe" $option
	done
	refused '2 layers' 'need records' '--layer' -- -m "$S/two.moe" --npy
	refused '2 layers' 'need records' -- -m "$S/two.moe" --format raw
	refused 'two.moe: no layer 2 of 2' -- -m "$S/two.moe" --layer 2
	refused 'no layer 2 of 2' -- -m "$S/two.moe" --layer 2 --apply
	refused '--shadow' 'real.moe: 1 layers' 'not 2' -- -m "$S/two.moe" \
		--shadow "$S/real.moe"
	refused '--shadow' '2 layers on rows of 1' -- -m "$S/two.moe" \
		--shadow "$S/bytes.moe"
	refused '--shadow' 'gate.npy: a NumPy array' -- -m "$S/two.moe" \
		--shadow "$S/gate.npy"
	refused '--shadow' 'layer: not a model of moe-train' -- \
		-m "$S/two.moe" --shadow "$S/layer"
	refused '--shadow' 'two.moe: a model of moe-train' -- \
		-m "$S/gate.npy" --shadow "$S/two.moe"
	refused '--shadow' 'nothing: No such file' -- -m "$S/two.moe" \
		--shadow nothing
}

@test "a layer from elsewhere that is not whole, or has more than is known" {
	refused() { # FILE WORDS... -- OPTION...
		local file=$1 words=()
		shift
		while [ "$1" != -- ]; do
			words+=("$1")
			shift
		done
		fails 1 moe-route -m "$S/$file" --apply "${@:2}" "$S/x.npy"
		output_is ''
		stderr_has "$file: " "${words[@]}"
	}
	refused norouter 'no tensor "router.weight"' --
	refused nofc2 'no tensor "experts.fc2.weight"' --
	refused fewer 'must be [6, 64]' --
	refused more 'tensor "router.bias"' 'not known' --
	refused third 'tensor "experts.fc3.weight"' 'not known' --
	refused gate.npy 'a NumPy array' --
	refused train 'no tensor "experts.fc1.weight"' --
	refused layer '-t 7: there are 6 experts' -- -t 7
	refused layer '--router' -- --router cosine
	refused layer '--gates' -- -t 2 --gates raw
	refused layer 'no layer 1 of 1' -- --layer 1
}

@test "--apply with what it does not go with is wrong usage" {
	fails 2 moe-route -m "$S/two.moe" --apply --plan "$S/valid"
	stderr_has '--apply' '--plan'
	fails 2 moe-route -m "$S/two.moe" --apply --shadow "$S/two.moe" \
		"$S/valid"
	stderr_has '--apply' '--shadow'
	fails 2 moe-route --router hash -E 4 --apply "$S/valid"
	stderr_has '--apply' '-m FILE'
	fails 2 moe-route -m "$S/bytes.moe" --bytes --raw u8:1 "$S/text"
	stderr_has '--bytes' '--raw'
}

@test "numbers beyond floats in a layer: an error, in routes as in outputs" {
	"$PYTHON" "$BATS_TEST_DIRNAME/moe.py" edit "$S/two.moe" two \
		't["layers.0.experts.fc2.weight"] = ("F32", [8, 64, 128],
			struct.pack("<f", 3e38) * 65536)'
	for how in '' --apply '--layer 1' '--layer 1 --apply'; do
		# shellcheck disable=SC2086
		fails 1 moe-route -q -m two $how "$S/valid"
		stderr_has 'valid: row 0 ' 'beyond what a float holds'
	done
	# Its first layer's routes are sound; those of a second router count.
	moe-route -q -m two --layer 0 "$S/valid" >out
	fails 1 moe-route -q -m "$S/two.moe" --shadow two "$S/valid"
	stderr_has 'beyond what a float holds'
	"$PYTHON" "$BATS_TEST_DIRNAME/moe.py" edit "$S/two.moe" two \
		't["layers.0.quantize.codebook"] = ("F32", [32, 64],
			struct.pack("<2048f", *[1e30 * (i % 7 - 3) for i in range(2048)]))'
	fails 1 moe-route -q -m two "$S/valid"
	stderr_has 'valid: row 0 ' 'beyond what a float holds'
}

@test "who is out of memory says so, and ends" {
	local kb status

	need_plain_build
	# With less it cannot start, with more it may do.
	for kb in 55000 60000 65000 70000; do
		status=0
		(ulimit -v $kb && exec timeout 20 moe-route -q -m "$S/two.moe" \
			-o out "$S/valid") 2>said || status=$?
		grep -q 'moe-route: out of memory' said || continue
		[ "$status" = 1 ]
		nothing_left said
		return
	done
	skip "no limit at which it starts and has too little"
}
