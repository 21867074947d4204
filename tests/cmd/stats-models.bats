#!/usr/bin/env bats
# stats-models.bats - vq-stats -m takes the codebooks that vq-encode -m takes.
load helper

setup_file() {
	need_numpy
}

# store FILE KIND NAME=ROWS,COLS...: a record of random matrices.
store() {
	"$PYTHON" -c 'import json, struct, sys
import numpy as np
r, h, at, data = np.random.default_rng(1), {}, 0, b""
if sys.argv[2]:
    h["__metadata__"] = {"kind": sys.argv[2], "codes": "77"}
for name, shape in (a.split("=") for a in sys.argv[3:]):
    shape = [int(n) for n in shape.split(",")]
    b = r.normal(size=shape).astype("<f4").tobytes()
    h[name] = {"dtype": "F32", "shape": shape,
               "data_offsets": [at, at + len(b)]}
    at, data = at + len(b), data + b
h = json.dumps(h).encode()
open(sys.argv[1], "wb").write(struct.pack("<Q", len(h)) + h + data)' "$@"
}

# k_of ARGUMENT...: the codes of each stage that vq-stats says.
k_of() {
	vq-stats -q --json "$@" >json && "$PYTHON" -c 'import json
print(*(s["codes"] for s in json.load(open("json"))["stages"]))'
}

# both_say K... : of model m, by way of tokens and by vq-stats alone.
both_say() {
	"$PYTHON" -c 'import sys, numpy as np
np.save("x.npy", np.random.default_rng(2).normal(size=(50, 4)).astype("f4"))
np.save("bare.npy", np.zeros((9, int(sys.argv[1])), "u1"))' $#
	vq-encode -q -m "${M:-m}" x.npy >tokens
	[ "$(k_of tokens)" = "$*" ]
	[ "$(k_of -m "${M:-m}" bare.npy)" = "$*" ] || { cat json; false; }
}

both_refuse() {
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.ones((50, 4), "f4"))
np.save("bare.npy", np.zeros((9, 1), "u1"))'
	fails 1 vq-encode -q -m "${M:-m}" x.npy
	fails 1 vq-stats -q -m "${M:-m}" bare.npy
	output_is ''
}

@test "a codebook by name, or the only matrix, whatever is said beside it" {
	store m '' codebook=33,4 other=7,9
	both_say 33
	store m '' anything=34,4 bias=9
	both_say 34
	store m vectors x=35,4
	both_say 35
}

@test "PyTorch's SimVQ: the table and its projection, with and without stages" {
	store m '' quantize.embedding.weight=33,8 \
		quantize.embedding_proj.weight=4,8 quantize.embedding_proj.bias=4
	both_say 33
	store m '' quantize.0.embedding.weight=33,4
	both_say 33
	store m '' quantize.0.embedding.weight=33,4 \
		quantize.1.embedding.weight=21,4
	both_say 33 21
	store m '' quantize.0.embedding.weight=33,4 \
		quantize.1.embedding.weight=21,4 quantize.embedding.weight=20,4
	both_say 20
}

@test "a matrix in a .npy file" {
	"$PYTHON" -c 'import numpy as np
np.save("m.npy", np.random.default_rng(1).normal(size=(33, 4)))
np.save("cube.npy", np.ones((3, 3, 4)))'
	M=m.npy both_say 33
	head -c -8 m.npy >cut.npy
	M=cut.npy both_refuse
	M=cube.npy both_refuse
	cat m.npy m.npy >two.npy
	M=two.npy both_refuse
}

@test "what is no codebook to one is none to the other" {
	store m '' a=33,4 b=21,4
	both_refuse
	store m '' quantize.embedding.weight=3,11,4 codebook=33,4
	both_refuse
	store m '' codebook=3,11,4 other=33,4
	both_refuse
	store m '' quantize.0.codebook=33,4 quantize.1.codebook=21,4
	both_refuse
	store m codes codebook=33,4
	both_refuse
	store m routes codebook=33,4
	both_refuse
}

@test "-R with codes only says that nothing was compared" {
	vq-train -q -k 16 -s 2 -b 64 -o m.vq "$DATA/images/camera.png"
	vq-encode -m m.vq "$DATA/images/camera.png" >a.codes
	fails 1 vq-stats -R "$DATA/images" a.codes
	stderr_has vq-decode
}

@test "a decoded item below the references is not its own reference" {
	mkdir -p out
	cp "$DATA/images/brick.png" a.png
	cp "$DATA/images/camera.png" out/a.png
	vq-stats --json -R . out >report
	not grep -q infinite report
	grep -q '"compared": 1' report
}
