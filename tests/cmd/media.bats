#!/usr/bin/env bats
# media.bats - images and sounds through real pipes, encoded and decoded.
# The models of models.py hold 8-bit samples exactly.
load helper

model() {
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" "$@"
}

setup_file() {
	export M=$BATS_FILE_TMPDIR
	need_numpy
	model image 2 3 "$M/rgb"
	model image 3 4 "$M/rgba"
	model image 1 1 "$M/g16" deep
	model audio 16 8000 "$M/a"
}

# png FILE WIDTH HEIGHT CHANNELS BITS: noise, as PNG.
png() {
	"$PYTHON" - "$@" <<'END'
import sys, zlib, struct, random
f, w, h, c, b = sys.argv[1], *map(int, sys.argv[2:6])
random.seed(w * 1000 + h)
rows = b"".join(b"\0" + random.randbytes(w * c * b // 8) for _ in range(h))
def chunk(t, d):
    return struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d))
open(f, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(
    ">IIBBBBB", w, h, b, {1: 0, 2: 4, 3: 2, 4: 6}[c], 0, 0, 0)) +
    chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))
END
}

# pixels FILE: size, kind and samples of a PNG, by way of our own npy output.
pixels() {
	"$PYTHON" - "$1" <<'END'
import sys, zlib, struct
d = open(sys.argv[1], "rb").read()
w, h, b, t = struct.unpack(">IIBB", d[16:26])
at, z = 8, b""
while at < len(d):
    n, k = struct.unpack(">I4s", d[at:at + 8])
    z += d[at + 8:at + 8 + n] if k == b"IDAT" else b""
    at += 12 + n
assert d[28] == 0
bpp = {0: 1, 4: 2, 2: 3, 6: 4}[t] * b // 8
raw, n = zlib.decompress(z), w * bpp
prev, out = bytearray(n), b""
for y in range(h):
    f, row = raw[y * (n + 1)], bytearray(raw[y * (n + 1) + 1:(y + 1) * (n + 1)])
    for i in range(n):
        a = row[i - bpp] if i >= bpp else 0
        u, c = prev[i], prev[i - bpp] if i >= bpp else 0
        p = a + u - c
        q = min((abs(p - a), 0, a), (abs(p - u), 1, u), (abs(p - c), 2, c))[2]
        row[i] = row[i] + (0, a, u, (a + u) // 2, q)[f] & 255
    out, prev = out + bytes(row), row
print(w, h, b, t, out.hex())
END
}

# wav FILE FRAMES CHANNELS RATE
wav() {
	"$PYTHON" - "$@" <<'END'
import sys, wave, numpy as np
f, t, c, r = sys.argv[1], *map(int, sys.argv[2:5])
w = wave.open(f, "wb")
w.setnchannels(c); w.setsampwidth(2); w.setframerate(r)
hz = 200 * (1 + np.arange(c))
w.writeframes((12000 * np.sin(6.283 * hz * np.arange(t)[:, None] / r + 1))
    .astype("<i2").tobytes())
w.close()
END
}

# wav_same A B DB: same frames, channels, rate; SNR of at least DB.
wav_same() {
	"$PYTHON" - "$@" <<'END'
import sys, wave, numpy as np
a, b = wave.open(sys.argv[1]), wave.open(sys.argv[2])
assert a.getparams()[:4] == b.getparams()[:4], (a.getparams(), b.getparams())
x, y = (np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(float) for w in (a, b))
e = ((x - y) ** 2).sum()
snr = 10 * np.log10((x ** 2).sum() / e) if e else 999
assert snr >= float(sys.argv[3]), snr
END
}

@test "a PNG comes back exact through pipes" {
	need_numpy
	while read -r w h; do
		png a.png "$w" "$h" 3 8
		# shellcheck disable=SC2002
		cat a.png | vq-encode -m "$M/rgb" | vq-decode -m "$M/rgb" > b.png
		[ "$(pixels a.png)" = "$(pixels b.png)" ]
	done <<-END
		37 23
		1 1
		2 1
		1 9
		64 48
	END
}

@test "also when a pipe delivers one byte a read" {
	need_numpy
	png a.png 33 21 3 8
	slow_cat a.png | vq-encode -m "$M/rgb" | slow_cat |
		vq-decode -m "$M/rgb" > b.png
	[ "$(pixels a.png)" = "$(pixels b.png)" ]
	wav a.wav 1001 1 8000
	slow_cat a.wav | vq-encode -m "$M/a" > slow.codes
	vq-encode -m "$M/a" < a.wav | cmp - slow.codes
	slow_cat slow.codes | vq-decode -m "$M/a" > b.wav
	wav_same a.wav b.wav 60
}

@test "alpha comes back with a model that has it" {
	need_numpy
	png a.png 19 31 4 8
	vq-encode -m "$M/rgba" a.png | vq-decode -m "$M/rgba" > b.png
	[ "$(pixels a.png)" = "$(pixels b.png)" ]
	png g.png 19 31 2 8
	vq-encode -m "$M/rgba" g.png | vq-decode -m "$M/rgba" > h.png
	[ "$(pixels g.png)" = "$(pixels h.png)" ]
}

@test "16 bit comes back as 16 bit, exact" {
	need_numpy
	png a.png 40 20 1 16
	vq-encode -m "$M/g16" a.png | vq-decode -m "$M/g16" > b.png
	[ "$(pixels a.png)" = "$(pixels b.png)" ]
}

@test "gray stays gray, alpha goes to white, colour through a gray model is luma" {
	need_numpy
	png g.png 30 11 1 8
	vq-encode -m "$M/rgb" g.png | vq-decode -m "$M/rgb" > h.png
	[ "$(pixels g.png)" = "$(pixels h.png)" ]
	png a.png 30 11 4 8
	vq-encode -m "$M/rgb" a.png | vq-decode -m "$M/rgb" > b.png
	[[ $(pixels b.png) == '30 11 8 2 '* ]]
	png c.png 30 11 3 8
	vq-encode -m "$M/g16" c.png | vq-decode -m "$M/g16" > d.png
	[[ $(pixels d.png) == '30 11 8 0 '* ]]
}

@test "every PNG of the suite encodes and keeps its size" {
	need_numpy
	vq-encode -m "$M/rgba" "$TEST_DATA"/hostile-png/pngsuite/ok > ok.codes
	vq-decode -m "$M/rgba" -O out ok.codes
	n=0
	for f in "$TEST_DATA"/hostile-png/pngsuite/ok/*.png; do
		cmp <(head -c 24 "$f" | tail -c 8) \
			<(head -c 24 "out/$f" | tail -c 8)
		n=$((n + 1))
	done
	[ "$n" -gt 100 ]
}

@test "interlaced and palette images decode to what they show" {
	need_numpy
	for kind in 2c08 3p08 0g08; do
		for f in basi basn; do
			vq-encode -m "$M/rgb" \
				"$TEST_DATA/hostile-png/pngsuite/ok/$f$kind.png" |
				vq-decode -m "$M/rgb" > "$f.png"
		done
		[ "$(pixels basi.png)" = "$(pixels basn.png)" ]
	done
}

@test "a sound comes back with its length, channels and rate" {
	need_numpy
	while read -r frames channels rate db; do
		wav a.wav "$frames" "$channels" "$rate"
		# shellcheck disable=SC2002
		cat a.wav | vq-encode -m "$M/a" | vq-decode -m "$M/a" > b.wav
		wav_same a.wav b.wav "$db"
	done <<-END
		1 1 8000 0
		15 2 8000 60
		16 1 8000 60
		5000 2 8000 65
		30011 2 44100 30
		9000 1 6000 25
	END
}

@test "a sound without samples comes back without samples" {
	need_numpy
	wav a.wav 0 2 8000
	vq-encode -m "$M/a" a.wav | vq-decode -m "$M/a" > b.wav
	"$PYTHON" -c 'import wave; w = wave.open("b.wav")
assert w.getparams()[:4] == (2, 2, 8000, 0), w.getparams()'
}

@test "FLAC, and records of samples" {
	need_numpy
	wav a.wav 4000 2 8000
	vq-encode -m "$M/a" a.wav > a.codes
	vq-decode -m "$M/a" --format flac a.codes > a.flac
	[ "$(head -c 4 a.flac)" = fLaC ]
	vq-decode -m "$M/a" a.codes > b.wav
	vq-decode -m "$M/a" --format record a.codes | vq-encode -m "$M/a" |
		vq-decode -m "$M/a" > c.wav
	wav_same b.wav c.wav 60
	vq-decode -m "$M/a" --format raw:s16 a.codes > a.s16
	"$PYTHON" -c 'import numpy as np
a, b = (np.frombuffer(open(f, "rb").read(), "<i2").astype(int)
        for f in ("a.s16", "b.wav"))
assert abs(a - b[22:]).max() <= 1'
	png a.png 20 10 3 8
	vq-encode -m "$M/rgb" a.png > p.codes
	vq-decode -m "$M/rgb" --npy p.codes > p.npy
	"$PYTHON" -c 'import numpy as np
x = np.load("p.npy"); assert x.shape == (10, 20, 3) and x.dtype == np.float32'
	vq-decode -m "$M/rgb" --format record p.codes | vq-encode -m "$M/rgb" |
		vq-decode -m "$M/rgb" > b.png
	[ "$(pixels a.png)" = "$(pixels b.png)" ]
}

# grows_little COMMAND SMALL LARGE: may not need over 6 MB more for the large one.
grows_little() {
	local small
	peak_kb "${@:1:$#-2}" "${@: -2:1}" > /dev/null
	small=$(cat "$PEAK")
	peak_kb "${@:1:$#-2}" "${@: -1}" > /dev/null
	echo "$small kB, then $(cat "$PEAK") kB"
	[ "$(cat "$PEAK")" -lt $((small + 6144)) ]
}

@test "memory does not grow with the height of an image" {
	need_numpy
	need_plain_build
	"$PYTHON" - <<'END'
import zlib, struct
def chunk(t, d):
    return struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d))
for name, h in ("s.png", 2000), ("l.png", 6000):
    z, w, data = zlib.compressobj(1), 3000, b""
    row = bytes(i * 7 & 255 for i in range(3 * w))
    for y in range(h):
        data += z.compress(b"\0" + row[y:] + row[:y])
    open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(
        ">IIBBBBB", w, h, 8, 2, 0, 0, 0)) + chunk(b"IDAT", data + z.flush()) +
        chunk(b"IEND", b""))
END
	# A part of codes is held, 16 MiB: the small one is larger.
	grows_little vq-encode -f -m "$M/rgb" s.png l.png
	vq-encode -m "$M/rgb" s.png > s.codes
	vq-encode -m "$M/rgb" l.png > l.codes
	grows_little vq-decode -f -m "$M/rgb" s.codes l.codes
}

@test "memory does not grow with the length of a sound" {
	need_numpy
	need_plain_build
	wav s.wav 9000000 1 8000
	wav l.wav 27000000 1 8000
	grows_little vq-encode -m "$M/a" s.wav l.wav
	vq-encode -m "$M/a" s.wav > s.codes
	vq-encode -m "$M/a" l.wav > l.codes
	grows_little vq-decode -m "$M/a" s.codes l.codes
}
