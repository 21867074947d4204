#!/usr/bin/env bats
# decode.bats - vq-decode: names, formats, foreign arrays, errors.
load helper

model() {
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" "$@"
}

setup_file() {
	export M=$BATS_FILE_TMPDIR
	need_numpy
	model image 8 3 "$M/rgb"
	model image 2 1 "$M/g"
	model image 1 1 "$M/one"
	model audio 16 8000 "$M/a"
	model rows 4 "$M/r"
}

size() { # of a PNG
	"$PYTHON" -c 'import struct, sys
print(*struct.unpack(">II", open(sys.argv[1], "rb").read(24)[16:]))' "$1"
}

@test "-O gives every item its name back" {
	mkdir d
	cp "$DATA"/images/brick.png a.png
	cp "$DATA"/images/camera.png d/B.PNG
	vq-encode -m "$M/rgb" a.png d > c
	for j in 1 3; do vq-decode -j "$j" -m "$M/rgb" -O "o$j" c; done
	[ "$(cd o1 && find . -type f | sort)" = $'./a.png\n./d/B.PNG' ]
	diff -r o1 o3
	vq-decode -m "$M/rgb" --npy -O n c
	[ "$(cd n && find . -type f | sort)" = $'./a.npy\n./d/B.npy' ]
	set -- "$DATA"/speech/*.wav
	vq-encode -m "$M/a" "$1" | vq-decode -m "$M/a" --format flac -O w
	[ -f "w/${1%.wav}.flac" ]
	vq-encode -m "$M/rgb" < a.png | vq-decode -m "$M/rgb" -O s
	[ -f s/stdin.png ]
}

@test "several operands decode the same for any -j" {
	for f in "$DATA"/images/*.png; do
		vq-encode -m "$M/rgb" -o "${f##*/}.codes" "$f"
	done
	for j in 1 2 5; do
		vq-decode -j "$j" -m "$M/rgb" -O "o$j" ./*.codes
		vq-decode -j "$j" -m "$M/rgb" --format record ./*.codes > "$j.r"
		cmp 1.r "$j.r"
		diff -r o1 "o$j"
	done
}

@test "several images need -O, several records do not" {
	cp "$DATA"/images/brick.png a.png
	cp a.png b.png
	vq-encode -m "$M/rgb" a.png b.png > c
	fails 1 vq-decode -m "$M/rgb" -o x.png c
	stderr_has b.png '-O DIR'
	# The first one is whole.
	vq-encode -m "$M/rgb" a.png > first
	vq-decode -m "$M/rgb" first | cmp - x.png
	fails 1 vq-decode -m "$M/rgb" c
	cmp "$OUT" x.png
	for j in 1 2; do
		fails 1 vq-decode -j "$j" -m "$M/rgb" -o y.png first c
		cmp x.png y.png
		rm y.png
	done
	nothing_left a.png b.png c first x.png
	vq-decode -m "$M/rgb" --format raw:u8 c > raw
	[ "$(stat -c %s raw)" = $((2 * 512 * 512)) ]
}

@test "an item refused before a byte of it leaves the others whole" {
	# The first has a code out of range at its start, the second its end.
	"$PYTHON" - <<'END'
import json, struct
def put(item, at):
    x = bytearray(2 * 4 * 4)
    if at is not None:
        x[2 * at + 1] = 1
    h = {"__metadata__": {"item": item, "last": "1"},
         "codes": {"dtype": "U16", "shape": [4, 4, 1], "data_offsets": [0, 32]}}
    t = json.dumps(h).encode()
    return struct.pack("<Q", len(t)) + t + bytes(x)
open("c", "wb").write(put("early", 0) + put("good", None))
open("good", "wb").write(put("good", None))
END
	vq-decode -m "$M/one" good > want.png
	for j in 1 2; do
		fails 1 vq-decode -j "$j" -m "$M/one" -o x.png c
		stderr_has 'early'
		not grep -q good "$ERR"
		cmp x.png want.png
		rm x.png
		fails 1 vq-decode -j "$j" -m "$M/one" -o x.png gone c
		cmp x.png want.png
		rm x.png
	done
	nothing_left c good want.png
}

@test "rows come back as records, npy and raw, with what came along" {
	"$PYTHON" - <<'END'
import json, struct, numpy as np
x = (np.arange(120000, dtype="<f4") % 77 / 10 - 3.8).reshape(30000, 4)
np.save("x.npy", x)
y = np.arange(30000, dtype="<i8")
h = {"__metadata__": {"item": "t", "colour": "red"},
     "x": {"dtype": "F32", "shape": [30000, 4], "data_offsets": [0, 480000]},
     "y": {"dtype": "I64", "shape": [30000], "data_offsets": [480000, 720000]}}
t = json.dumps(h).encode()
open("r", "wb").write(struct.pack("<Q", len(t)) + t + x.tobytes() + y.tobytes())
END
	vq-encode -m "$M/r" r > c
	vq-decode -m "$M/r" c > back
	vq-decode -m "$M/r" --npy c > back.npy
	vq-decode -m "$M/r" --format raw:f64 c > back.f64
	"$PYTHON" - <<'END'
import json, struct, numpy as np
x = np.load("x.npy")
d = open("back", "rb").read()
n, = struct.unpack("<Q", d[:8])
h = json.loads(d[8:8 + n])
m = h["__metadata__"]
assert m["colour"] == "red" and m["media"] == "rows" and m["kind"] == "vectors"
assert "codes" not in m
a, b = h["x"]["data_offsets"]
z = np.frombuffer(d[8 + n + a:8 + n + b], "<f4").reshape(h["x"]["shape"])
assert abs(z - x).max() < 2e-4
a, b = h["y"]["data_offsets"]
assert (np.frombuffer(d[8 + n + a:8 + n + b], "<i8") == np.arange(30000)).all()
assert (np.load("back.npy") == z).all()
assert (np.fromfile("back.f64", "<f8").reshape(30000, 4) == z).all()
END
}

@test "--stages decodes a prefix, also of codes that hold no more" {
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.random.RandomState(1).rand(100, 4).astype("f4"))'
	vq-encode -m "$M/r" x.npy | vq-decode -m "$M/r" --stages 1 --npy > a
	vq-encode -m "$M/r" --stages 1 x.npy > c
	vq-decode -m "$M/r" --npy c | cmp - a
	fails 1 vq-decode -m "$M/r" --stages 2 c
	stderr_has 'stages'
	fails 1 vq-decode -m "$M/r" --stages 3 c
}

@test "foreign arrays decode as far as can be" {
	"$PYTHON" - <<'END'
import numpy as np
r = np.random.RandomState(1)
np.save("hwr.npy", r.randint(0, 256, (5, 7, 4)))
np.save("hw.npy", r.randint(0, 256, (5, 7)).astype("u2"))
np.save("nr.npy", r.randint(0, 256, (9, 8)).astype("f4"))
np.save("tcr.npy", r.randint(0, 256, (9, 2, 32)).astype("u1"))
np.save("tr.npy", r.randint(0, 256, (9, 32)).astype("u1"))
np.save("bad.npy", np.full((9, 8), .5))
np.save("neg.npy", np.full((9, 8), -1))
END
	vq-decode -m "$M/g" hwr.npy > a.png
	[ "$(size a.png)" = '14 10' ]
	vq-decode -m "$M/one" hw.npy > b.png
	[ "$(size b.png)" = '7 5' ]
	vq-decode -m "$M/r" --npy nr.npy > rows.npy
	vq-decode -m "$M/a" tcr.npy > s.wav
	vq-decode -m "$M/a" tr.npy > m.wav
	"$PYTHON" -c 'import wave, numpy as np
assert np.load("rows.npy").shape == (9, 4)
assert wave.open("s.wav").getparams()[:4] == (2, 2, 8000, 144)
assert wave.open("m.wav").getparams()[:4] == (1, 2, 8000, 144)'
	fails 1 vq-decode -m "$M/g" nr.npy
	stderr_has 'rank 2' '[h, w, r]'
	fails 1 vq-decode -m "$M/r" tr.npy
	stderr_has '32 columns' '2 stages of 4 groups'
	fails 1 vq-decode -m "$M/r" bad.npy
	fails 1 vq-decode -m "$M/r" neg.npy
	head -c 64 /dev/zero | vq-decode -m "$M/r" --raw u8:8 --format raw > z
	[ "$(stat -c %s z)" = 128 ]
}

@test "codes of another model are refused by fingerprint" {
	vq-encode -m "$M/rgb" "$DATA"/images/brick.png > c
	fails 1 vq-decode -m "$M/g" c
	mine=$("$PYTHON" -c 'import json, struct
d = open("c", "rb").read()
print(json.loads(d[8:8 + struct.unpack("<Q", d[:8])[0]])["__metadata__"]["model"])')
	stderr_has "$mine" --any-model
	fails 1 vq-decode -m "$M/g" --any-model c
	stderr_has columns
	fails 1 vq-decode -m "$M/a" --any-model c
	stderr_has 'media image' audio
}

@test "a code out of range is named by row and column" {
	"$PYTHON" -c 'import numpy as np
x = np.zeros((6, 5), "u2"); x[4, 3] = 256; np.save("c.npy", x)'
	fails 1 vq-decode -m "$M/one" -o x.png c.npy
	stderr_has c.npy 'row 4, column 3' 256
	nothing_left c.npy
}

@test "an item cut short is named, and leaves nothing" {
	vq-encode -m "$M/rgb" "$DATA"/images/brick.png > c
	head -c 500000 c > short
	fails 1 vq-decode -m "$M/rgb" -o a.png short
	stderr_has short
	fails 1 vq-decode -m "$M/rgb" -O out short
	[ -z "$(find out -type f)" ]
	rm -rf out
	# Without its last part; and with a last part that says so.
	"$PYTHON" - <<'END'
import json, struct
d = open("c", "rb").read()
n, = struct.unpack("<Q", d[:8])
for name, last in ("open", None), ("failed", "failed"):
    h = json.loads(d[8:8 + n])
    del h["__metadata__"]["last"]
    if last:
        h["__metadata__"]["last"] = last
    t = json.dumps(h).encode()
    open(name, "wb").write(struct.pack("<Q", len(t)) + t + d[8 + n:])
END
	for f in open failed; do
		fails 1 vq-decode -m "$M/rgb" -o a.png "$f"
		stderr_has brick.png incomplete
		cat "$f" c > both
		fails 1 vq-decode -m "$M/rgb" -O "out.$f" both
		stderr_has brick.png incomplete
		[ "$(find "out.$f" -type f | wc -l)" = 1 ]
	done
	rm -r out.*
	nothing_left c short open failed both
}

@test "metadata that contradict the codes are errors" {
	"$PYTHON" - <<'END'
import json, struct
def put(name, **m):
    h = {"__metadata__": dict(item="t", **m),
         "codes": {"dtype": "U8", "shape": [4, 4, 1], "data_offsets": [0, 16]}}
    t = json.dumps(h).encode()
    open(name, "wb").write(struct.pack("<Q", len(t)) + t + bytes(16))
put("good", last="1", height="4", width="4")
put("wide", last="1", width="5")
put("high", last="1", height="5")
put("low", last="1", height="3")
put("word", last="1", height="4x")
put("huge", last="1", width="99999999999999999999")
put("deep", last="1", channels="5")
END
	vq-decode -m "$M/one" good > a.png
	for f in wide high low word huge deep; do
		fails 1 vq-decode -m "$M/one" -o x.png "$f"
	done
	[ ! -e x.png ]
}

@test "any bit_depth of a sound has a format that holds it" {
	"$PYTHON" - <<'END'
import json, struct, numpy as np
x = np.random.RandomState(1).randint(0, 256, 40 * 32).astype("u1")
for bits in 1, 17, 20, 24, 25, 40, 64:
    h = {"__metadata__": {"item": "t", "last": "1", "bit_depth": str(bits)},
         "codes": {"dtype": "U8", "shape": [40, 1, 32],
                   "data_offsets": [0, x.nbytes]}}
    t = json.dumps(h).encode()
    open("b%d" % bits, "wb").write(struct.pack("<Q", len(t)) + t + x.tobytes())
END
	for f in b*; do vq-decode -m "$M/a" -o "$f.wav" "$f"; done
	cmp b17.wav b24.wav
	cmp b20.wav b24.wav
	cmp b40.wav b25.wav
	cmp b64.wav b25.wav
	not cmp -s b24.wav b1.wav
	not cmp -s b24.wav b25.wav
}

@test "a header alone cannot exhaust the memory" {
	need_plain_build
	# A model of large patches and one code each.
	"$PYTHON" - <<'END'
import json, struct, numpy as np
def put(name, meta, **tensors):
    h, data = {"__metadata__": meta}, b""
    for k, x in tensors.items():
        h[k] = {"dtype": {"f4": "F32", "u1": "U8"}[x.dtype.str[1:]],
                "shape": list(x.shape),
                "data_offsets": [len(data), len(data) + x.nbytes]}
        data += x.tobytes()
    t = json.dumps(h).encode()
    t += b" " * (-(len(t) + 8) % 64)
    open(name, "wb").write(struct.pack("<Q", len(t)) + t + data)
def model(name, patch):
    d = patch * patch * 3
    put(name, dict(format="1", kind="model", type="kmeans", net="none",
                   media="image", dim=str(d), d=str(d), stages="1", groups="1",
                   codes="2", patch=str(patch), channels="3"),
        **{"transform.mu": np.zeros(d, "f4"),
           "transform.scale": np.ones(1, "f4"),
           "quantize.codebook": np.stack([np.zeros(d), np.ones(d)]).astype("f4")})
def item(name, w, h=0, **m):
    put(name, dict(item=name, last="1", media="image", **m),
        codes=np.zeros((h, w, 1), "u1"))
model("m8", 8)
model("m32", 32)
item("tokens", 4000000, height="8")
item("pixels", 125001, height="8")
item("edge", 125000, height="8")
item("width", 1000, height="8", width="1000001")
item("band", 31250, height="8", channels="4")
item("good", 4, h=4)
END
	for f in tokens pixels width band edge; do
		m=m8 why='too large'
		case $f in
		tokens) why='tokens in a row' ;;
		width) why='"width"' ;;
		band) m=m32 ;;
		edge) why='codes for 0 rows' ;;
		esac
		cat "$f" good > both
		fails 1 bash -c "ulimit -v 4000000; vq-decode -O o -m $m both"
		stderr_has "$f: " "$why"
		[ -s o/good.png ]
		rm -r o
	done
}

@test "what is no codes; usage; output" {
	fails 1 vq-decode -m "$M/rgb" < /dev/null
	stderr_has 'stdin' empty
	fails 1 vq-decode -m "$M/rgb" "$DATA"/images/brick.png
	fails 1 vq-decode -m "$M/rgb" gone
	fails 2 vq-decode c
	stderr_has '-m FILE'
	fails 2 vq-decode -m m --format jpg
	fails 2 vq-decode -m m -o a -O b
	vq-encode -m "$M/rgb" "$DATA"/images/brick.png > c
	fails 1 sh -c "vq-decode -m '$M/rgb' c > /dev/full"
	fails 1 vq-decode -m "$M/rgb" --format wav -o x c
	stderr_has 'not a sound'
	echo old > o
	fails 1 vq-decode -m "$M/rgb" -o o c
	[ "$(cat o)" = old ]
	vq-decode -f -m "$M/rgb" -o o c
	[ "$(size o)" = '512 512' ]
	cat c c > two
	fails 1 vq-decode -m "$M/rgb" -O out two
	stderr_has 'two items would write'
}
