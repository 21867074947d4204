"""near.py A B LIMIT: two models' tensors of floats differ by at most LIMIT of
the largest number in each; all other tensors, and the names, are the same.
"""
import json
import struct
import sys

import numpy as np


def load(path):
    raw = open(path, "rb").read()
    size = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8:8 + size])
    head.pop("__metadata__")
    return {name: (t["dtype"], t["shape"],
                   raw[8 + size + t["data_offsets"][0]:
                       8 + size + t["data_offsets"][1]])
            for name, t in head.items()}


a, b, limit = load(sys.argv[1]), load(sys.argv[2]), float(sys.argv[3])
if {n: t[:2] for n, t in a.items()} != {n: t[:2] for n, t in b.items()}:
    sys.exit("other tensors")
for name, (dtype, _, raw) in a.items():
    if dtype != "F32":
        if raw != b[name][2]:
            sys.exit(f"{name} differs")
        continue
    x, y = (np.frombuffer(m[name][2], "<f4").astype(float) for m in (a, b))
    worst = np.abs(x - y).max() / max(np.abs(x).max(), 1e-30)
    if not worst <= limit:
        sys.exit(f"{name} differs by {worst:.3g}")
