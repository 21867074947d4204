"""stock.py - what the jobs of the sweep read: small, and always the same."""
import json
import math
import os
import random
import struct
import subprocess
import wave
import zlib


def png(path, w, h, seed):
    r = random.Random(seed)
    a, b = r.uniform(2, 5), r.uniform(2, 5)
    rows = b"".join(
        b"\0" + bytes(int(127 + 100 * math.sin(x / a + c) * math.cos(y / b)
                          + r.uniform(-9, 9))
                      for x in range(w) for c in range(3))
        for y in range(h))

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" +
                chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def wav(path, n, seed):
    r = random.Random(seed)
    with wave.open(path, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(8000)
        f.writeframes(b"".join(
            struct.pack("<h", int(8000 * math.sin(t / 7) + r.gauss(0, 900)))
            for t in range(n)))


def floats(n, d, seed):
    r = random.Random(seed)
    return struct.pack("<%df" % (n * d), *(
        r.gauss(3 * (i // d % 4), 1) for i in range(n * d)))


def npy(path, n, d, seed):
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (
        n, d)
    head += " " * (-(len(head) + 11) % 64) + "\n"
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) +
                head.encode() + floats(n, d, seed))


def record(path, **tensors):
    head, data = {}, b""
    for name, (dtype, shape, raw) in tensors.items():
        head[name] = {"dtype": dtype, "shape": shape,
                      "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(head).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


# What the commands themselves make of it; one a line.
MADE = """
vq-train -q -k 8 -d 4 -s 3 -b 32 -o image.vq images
vq-train -q -k 8 -d 4 -p 40 -s 3 -b 32 -o sound.vq sounds
vq-train -q -n none -k 8 -r 2 -s 3 -b 32 -o rows.vq x.npy
vq-train -q -n conv --width 8 --depth 1+1 -k 4 -s 1 -b 32 -o conv.vq images
vq-encode -q -m image.vq -o images.codes images
vq-encode -q -m image.vq --pack -o images.vqp images
vq-encode -q -m sound.vq -o sounds.codes sounds
vq-encode -q -m sound.vq -o one.codes sounds/a.wav
vq-encode -q -m rows.vq -o rows.codes x.npy y.npy
vq-encode -q -m rows.vq --npy -o rows-codes.npy x.npy
vq-encode -q -m conv.vq -o conv.codes images/a.png
vq-decode -q -m image.vq -O decoded images.codes
vq-decode -q -m sound.vq -O decoded sounds.codes
moe-train -q -E 4 -s 4 -b 16 --width 8 -o experts.moe --probe x8.npy
          --trace trace experts.rec
moe-route -q -m experts.moe -o routes x8.npy
vq-train -q -n none -k 8 -s 3 -b 32 -o log.vq --log log x.npy
vq-stats -q --state state rows.codes
"""


def make(folder):
    """Fill the folder; the commands are those in PATH."""
    def at(*name):
        return os.path.join(folder, *name)
    os.makedirs(at("images"))
    os.makedirs(at("sounds"))
    png(at("images", "a.png"), 24, 16, 1)
    png(at("images", "b.png"), 17, 33, 2)
    wav(at("sounds", "a.wav"), 1500, 3)
    wav(at("sounds", "b.wav"), 900, 4)
    npy(at("x.npy"), 60, 4, 5)
    npy(at("y.npy"), 30, 4, 6)
    npy(at("x8.npy"), 40, 8, 7)
    npy(at("gate.npy"), 6, 8, 8)
    with open(at("x.f32"), "wb") as f:
        f.write(floats(50, 4, 9))
    record(at("experts.rec"), x=("F32", [64, 8], floats(64, 8, 10)),
           y=("U8", [64], bytes(i % 4 for i in range(64))))
    with open(at("labels.tsv"), "w") as f:
        f.write("../in/images/a.png\t1\n../in/images/b.png\t2\n")
    with open(at("list"), "w") as f:
        f.write("../in/images/a.png\n../in/images/b.png\n")
    for line in MADE.replace("\n ", " ").strip().split("\n"):
        subprocess.run(line.split(), cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
