#!/usr/bin/env bats
# there.bats - commands of another processor ($VQ_BIN) beside those of this one
# ($VQ_HERE): the same tokens, and each reads what the other wrote.

load ../cmd/helper

GOLDEN=$ROOT/tests/golden

here() { # command...: that of this machine
	"$VQ_HERE/$1" "${@:2}"
}

# Both ways, the same bytes.
both() { # command...
	"$@" >of_there
	here "$@" >of_here
	cmp of_here of_there
	[ -s of_there ]
}

# Both ways, the same words and figures; logarithms may differ at their ends.
alike() { # command...
	"$@" >of_there
	here "$@" >of_here
	"$PYTHON" -c '
import json, math
def same(a, b):
    if isinstance(a, float) and isinstance(b, (float, int)):
        assert math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12), (a, b)
    elif isinstance(a, (dict, list)):
        assert len(a) == len(b), (a, b)
        for k in a if isinstance(a, dict) else range(len(a)):
            same(a[k], b[k])
    else:
        assert a == b, (a, b)
same(*(json.load(open(f)) for f in ("of_here", "of_there")))'
}

setup_file() {
	export VQ_MODEL_PATH=$DATA/models
}

@test "the models that come with the commands give the same tokens there" {
	"$PYTHON" "$ROOT/tests/cmd/inputs.py" png a.png 72 40 3 1
	"$PYTHON" "$ROOT/tests/cmd/inputs.py" wav a.wav 9000 1 16000 2
	"$PYTHON" "$ROOT/tests/cmd/inputs.py" wav b.wav 4000 2 44100 3
	both vq-encode -m image-8x8 a.png
	both vq-encode -m image-8x8 --pack a.png
	both vq-encode -m image-8x8 --lambda 0.01 a.png
	both vq-encode -m speech-16k a.wav
	both vq-encode -m speech-16k --pack a.wav
	# Another rate is resampled by libsamplerate, in doubles.
	both vq-encode -m speech-16k b.wav
}

@test "packed there, decoded here, and the other way" {
	"$PYTHON" "$ROOT/tests/cmd/inputs.py" png a.png 40 24 3 1
	vq-encode -m image-8x8 --pack a.png >there.vqp
	here vq-encode -m image-8x8 --pack a.png >here.vqp
	here vq-decode -m image-8x8 --format raw:u8 there.vqp >x
	vq-decode -m image-8x8 --format raw:u8 here.vqp >y
	"$PYTHON" -c '
a, b = (open(f, "rb").read() for f in "xy")
assert len(a) == len(b) == 40 * 24 * 3, len(a)
assert max(abs(x - y) for x, y in zip(a, b)) <= 1'
	vq-decode -m image-8x8 here.vqp >again.png
	both vq-encode -m image-8x8 again.png
}

@test "what is trained there gives the same tokens here, and goes on there" {
	local in=$GOLDEN/in
	for how in "-n none $in/x.npy" "-n linear -p 2 -d 4 $in/gray.png" \
		"-t fsq -n linear -d 3 $in/x.npy" \
		"-n conv --width 4 --depth 1+1 -p 8 -d 4 $in/mono.wav"; do
		# shellcheck disable=SC2086 # words
		vq-train -q -k 16 -s 20 --checkpoint c -f $how >m.vq
		both vq-encode -m m.vq "${how##* }"
		# shellcheck disable=SC2086 # words
		vq-train -q -k 16 -s 30 --checkpoint c --resume $how >m2.vq
		here vq-stats --list m2.vq | grep -q 'steps=30'
	done
	for router in vqmoe softmax cosine hash; do
		moe-train -q -s 10 -b 16 -E 4 --width 4 --hidden 4 --target \
			"$in/y.npy" --router $router "$in/x.npy" >m.moe
		both moe-route -m m.moe "$in/x.npy"
		both moe-route -m m.moe --npy "$in/x.npy"
	done
}

@test "reports of both say the same" {
	local g=$GOLDEN/5
	alike vq-stats -q --json "$g/image.codes" "$g/sound.codes"
	alike vq-stats -q --json "$g/vqmoe.routes"
	alike vq-stats -q --json --against "$g/softmax.routes" "$g/cosine.routes"
	alike vq-stats -q --json --trace "$g/trace"
	both vq-stats --list "$g/image.vq" "$g/vqmoe.moe" "$g/context.vqp"
}

@test "long sounds and large claims are what they are here" {
	"$PYTHON" "$ROOT/tests/cmd/inputs.py" wav long.wav 60000 1 8000 2
	both vq-encode -m "$GOLDEN/5/sound.vq" long.wav
	vq-decode -m "$GOLDEN/5/sound.vq" of_there >back.wav
	[ "$(stat -c %s back.wav)" -eq "$(stat -c %s long.wav)" ]
	# 2^40 numbers claimed by a header of a hundred bytes.
	printf '%b' '\x93NUMPY\x01\x00\x46\x00' >claim.npy
	printf "%-69s\n" "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 6)}" \
		>>claim.npy
	fails 1 vq-encode -m "$GOLDEN/5/none.vq" claim.npy
	stderr_has claim.npy
}
