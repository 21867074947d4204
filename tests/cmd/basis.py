#!/usr/bin/python3
"""basis.py - codes of rows by the formulas of basis.h and learner_lc.c.

    basis.py MODEL X.npy CODES.npy BACK.npy

For a model of rows without a net and without groups: its codebooks are what its
other tensors give, and rows are searched and decoded stage by stage.  Codes may
differ where a row lies at a border; each row is decoded as its codes are.
"""
import json
import struct
import sys

import numpy as np


def load(path):
    with open(path, "rb") as f:
        n, = struct.unpack("<Q", f.read(8))
        head, data = json.loads(f.read(n)), f.read()
    meta = head.pop("__metadata__")
    return meta, {
        k: np.frombuffer(data[slice(*v["data_offsets"])],
                         {"F32": "<f4", "U32": "<u4"}[v["dtype"]])
        .reshape(v["shape"]).astype("f8") for k, v in head.items()}


def gelu(x):
    u = np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)
    return x / 2 * (1 + np.tanh(u))


def tables(q):
    """Q [tables, k, d] as stored, checked against what it is made of."""
    stored = q["codebook"]
    if "embedding.weight" not in q:
        return stored[None]
    c, w = q["embedding.weight"], q["embedding_proj.weight"]
    d = stored.shape[1]
    w = w.reshape(-1, d, c.shape[1])
    made = np.einsum("kc,tdc->tkd", c, w)
    if "embedding_proj.bias" in q:
        made = made + q["embedding_proj.bias"].reshape(len(w), 1, d)
    if "embedding_mlp.fc1.weight" in q:
        h = c @ q["embedding_mlp.fc1.weight"].T + q["embedding_mlp.fc1.bias"]
        made = made + gelu(h) @ q["embedding_mlp.fc2.weight"].T
    assert np.abs(made.reshape(stored.shape) - stored).max() < 1e-4
    return made


def main(model, x, codes, back):
    meta, t = load(model)
    x, codes, back = (np.load(f) for f in (x, codes, back))
    codes = codes.reshape(len(x), -1)
    z = (x - t["transform.mu"]) / t["transform.scale"]
    stages = int(meta["stages"])
    left, total, differ = z.copy(), 0, 0
    for s in range(stages):
        prefix = "quantize." if stages == 1 else f"quantize.{s}."
        q = {k[len(prefix):]: v for k, v in t.items() if k.startswith(prefix)}
        all_q = tables(q)
        which = np.zeros(len(x), int)
        if "variant" in q:
            which = q["variant"].astype(int)[codes[:, s - 1]]
            assert len(all_q) > 1
        mine = all_q[which]
        distance = ((left[:, None] - mine) ** 2).sum(2)
        differ += (distance.argmin(1) != codes[:, s]).sum()
        chosen = mine[np.arange(len(x)), codes[:, s]]
        total, left = total + chosen, left - chosen
    assert differ <= 0.002 * codes.size, differ
    want = total * t["transform.scale"] + t["transform.mu"]
    assert np.abs(want - back).max() < 1e-4 * np.abs(want).max()


main(*sys.argv[1:])
