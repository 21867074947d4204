#!/usr/bin/python3
"""state.py - states of vq-stats made by hand, and broken.

    state.py broken STATE DIR   states that must be refused, each with a word
                                that must be said: DIR/NAME, DIR/NAME.says
    state.py pairs STATE DIR    the same of pairs of neighbours
    state.py counts STATE CODES...
                                the state holds just the counts of these
"""
import json
import os
import struct
import sys
import zlib

import numpy as np

sys.path.insert(0, os.path.dirname(__file__))
from route import TYPES, records


def save(path, meta, tensors):
    names = {np.dtype(v): k for k, v in {**TYPES, "F64": "<f8"}.items()}
    data = b"".join(x.tobytes() for x in tensors.values())
    meta = {**meta, "crc32": "%08x" % zlib.crc32(data)}
    header, at = {"__metadata__": meta}, 0
    for name, x in tensors.items():
        header[name] = {"dtype": names[x.dtype], "shape": list(x.shape),
                        "data_offsets": [at, at + x.nbytes]}
        at += x.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def load(path):
    TYPES["F64"] = "<f8"
    (meta, tensors), = records(path)
    return meta, tensors


def changed(x, at, value):
    x = x.copy()
    x[at] = value
    return x


def broken(path, folder):
    meta, t = load(path)
    n = int(meta["tokens"])

    def case(name, says, other=None, **tensors):
        save(folder + "/" + name, {**meta, **(other or {})}, {**t, **tensors})
        with open(folder + "/" + name + ".says", "w") as f:
            f.write(says)

    case("form", "of form 2", {"state": "2"})
    for i, other in enumerate(("2", "0", "nan", "", " 1")):
        case("format%d" % i, 'metadata key "format"', {"format": other})
    case("tokens", "do not add up", {"tokens": str(n + 1)})
    case("tokens2", 'key "tokens"', {"tokens": str(2**63)})
    case("tokens3", 'key "tokens"', {"tokens": "-1"})
    case("whole", "more than tokens", {"whole_tokens": str(n + 1)})
    case("items", 'key "items"', {"items": "many"})
    case("columns", 'tensor "used"', {"columns": "3"})
    case("columns2", 'key "columns"', {"columns": "9999999"})
    case("none", "without columns", {"columns": "0"})
    case("k", "is not below k", {"codes": "2,2"})
    case("k2", "has 3 numbers for 2", {"codes": "64,64,64"})
    case("k3", "not a list", {"codes": "x"})
    case("order", "not in order", code=changed(t["code"], 1, 0))
    case("large", "large", {"codes": "16777216"}, code=np.append(
        t["code"][:-1], np.uint32(2**32 - 1)).astype("<u4"))
    case("zero", "do not add up", count=changed(t["count"], 0, 0))
    case("wrap", "do not add up", count=changed(t["count"], 0, 2**64 - 1))
    case("used", 'tensor "used"', used=changed(t["used"], 0, 2**64 - 1))
    case("used2", 'tensor "used"', used=changed(t["used"], 1, 1))
    case("twice", "twice", **{"joint.code":
                              changed(t["joint.code"], 1, t["joint.code"][0])})
    most = t["joint.count"].argmax()
    other = (t["joint.code"][:, 0] != t["joint.code"][most, 0]).argmax()
    moved = changed(t["joint.count"], most, t["joint.count"][most] - 1)
    moved[other] += 1
    case("joint", "not what column", **{"joint.count": moved})
    case("sum", "do not add up", **{"joint.count":
                                    changed(t["joint.count"], 0, 10**6)})
    case("rates", '"rates"', rates=np.array([np.nan, 0, 0, 0]))
    case("rates2", '"rates"', rates=np.zeros(3))
    case("type", 'tensor "count"', count=t["count"].astype("<u4"))
    case("kind", "--merge", {"kind": "codes"})
    for name in t:
        save(folder + "/no." + name, meta,
             {k: v for k, v in t.items() if k != name})
        with open(folder + "/no." + name + ".says", "w") as f:
            f.write('"%s"' % name)
    with open(path, "rb") as f:
        whole = f.read()
    for name, data, says in (
            ("cut", whole[:-1], "missing"),
            ("more", whole + b"x", "no state behind"),
            ("flipped", whole[:-1] + bytes([whole[-1] ^ 1]), "crc32")):
        with open(folder + "/" + name, "wb") as f:
            f.write(data)
        with open(folder + "/" + name + ".says", "w") as f:
            f.write(says)


def pairs(path, folder):
    meta, t = load(path)

    def case(name, says, **tensors):
        tensors = {k.replace("_", "."): v for k, v in tensors.items()}
        save(folder + "/" + name, meta, {**t, **tensors})
        with open(folder + "/" + name + ".says", "w") as f:
            f.write(says)

    codes, count = t["left.codes"], t["left.count"]
    absent = np.setdiff1d(np.arange(9999), t["code"])[0]
    case("p1", "did not come", left_codes=changed(codes, (0, 0), absent))
    case("p2", "did not come", left_codes=changed(codes, (0, 1), 2**32 - 1))
    case("p3", "twice", left_codes=changed(codes, 1, codes[0]))
    case("p4", "do not add up", left_count=changed(count, 0, 0))
    case("p5", "do not add up", left_count=changed(count, 0, 2**64 - 1))
    case("p6", "more than there are tokens",
         upper_all=t["upper.all"] + 10**9)
    case("p7", "do not add up", upper_all=t["upper.all"] - 1)
    case("p8", "more different", upper_used=t["upper.used"] + 1)
    case("p9", "there are more", upper_used=t["upper.used"] * 0,
         upper_all=t["upper.all"] * 0)
    case("p10", "do not fit", upper_count=t["upper.count"][1:])


def counts(path, *codes):
    meta, t = load(path)
    x = [r["codes"] for name in codes for _, r in records(name)]
    x = np.concatenate([y.reshape(-1, y.shape[-1]) for y in x])
    assert int(meta["tokens"]) == len(x)
    at = 0
    for c, used in enumerate(t["used"].astype(int)):
        want, n = np.unique(x[:, c], return_counts=True)
        assert (t["code"][at:at + used] == want).all()
        assert (t["count"][at:at + used] == n).all()
        at += used
    if x.shape[1] > 1:
        want = np.unique(x, axis=0, return_counts=True)
        order = np.lexsort(t["joint.code"].T[::-1])
        assert (t["joint.code"][order] == want[0]).all()
        assert (t["joint.count"][order] == want[1]).all()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
