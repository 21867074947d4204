"""Inputs for the tests of moe-train, without numpy.

moe.py digits CSV.GZ OUT [CLASSES]   rows F32 [n, 64] and classes, of some only
moe.py tokens CSV.GZ OUT             the same pixels as tokens U8 [n, 64]
moe.py real CSV.GZ OUT               x F32 [n, 32], y F32 [n, 2]
moe.py experts OUT E H D [norouter]  experts of elsewhere, and their router
moe.py layer OUT D                   x F32 [n, D], y = x / 2
moe.py huge OUT                      rows whose differences no float holds
moe.py head FILE                     "name dtype shape" lines, then metadata
moe.py edit IN OUT CODE               code changes meta and t, the tensors
moe.py trace FILE                    step layer item rows columns discrete
"""
import gzip
import json
import random
import struct
import sys

SIZE = {"F32": 4, "U8": 1, "U16": 2, "U32": 4, "U64": 8, "F64": 8}


def write(path, tensors, meta=None):
    head, data = {}, b""
    if meta:
        head["__metadata__"] = meta
    for name, (dtype, shape, raw) in tensors.items():
        head[name] = {"dtype": dtype, "shape": shape,
                      "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(head).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def records(path):
    with open(path, "rb") as f:
        while True:
            length = f.read(8)
            if not length:
                return
            head = json.loads(f.read(struct.unpack("<Q", length)[0]))
            meta = head.pop("__metadata__", {})
            f.seek(max([t["data_offsets"][1] for t in head.values()]), 1)
            yield meta, head


def floats(x):
    return struct.pack("<%df" % len(x), *x)


def digits(path, classes=None):
    rows = [[int(v) for v in line.split(",")]
            for line in gzip.open(path, "rt")]
    keep = None if classes is None else [int(c) for c in classes.split(",")]
    return [r for r in rows if keep is None or r[64] in keep]


def main():
    what, args = sys.argv[1], sys.argv[2:]
    if what in ("digits", "tokens", "real"):
        rows = digits(args[0], args[2] if len(args) > 2 else None)
        n = len(rows)
        flat = [v for r in rows for v in r[:64]]
        y = "U8", [n], bytes(r[64] for r in rows)
        if what == "digits":
            write(args[1], {"x": ("F32", [n, 64], floats(flat)), "y": y})
        elif what == "tokens":
            write(args[1], {"x": ("U8", [n, 64], bytes(flat)), "y": y})
        else:
            half = [v for r in rows for v in r[:32]]
            sums = [s for r in rows for s in (sum(r[32:48]), sum(r[48:64]))]
            write(args[1], {"x": ("F32", [n, 32], floats(half)),
                            "y": ("F32", [n, 2], floats(sums))})
    elif what == "experts":
        e, h, d = (int(v) for v in args[1:4])
        r = random.Random(1)
        some = lambda n: floats([r.gauss(0, 0.1) for _ in range(n)])
        router = {"router.weight": ("F32", [e, d], some(e * d))}
        write(args[0], {
            **({} if "norouter" in args else router),
            "experts.fc1.weight": ("F32", [e, h, d], some(e * h * d)),
            "experts.fc1.bias": ("F32", [e, h], some(e * h)),
            "experts.fc2.weight": ("F32", [e, d, h], some(e * h * d)),
            "experts.fc2.bias": ("F32", [e, d], some(e * d))})
    elif what == "layer":
        r = random.Random(2)
        d, n = int(args[1]), 2000
        x = [r.gauss(0, 1) for _ in range(n * d)]
        write(args[0], {"x": ("F32", [n, d], floats(x)),
                        "y": ("F32", [n, d], floats([v / 2 for v in x]))})
    elif what == "huge":
        x = [3e38 if i % 5 else -3e38 for i in range(400)]
        write(args[0], {"x": ("F32", [400, 1], floats(x)),
                        "y": ("U8", [400], bytes(i % 2 for i in range(400)))})
    elif what == "head":
        for meta, head in records(args[0]):
            for name, t in head.items():
                print(name, t["dtype"], t["shape"])
            for key, value in meta.items():
                print(key + "=" + value)
    elif what == "map":
        with open(args[0], "rb") as f:
            data = f.read()
        meta, head = next(records(args[0]))
        start = 8 + struct.unpack("<Q", data[:8])[0]
        a, b = head["code_to_expert"]["data_offsets"]
        print(*struct.unpack("<%dI" % ((b - a) // 4), data[start + a:start + b]))
    elif what == "edit":
        data = open(args[0], "rb").read()
        at = 8 + struct.unpack("<Q", data[:8])[0]
        head = json.loads(data[8:at])
        meta = head.pop("__metadata__", {})
        meta.pop("crc32", None)
        t = {name: (v["dtype"], v["shape"],
                    data[at + v["data_offsets"][0]:at + v["data_offsets"][1]])
             for name, v in head.items()}
        exec(args[2])
        write(args[1], t, meta)
    elif what == "trace":
        for meta, head in records(args[0]):
            print(meta["step"], meta["layer"], meta["item"],
                  *head["experts"]["shape"], meta.get("discrete", 0))
    else:
        sys.exit("moe.py: %s?" % what)


main()
