#!/usr/bin/python3
"""route.py - references for the routes of moe-route, in NumPy.

    route.py make DIR          a gate, tokens, a checkpoint, a codebook
    route.py softmax ROUTES X GATE T [raw|renorm]
    route.py cosine ROUTES X GATE T TEMPERATURE
    route.py biased ROUTES X GATE BIAS T
    route.py vq ROUTES X BOOK MAP
    route.py capacity ROUTES FREE F E
    route.py rules ROUTES X GATE BOOK TARGETS   (8: the gate)
    route.py torch ROUTES X GATE T
    route.py plan ROUTES PLAIN        (the same without --plan)
"""
import json
import struct
import sys

import numpy as np

TYPES = {"F32": "<f4", "U16": "<u2", "U8": "u1", "U32": "<u4", "I32": "<i4",
         "I64": "<i8", "U64": "<u8"}


def records(path):
    with open(path, "rb") as f:
        while head := f.read(8):
            header = json.loads(f.read(struct.unpack("<Q", head)[0]))
            meta = header.pop("__metadata__", {})
            data = f.read(max(t["data_offsets"][1] for t in header.values()))
            yield meta, {
                name: np.frombuffer(data[slice(*t["data_offsets"])],
                                    TYPES[t["dtype"]]).reshape(t["shape"])
                for name, t in header.items()}


def read(path):
    """All records together: the metadata of the first."""
    got = list(records(path))
    return got[0][0], {name: np.concatenate([t[name] for _, t in got])
                       for name in got[0][1]}


def write(path, tensors, meta=None):
    names = {np.dtype(v): k for k, v in TYPES.items()}
    header, data = {"__metadata__": meta} if meta else {}, b""
    for name, x in tensors:
        header[name] = {"dtype": names[x.dtype], "shape": list(x.shape),
                        "data_offsets": [len(data), len(data) + x.nbytes]}
        data += x.tobytes()
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def make(folder):
    r = np.random.default_rng(1)
    x = r.normal(size=(9001, 24)).astype("f4")
    gates = [r.normal(size=(8, 24)).astype("f4") for _ in range(3)]
    np.save(folder + "/x.npy", x)
    np.save(folder + "/gate.npy", gates[1])
    write(folder + "/y.rec", [("x", x), ("y", np.arange(9001, dtype="i4"))],
          {"item": "tokens", "colour": "red"})
    block = "model.layers.%d.block_sparse_moe."
    write(folder + "/mixtral", [("model.embed_tokens.weight", x)] + [
        (block % i + "gate.weight", g) for i, g in enumerate(gates)])
    bias = r.normal(size=8).astype("f4") / 4
    write(folder + "/deepseek", [
        ("model.layers.3.mlp.gate.e_score_correction_bias", bias),
        ("model.layers.3.mlp.gate.weight", gates[1])])
    np.save(folder + "/bias.npy", bias)
    q = r.normal(size=(48, 24)).astype("f4")
    where = r.integers(0, 5, 48).astype("<i4")
    np.save(folder + "/q.npy", q)
    np.save(folder + "/map.npy", where)
    write(folder + "/book", [("codebook", q), ("code_to_expert", where)])


def top(s, t):
    return np.argsort(-s, axis=1, kind="stable")[:, :t]


def softmax(s):
    p = np.exp(s - s.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


def check(got, chosen, p, renorm):
    """Routes as chosen, but for scores within rounding of each other."""
    e = got["experts"].astype(int)
    want = np.take_along_axis(p, chosen, 1)
    have = np.take_along_axis(p, e, 1)
    assert (e == chosen).mean() > 0.999, (e == chosen).mean()
    assert np.abs(want - have).max() < 1e-5
    if renorm:
        have = have / have.sum(1, keepdims=True)
    assert np.abs(got["gates"] - have).max() < 3e-6
    assert got["gates"].std() > 1e-3 or (renorm and e.shape[1] == 1)


def vq(got, x, q, where):
    d = ((x[:, None].astype("f8") - q[None]) ** 2).sum(2)
    code = d.argmin(1)
    assert (got["codes"] == code).all()
    assert (got["experts"][:, 0] == where[code]).all()
    assert (got["gates"] == 1).all()
    margins(got, x, q, where)


def margins(got, x, q, where):
    d = ((x[:, None].astype("f8") - q[None]) ** 2).sum(2)
    code = d.argmin(1)
    rows = np.arange(len(x))
    others = np.where(where[None] == where[code][:, None], np.inf, d)
    far = others.argmin(1)
    want = (others[rows, far] - d[rows, code]) / (
        2 * np.sqrt(((q[far] - q[code]).astype("f8") ** 2).sum(1)))
    assert np.abs(got["margin"] - want).max() < 1e-5


def rules(got, x, w, q, where):
    vq_codes = ((x[:, None].astype("f8") - q[None]) ** 2).sum(2).argmin(1)
    assert (got["codes"] == vq_codes).all()
    p = softmax(x.astype("f8") @ w.T.astype("f8"))
    to = where[vq_codes]
    stay = to == len(w)
    assert 500 < stay.sum() < len(x) - 500
    e, g = got["experts"][:, 0].astype(int), got["gates"][:, 0]
    assert (e == np.where(stay, p.argmax(1), to)).all()
    assert np.abs(g - np.where(stay, p.max(1), 1)).max() < 3e-6
    margins(got, x, q, where)


def capacity(got, free, factor, experts):
    e, g, count = free["experts"].astype(int), free["gates"].copy(), None
    n, t = e.shape
    drops = 0
    for v in range(n):
        if v % 4096 == 0:
            count = np.zeros(experts, int)
            room = np.ceil(factor * min(4096, n - v) * t / experts)
        for j in range(t):
            count[e[v, j]] += 1
            if count[e[v, j]] > room:
                e[v, j], g[v, j], drops = 65535, 0, drops + 1
    assert drops > 10
    assert (got["experts"] == e).all() and (got["gates"] == g).all()


def plan(path, plain):
    """A part's order and offsets, each beside its own experts."""
    got, parts = read(plain)[1], 0
    for meta, part in records(path):
        order, offsets = part["order"], part["offsets"]
        e, experts = part["experts"].ravel(), int(meta["experts"])
        assert order.dtype == np.uint32 and offsets.dtype == np.uint64
        count = np.bincount(e[e != 65535], minlength=experts)
        assert (np.diff(offsets.astype("i8")) == count).all()
        assert offsets[0] == 0 and offsets[-1] == len(order) == count.sum()
        want = np.argsort(e, kind="stable")[:len(order)]
        assert (order == want).all()
        parts += 1
    experts = [t["experts"] for _, t in records(path)]
    assert (np.concatenate(experts) == got["experts"]).all()
    return parts


def torch_topk(got, x, w, t):
    import torch
    s = torch.from_numpy(x) @ torch.from_numpy(w).T
    p = torch.softmax(s, 1)
    value, index = torch.topk(p, t, 1)
    index, value = index.numpy(), value.numpy()
    if t > 1:
        value = value / value.sum(1, keepdims=True)
    near = np.sort(s.numpy(), 1)[:, ::-1]
    clear = (near[:, :t] - near[:, 1:t + 1]).min(1) > 1e-4
    assert clear.mean() > 0.99
    assert (got["experts"] == index)[clear].all()
    assert np.abs(got["gates"] - value)[clear].max() < 1e-5


def main(what, *args):
    if what == "make":
        return make(*args)
    if what == "plan":
        return print(plan(*args))
    meta, got = read(args[0])
    load = np.load
    if what == "capacity":
        return capacity(got, read(args[1])[1], float(args[2]), int(args[3]))
    x, w = load(args[1]), load(args[2])
    s = x.astype("f8") @ w.T.astype("f8") if what != "vq" else None
    if what == "softmax":
        t = int(args[3])
        check(got, top(s, t), softmax(s), args[4] == "renorm")
        assert meta["router"] == "softmax" and meta["top"] == args[3]
    elif what == "cosine":
        s /= np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(w, axis=1)
        t = int(args[3])
        check(got, top(s, t), softmax(s / float(args[4])), t > 1)
    elif what == "biased":
        p, t = 1 / (1 + np.exp(-s)), int(args[4])
        check(got, top(p + load(args[3]), t), p, t > 1)
    elif what == "vq":
        vq(got, x, w, load(args[3]))
    elif what == "rules":
        rules(got, x, w, load(args[3]), load(args[4]))
    elif what == "torch":
        torch_topk(got, x, w, int(args[3]))
    else:
        sys.exit("what is " + what)


if __name__ == "__main__":
    main(*sys.argv[1:])
