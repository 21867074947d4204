#!/usr/bin/python3
"""train_steps.py - steps of training, from vq-train(1) and lib's headers alone.

    train_steps.py START END DATA     the model at step 0, the one after the
                                      steps, and the batches with settings

Losses are written out with what is held (codes, what a stop-gradient holds) as
numbers; their gradients are central differences in double.  Then clipping,
Adam, the average of the weights, and for ema the moving averages.
"""
import json
import struct
import sys

import numpy as np


def load(path):
    with open(path, "rb") as f:
        head = json.loads(f.read(*struct.unpack("<Q", f.read(8))))
        data = f.read()
    meta = head.pop("__metadata__")
    return meta, {k: np.frombuffer(data[slice(*v["data_offsets"])], "<f4")
                  .reshape(v["shape"]).astype("f8") for k, v in head.items()}


start_meta, start = load(sys.argv[1])
_, end = load(sys.argv[2])
data_meta, data = load(sys.argv[3])
kind = start_meta["type"]
stages = int(start_meta["stages"])
set_ = {k: float(data_meta[k])
        for k in ("rate", "beta", "vq_weight", "random")}
# Of what the codes compare: E |z|^2 at a classical start, 1 at a random one.
variance = (1 if set_["random"] else
            ((data["sample"] @ start["encoder.weight"].T) ** 2).sum(1).mean())
prefix = ["quantize." + (f"{s}." if stages > 1 else "") for s in range(stages)]
learned = ["encoder.weight", "decoder.weight"]
for p in prefix:
    if kind != "ema":
        learned.append(p + "embedding.weight")
    if kind == "simvq":
        learned += [p + "embedding_proj.weight", p + "embedding_proj.bias"]


def table(w, p):
    c = w[p + "embedding.weight"]
    if kind != "simvq":
        return c
    return c @ w[p + "embedding_proj.weight"].T + w[p + "embedding_proj.bias"]


def held(w, x):
    """What a step holds: z, the sum of codes; a stage's remainder and code."""
    z = x @ w["encoder.weight"].T
    r, rest, idx = z, [], []
    for p in prefix:
        q = table(w, p)
        rest.append(r)
        idx.append(((r[:, None] - q[None]) ** 2).sum(2).argmin(1))
        r = r - q[idx[-1]]
    return z, z - r, rest, idx


def loss(w, x, h):
    z0, q0, rest, idx = h
    z = x @ w["encoder.weight"].T
    out = (z + (q0 - z0)) @ w["decoder.weight"].T
    vq = set_["beta"] * ((q0 - z) ** 2).sum()
    for p, r, i in zip(prefix, rest, idx):
        vq += ((table(w, p)[i] - r) ** 2).sum()
    vq *= set_["vq_weight"] / variance
    return (((out - x) ** 2).sum() + vq) / len(x)


def gradient(w, x, h, name):
    g = np.zeros_like(w[name])
    for i in np.ndindex(g.shape):
        at = w[name][i]
        w[name][i] = at + 1e-4
        above = loss(w, x, h)
        w[name][i] = at - 1e-4
        g[i] = (above - loss(w, x, h)) / 2e-4
        w[name][i] = at
    return g


def adam(w, g, m, v, step):
    norm = np.sqrt(sum((t ** 2).sum() for t in g.values()))
    for name, t in g.items():
        t = t * min(1, 1 / norm)
        m[name] = 0.9 * m[name] + 0.1 * t
        v[name] = 0.99 * v[name] + 0.01 * t ** 2
        rate = set_["rate"] * step / 200
        w[name] -= (rate * m[name] / (1 - 0.9 ** step) /
                    (np.sqrt(v[name] / (1 - 0.99 ** step)) + 1e-8))


def move_averages(w, count, sum_, h, n):
    for s, p in enumerate(prefix):
        name = p + "embedding.weight"
        k = len(w[name])
        fresh = min(0.01, n / (50 * k))
        won = np.eye(k)[h[3][s]]
        count[s] = (1 - fresh) * count[s] + fresh * won.sum(0)
        sum_[s] = (1 - fresh) * sum_[s] + fresh * won.T @ h[2][s]
        w[name] = sum_[s] / count[s][:, None]


w = {k: v.copy() for k, v in start.items()}
average = {k: start[k].copy() for k in learned}
m = {k: 0 * start[k] for k in learned}
v = {k: 0 * start[k] for k in learned}
batches = [data[k] for k in sorted(data) if k.startswith("x")]
shape = [start[p + "embedding.weight"].shape for p in prefix]
count = [np.full(k, len(batches[0]) / k) for k, _ in shape]
sum_ = [c[:, None] * start[p + "embedding.weight"]
        for c, p in zip(count, prefix)]
for step, x in enumerate(batches, 1):
    h = held(w, x)
    g = {name: gradient(w, x, h, name) for name in learned}
    adam(w, g, m, v, step)
    if kind == "ema":
        move_averages(w, count, sum_, h, len(x))
    for name in learned:
        average[name] += (w[name] - average[name]) * (
            1 - min(0.999, step / (9 + step)))

want = dict(average)
for p in prefix:
    if kind == "ema":
        want[p + "embedding.weight"] = w[p + "embedding.weight"]
    if kind == "simvq":
        want[p + "codebook"] = table(average, p)
bad = 0
for name, t in sorted(want.items()):
    change = np.linalg.norm(t - start[name])
    off = np.linalg.norm(t - end[name])
    print(f"# {kind} {name}: changed {change:.3g}, off by {off:.2g}")
    bad += not (change > 1e-6 and off < 0.002 * change)
sys.exit(bad > 0)
