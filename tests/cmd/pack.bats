#!/usr/bin/env bats
# pack.bats - vq-encode --pack: the same codes in less room, and what is refused.
load helper
load train

setup_file() {
	make_inputs
	cd "$IN" || return
	train images -o images.vq
	train -k 16 -r 3 -g 2 sounds -o sounds.vq
	train -n none -r 2 x.npy -o rows.vq
	train --context 4 images -o images-context.vq
	train --context 4 -k 16 -r 3 -g 2 sounds -o sounds-context.vq
}

# same MODEL INPUT...: packed and unpacked they decode to the same bytes.
same() {
	local m=$1
	shift
	vq-encode -m "$m" "$@" >plain
	vq-encode -m "$m" --pack "$@" >packed
	vq-decode -q -m "$m" --format raw plain >a
	vq-decode -q -m "$m" --format raw packed >b
	[ -s a ] && cmp a b
}

@test "packed codes decode to the same images, sounds and rows, in less room" {
	for what in images sounds; do
		same "$IN/$what.vq" "$IN/$what"
		[ "$(stat -c %s packed)" -lt "$(stat -c %s plain)" ]
	done
	same "$IN/rows.vq" "$IN/x.npy"
}

@test "with a context the codes are the same, and packed they take less" {
	for what in images sounds; do
		same "$IN/$what-context.vq" "$IN/$what"
		mv packed less
		vq-encode -m "$IN/$what.vq" --pack "$IN/$what" >packed
		[ "$(stat -c %s less)" -lt "$(stat -c %s packed)" ]
		for c in '' -context; do
			vq-encode -m "$IN/$what$c.vq" --npy "$IN/$what/4".* >npy$c
		done
		cmp npy npy-context
	done
	vq-encode -m "$IN/images-context.vq" "$IN/images" >plain
	vq-stats -q --json --by item -m "$IN/images-context.vq" plain >rate
	"$PYTHON" -c 'import json
s = json.load(open("rate"))
for x in s, *s["items"]:
    want = x["coded_bits"] / x["bits_per_token"] * x["bits_per_pixel"]
    assert abs(x["coded_bits_per_pixel"] / want - 1) < 1e-12, x
    assert "coded_bits_per_second" not in x'
	vq-encode -m "$IN/sounds-context.vq" "$IN/sounds" >plain
	vq-stats -q --json -m "$IN/sounds-context.vq" plain >rate
	"$PYTHON" -c 'import json
s = json.load(open("rate"))
want = s["coded_bits"] / s["bits_per_token"] * s["bits_per_second"]
assert abs(s["coded_bits_per_second"] / want - 1) < 1e-12, s
assert "coded_bits_per_pixel" not in s'
	vq-encode -m "$IN/images.vq" "$IN/images" >old
	vq-stats -q --json -m "$IN/images.vq" old >no
	not grep coded_bits no
	train -j 1 --context 4 "$IN/images" -o again.vq
	cmp "$IN/images-context.vq" again.vq
}

@test "the same bytes for any -j, from pipes, and after cat" {
	vq-encode -j 1 -m "$IN/images.vq" --pack "$IN/images" >one
	vq-encode -j 3 -m "$IN/images.vq" --pack "$IN/images" >three
	cmp one three
	vq-encode -m "$IN/images.vq" "$IN/images" >plain
	cat one plain one | vq-decode -q -j 2 -m "$IN/images.vq" --format raw >a
	cat plain plain plain | vq-decode -q -m "$IN/images.vq" --format raw >b
	cmp a b
	slow_cat one | vq-decode -q -m "$IN/images.vq" --format raw >c
	vq-decode -q -m "$IN/images.vq" --format raw one >d
	cmp c d
}

@test "under -O a packed item is NAME.vqp, and comes back under its name" {
	cp "$DATA/images/brick.png" a.png
	vq-encode -m "$IN/images.vq" --pack -O d a.png
	nothing_left a.png d d/a.png.vqp
	vq-decode -m "$IN/images.vq" -O e d/a.png.vqp
	[ -s e/a.png ]
	vq-encode -m "$IN/images.vq" --pack <a.png | vq-decode -m "$IN/images.vq" >b.png
	cmp e/a.png b.png
}

@test "the first stages of packed codes decode as those of others do" {
	vq-encode -m "$IN/sounds.vq" "$IN/sounds" >plain
	vq-encode -m "$IN/sounds.vq" --pack "$IN/sounds" >packed
	vq-encode -m "$IN/sounds.vq" --pack --stages 1 "$IN/sounds" >short
	for c in plain packed short; do
		vq-decode -q -m "$IN/sounds.vq" --stages 1 --format raw $c >$c.raw
	done
	cmp plain.raw packed.raw
	cmp plain.raw short.raw
	[ "$(stat -c %s short)" -lt "$(stat -c %s packed)" ]
}

@test "vq-stats counts packed codes as others, and --list shows them" {
	vq-encode -m "$IN/sounds.vq" "$IN/sounds" >plain
	vq-encode -m "$IN/sounds.vq" --pack "$IN/sounds" >packed
	vq-stats -q --tsv -m "$IN/sounds.vq" plain >a
	vq-stats -q --json -m "$IN/sounds.vq" packed >b
	vq-stats -q --json -m "$IN/sounds.vq" plain >c
	"$PYTHON" - <<-'E'
		import json, os
		b, c = json.load(open("b")), json.load(open("c"))
		kinds = [x.pop("inputs")[0]["kind"] for x in (b, c)]
		assert kinds == ["packed codes", "codes"], kinds
		bits = b.pop("coded_bits")
		assert b.pop("coded_bits_per_second") < b["bits_per_second"]
		assert b == c
		tokens = b["stages"][0]["tokens"]
		size = os.path.getsize("packed")
		assert bits * tokens / 8 <= size
		assert size <= bits * tokens / 8 * 1.03 + 128 * b["item_count"]
	E
	vq-stats --list packed | grep -F 'kind=codes media=audio' >list
	[ "$(wc -l <list)" -eq "$(vq-stats --list plain | wc -l)" ]
	vq-stats --list plain | sed 's/  format.*//; s/^plain//' >p
	sed 's/  format.*//; s/^packed//' list | cmp - p
}

@test "an image is never above its nominal bits and 64 bytes" {
	need_numpy
	"$PYTHON" "$ROOT/tests/cmd/models.py" image 8 1 m
	vq-encode -m m --pack "$DATA/images/camera.png" >real
	"$PYTHON" - <<-'E'
		import numpy, struct, zlib
		rows = numpy.random.default_rng(1).integers(0, 256, (256, 256), "u1")
		def chunk(t, d):
		    return struct.pack(">I", len(d)) + t + d + struct.pack(
		        ">I", zlib.crc32(t + d))
		raw = b"".join(b"\0" + r.tobytes() for r in rows)
		open("noise.png", "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR",
		    struct.pack(">2I5B", 256, 256, 8, 0, 0, 0, 0)) + chunk(
		    b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))
	E
	vq-encode -m m --pack noise.png >noise
	bits=$(vq-stats -q --json -m m noise | "$PYTHON" -c '
import json, sys
print(int(json.load(sys.stdin)["bits_per_token"] * 32 * 32 / 8))')
	[ "$(stat -c %s noise)" -le $((bits + 64)) ]
}

@test "without the model, or with another, packed codes are refused" {
	vq-encode -m "$IN/images.vq" --pack "$DATA/images/brick.png" >packed
	print=$(vq-stats --list packed | sed 's/.* model=\([0-9a-f]*\).*/\1/')
	fails 1 vq-stats packed
	stderr_has 'packed' '-m'
	fails 1 vq-decode -m "$IN/sounds.vq" packed
	stderr_has "$print"
	fails 1 vq-decode --any-model -m "$IN/sounds.vq" packed
	stderr_has "$print"
	fails 1 vq-train -o m.vq packed
	fails 1 vq-encode -m "$IN/images.vq" packed
	stderr_has 'packed'
}

@test "--pack goes with no other form, labels or latents" {
	for o in --latents --npy '--format raw' '--labels x.tsv'; do
		# shellcheck disable=SC2086
		fails 2 vq-encode -m "$IN/images.vq" --pack $o a.png
		stderr_has '--pack'
	done
}

@test "a tensor beside rows has no place in packed codes" {
	cp "$IN/x.npy" x.npy
	printf 'x.npy\t3\n' >labels
	vq-encode -m "$IN/rows.vq" --latents --labels labels x.npy >beside
	fails 1 vq-encode -m "$IN/rows.vq" --pack beside
	stderr_has '"y"'
}

@test "a cut or altered file is an error, whichever byte it is" {
	need_numpy
	"$PYTHON" "$ROOT/tests/cmd/models.py" image 8 1 m
	vq-encode -m m --pack <"$DATA/images/camera.png" >packed
	cat >try.py <<-'E'
		import subprocess, sys
		data = open("packed", "rb").read()
		def run(d):
		    p = subprocess.run(["vq-stats", "-q", "-m", "m"], input=d,
		        capture_output=True)
		    assert p.returncode == 1 and p.stderr, (p, len(d))
		n = len(data)
		for i in list(range(0, 60, 2)) + list(range(n - 8, n)):
		    run(data[:i] + bytes([data[i] ^ 1 << i % 8]) + data[i + 1:])
		for i in list(range(1, 60, 3)) + list(range(n - 8, n)):
		    run(data[:i])
	E
	"$PYTHON" try.py
}

@test "a head that claims a great many columns is refused at once" {
	vq-encode -m "$IN/images.vq" --pack "$DATA/images/brick.png" >packed
	"$PYTHON" - <<-'END'
	b = open("packed", "rb").read()
	head = b[:14] + b"\x01" + b"\x80\x80\x04" * 2
	k = b"\x80\x80\x80\x80\x10"  # 2^32
	open("wide", "wb").write(head + k * 65536 + bytes(64))
	END
	fails 1 timeout 60 vq-decode -m "$IN/images.vq" wide
	stderr_has '65536 columns'
}

@test "another version is named" {
	vq-encode -m "$IN/images.vq" --pack "$DATA/images/brick.png" >packed
	{ head -c 4 packed; printf '\2'; tail -c +6 packed; } >new
	fails 1 vq-decode -m "$IN/images.vq" new
	stderr_has 'version 2'
	fails 1 vq-stats --list new
	stderr_has 'version 2'
}
