"""Streams for stats-follow.bats, written to stdout.

codes N [COLS [LAST]]   N rows of U16 codes below 1,000, one item; the last
                        code is LAST
"""
import json
import struct
import sys
import zlib

import numpy as np


def record(out, x, **meta):
    data = x.tobytes()
    meta = {"format": "1", "kind": "codes", **meta,
            "crc32": "%08x" % zlib.crc32(data)}
    head = json.dumps({"__metadata__": meta, "codes": {
        "dtype": "U16", "shape": list(x.shape),
        "data_offsets": [0, len(data)]}}).encode()
    head += b" " * (-(len(head) + 8) % 64)
    out.write(struct.pack("<Q", len(head)) + head + data)
    out.flush()


def codes(out, n, cols=1, last=None):
    part, at = 0, 0
    step = (8 << 20) // (2 * cols)
    while at < n:
        rows = min(step, n - at)
        x = (np.arange(at * cols, (at + rows) * cols) * 7 % 1000)
        x = x.astype("<u2").reshape(rows, cols)
        at += rows
        meta = {"item": "long", "part": str(part),
                "codes": ",".join(["1000"] * cols)}
        if at == n:
            meta["last"] = "1"
            if last is not None:
                x[-1, -1] = last
        record(out, x, **meta)
        part += 1


if sys.argv[1] == "codes":
    codes(sys.stdout.buffer, *map(int, sys.argv[2:]))
