#!/usr/bin/python3
"""inputs.py - small things to train on, the same every time.

    inputs.py png FILE WIDTH HEIGHT CHANNELS SEED     smooth noise, 8 bit
    inputs.py wav FILE FRAMES CHANNELS RATE SEED      tones and noise, 16 bit
    inputs.py rows FILE N D SEED                      five Gaussian clouds, .npy
    inputs.py tensors FILE NAME=FILE.npy...           one safetensors file
    inputs.py meta FILE KEY...                        prints these of a model
    inputs.py tensor FILE NAME                        its bytes, as they are
"""
import json
import struct
import sys
import wave
import zlib

if sys.argv[1] not in ("meta", "tensor"):  # often asked, and without it fast
    import numpy as np


def png(path, w, h, c, seed):
    r = np.random.default_rng(seed)
    x = r.normal(size=(h, w, c)).cumsum(0).cumsum(1)
    x = np.uint8(255 * (x - x.min()) / (np.ptp(x) or 1))
    rows = b"".join(b"\0" + row.tobytes() for row in x)

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))
    head = struct.pack(">IIBBBBB", w, h, 8, {1: 0, 2: 4, 3: 2, 4: 6}[c],
                       0, 0, 0)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) +
                chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def wav(path, frames, channels, rate, seed):
    r = np.random.default_rng(seed)
    t = np.arange(frames)[:, None] / rate
    x = sum(np.sin(2 * np.pi * (hz * t + np.arange(channels) / 7))
            for hz in r.uniform(80, rate / 5, 5)) / 8
    x = x * (1 + np.sin(9 * t)) / 2 + r.normal(size=(frames, channels)) / 100
    with wave.open(path, "wb") as f:
        f.setnchannels(channels)
        f.setsampwidth(2)
        f.setframerate(rate)
        f.writeframes((32767 * x.clip(-1, 1)).astype("<i2").tobytes())


def rows(path, n, d, seed):
    r = np.random.default_rng(seed)
    centre = r.normal(size=(5, d)) * 4
    np.save(path, (centre[r.integers(5, size=n)] +
                   r.normal(size=(n, d))).astype("<f4"))


def tensors(path, *parts):
    head, data = {}, b""
    for part in parts:
        name, file = part.split("=")
        x = np.load(file).astype("<f4")
        head[name] = {"dtype": "F32", "shape": list(x.shape),
                      "data_offsets": [len(data), len(data) + x.nbytes]}
        data += x.tobytes()
    text = json.dumps(head).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def header(f):
    size, = struct.unpack("<Q", f.read(8))
    return json.loads(f.read(size))


def meta(path, *keys):
    with open(path, "rb") as f:
        found = header(f)["__metadata__"]
    print(*(found[k] for k in keys))


def tensor(path, name):
    with open(path, "rb") as f:
        a, b = header(f)[name]["data_offsets"]
        sys.stdout.buffer.write(f.read()[a:b])


def main(what, path, *rest):
    if what in ("tensors", "meta", "tensor"):
        {"tensors": tensors, "meta": meta, "tensor": tensor}[what](path, *rest)
    else:
        {"png": png, "wav": wav, "rows": rows}[what](path, *map(int, rest))


main(*sys.argv[1:])
