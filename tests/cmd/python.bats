#!/usr/bin/env bats
# python.bats - what vq-python(7) says: its script runs, and codebooks that
# PyTorch saved give the codes that PyTorch finds itself.
load helper

need_torch() {
	"$PYTHON" -c 'import torch' 2>/dev/null || skip "$PYTHON has no torch"
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	mkdir photos
	ln -s "$DATA"/images/{brick,coast}.png photos
	vq-train -q -s 20 -b 256 -k 64 -o photos.vq photos
}

# page FROM TO: the Python between these lines of the page.
page() {
	awk -v from="$1" -v to="$2" '$0 ~ to { exit }
		$0 ~ from { here = 1 }
		/^\.Ed/ { inside = 0; print "" }
		here && inside { print }
		/^\.Bd -literal/ { inside = 1 }' "$ROOT/man/vq-python.7" |
		sed 's/\\e/\\/g;s/\\&//g;s/\\-/-/g'
}

# The reader is that of vq-stream(5).
with_photos() {
	ln -s "$BATS_FILE_TMPDIR/photos" .
	cp "$BATS_FILE_TMPDIR/photos.vq" .
	awk '/^\.Ss Reading it/ { here = 1 }
		/^\.Ed/ { here = inside = 0 }
		inside { print }
		here && /^\.Bd -literal/ { inside = 1 }' \
		"$ROOT/man/vq-stream.5" >records.py
}

books() { # of torch_books.py, once
	export B=$BATS_FILE_TMPDIR/books
	[ -d "$B" ] && return
	mkdir "$B"
	"$PYTHON" "$BATS_TEST_DIRNAME/torch_books.py" "$B" >"$B/kinds"
}

# same FILE.npy: as the codes in got.npy.
same() {
	"$PYTHON" -c 'import sys, numpy as np
got, want = np.load("got.npy"), np.load(sys.argv[1])
assert got.shape == want.shape and (got == want).all(), (
    sys.argv[1], got.shape, want.shape, (got != want).sum())' "$1"
}

@test "the NumPy script of vq-python(7)" {
	need_numpy
	with_photos
	page Reading.items '^.Sh PYTORCH' >script.py
	[ "$(grep -c . script.py)" -gt 60 ]
	"$PYTHON" script.py >out
	grep -qx 'photos/coast.png (63, 63, 1)' out
	grep -qE '^\(5000, 1\) \(5000, 8\) 0\.[0-9]+$' out
	grep -qx '[0-9]* bytes, 1.0 the same' out
	grep -qx '1.0' out
	awk '/^[0-9.e-]+$/ && $1 < 1e-5 { n++ } END { exit n != 1 }' out
	# A cut stream and a command that fails are no end of items.
	rm rows.vq
	"$PYTHON" - script.py <<'END'
import sys
exec(open(sys.argv[1]).read())
def refuses(error, f):
    try:
        f()
    except error:
        return
    assert False, error
refuses(RuntimeError, lambda: list(run("vq-encode", "-q", "-m", "photos.vq",
                                       "no.such")))
f = io.BytesIO()
write(f, {"codes": codes}, part="0")
refuses(ValueError, lambda: list(items(io.BytesIO(f.getvalue()))))
write(f, {"codes": codes}, part="1", last="1")
(_, t), = items(io.BytesIO(f.getvalue()))
assert t["codes"].shape == (10000, 1)
END
}

@test "the numbers of a token of an image and of a sound, as vq-stream(5) says" {
	need_numpy
	with_photos
	local wav
	wav=$(find "$DATA" -name '*.wav' -o -name '*.flac' | sort | head -n 1)
	vq-train -q -n none -k 16 -s 5 -b 256 -o image.vq photos
	vq-train -q -n none -k 16 -s 5 -b 256 -p 64 -o sound.vq "$wav"
	"$PYTHON" - "$wav" <<'END'
import struct, subprocess, sys, zlib
import numpy as np
from records import records
def model(path):
    with open(path, "rb") as f:
        return next(records(f))[1]
def run(line):
    f = subprocess.Popen(line, stdout=subprocess.PIPE)
    parts = [t for _, t in records(f.stdout)]
    assert f.wait() == 0
    return {n: np.concatenate([t[n] for t in parts]) for n in parts[0]}
def tokens(name, path):
    m = model(name)
    z = run(["vq-encode", "-q", "-m", name, "--latents", path])["x"]
    return z * m["transform.scale"] + m["transform.mu"]
def samples(name, path):
    codes = subprocess.run(["vq-encode", "-q", "-m", name, path],
                           stdout=subprocess.PIPE).stdout
    open("codes", "wb").write(codes)
    q = model(name)["quantize.codebook"] * model(name)["transform.scale"] \
        + model(name)["transform.mu"]
    with open("codes", "rb") as f:
        i = np.concatenate([t["codes"] for _, t in records(f)])[..., 0]
    back = run(["vq-decode", "-q", "-m", name, "--format", "record", "codes"])
    return q[i], back

p = 8
def pixels(path): # 8 bits, RGB, no interlacing
    b, at, data = open(path, "rb").read(), 8, b""
    while at < len(b):
        n, kind = struct.unpack(">I4s", b[at:at + 8])
        if kind == b"IHDR":
            w, h = struct.unpack(">II", b[at + 8:at + 16])
        data += b[at + 8:at + 8 + n] if kind == b"IDAT" else b""
        at += n + 12
    rows = np.frombuffer(zlib.decompress(data), "u1").reshape(h, 1 + 3 * w)
    out = np.zeros((h + 1, w + 1, 3), int) # a row and a column of zeros before
    for y in range(h):
        kind, line = rows[y, 0], rows[y, 1:].reshape(w, 3).astype(int)
        for x in range(w):
            a, u, c = out[y + 1, x], out[y, x + 1], out[y, x]
            g = a + u - c
            d = abs(g - a), abs(g - u), abs(g - c)
            paeth = np.where((d[0] <= d[1]) & (d[0] <= d[2]), a,
                             np.where(d[1] <= d[2], u, c))
            add = (0, a, u, (a + u) // 2, paeth)[kind]
            out[y + 1, x + 1] = (line[x] + add) % 256
    return out[1:, 1:] / 255
image = pixels("photos/coast.png")
h, w = -(-image.shape[0] // p) * p, -(-image.shape[1] // p) * p
wide = np.pad(image, ((0, h - len(image)), (0, w - image.shape[1]), (0, 0)),
              mode="edge")
want = wide.reshape(h // p, p, w // p, p, 3).swapaxes(1, 2)
want = want.reshape(h // p, w // p, p * p * 3)
got = tokens("image.vq", "photos/coast.png")
assert got.shape == want.shape and abs(got - want).max() < 1e-5

n = 64
def lap(blocks, sign): # at each boundary
    b = blocks.copy()
    i = np.arange(n // 2)
    w = sign * (np.pi / 4 - np.pi * (2 * i + 1) / (4 * n))
    left, right = blocks[:-1, n - 1 - i], blocks[1:, i]
    b[:-1, n - 1 - i] = left * np.cos(w) - right * np.sin(w)
    b[1:, i] = right * np.cos(w) + left * np.sin(w)
    return b
j = np.arange(n) + 0.5
basis = np.sqrt(2 / n) * np.cos(np.pi / n * np.outer(j, j))
q, back = samples("sound.vq", sys.argv[1])
sound = back["audio"].astype(float)
mine = lap(q[:, 0] @ basis, -1).reshape(-1)[:len(sound)].clip(-1, 1)
assert abs(mine - sound[:, 0]).max() < 1e-5
# And forwards, of what was decoded.
vq = ["vq-decode", "-q", "-m", "sound.vq", "--format", "wav", "codes"]
open("back.wav", "wb").write(subprocess.run(vq, stdout=subprocess.PIPE).stdout)
raw = open("back.wav", "rb").read()
pcm = np.frombuffer(raw[raw.index(b"data") + 8:], "<i2") / 32768
pcm = np.pad(pcm, (0, -len(pcm) % n)).reshape(-1, n)
got = tokens("sound.vq", "back.wav")
assert abs(got[:, 0] - lap(pcm, 1) @ basis).max() < 1e-5
END
}

@test "the PyTorch script of vq-python(7)" {
	need_torch
	with_photos
	page Reading.items '^.Sh EXAMPLES' >script.py
	"$PYTHON" script.py >out
	[ "$(grep -cx '1\.0' out)" = 4 ] || { cat out; false; }
	grep -q 'FILE#NAME: low.vq.embedding.weight, top.vq.embedding.w' out
	grep -qxF 'torch.Size([1, 63, 63, 1])' out
	# What was made of the pickle is the same codebook.
	for f in net net2; do
		vq-encode -q --npy -m $f.safetensors x.st >$f.npy
	done
	cmp net.npy net2.npy
}

@test "codebooks saved by PyTorch give the codes that it finds" {
	need_torch
	books
	[ "$(wc -l <"$B/kinds")" = 13 ]
	while read -r kind _; do
		clean vq-encode --npy -m "$B/$kind.st" "$B/x.npy" >got.npy
		same "$B/$kind.npy"
	done <"$B/kinds"
	vq-encode -q --npy -m "$B/dac2.st" "$B/x.npy" >got.npy
	same "$B/dac.npy"
}

@test "--init starts from codebooks saved by PyTorch" {
	need_torch
	books
	for kind in simvq rvq frozen; do
		vq-train -q -n none -s 0 --init "$B/$kind.st" \
			--valid "$B/x.npy" "$B/x.npy" >m.vq
		"$PYTHON" - "$B/kinds" $kind "$("$PYTHON" \
			"$BATS_TEST_DIRNAME/inputs.py" meta m.vq \
			start_error)" <<'END'
import sys
want = float(dict(line.split() for line in open(sys.argv[1]))[sys.argv[2]])
assert abs(float(sys.argv[3]) / want - 1) < 0.01, (want, sys.argv)
END
	done
	vq-train -q -n none -s 5 -b 64 --init "$B/maps.st" "$B/x.npy" >m.vq
	# Its rows are those of the network, and no others.
	fails 1 vq-encode -m "$B/simvq.st" --raw f32:5 </dev/null
}

@test "pickles are refused, with where to read on" {
	need_torch
	books
	for f in new.pt old.pth; do
		fails 1 vq-encode -m "$B/$f" "$B/x.npy"
		stderr_has "$f" 'PyTorch pickle' 'vq-python(7)'
		fails 1 vq-train -n none --init "$B/$f" "$B/x.npy"
		stderr_has "$f" 'PyTorch pickle' 'vq-python(7)'
	done
}

# put(PATH, {NAME: ARRAY}) and f(SHAPE...), random, for what Python follows.
with_put() {
	cat >put.py <<'END'
import json
import numpy as np
def put(path, tensors):
    head, data = {}, b""
    for n, x in tensors.items():
        x = np.asarray(x)
        kind = "BOOL" if x.dtype == bool else (
            x.dtype.kind.upper() + str(8 * x.dtype.itemsize))
        head[n] = {"dtype": kind, "shape": x.shape,
                   "data_offsets": [len(data), len(data) + x.nbytes]}
        data += x.tobytes()
    text = json.dumps(head).encode()
    open(path, "wb").write(len(text).to_bytes(8, "little") + text + data)
r = np.random.default_rng(2)
def f(*shape):
    return r.normal(size=shape).astype("f4")
END
}

@test "a codebook of a wrong shape is blamed, not the data" {
	need_numpy
	local said='quantize.embedding.weight" is [128, 16]: transposed?'
	with_put
	PYTHONPATH=. "$PYTHON" - <<'END'
from put import *
table, proj = "quantize.embedding.weight", "quantize.embedding_proj."
np.save("x.npy", f(50, 128))
np.save("x16.npy", f(50, 16))
put("turned.st", {table: np.ascontiguousarray(f(16, 128).T)})
put("proj.st", {table: f(40, 16), proj + "weight": f(12, 12)})
put("bias.st", {table: f(40, 16), proj + "weight": f(16, 16),
                proj + "bias": f(12)})
put("none.st", {"a.weight": f(4, 5), "b.weight": f(40, 16), "b.bias": f(40)})
put("many.st", {"l%d" % i: f(4, 5) for i in range(30)})
b = f(40, 16)
np.save("b2.npy", b)
np.save("b3.npy", b[None])
np.save("b31.npy", b[..., None])
np.save("two.npy", f(2, 40, 16))
for name, x in {"f64": b.astype("f8"), "one": b[None]}.items():
    put(name + ".st", {"codebook": x, "mask": np.ones(3, bool)})
END
	fails 1 vq-encode -m turned.st x.npy
	stderr_has "$said"
	fails 1 vq-train -n none --init turned.st -o m.vq x.npy
	stderr_has "$said"
	fails 1 vq-encode -m b3.npy x.npy
	stderr_has '(tensor "codebook" is [40, 16])'
	fails 1 vq-encode -m proj.st x16.npy
	stderr_has 'embedding_proj.weight": is [12, 12], must be [d, 16]'
	fails 1 vq-encode -m bias.st x16.npy
	stderr_has 'embedding_proj.bias": is [12], must be [16]'
	fails 1 vq-encode -m none.st x16.npy
	stderr_has 'takes one of: a.weight [4, 5], b.weight [40, 16])'
	fails 1 vq-encode -m many.st x16.npy
	stderr_has 'l7 [4, 5], ...)'
	fails 1 vq-encode -m two.npy x16.npy
	stderr_has 'not one matrix [k, d], but an array [2, 40, 16]'
	vq-encode --npy -m b2.npy x16.npy >want.npy
	for f in b3.npy b31.npy f64.st one.st; do
		clean vq-encode --npy -m $f x16.npy >got.npy
		same want.npy
	done
}

@test "-v names the tensors of a codebook; one never trained is warned of" {
	need_numpy
	with_put
	PYTHONPATH=. "$PYTHON" - <<'END'
from put import *
np.save("x.npy", f(50, 16))
for name, flag in {"f32": np.zeros(1, "f4"), "bool": np.zeros(1, bool),
                   "yes": np.ones(1, "f4")}.items():
    for key in "initted", "inited":
        put(name + key, {"vq._codebook." + key: flag,
                         "vq._codebook.embed": f(1, 40, 16)})
put("dac", {"q.codebook.weight": f(40, 5), "q.in_proj.weight": f(5, 16),
            "q.out_proj.weight": f(16, 5)})
END
	for key in initted inited; do
		for f in f32 bool; do
			vq-encode -m $f$key x.npy >got 2>said
			grep -qF "warning: vq._codebook.$key is 0" said
		done
		clean vq-encode -m yes$key x.npy >got
	done
	vq-encode -v -m yesinitted x.npy 2>said >got
	grep -qx 'vq-encode: codebook: vq._codebook.embed \[40, 16\]' said
	vq-encode -v -m dac x.npy 2>said >got
	grep -qx 'vq-encode: codebook: q.codebook.weight \[40, 5\]' said
	grep -qx 'vq-encode: with it: q.in_proj.weight \[5, 16\]' said
	grep -qx 'vq-encode: with it: q.out_proj.weight \[16, 5\]' said
}

@test "FILE#NAME chooses among codebooks, and never writes to its file" {
	need_numpy
	"$PYTHON" - <<'END'
import json
import numpy as np
def put(path, tensors):
    head, data = {}, b""
    for n, x in tensors.items():
        raw = np.asarray(x, "<f4").tobytes()
        head[n] = {"dtype": "F32", "shape": np.shape(x),
                   "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(head).encode()
    open(path, "wb").write(len(text).to_bytes(8, "little") + text + data)
r = np.random.default_rng(2)
x, q = r.normal(size=(50, 6)), r.normal(size=(4, 9, 6))
np.save("x.npy", x.astype("f4"))
np.save("want.npy", ((x[:, None] - q[3]) ** 2).sum(2).argmin(1)[:, None])
put("two.st", {"a.rvq.0._codebook.embed": q[:1], "a.rvq.1._codebook.embed":
    q[1:2], "b.vq.embedding.weight": q[3], "words.weight": q[2]})
put("gap.st", {"vq.0._codebook.embed": q[0], "vq.2._codebook.embed": q[1]})
put("heads.st", {"vq._codebook.embed": q[:2]})
put("mlp.st", {"vq.frozen_codebook": q[0], "vq.code_transform.0.weight":
    np.eye(6)})
put("half.st", {"q.codebook.weight": q[0], "q.in_proj.weight": np.eye(6)})
put("shape.st", {"q.codebook.weight": q[0], "q.in_proj.weight": np.eye(5),
    "q.out_proj.weight": np.eye(6)})
put("g.st", {"q.codebook.weight": q[0], "q.in_proj.weight_g": np.ones(5),
    "q.in_proj.weight_v": np.eye(6), "q.out_proj.weight": np.eye(6)})
# Maps that are not understood are not passed by, where widths agree.
square = np.eye(6)
put("steps.st", {"vq._codebook.embed": q[:1], "vq.project_in.0.weight": square,
    "vq.project_in.1.weight": np.ones(6), "vq.project_out.0.weight": square})
put("length.st", {"q.codebook.weight": q[0], "q.in_proj.weight_g": np.ones(6),
    "q.out_proj.weight_g": np.ones(6)})
put("around.st", {"q.layers.0._codebook.embed": q[:1],
    "q.layers.1._codebook.embed": q[1:2], "q.project_in.weight": square,
    "q.project_out.weight": square})
one = {"q.codebook.weight": r.normal(size=(9, 1)), "q.in_proj.weight":
    r.normal(size=(1, 6, 1)), "q.in_proj.bias": np.ones(1),
    "q.out_proj.weight": r.normal(size=(6, 1, 1)), "q.out_proj.bias":
    np.ones(6)}
put("one.st", one)
np.save("one.npy", np.where(x @ one["q.in_proj.weight"][0] + 1 > 0,
    *(np.flatnonzero(s)[0] for s in (one["q.codebook.weight"] > 0,
                                     one["q.codebook.weight"] < 0))))
END
	fails 1 vq-encode -m steps.st x.npy
	stderr_has steps.st '"vq.project_in" is not one linear map'
	fails 1 vq-encode -m length.st x.npy
	stderr_has length.st '"q.in_proj" is not one linear map'
	fails 1 vq-encode -m around.st x.npy
	stderr_has around.st '"q.project_in" is outside' 'FILE#q.layers chooses'
	vq-encode -q -m around.st#q.layers x.npy | vq-stats --list | grep -qF '[50,2]'
	vq-encode -q --npy -m one.st x.npy >got.npy
	same one.npy
	fails 1 vq-encode -m two.st x.npy
	stderr_has two.st 'several codebooks' a.rvq, b.vq.embedding.weight
	vq-encode -q --npy -m two.st#b.vq x.npy >got.npy
	same want.npy
	vq-encode -q --npy -m two.st#b.vq.embedding.weight x.npy >got.npy
	same want.npy
	[ "$(vq-encode -q -m two.st#a.rvq x.npy | vq-stats --list)" ]
	vq-encode -q -m two.st#a x.npy | vq-stats --list | grep -qF '[50,2]'
	vq-encode -q -m two.st#words.weight x.npy >/dev/null
	fails 1 vq-encode -m two.st#nothing x.npy
	stderr_has two.st nothing a.rvq
	fails 1 vq-encode -m gap.st x.npy
	stderr_has gap.st 'stage 1 is missing'
	vq-encode -q -m gap.st#vq.2 x.npy >/dev/null
	fails 1 vq-encode -m heads.st x.npy
	stderr_has heads.st _codebook.embed '2 codebooks'
	fails 1 vq-encode -m mlp.st x.npy
	stderr_has mlp.st vq.code_transform 'vq-python(7)'
	fails 1 vq-encode -m half.st x.npy
	stderr_has half.st 'only one of'
	for f in shape g; do
		fails 1 vq-encode -m $f.st x.npy
		stderr_has $f.st q.
	done
	# A file of that name goes first; the codebook's file is not overwritten.
	cp two.st 'odd#name'
	fails 1 vq-encode -m 'odd#name' x.npy
	stderr_has 'several codebooks'
	cp two.st was
	fails 1 vq-train -f -n none --init two.st#b.vq --log two.st \
		-o m.vq x.npy
	stderr_has 'the file of --init too'
	cmp two.st was
}
