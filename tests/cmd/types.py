#!/usr/bin/python3
"""types.py - what a model of some type says of rows, from its file alone.

    types.py MODEL X.npy CODES.npy BACK.npy

Codes and decoded rows by the formulas of learner_*.h, for a model without a net
and with one codebook.  Codes may differ where a row lies at a border; there and
elsewhere each row must be decoded as its code is.
"""
import json
import struct
import sys

import numpy as np


def load(path):
    b = open(path, "rb").read()
    n, = struct.unpack("<Q", b[:8])
    head = json.loads(b[8:8 + n])
    meta = head.pop("__metadata__")
    kind = {"F32": "<f4", "U32": "<u4"}
    return meta, {
        k: np.frombuffer(b[8 + n + v["data_offsets"][0]:
                           8 + n + v["data_offsets"][1]],
                         kind[v["dtype"]]).reshape(v["shape"])
        .astype("f8") for k, v in head.items()}


def nearest(x, c):
    return ((x[:, None] - c[None]) ** 2).sum(2).argmin(1)


def unit(x):
    return x / np.sqrt((x ** 2).sum(1, keepdims=True))


def of_levels(level, levels):
    return (level * np.cumprod([1, *levels[:-1]])).sum(1)


def fsq(y, levels):
    """Mentzer et al. 2023, section 3.1 and appendix."""
    half = (levels - 1) * (1 + 1e-3) / 2
    offset = np.where(levels % 2 == 0, 0.5, 0)
    bounded = np.tanh(y + np.arctanh(offset / half)) * half - offset
    return np.round(bounded) / (levels // 2), levels // 2


def answer(kind, q, x):
    """Codes of x, and what they are decoded to."""
    if kind in ("simvq", "lc"):
        c = (q["embedding.weight"] @ q["embedding_proj.weight"].T +
             q["embedding_proj.bias"])
        code = nearest(x, c)
        return code, c[code]
    if "project_in.weight" not in q:
        code = nearest(x, q["embedding.weight"])
        return code, q["embedding.weight"][code]
    y = x @ q["project_in.weight"].T + q["project_in.bias"]
    if kind == "fc":
        e = unit(q["embedding.weight"])
        code = nearest(unit(y), e)
        u = e[code]
    if kind == "fsq":
        u, middle = fsq(y, q["levels"])
        code = of_levels(u * middle + middle, q["levels"])
    if kind == "lfq":
        u = np.where(y > 0, 1, -1)
        code = of_levels((u + 1) / 2, np.full(y.shape[1], 2))
    return code, u @ q["project_out.weight"].T + q["project_out.bias"]


def main(model, x, codes, back):
    meta, t = load(model)
    q = {k.removeprefix("quantize."): v for k, v in t.items()}
    mu, scale = t["transform.mu"], t["transform.scale"]
    code, z = answer(meta["type"], q, (np.load(x) - mu) / scale)
    got, decoded = np.load(codes)[:, 0], np.load(back)
    same = got == code
    assert same.mean() > 0.998, (same.mean(), code[:9], got[:9])
    want = z * scale + mu
    off = abs(want - decoded)[same].max() / abs(want).max()
    assert off < 1e-5, off
    if "codebook" in q:
        table = q["codebook"] * scale + mu
        assert abs(table[got] - decoded).max() / abs(want).max() < 1e-5
        assert len(table) == int(meta["codes"])


main(*sys.argv[1:])
