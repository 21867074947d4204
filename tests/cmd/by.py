#!/usr/bin/python3
"""by.py - codes with labels and in parts, and what --by must say of them.

    by.py make             writes grids.codes (labels of tokens), rows.codes
                           (labels of rows) and y.npy (those of all rows),
                           plain.codes (rows.codes without them)
    by.py labels JSON ...  each is a report --by label of rows.codes
    by.py tokens JSON      --by label of grids.codes
    by.py parts JSON       --by part of plain.codes
    by.py many N           writes many.codes, N labels of a token each
    by.py items N [back]   writes items.codes, N items, the later the more even,
                           or the less
"""
import json
import sys
from math import isclose, log2

import numpy as np

K = 48
r = np.random.default_rng(11)
sizes = [400, 1, 0, 900]
rows = [np.minimum((r.random((n, 2)) ** 2 * K).astype("u1"), K - 1)
        for n in sizes]
y = [r.integers(-1, 6, n) ** 2 * np.where(r.random(n) < 0.1, -1, 1)
     for n in sizes]
grids = [r.integers(0, K, (h, w, 1)).astype("u1") for h, w in [(7, 9), (30, 4)]]
y_grids = [(g[..., 0] // 20 + r.integers(0, 2, g.shape[:2])).astype("i4")
           for g in grids]


def cuts_of(x, parted):
    return [0, 1, len(x)] if parted and len(x) > 1 else [0, len(x)]


def write(name, items, labels=None, parted=False):
    """A stream of items; with parted their first row is a part by itself."""
    with open(name, "wb") as f:
        for i, x in enumerate(items):
            cuts = cuts_of(x, parted)
            for j, (at, end) in enumerate(zip(cuts, cuts[1:])):
                tensors = {"codes": x[at:end]}
                if labels:
                    tensors["y"] = labels[i][at:end]
                meta = {"item": f"item{i}", "codes": str(K)}
                if len(cuts) > 2:
                    meta["part"] = str(j)
                if len(cuts) > 2 and end == len(x):
                    meta["last"] = "1"
                f.write(record(tensors, meta))


def record(tensors, meta):
    head, data = {"__metadata__": meta}, b""
    kind = {"u1": "U8", "i4": "I32", "i8": "I64", "u4": "U32"}
    for name, t in tensors.items():
        b = np.ascontiguousarray(t).tobytes()
        head[name] = {"dtype": kind[t.dtype.str[1:]], "shape": list(t.shape),
                      "data_offsets": [len(data), len(data) + len(b)]}
        data += b
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data


def usage(column):
    n = np.bincount(column.ravel(), minlength=K)
    p = n[n > 0] / max(n.sum(), 1)
    return len(p), -(p * np.log2(p)).sum()


def same(a, b):
    assert isclose(a, b, rel_tol=1e-9, abs_tol=1e-9), (a, b)


def check(group, tokens):
    """A group of the report against its tokens [n, columns]."""
    each = [usage(c) for c in tokens.T]
    assert group["tokens"] == len(tokens), group
    assert group["codes"] == K * len(each), group
    assert group["used"] == sum(u for u, _ in each), group
    if not len(tokens):
        return
    same(group["utilization"], group["used"] / group["codes"])
    same(group["entropy_bits"], sum(h for _, h in each))
    same(group["perplexity"], 2 ** sum(h for _, h in each))
    for s, (u, h) in zip(group["stages"], each):
        assert s["used"] == u and s["dead"] == K - u, s
        same(s["entropy_bits"], h)


def check_labels(report, codes, labels):
    got = report["groups"]
    want = np.unique(labels[labels >= 0])
    assert [g["label"] for g in got] == want.tolist(), got
    assert report["unlabelled"] == (labels < 0).sum()
    for g in got:
        check(g, codes[labels == g["label"]])
        same(g["share"], g["tokens"] / (labels >= 0).sum())
        assert "joint_used" not in g


def main(what, *args):
    if what == "make":
        write("rows.codes", rows, y)
        write("plain.codes", rows, parted=True)
        write("grids.codes", grids, y_grids)
        np.save("y.npy", np.concatenate(y))
    elif what == "many":
        n = int(args[0])
        write("many.codes", [np.zeros((n, 1), "u1")],
              [np.arange(n, dtype="u4")])
    elif what == "items":
        step = -1 if "back" in args else 1
        write("items.codes", [r.integers(0, 2 + i, (200, 1)).astype("u1")
                              for i in range(int(args[0]))][::step])
    elif what == "labels":
        for a in args:
            check_labels(json.load(open(a)), np.concatenate(rows),
                         np.concatenate(y))
    elif what == "tokens":
        check_labels(json.load(open(args[0])),
                     np.concatenate([g.reshape(-1, 1) for g in grids]),
                     np.concatenate([v.ravel() for v in y_grids]))
    elif what == "parts":
        got = json.load(open(args[0]))["groups"]
        for g in got:
            whole = rows[int(g["item"][4:])]
            cuts = cuts_of(whole, True)
            assert g["row"] == cuts[g["part"]], g
            part = whole[g["row"]:cuts[g["part"] + 1]]
            check(g, part)
            both = part[:, 0].astype(int) * K + part[:, 1]
            assert g["joint_used"] == len(np.unique(both)), g
        assert len(got) == sum(len(x) > 1 for x in rows) + len(rows), len(got)


main(*sys.argv[1:])
