#!/usr/bin/python3
"""stats_book.py - what vq-stats says of models by themselves, in NumPy.

    stats_book.py make DIR            codebooks from elsewhere
    stats_book.py model FILE JSON     each table of models[0] against FILE
    stats_book.py moe FILE JSON       gates, tables and maps of models[0]
    stats_book.py log FILE JSON       training[0]
"""
import json
import re
import sys

import numpy as np

from route import read, write


def rank(x, centred=True):
    x = x.astype("f8")
    s = np.linalg.svd(x - x.mean(0) if centred else x, compute_uv=False)
    p = s / s.sum()
    p = p[p > 1e-12]
    return np.exp(-(p * np.log(p)).sum()), s ** 2 / (s ** 2).sum()


def close(got, want, what, rtol=1e-4, atol=1e-6):
    assert np.allclose(got, want, rtol, atol), (what, got, want)


def check_rank(o, x, name="", centred=True):
    want, shares = rank(x, centred)
    at = name + "_rank" if name else "effective_rank"
    close(o[at], want, at)
    close(o[(name + "_" if name else "") + "spectrum"], shares[:64], "spectrum")


def check_table(o, q):
    assert (o["codes"], o["dim"]) == q.shape, o
    check_rank(o, q)
    q = q.astype("f8")
    spread = np.sqrt(((q - q.mean(0)) ** 2).sum(1).mean())
    d = np.array([np.sqrt(((q - c) ** 2).sum(1)) for c in q])
    np.fill_diagonal(d, np.inf)
    close(o["nearest_distance"], d.min() / spread, "nearest")
    close(o["median_distance"], np.median(d.min(1)) / spread, "median")
    assert o["distance_codes"] == len(q)
    assert o["duplicates"] == len(q) - len(np.unique(q, axis=0)), o


def make(folder):
    r = np.random.default_rng(5)
    c = r.normal(size=(300, 12)).astype("f4")
    w = (r.normal(size=(12, 3)) @ r.normal(size=(3, 12))).astype("f4")
    c[17] = c[40] = c[99]
    write(folder + "/simvq", [("quantize.embedding.weight", c),
                              ("quantize.embedding_proj.weight", w)])
    write(folder + "/stages", [
        ("quantize.%d.embedding.weight" % s,
         r.normal(size=(20 + 100 * s, 6)).astype("f4")) for s in range(3)])
    write(folder + "/wide", [
        ("codebook", r.normal(size=(5, 90)).astype("f4"))])
    write(folder + "/one", [("codebook", np.ones((1, 4), "f4"))])
    write(folder + "/equal", [("codebook", np.full((7, 4), 3, "f4"))])


def tables_of(t):
    """Tables as decoded, and W where there is one, in order."""
    for name in sorted(t, key=lambda n: [int(i) for i in re.findall(r"\d+", n)]):
        m = re.match(r"(.*?)(codebook|embedding\.weight)$", name)
        if not m or (m[2] != "codebook" and m[1] + "codebook" in t):
            continue
        w = t.get(m[1] + "embedding_proj.weight")
        q = t[name].astype("f8")
        if w is not None and m[2] != "codebook":
            q = q @ w.astype("f8").T + t.get(m[1] + "embedding_proj.bias", 0)
        yield m[1], q.astype("f4"), w


def model(path, report):
    m = json.load(open(report))["models"][0]
    want = list(tables_of(read(path)[1]))
    assert len(m["tables"]) == len(want)
    for i, (o, (_, q, w)) in enumerate(zip(m["tables"], want)):
        assert o["stage"] * m["groups"] + o["group"] == i
        check_table(o, q)
        assert ("projection_rank" in o) == (w is not None)
        if w is not None:
            check_rank(o, w, "projection", False)


def moe(path, report):
    meta, t = read(path)
    m = json.load(open(report))["models"][0]
    gates = [t[n] for n in sorted(t) if n.endswith("router.weight")]
    assert len(gates) == len(m["gates"])
    for o, x in zip(m["gates"], gates):
        assert (o["experts"], o["dim"]) == x.shape
        check_rank(o, x)
    want = list(tables_of({n: x for n, x in t.items() if "quantize." in n}))
    assert len(m["tables"]) == len(want)
    for o, (prefix, q, _) in zip(m["tables"], want):
        check_table(o, q)
        of = t[prefix.replace("quantize.", "") + "code_to_expert"]
        n = np.bincount(of, minlength=int(meta["experts"]))
        assert o["least_codes"] == n.min() and o["most_codes"] == n.max()
        assert o["experts_without_codes"] == (n == 0).sum()
        close(o["codes_cv"], n.std() / n.mean(), "codes_cv")
    print(len(gates), len(want))


def log(path, report):
    lines = [json.loads(x) for x in open(path)]
    o = json.load(open(report))["training"][0]
    assert o["points"] == lines and o["lines"] == len(lines)
    assert o["last_step"] == lines[-1]["step"] and o["cut"] is False
    close(o["tokens_per_second"],
          sum(x["tokens"] for x in lines) / lines[-1]["seconds"], "tokens/s")
    for name, best in ("loss", min), ("held_error", min), ("valid_loss", min), \
            ("utilization", max), ("valid_accuracy", max):
        there = [x for x in lines if x.get(name) is not None]
        assert ("last_" + name in o) == bool(there), name
        if there:
            top = best(there, key=lambda x: x[name])
            assert o["last_" + name] == there[-1][name]
            assert o["first_" + name] == there[0][name]
            assert o["best_" + name] == top[name]
            assert o["best_%s_step" % name] == top["step"]


if __name__ == "__main__":
    {"make": make, "model": model, "moe": moe, "log": log}[sys.argv[1]](
        *sys.argv[2:])
