#!/usr/bin/env bats
# encode.bats - vq-encode: records, order, names, errors.
load helper

model() {
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" "$@"
}

setup_file() {
	export M=$BATS_FILE_TMPDIR
	need_numpy
	model image 8 3 "$M/rgb"
	model audio 16 8000 "$M/a"
	model rows 4 "$M/r"
}

# records FILE: one line a record: item, part, last, shape of codes.
records() {
	"$PYTHON" - "$1" <<'END'
import json, struct, sys
f = open(sys.argv[1], "rb")
while h := f.read(8):
    d = json.loads(f.read(struct.unpack("<Q", h)[0]))
    m = d.pop("__metadata__")
    f.read(max(t["data_offsets"][1] for t in d.values()))
    t = d.get("codes") or d.get("x")
    print(m["item"].split("/")[-1], m["part"], m.get("last", "-"),
          *t["shape"], t["dtype"], *sorted(d))
END
}

# rows FILE N D: N rows of D floats in steps of 1/100, as npy.
rows() {
	"$PYTHON" -c 'import sys, numpy as np
n, d = int(sys.argv[2]), int(sys.argv[3])
x = np.arange(n * d, dtype="f4").reshape(n, d) % 700 / 100 - 3.5
np.save(open(sys.argv[1], "wb"), x)' "$@"
}

@test "records say all that DESIGN lists" {
	vq-encode -m "$M/rgb" -o c "$DATA"/images/brick.png
	"$PYTHON" - <<'END'
import json, struct, zlib
d = open("c", "rb").read()
n, = struct.unpack("<Q", d[:8])
assert (8 + n) % 64 == 0
h = json.loads(d[8:8 + n])
m = h["__metadata__"]
want = dict(format="1", kind="codes", media="image", part="0", last="1",
            rows="64", height="512", width="512", channels="1", bit_depth="8",
            codes="256")
for k, v in want.items():
    assert m[k] == v, (k, m.get(k))
assert m["item"].endswith("images/brick.png") and len(m["model"]) == 16
assert "vq-encode" in m["program"]
assert int(m["crc32"], 16) == zlib.crc32(d[8 + n:])
assert h["codes"]["shape"] == [64, 64, 192] and h["codes"]["dtype"] == "U8"
END
}

@test "output is in the order of the operands, the same for any -j" {
	for j in 1 2 3 7; do
		vq-encode -j "$j" -m "$M/rgb" "$DATA/images" > "$j.codes"
		cmp 1.codes "$j.codes"
	done
	records 1.codes | cut -d' ' -f1 | uniq > got
	(cd "$DATA/images" && find . -type f | LC_ALL=C sort | sed 's|.*/||') |
		grep 'png$' | diff - got
	vq-encode -j 1 -m "$M/rgb" "$DATA"/images/chelsea.png > 1.codes
	vq-encode -j 3 -m "$M/rgb" "$DATA"/images/chelsea.png | cmp - 1.codes
	vq-encode -j 1 -m "$M/a" "$DATA"/speech/*.wav > 1.codes
	vq-encode -j 3 -m "$M/a" "$DATA"/speech/*.wav | cmp - 1.codes
}

@test "items larger than a job may hold stream in their turn" {
	rows big.npy 6000000 4
	rows small.npy 10 4
	for j in 1 3; do
		vq-encode -j "$j" -m "$M/r" small.npy big.npy big.npy small.npy \
			> "$j.codes"
	done
	cmp 1.codes 3.codes
	[ "$(records 1.codes | grep -c ' 1 [0-9]* 8 ')" = 4 ]
}

@test "one input of many items, npy arrays and records mixed" {
	rows a.npy 10 4
	rows b.npy 20 4
	cat a.npy b.npy | vq-encode -m "$M/r" > c
	[ "$(records c | cut -d' ' -f2-5)" = $'0 1 10 8\n0 1 20 8' ]
	vq-encode -m "$M/r" --latents a.npy > l
	cat l b.npy | vq-encode -m "$M/r" > d
	[ "$(records d | cut -d' ' -f2-5)" = $'0 1 10 8\n0 1 20 8' ]
	cat a.npy b.npy | slow_cat | vq-encode -m "$M/r" | cmp - c
}

@test "cutting the input elsewhere gives the same codes" {
	rows a.npy 100000 4
	vq-encode -m "$M/r" --format raw a.npy > whole
	tail -c +129 a.npy > a.f32
	head -c 123456 a.f32 | head -c $((123456 / 16 * 16)) > 1.f32
	tail -c +$((123456 / 16 * 16 + 1)) a.f32 > 2.f32
	for f in 1.f32 2.f32; do
		vq-encode -m "$M/r" --raw f32:4 --format raw < "$f"
	done | cmp - whole
}

@test "numpy reads --npy, Python's records are read, tensors pass through" {
	rows a.npy 20000 4
	vq-encode -m "$M/r" --npy a.npy > c.npy
	"$PYTHON" - <<'END'
import json, struct, numpy as np
c, x = np.load("c.npy"), np.load("a.npy")
assert c.shape == (20000, 8) and c.dtype == np.uint8
near = np.abs(np.linspace(-4, 4, 256)[c[:, :4]] - x)
assert near.max() <= 4 / 255 + 1e-5
y = np.arange(20000, dtype="<i4")
h = {"__metadata__": {"item": "p%25y", "colour": "red"},
     "x": {"dtype": "F32", "shape": [20000, 4], "data_offsets": [0, 320000]},
     "y": {"dtype": "I32", "shape": [20000], "data_offsets": [320000, 400000]}}
t = json.dumps(h).encode()
open("r", "wb").write(struct.pack("<Q", len(t)) + t + x.tobytes() + y.tobytes())
END
	vq-encode -m "$M/r" r > c
	"$PYTHON" - <<'END'
import json, struct, numpy as np
d = open("c", "rb").read()
n, = struct.unpack("<Q", d[:8])
h = json.loads(d[8:8 + n])
assert h["__metadata__"]["item"] == "p%25y", h
assert h["__metadata__"]["colour"] == "red"
a, b = h["y"]["data_offsets"]
assert (np.frombuffer(d[8 + n + a:8 + n + b], "<i4") == np.arange(20000)).all()
a, b = h["codes"]["data_offsets"]
codes = np.frombuffer(d[8 + n + a:8 + n + b], "u1").reshape(h["codes"]["shape"])
assert (codes == np.load("c.npy")).all()
END
}

@test "--stages, --raw and --tensor" {
	rows a.npy 50 4
	vq-encode -m "$M/r" --stages 1 --npy a.npy > one.npy
	vq-encode -m "$M/r" --npy a.npy > two.npy
	"$PYTHON" -c 'import numpy as np
a, b = np.load("one.npy"), np.load("two.npy")
assert a.shape == (50, 4) and (a == b[:, :4]).all()'
	tail -c +129 a.npy | vq-encode -m "$M/r" --raw f32:4 --npy | cmp - two.npy
	fails 1 vq-encode -m "$M/r" --stages 3 a.npy
	stderr_has 'stages'
	vq-encode -m "$M/r" --latents a.npy > l
	fails 1 vq-encode -m "$M/r" --tensor z l
}

@test "a companion with the name of the output stays behind" {
	"$PYTHON" - <<'END'
import json, struct, numpy as np
def put(name, **tensors):
    h, data = {"__metadata__": {"item": "t", "last": "1"}}, b""
    for k, x in tensors.items():
        h[k] = {"dtype": {"f4": "F32", "u1": "U8"}[x.dtype.str[1:]],
                "shape": list(x.shape),
                "data_offsets": [len(data), len(data) + x.nbytes]}
        data += x.tobytes()
    t = json.dumps(h).encode()
    open(name, "wb").write(struct.pack("<Q", len(t)) + t + data)
x = np.arange(2000, dtype="f4").reshape(500, 4) % 7 / 2 - 1.5
put("codes_x", codes=np.zeros((500, 1), "u1"), x=x)
put("x_e", x=np.zeros((500, 1), "f4"), e=x)
put("x", codes=np.zeros((500, 8), "u1"), x=x)
END
	vq-encode -m "$M/r" --tensor x codes_x > a
	[ "$(records a)" = 't 0 1 500 8 U8 codes' ]
	vq-encode -m "$M/r" --latents --tensor e x_e > b
	[ "$(records b)" = 't 0 1 500 4 F32 x' ]
	vq-encode -m "$M/r" --tensor e x_e > c
	[ "$(records c)" = 't 0 1 500 8 U8 codes x' ]
	vq-decode -m "$M/r" x > d
	[ "$(records d)" = 't 0 1 500 4 F32 x' ]
}

@test "--index finds each item, --labels gives y" {
	cd "$DATA/images"
	printf 'brick.png\t3\ncamera.png\t70000\n' > "$BATS_TEST_TMPDIR/labels"
	vq-encode -j 2 -m "$M/rgb" --labels "$BATS_TEST_TMPDIR/labels" \
		--index "$BATS_TEST_TMPDIR/i" brick.png camera.png \
		> "$BATS_TEST_TMPDIR/c"
	cd "$BATS_TEST_TMPDIR"
	"$PYTHON" - <<'END'
import json, struct
d = open("c", "rb").read()
lines = [l.rstrip("\n").split("\t") for l in open("i")]
assert [l[0] for l in lines] == ["brick.png", "camera.png"]
for (item, at, shape), label in zip(lines, (3, 70000)):
    at = int(at)
    n, = struct.unpack("<Q", d[at:at + 8])
    h = json.loads(d[at + 8:at + 8 + n])
    assert h["__metadata__"]["item"] == item
    assert ",".join(map(str, h["codes"]["shape"])) == shape
    a, b = h["y"]["data_offsets"]
    y = d[at + 8 + n + a:at + 8 + n + b]
    assert struct.unpack("<%dI" % (len(y) // 4), y) == (label,) * 64
END
	fails 1 vq-encode -m "$M/rgb" --labels labels "$DATA"/images/chelsea.png
	stderr_has 'no class'
}

@test "--index stays apart from the codes, a line an item whatever its name" {
	rows a.npy 20 4
	for o in '' '-o -' '-o /dev/stdout'; do
		for i in - /dev/stdout; do
			# shellcheck disable=SC2086
			fails 2 vq-encode -m "$M/r" --index "$i" $o a.npy
			stderr_has --index stdout
			output_is ''
		done
	done
	fails 2 vq-encode -m "$M/r" --index b -o b a.npy
	vq-encode -m "$M/r" -o c --index - a.npy > i
	[ "$(cat i)" = $'a.npy\t0\t20,8' ]
	vq-encode -m "$M/r" -O d --index - a.npy | cmp - i
	rm -r c d i
	"$PYTHON" - <<'END'
import json, struct
h = {"__metadata__": {"item": "a\tb\nc%d%25", "last": "1"},
     "x": {"dtype": "F32", "shape": [1, 4], "data_offsets": [0, 16]}}
t = json.dumps(h).encode()
open("r", "wb").write(struct.pack("<Q", len(t)) + t + bytes(16))
END
	vq-encode -m "$M/r" -o c --index - r > i
	[ "$(cat i)" = $'a%09b%0Ac%d%25\t0\t1,8' ]
}

@test "--labels takes a name as it is in the output and as the file's" {
	rows 50%.npy 3 4
	rows a.npy 3 4
	printf '%s\t7\n' a.npy 50%.npy > plain
	printf '%s\t7\n' a.npy 50%25.npy > escaped
	vq-encode -m "$M/r" --labels plain a.npy 50%.npy > a
	vq-encode -m "$M/r" --labels escaped a.npy 50%.npy | cmp - a
	[ "$(records a | cut -d' ' -f1,7-)" = $'a.npy codes y\n50%25.npy codes y' ]
	printf '50%%.npy\t1\n50%%25.npy\t7\na.npy\t7\n' > both
	vq-encode -m "$M/r" --labels both a.npy 50%.npy | cmp - a
	printf '50%%2.npy\t1\n' > other
	fails 1 vq-encode -m "$M/r" --labels other 50%.npy
	stderr_has 'no class'
}

@test "many small items of a second operand wait within bounds" {
	need_plain_build
	"$PYTHON" - <<'END'
import json, struct
for f in "good", "bad":
    with open(f, "wb") as out:
        for i in range(60000):
            h = {"__metadata__": {"item": "item %d" % i, "last": "1"},
                 "x": {"dtype": "F32", "shape": [1, 4 if f == "good" else 2],
                       "data_offsets": [0, 16 if f == "good" else 8]}}
            t = json.dumps(h).encode()
            out.write(struct.pack("<Q", len(t)) + t
                      + bytes(16 if f == "good" else 8))
END
	vq-encode -j 1 -m "$M/r" good good > want
	mkfifo first
	# The first operand comes late, so that all of the second must wait.
	{ sleep 2; cat good; } > first &
	peak_kb vq-encode -j 2 -m "$M/r" first good > got
	wait $!
	cmp got want
	[ "$(cat "$PEAK")" -lt 110000 ] || { cat "$PEAK"; false; }
	{ sleep 2; cat good; } > first &
	status=0
	peak_kb vq-encode -j 2 -m "$M/r" first bad > got 2> "$ERR" || status=$?
	wait $!
	[ "$status" = 1 ]
	[ "$(wc -l < "$ERR")" = 60001 ]
	[[ $(tail -n 1 "$ERR") == *': 60000 of '*' items failed' ]]
	[ "$(cat "$PEAK")" -lt 110000 ] || { cat "$PEAK"; false; }
}

@test "-O writes one file an item" {
	cp "$DATA"/images/brick.png a.png
	mkdir d && cp a.png d/b.png
	vq-encode -j 2 -m "$M/rgb" -O out a.png d ./../"${PWD##*/}"/a.png
	nothing_left a.png d d/b.png out out/a.png.codes out/d \
		out/d/b.png.codes out/__ "out/__/${PWD##*/}" \
		"out/__/${PWD##*/}/a.png.codes"
	vq-encode -m "$M/rgb" a.png | cmp - out/a.png.codes
	fails 1 vq-encode -m "$M/rgb" -O out a.png
	stderr_has exist
	vq-encode -f -m "$M/rgb" --npy -O out a.png
	[ -f out/a.png.npy ]
}

@test "two items of one name are found before any work, in a stream at the second" {
	cp "$DATA"/images/brick.png a.png
	fails 1 vq-encode -m "$M/rgb" -O out a.png "$DATA"/images ./a.png
	stderr_has 'two items would write'
	nothing_left a.png
	rows a.npy 3 4
	vq-encode -m "$M/r" --latents a.npy > l
	cat l l > ll
	fails 1 vq-encode -m "$M/r" -O out ll
	stderr_has 'two items would write' a.npy
	[ -f out/a.npy.codes ]
	rm -r out
	cp l l2
	for j in 1 2; do
		fails 1 vq-encode -j "$j" -m "$M/r" -O "out$j" l l2
		stderr_has 'two items would write'
	done
}

@test "a bad item is named, the rest is done, the status is 1" {
	cp "$DATA"/images/brick.png a.png
	head -c 3000 a.png > cut.png
	: > empty
	printf '\377\330\377\340JFIF' > b.jpg
	mkdir none
	for j in 1 3; do
		fails 1 vq-encode -j "$j" -m "$M/rgb" -o "c$j" a.png cut.png \
			empty b.jpg gone none a.png
		stderr_has cut.png: 'empty: empty' djpeg 'gone:' 'none:'
		[ "$(records "c$j" | wc -l)" = 2 ]
	done
	cmp c1 c3
	fails 1 vq-encode -m "$M/rgb" -o x cut.png
	fails 1 vq-encode -m "$M/rgb" --max-errors 1 -j 1 -o y empty a.png
	nothing_left a.png cut.png empty b.jpg none c1 c3
	fails 1 sh -c "vq-encode -m '$M/rgb' < /dev/null"
	stderr_has 'stdin: empty'
	output_is ''
}

@test "NaN is named by item and row, or dropped" {
	"$PYTHON" -c 'import numpy as np
x = np.zeros((100, 4), "f4"); x[17, 2] = np.nan; x[60, 0] = np.inf
np.save("n.npy", x)'
	fails 1 vq-encode -m "$M/r" n.npy
	stderr_has 'n.npy: row 17'
	output_is ''
	vq-encode -m "$M/r" --nan drop n.npy > c
	[ "$(records c)" = 'n.npy 0 1 98 8 U8 codes kept' ]
}

@test "an item that does not suit the model" {
	rows a.npy 5 3
	fails 1 vq-encode -m "$M/r" a.npy
	stderr_has 'rows of 3 numbers' 'rows of 4'
	fails 1 vq-encode -m "$M/rgb" a.npy
	stderr_has 'rows of 3 numbers' 'takes images'
	fails 1 vq-encode -m "$M/r" "$DATA"/images/brick.png
	stderr_has 'an image' 'rows of 4'
	vq-encode -m "$M/rgb" "$DATA"/images/brick.png > c
	fails 1 vq-encode -m "$M/rgb" c
	stderr_has 'holds codes'
}

@test "wrong usage is 2, a missing or foreign model 1" {
	fails 2 vq-encode a.png
	stderr_has '-m FILE'
	fails 2 vq-encode -m m --bogus
	fails 2 vq-encode -m m --format png
	fails 2 vq-encode -m m --format raw:f99
	fails 2 vq-encode -m m --raw f32
	fails 2 vq-encode -m m -o a -O b
	fails 2 vq-encode -m m --stages 0x
	fails 1 vq-encode -m gone a.png
	stderr_has gone
	fails 1 vq-encode -m "$DATA"/images/brick.png "$DATA"/images/brick.png
}

@test "output: full disk, an existing file, a closed pipe" {
	fails 1 sh -c "vq-encode -m '$M/rgb' '$DATA'/images/brick.png > /dev/full"
	echo old > c
	fails 1 vq-encode -m "$M/rgb" -o c "$DATA"/images/brick.png
	stderr_has exist
	[ "$(cat c)" = old ]
	vq-encode -f -m "$M/rgb" -o c "$DATA"/images/brick.png
	set +o pipefail
	clean sh -c "vq-encode -m '$M/rgb' '$DATA/images' | head -c 100 > h"
}

@test "SPTK's failures do not happen here" {
	fails 1 vq-encode -m "$M/r" --raw f32:4 < /dev/null
	stderr_has empty
	head -c 30 /dev/zero > partial
	fails 1 vq-encode -m "$M/r" --raw f32:4 partial
	fails 2 vq-encode -m "$M/r" --raw f32:abc partial
	fails 2 vq-encode -m "$M/r" --raw f32:-1 partial
}

@test "hundreds of small items" {
	rows a.npy 3 4
	mkdir d
	for i in $(seq 400); do ln a.npy "d/$i.npy"; done
	for j in 1 3; do
		vq-encode -j "$j" -m "$M/r" d > "$j.codes"
		vq-encode -j "$j" -m "$M/r" -O "o$j" d
		[ "$(find "o$j" -name '*.codes' | wc -l)" = 400 ]
	done
	cmp 1.codes 3.codes
	diff -r o1 o3
	find d -name '*.npy' -print0 | sort -z |
		vq-encode -m "$M/r" --files-from - -0 | cmp - 1.codes
}

@test "a model comes through a pipe, too" {
	need_numpy
	input=$DATA/images/camera.png
	vq-train -q -k 16 -s 2 -b 64 -o m.vq "$input"
	vq-encode -m m.vq "$input" >want
	vq-encode -m <(cat m.vq) "$input" | cmp - want
}

@test "a second PNG behind the first is an error, not lost" {
	vq-train -q -k 16 -s 2 -b 64 -o m.vq "$DATA/images/camera.png"
	cat "$DATA"/images/camera.png "$DATA"/images/brick.png >two.png
	fails 1 vq-encode -m m.vq two.png
	stderr_has two.png second
	{ cat "$DATA/images/camera.png" && echo tail; } | vq-encode -m m.vq >/dev/null
}
