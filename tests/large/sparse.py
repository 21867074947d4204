#!/usr/bin/python3
"""sparse.py - files with more than 4 GiB, most of it a hole.

    sparse.py model DIM OUT            one code of DIM zeros
    sparse.py behind ROWS OUT          x U8 [ROWS, 4096], then x F32 [2, 4]
    sparse.py npy ROWS COLUMNS OUT     u1
    sparse.py codes ROWS OUT           U8 [ROWS, 1], the last code 7, k = 8
"""
import json
import os
import struct
import sys


def header(tensors, meta):
    head, at = {"__metadata__": dict(meta, format="1")}, 0
    for name, dtype, shape, size in tensors:
        head[name] = {"dtype": dtype, "shape": shape,
                      "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(head).encode()
    text += b" " * (-(len(text) + 8) % 64)
    return struct.pack("<Q", len(text)) + text


def floats(first, n):
    return struct.pack("<%df" % n, *range(first, first + n))


def main(what, *args):
    with open(args[-1], "wb") as f:
        if what == "model":
            d = int(args[0])
            f.write(header(
                [("transform.mu", "F32", [d], 4 * d),
                 ("transform.scale", "F32", [1], 4),
                 ("quantize.codebook", "F32", [1, d], 4 * d)],
                {"kind": "model", "type": "kmeans", "net": "none",
                 "media": "rows", "dim": str(d), "d": str(d), "stages": "1",
                 "groups": "1", "codes": "1"}))
            f.write(bytes(4 * d) + struct.pack("<f", 1)
                    + bytes(4 * d))
        elif what == "behind":
            n = int(args[0])
            f.write(header([("x", "U8", [n, 4096], 4096 * n)],
                           {"kind": "vectors", "item": "wide"}))
            f.seek(4096 * n, os.SEEK_CUR)
            f.write(header([("x", "F32", [2, 4], 32)],
                           {"kind": "vectors", "item": "second"}))
            f.write(floats(1, 8))
        elif what == "npy":
            n, d = int(args[0]), int(args[1])
            text = ("{'descr': '|u1', 'fortran_order': False, "
                    "'shape': (%d, %d), }" % (n, d)).encode()
            text += b" " * (-(len(text) + 11) % 64) + b"\n"
            f.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text)
            f.truncate(f.tell() + n * d)
        elif what == "codes":
            n = int(args[0])
            f.write(header([("codes", "U8", [n, 1], n)],
                           {"kind": "codes", "media": "rows", "item": "all",
                            "k": "8", "last": "1"}))
            f.seek(n - 1, os.SEEK_CUR)
            f.write(b"\7")
        else:
            sys.exit(__doc__)


main(*sys.argv[1:])
