#!/usr/bin/python3
"""hostile.py - files that a stranger might send.

    hostile.py png W H OUT [interlaced]   all zeros, 1 bit a pixel
    hostile.py chunk NAME BYTES OUT       8 x 8, and a chunk that inflates so
    hostile.py wav FRAMES OUT             a header of so many, and few frames
    hostile.py names                      streams whose every text is evil
    hostile.py clean FILE...              is there anything left of it?
"""
import json
import struct
import sys
import zlib

EVIL = "a\x1b[2J\tb\nc\x9b1m\x7f\"<b>\\'\u202e\u2028\u200f\u061c{x=\"y\"}%41"
TURNS = "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e" \
    "\u2066\u2067\u2068\u2069"


def png(width, height, extra=b"", interlaced=False):
    def chunk(name, data):
        return (struct.pack(">I", len(data)) + name + data +
                struct.pack(">I", zlib.crc32(name + data)))

    z = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    data = b"".join(z.compress(row * 100) for _ in range(height // 100))
    data += z.compress(row * (height % 100)) + z.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) +
            (chunk(*extra) if extra else b"") + chunk(b"IDAT", data) +
            chunk(b"IEND", b""))


def ancillary(name, size):
    text = zlib.compress(bytes(size), 9)
    before = {"iCCP": b"p\0\0", "zTXt": b"k\0\0",
              "iTXt": b"k\0\1\0\0\0"}[name]
    return name.encode(), before + text


def wav(frames):
    size = (2 * frames) & 0xffffffff
    return (b"RIFF" + struct.pack("<I", (size + 36) & 0xffffffff) +
            b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2,
                                      16) + b"data" +
            struct.pack("<I", size) + bytes(2000))


def record(tensors, meta):
    kinds = {"f4": "F32", "u1": "U8", "u2": "U16", "i8": "I64"}
    head, data = {"__metadata__": meta}, b""
    for name, a in tensors.items():
        end = len(data) + a.nbytes
        head[name] = {"dtype": kinds[a.dtype.str[1:]], "shape": list(a.shape),
                      "data_offsets": [len(data), end]}
        data += a.tobytes()
    text = json.dumps(head).encode()
    text += b" " * (-(len(text) + 8) % 64)
    return struct.pack("<Q", len(text)) + text + data


def names():
    import numpy as np

    def put(path, tensors, **meta):
        own = {"item": EVIL, "layer": EVIL, "model": EVIL, "program": EVIL,
               "step": "1", EVIL: EVIL}
        with open(path, "ab") as f:
            f.write(record(tensors, {k: v for k, v in {**own, **meta}.items()
                                     if v}))

    codes = np.random.default_rng(1).integers(0, 8, (40, 1)).astype("u1")
    experts, ones = codes.astype("<u2"), np.ones((40, 1), "<f4")
    x = np.ones((4, 4), "<f4")
    put("codes", {"codes": codes, EVIL: codes}, kind="codes", codes="8",
        media="rows")
    put("media", {"codes": codes}, kind="codes", codes="8", media=EVIL)
    put("kind", {"codes": codes, "y": codes}, kind=EVIL, codes=EVIL)
    put("routes", {"experts": experts, "gates": ones, "codes": codes,
                   "margin": ones[:, 0]}, kind="routes", experts="8")
    put("audit", {"experts": experts, "codes": codes}, kind="routes",
        experts="8", codes="8", step="")
    put("trace", {"experts": experts}, kind="routes", step="2")
    put("trace", {"experts": experts}, kind="routes", step="3")
    put("rows", {"x": x}, kind="vectors")
    put("foreign", {EVIL: x}, kind="model", type=EVIL, title=EVIL)
    put("nan", {"x": x * np.nan}, kind="vectors")
    put("two", {EVIL: x, "b" + EVIL: x})


def clean(paths):
    """Control characters, and lines that a name began."""
    for path in paths:
        text = open(path, "rb").read().decode("utf-8", "surrogateescape")
        for c in sorted(set(text)):
            n = ord(c)
            assert c in "\n\t" or n >= 32 and not 127 <= n < 160, \
                f"{path}: {n:#x} in {text!r}"
            assert not 0xdc80 <= n < 0xdd00, f"{path}: no UTF-8: {text!r}"
            assert c not in TURNS, f"{path}: turned: {text!r}"
        for line in text.split("\n"):
            assert not line.startswith("c%"), f"{path}: a line begun: {line!r}"


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def main(what, *a):
    if what == "png":
        write(a[2], png(int(a[0]), int(a[1]), interlaced=len(a) > 3))
    elif what == "chunk":
        write(a[2], png(8, 8, ancillary(a[0], int(a[1]))))
    elif what == "wav":
        write(a[1], wav(int(a[0])))
    elif what == "names":
        names()
    elif what == "clean":
        clean(a)


main(*sys.argv[1:])
