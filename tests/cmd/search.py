#!/usr/bin/python3
"""search.py - the codes of rows by a model's tensors alone, in double precision.

    search.py MODEL X.npy CODES.npy [LAMBDA]

Exits with a message unless every code costs least on what its stage is asked:
|y - c|^2 (both of length 1 with metric = cosine) plus lambda times the code's
bits; near ties pass.  Prints the entropy of the codes, bits a token.
"""
import json
import struct
import sys

import numpy as np


def load(path):
    b = open(path, "rb").read()
    n = struct.unpack("<Q", b[:8])[0]
    head = json.loads(b[8:8 + n])
    meta = head.pop("__metadata__")
    kind = {"F32": "<f4", "U32": "<u4"}
    return meta, {k: np.frombuffer(
        b[8 + n + v["data_offsets"][0]:8 + n + v["data_offsets"][1]],
        kind[v["dtype"]]).reshape(v["shape"]) for k, v in head.items()}


def unit(x):
    size = np.sqrt((x ** 2).sum(1, keepdims=True))
    return np.divide(x, size, out=np.zeros_like(x), where=size > 0)


def table(t, column, books):
    p = "quantize." if books == 1 else "quantize.%d." % (column % books)
    q = t.get(p + "codebook", t.get(p + "embedding.weight"))
    return q.astype("f8"), t.get(p + "bits")


def main(model, rows, codes, lam=None):
    meta, t = load(model)
    z = (np.load(rows).astype("f8") - t["transform.mu"]) / t["transform.scale"]
    if meta["net"] == "linear":
        z = z @ t["encoder.weight"].T.astype("f8")
    idx = np.load(codes).reshape(len(z), -1)
    stages, groups = int(meta["stages"]), int(meta["groups"])
    books = groups if meta.get("shared") == "1" else stages * groups
    lam = float(meta.get("lambda", 0) if lam is None else lam)
    order = t.get("quantize.order", np.arange(z.shape[1]))
    parts = np.array_split(order, groups)  # the first ones are larger
    bits = 0
    for c in range(stages * groups):
        q, cost = table(t, c, books)
        y, dims = z[:, parts[c % groups]], parts[c % groups]
        a, b = (unit(y), unit(q)) if meta.get("metric") == "cosine" else (y, q)
        d = (a ** 2).sum(1)[:, None] - 2 * a @ b.T + (b ** 2).sum(1)
        if lam:
            d = d + lam * cost
        mine = d[np.arange(len(z)), idx[:, c]]
        worst = (mine - d.min(1)).max()
        assert worst < 1e-5, (c, worst)
        p = np.bincount(idx[:, c]) / len(z)
        bits -= (p[p > 0] * np.log2(p[p > 0])).sum()
        z[:, dims] -= q[idx[:, c]]
    print("%.4f" % bits)


main(*sys.argv[1:])
