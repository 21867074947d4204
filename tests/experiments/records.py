"""records.py - streams of records (vq-stream(5)), written and read."""
import json
import struct

import numpy as np

TYPES = {"F32": "<f4", "F64": "<f8", "U8": "u1", "U16": "<u2", "U32": "<u4",
         "U64": "<u8", "I32": "<i4", "I64": "<i8"}
NAMES = {np.dtype(v): k for k, v in TYPES.items()}


def pack(item, tensors):
    """One item of rows as the bytes of a record."""
    meta = {"format": "1", "media": "rows", "item": item, "part": "0",
            "last": "1"}
    header, at = {"__metadata__": meta}, 0
    for name, x in tensors.items():
        header[name] = {"dtype": NAMES[x.dtype], "shape": list(x.shape),
                        "data_offsets": [at, at + x.nbytes]}
        at += x.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    return b"".join([struct.pack("<Q", len(text)), text] +
                    [np.ascontiguousarray(x).tobytes()
                     for x in tensors.values()])


def write(path, items):
    """Items are (name, {tensor: array})."""
    with open(path, "wb") as f:
        for item, tensors in items:
            f.write(pack(item, tensors))


def read(path):
    """(metadata, {tensor: array}) of each record."""
    with open(path, "rb") as f:
        while head := f.read(8):
            header = json.loads(f.read(struct.unpack("<Q", head)[0]))
            meta = header.pop("__metadata__", {})
            data = f.read(max(t["data_offsets"][1] for t in header.values()))
            yield meta, {
                name: np.frombuffer(data[slice(*t["data_offsets"])],
                                    TYPES[t["dtype"]]).reshape(t["shape"])
                for name, t in header.items()}


def items(path):
    """(metadata, {tensor: array}) of each item, its parts put together."""
    parts = []
    for meta, tensors in read(path):
        parts.append((meta, tensors))
        if "last" in meta or not meta:
            first = parts[0]
            yield first[0], {name: np.concatenate([t[name] for _, t in parts])
                             for name in first[1]}
            parts = []
