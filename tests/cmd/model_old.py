#!/usr/bin/python3
"""model_old.py - models held against older ones, in NumPy.

    model_old.py make DIR               codebooks from elsewhere
    model_old.py against JSON OLD NEW   the last of against.models
"""
import json
import sys

import numpy as np

from route import read, write
from stats_book import close, tables_of


def make(folder):
    r = np.random.default_rng(7)
    a = r.normal(size=(90, 5)).astype("f4")
    one, nudged, equal = a.copy(), a.copy(), a.copy()
    one[13] += 2
    nudged[20:] += 0.01 * r.normal(size=(70, 5)).astype("f4")
    equal[30:33] = equal[2]
    grown = np.concatenate([a, a[:40] + 0.3]).astype("f4")
    for name, x in dict(a=a, one=one, nudged=nudged, equal=equal, grown=grown,
                        permuted=a[r.permutation(90)], cut=a[:60],
                        other=r.normal(size=(200, 5)).astype("f4"),
                        wide=r.normal(size=(90, 6)).astype("f4"),
                        flat=np.ones((90, 5), "f4")).items():
        write(folder + "/" + name, [("codebook", x)])
    for name, sizes in dict(three=(40, 50, 60), two=(40, 70)).items():
        write(folder + "/" + name, [
            ("quantize.%d.embedding.weight" % s,
             r.normal(size=(k, 5)).astype("f4")) for s, k in enumerate(sizes)])


def nearest(x, table):
    d = np.sqrt(((x[:, None] - table[None]) ** 2).sum(2))
    return d.argmin(1), d.min(1)


def table(o, was, now):
    n = min(len(was), len(now))
    assert (o["old_codes"], o["codes"]) == (len(was), len(now)), o
    assert o["added_codes"] == max(len(now) - len(was), 0)
    assert o["dim"] == now.shape[1]
    equal = (was[:n] == now[:n]).all(1).mean()
    was, now = was.astype("f8"), now.astype("f8")
    spread = np.sqrt(((was - was.mean(0)) ** 2).sum(1).mean())
    to, far = nearest(now, was)
    back = nearest(was, now)[0]
    close(o["mutual"], (back[to] == np.arange(len(now))).sum() / n, "mutual")
    close(o["same"], equal, "same")
    moved = np.sqrt(((was[:n] - now[:n]) ** 2).sum(1))
    for key, want in (("matched_distance", far.mean()),
                      ("moved_distance", moved.mean()),
                      ("moved_most", moved.max())):
        if spread:
            close(o[key], want / spread, key)
        else:
            assert o[key] is None, o


def against(report, old, new):
    a = json.load(open(report))["against"]
    assert a["old"] == old and a["kind"] == "model", a
    m = a["models"][-1]
    assert m["item"] == new, m
    (_, was), (_, now) = read(old), read(new)
    for part in "transform", "encoder", "decoder":
        mine, yours = ({n: x for n, x in t.items() if n.startswith(part + ".")}
                       for t in (was, now))
        assert m[part + "_same"] == (mine.keys() == yours.keys() and all(
            np.array_equal(mine[n], yours[n]) for n in mine)), (part, m)
    both = list(zip(tables_of(was), tables_of(now)))
    assert len(m["tables"]) == len(both), m
    for i, (o, ((_, x, _), (_, y, _))) in enumerate(zip(m["tables"], both)):
        assert o["stage"] == i and o["group"] == 0
        table(o, x, y)


if __name__ == "__main__":
    {"make": make, "against": against}[sys.argv[1]](*sys.argv[2:])
