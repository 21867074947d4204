#!/usr/bin/python3
"""compare.py OLD NEW FORMAT... - are the files below NEW like those of OLD?

For each row of OLD/MANIFEST.tsv with such a FORMAT (its first word): README.md
says what its `compare` means.  Says what differs, and how many files it saw.
"""
import array
import json
import os
import re
import struct
import sys
import zlib

# Figures of a training, and who wrote it.
FREE = {"program", "crc32", "header_crc32", "model", "saved_step", "settled",
        "seconds", "log", "trace", "data"}
FLOATS = {"F32": "f", "F64": "d"}


def unsigned(length, text):
    """A header's text without its checksum, which must agree, and was there?"""
    at = text.find(b',"crc32.header":"') + 17
    if at == 16:
        return text, False
    same("crc32.header", int(text[at:at + 8], 16), zlib.crc32(
        length + text[:at] + b"00000000" + text[at + 8:]))
    return text[:at - 17] + text[at + 9:], True


def records(raw):
    """[(header, its text, data)] of a stream of records, and are all signed?"""
    found, signed = [], True
    while raw:
        n, = struct.unpack("<Q", raw[:8])
        text, sums = unsigned(raw[:8], raw[8:8 + n])
        signed = signed and sums
        head = json.loads(text)
        size = max([t["data_offsets"][1] for name, t in head.items()
                    if name != "__metadata__"], default=0)
        assert (8 + n) % 64 == 0, "data begin at %d, no multiple of 64" % (8 + n)
        found.append((head, text, raw[8 + n:8 + n + size]))
        raw = raw[8 + n + size:]
    return found, signed


def same(what, old, new):
    assert old == new, "%s: %.80r, not %.80r" % (what, new, old)


def bare(text):
    """A header without the program that wrote it."""
    return re.sub(rb'"program":"[^"]*"', b"", text).rstrip()


def tensors(head, data):
    """{name: (dtype, shape, bytes)}"""
    return {name: (t["dtype"], t["shape"], data[slice(*t["data_offsets"])])
            for name, t in head.items() if name != "__metadata__"}


def both(old, new):
    (old, _), (new, signed) = records(old), records(new)
    assert signed, "no crc32.header"
    same("number of records", len(old), len(new))
    return zip(old, new)


def record(old, new):
    for (_, text, data), (_, now, numbers) in both(old, new):
        same("header", bare(text), bare(now))
        same("data", data, numbers)


def data(old, new):
    for (head, _, was), (now, _, numbers) in both(old, new):
        same("tensors", tensors(head, was), tensors(now, numbers))
        there = now["__metadata__"]
        for key, value in head["__metadata__"].items():
            if key != "program":
                same("metadata " + key, value, there.get(key))


def within(old, new, most):
    for (head, _, was), (now, _, numbers) in both(old, new):
        was, now = tensors(head, was), tensors(now, numbers)
        same("tensors", list(was), list(now))
        for name, (dtype, shape, x) in was.items():
            same(name, (dtype, shape), now[name][:2])
            if dtype not in FLOATS:
                same(name, x, now[name][2])
                continue
            x, y = (array.array(FLOATS[dtype], v) for v in (x, now[name][2]))
            if sys.byteorder == "big":
                x.byteswap()
                y.byteswap()
            far = max((abs(a - b) / max(1, abs(a)) for a, b in zip(x, y)),
                      default=0)
            assert far <= most, "%s: off by %g" % (name, far)


def masked(value):
    """Figures are as the arithmetic of a machine has them."""
    return re.sub(r"-?\d*\.\d+(e-?\d+)?|-?\d+e-?\d+", "~", value)


def in_order(key, value):
    """A checkpoint's options are found by name, wherever --help has them."""
    return "\n".join(sorted(value.split("\n"))) if key == "options" else value


def shape(head):
    meta = [(key, None if key in FREE else masked(in_order(key, value)))
            for key, value in head["__metadata__"].items()
            if key != "machine"]
    return meta, [item for item in head.items() if item[0] != "__metadata__"]


def kinds(value):
    if isinstance(value, dict):
        return {key: kinds(v) for key, v in value.items()}
    if isinstance(value, list):
        return [kinds(v) for v in value]
    return "number" if isinstance(value, (int, float)) else value


def form(old, new):
    if old[:1] == b"{":
        same("lines", *([kinds(json.loads(line)) for line in text.splitlines()]
                        for text in (old, new)))
        return
    for (head, _, _), (now, _, _) in both(old, new):
        was, now = shape(head), shape(now)
        for i in range(2):
            for a, b in zip(was[i], now[i]):
                same("header", a, b)
            same("header", was[i], now[i])


HOW = {"bytes": lambda old, new: same("bytes", old, new),
       "record": record, "data": data, "form": form,
       "near": lambda old, new: within(old, new, 1e-5),
       "close": lambda old, new: within(old, new, 1e-2)}


def read(path):
    with open(path, "rb") as f:
        return f.read()


def main(old, new, *formats):
    bad = seen = 0
    with open(old + "/MANIFEST.tsv") as f:
        rows = [line.rstrip("\n").split("\t") for line in f][1:]
    for file, kind, _, how, _, _ in rows:
        if how == "kept" or kind.split(" ")[0] not in formats:
            continue
        seen += 1
        try:
            assert os.path.exists(new + "/" + file), "was not written"
            HOW[how](read(old + "/" + file), read(new + "/" + file))
        except (AssertionError, ValueError, struct.error) as e:
            bad += 1
            print("%s (%s): %s" % (file, kind, e))
    print(seen, "files")
    sys.exit(bad > 0 or not seen)


main(*sys.argv[1:])
