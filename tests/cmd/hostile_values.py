#!/usr/bin/python3
"""hostile_values.py - rows of numbers that training may stumble over.

    hostile_values.py             write them here
    hostile_values.py finite F... models, records and arrays without NaN
    hostile_values.py set MODEL TENSOR VALUE OUT
                                  the model with that for each of its numbers
"""
import json
import struct
import sys

import numpy as np


def make():
    n = np.random.default_rng(1).normal(size=(60, 4))
    spot = np.arange(240).reshape(60, 4) == 22
    rows = {
        "ok-fine": n, "ok-denormal": n * 1e-42, "ok-1e37": n * 1e37,
        "ok-constant": np.full((60, 4), 3.7), "ok-zero": n * 0,
        "ok-d1": n[:, :1], "ok-rank1": n[:, 0],
        "ok-two": np.repeat(n[:2], 30, 0), "ok-five": np.tile(n[:5], (12, 1)),
        "ok-scales": np.c_[n[:, :3], np.full(60, 1e30)],
        "any-spot": np.where(spot, 3e38, n), "any-few": n[:3],
        "any-one": n[:1],
        "bad-nan": np.where(spot, np.nan, n),
        "bad-inf": np.where(spot, -np.inf, n),
        "bad-norows": n[:0], "bad-nocolumns": n[:, :0],
        "bad-scalar": np.float32(3),
    }
    for name, x in rows.items():
        np.save(name + ".npy", np.asarray(x, "<f4"))


def tensors(path):
    data = open(path, "rb").read()
    if data[:6] == b"\x93NUMPY":
        yield "x", np.load(path)
        return
    while data:
        size, = struct.unpack("<Q", data[:8])
        head, data = json.loads(data[8:8 + size]), data[8 + size:]
        end = 0
        for key, t in head.items():
            if key == "__metadata__":
                for k, v in t.items():
                    assert v.lower() not in ("nan", "-nan", "inf", "-inf"), \
                        f"{path}: {k} is {v}"
                continue
            first, last = t["data_offsets"]
            end = max(end, last)
            if t["dtype"] == "F32":
                yield key, np.frombuffer(data[first:last], "<f4")
        data = data[end:]


def change(path, name, value, out):
    data = open(path, "rb").read()
    size, = struct.unpack("<Q", data[:8])
    head, data = json.loads(data[8:8 + size]), data[8 + size:]
    for key in ("crc32", "crc32.header"):
        head["__metadata__"].pop(key, None)
    body = b""
    for key in [k for k in head if k != "__metadata__"]:
        first, last = head[key]["data_offsets"]
        x = data[first:last]
        if key == name:
            x = np.full(head[key]["shape"], value, "<f4").tobytes()
            head[key]["dtype"] = "F32"
        head[key]["data_offsets"] = [len(body), len(body) + len(x)]
        body += x
    text = json.dumps(head).encode()
    with open(out, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + body)


def main():
    if sys.argv[1:2] == ["set"]:
        change(*sys.argv[2:])
        return
    if sys.argv[1:2] != ["finite"]:
        make()
    for path in sys.argv[2:]:
        for name, x in tensors(path):
            assert np.isfinite(x).all(), f"{path}: {name} is not finite"


main()
