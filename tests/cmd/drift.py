#!/usr/bin/python3
"""drift.py - references for codes held against older ones, in NumPy.

    drift.py write FILE N K COLUMNS SEED [SHARE]   items of codes; SHARE of
                                                   them drawn anew
    drift.py against JSON OLD NEW                  the figures of `against`
"""
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(__file__))
from route import records, write


def close(got, want, what):
    if got is None:
        assert np.isnan(want), (what, got, want)
    else:
        assert abs(got - want) <= 1e-9 * max(1, abs(want)), (what, got, want)


def code_type(k):
    return "u1" if k <= 256 else "<u2" if k <= 65536 else "<u4"


def make(path, n, k, columns, seed, share=0.0):
    """Items of a third of n each; the last one has the rest."""
    r = np.random.default_rng(seed)
    skew = (k * r.random((n, columns)) ** 2).astype("i8")
    other = np.random.default_rng(seed + 99)
    moved = other.random((n, columns)) < share
    codes = np.where(moved, (k * other.random((n, columns)) ** 3).astype("i8"),
                     skew).astype(code_type(k))
    cut = [0, n // 3, n // 3, n]
    data = b""
    for i in range(3):
        write(path, [("codes", codes[cut[i]:cut[i + 1]])],
              {"format": "1", "kind": "codes", "item": "item %d" % i,
               "part": "0", "last": "1",
               "codes": ",".join([str(k)] * columns)})
        with open(path, "rb") as f:
            data += f.read()
    with open(path, "wb") as f:
        f.write(data)


def distance(a, b):
    p, q = a / a.sum(), b / b.sum()
    m = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = (np.where(p > 0, p * np.log2(p / m), 0) +
                 np.where(q > 0, q * np.log2(q / m), 0))
    return np.sqrt(max(terms.sum() / 2, 0))


def stability(a, b, k):
    p, q = (a + 0.5) / (a.sum() + k / 2), (b + 0.5) / (b.sum() + k / 2)
    return ((q - p) * np.log(q / p)).sum()


def usage(got, a, b, k):
    nothing = a.sum() == 0 or b.sum() == 0
    close(got["js_distance"], np.nan if nothing else distance(a, b), "js")
    close(got["population_stability_index"],
          np.nan if nothing else stability(a, b, k), "psi")
    close(got["expected_population_stability_index"],
          np.nan if nothing else (k - 1) * (1 / a.sum() + 1 / b.sum()),
          "expected psi")
    assert got["new_codes"] == ((a == 0) & (b > 0)).sum()
    assert got["vanished_codes"] == ((a > 0) & (b == 0)).sum()
    assert got["old_tokens"] == a.sum() and got["tokens"] == b.sum()
    try:
        from scipy.spatial.distance import jensenshannon
    except ImportError:
        return
    if not nothing:
        close(got["js_distance"], jensenshannon(a, b, 2), "scipy's js")


def items(path):
    got = {}
    for meta, t in records(path):
        got.setdefault(meta["item"], []).append(
            t["codes"].reshape(-1, t["codes"].shape[-1]))
    k = int(meta["codes"].split(",")[0])
    return {name: np.concatenate(x) for name, x in got.items()}, k


def against(path, old, new):
    with open(path) as f:
        got = json.load(f)["against"]
    (was, k), (now, k_now) = items(old), items(new)
    k = max(k, k_now)
    both = [name for name in now if name in was]
    assert got["items"] == len(both)
    assert got["new_items"] == len(now) - len(both)
    assert got["old_items"] == len(was) - len(both)
    same = [was[name] == now[name] for name in both]
    same = np.concatenate(same) if same else np.zeros((0, 1), bool)
    n = len(same)
    assert got["compared"] == n
    close(got["agreement"], same.all(1).mean() if n else np.nan, "agreement")
    close(got["churn"], 1 - same.all(1).mean() if n else np.nan, "churn")
    everything = [np.concatenate(list(x.values())) for x in (was, now)]
    for c, stage in enumerate(got["stages"]):
        a, b = (np.bincount(x[:, c], minlength=k) for x in everything)
        usage(stage, a, b, k)
        assert stage["stage"] == c and stage["compared"] == n
        close(stage["agreement"], same[:, c].mean() if n else np.nan,
              "agreement")
        close(stage["churn"], 1 - same[:, c].mean() if n else np.nan, "churn")
    for key in ("js_distance", "population_stability_index"):
        if got[key] is not None:
            assert got[key] == max(s[key] for s in got["stages"]), key
    for key in ("new_codes", "vanished_codes"):
        assert got[key] == sum(s[key] for s in got["stages"]), key


if __name__ == "__main__":
    if sys.argv[1] == "write":
        make(sys.argv[2], *map(int, sys.argv[3:7]), *map(float, sys.argv[7:]))
    else:
        against(*sys.argv[2:])
