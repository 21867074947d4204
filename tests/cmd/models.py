#!/usr/bin/python3
"""models.py - models whose codes hold every number, made by hand.

    models.py image PATCH CHANNELS OUT [deep]
    models.py audio HOP RATE OUT
    models.py rows DIM OUT

Each number of a vector is a group of its own (net none, mu 0, scale 1).
Images have one stage of 256 codes from 0 to 1, so 8-bit samples come back
exact, or with "deep" two, so 16-bit ones do; sounds and rows have two, from
-4 to 4 to 1/8,000 or better.
"""
import json
import struct
import sys

import numpy as np


def write(path, meta, tensors):
    header, data = {"__metadata__": meta}, b""
    for name, x in tensors:
        x = np.asarray(x, dtype="<f4")
        header[name] = {"dtype": "F32", "shape": list(x.shape),
                        "data_offsets": [len(data), len(data) + x.nbytes]}
        data += x.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-(len(text) + 8) % 64)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def model(path, media, dim, tables, **more):
    columns = len(tables) * dim
    sizes = [str(len(t)) for t in tables]
    meta = {"format": "1", "kind": "model", "type": "kmeans", "net": "none",
            "media": media, "dim": str(dim), "d": str(dim),
            "stages": str(len(tables)), "groups": str(dim),
            "codes": sizes[0] if len(set(sizes)) == 1 else ",".join(sizes)}
    meta.update({k: str(v) for k, v in more.items()})
    tensors = [("transform.mu", np.zeros(dim)), ("transform.scale", [1])]
    for c in range(columns):
        name = "quantize." if columns == 1 else "quantize.%d." % c
        tensors.append((name + "codebook", tables[c // dim][:, None]))
    write(path, meta, tensors)


def main(kind, *args):
    fine = [np.linspace(-4, 4, 256), np.linspace(-1 / 63, 1 / 63, 256)]
    if kind == "image":
        p, c, out = int(args[0]), int(args[1]), args[2]
        tables = [np.linspace(0, 1, 256)]
        if len(args) > 3:
            tables.append(np.arange(-128, 129) / 65535)
        model(out, kind, p * p * c, tables, patch=p, channels=c)
    elif kind == "audio":
        model(args[2], kind, int(args[0]), fine, patch=args[0],
              sample_rate=args[1])
    elif kind == "rows":
        model(args[1], kind, int(args[0]), fine)
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
