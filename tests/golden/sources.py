#!/usr/bin/python3
"""sources.py DIR - what the golden files are made from, and foreign files.

Run once; tests read what it wrote.  whole/*: the same whole numbers, 0 to 100,
in every form and type that is read.
"""
import json
import os
import struct
import sys

import numpy as np

FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}
WHOLE = {"I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
         "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1"}


def tensors(path, parts):
    """One safetensors file; parts: (name, dtype, shape, bytes)."""
    head, data = {}, b""
    for name, dtype, shape, raw in parts:
        head[name] = {"dtype": dtype, "shape": shape,
                      "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(head).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def bf16(x):
    u = x.astype("<f4").view("<u4")
    return (u >> 16).astype("<u2").tobytes()


def npy(path, x, version=(1, 0)):
    with open(path, "wb") as f:
        np.lib.format.write_array(f, x, version=version)


def whole(out, x):
    for name, kind in {**FLOATS, **WHOLE}.items():
        tensors(out + "/%s.st" % name.lower(),
                [("x", name, list(x.shape), x.astype(kind).tobytes())])
        npy(out + "/%s.npy" % name.lower(), x.astype(kind))
        if kind[-1] != "1":
            npy(out + "/big-%s.npy" % name.lower(),
                x.astype(kind.replace("<", ">")))
    tensors(out + "/bf16.st", [("x", "BF16", list(x.shape), bf16(x))])
    npy(out + "/version2.npy", x.astype("<f4"), (2, 0))
    npy(out + "/version3.npy", x.astype("<f4"), (3, 0))
    npy(out + "/fortran.npy", np.asfortranarray(x.astype("<f4")))
    npy(out + "/big-fortran.npy", np.asfortranarray(x.astype(">i2")), (2, 0))
    for name, kind in dict(f32="<f4", f64="<f8", s16="<i2", u8="u1",
                           u16="<u2", u32="<u4").items():
        x.astype(kind).tofile(out + "/raw." + name)


def foreign(out, r):
    k, d = 16, 6
    c = (3 * r.normal(size=(k, d))).astype("<f4")
    w = (np.eye(d) + r.normal(size=(d, d)) / 20).astype("<f4")
    b = (r.normal(size=d) / 10).astype("<f4")

    def f32(name, x):
        return name, "F32", list(x.shape), x.tobytes()
    tensors(out + "/torch-simvq.st", [
        f32("quantize.embedding.weight", c),
        f32("quantize.embedding_proj.weight", w),
        f32("quantize.embedding_proj.bias", b)])
    tensors(out + "/two-stages.st", [
        f32("quantize.0.embedding.weight", c),
        f32("quantize.1.embedding.weight", (c / 9).astype("<f4"))])
    tensors(out + "/codebook.st", [f32("codebook", c)])
    for name, raw in dict(F64=c.astype("<f8").tobytes(), BF16=bf16(c),
                          F16=c.astype("<f2").tobytes()).items():
        tensors(out + "/codebook-%s.st" % name.lower(),
                [("any.name", name, [k, d], raw)])
    tensors(out + "/gate.st", [f32("router.weight", c[:4]),
                               f32("router.bias", b[:4])])


def main(out):
    r = np.random.default_rng(2026)
    for folder in "", "/whole", "/foreign":
        os.makedirs(out + folder, exist_ok=True)
    centre = 4 * r.normal(size=(5, 6))
    kind = r.integers(5, size=60)
    npy(out + "/x.npy", (centre[kind] + r.normal(size=(60, 6))).astype("<f4"))
    npy(out + "/y.npy", kind.astype("<i4"))
    whole(out + "/whole", r.integers(101, size=(12, 3)))
    npy(out + "/300.npy", r.integers(101, size=(300, 3)).astype("u1"))
    npy(out + "/column.npy", r.uniform(0, 255, size=(9, 1)).astype("<f4"))
    foreign(out + "/foreign", r)


main(sys.argv[1])
