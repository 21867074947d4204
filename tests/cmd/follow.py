"""Streams for stats-follow.bats, written to stdout.

codes N [COLS [LAST]]   N rows of U16 codes below 1,000, one item; the last
                        code is LAST
slow ITEMS SECONDS      items of 1,000 rows of 2 columns, so far apart
routes ITEMS SECONDS    the same of routes to 8 experts, in two layers
log LINES SECONDS       lines of a training log
stalled COMMAND...      run it with slow items where nobody reads its lines
"""
import fcntl
import json
import os
import struct
import subprocess
import sys
import time
import zlib

import numpy as np


def record(out, x, name="codes", **meta):
    data = x.tobytes()
    meta = {"format": "1", "kind": name, **meta,
            "crc32": "%08x" % zlib.crc32(data)}
    head = json.dumps({"__metadata__": meta, name: {
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


def slow(out, items, seconds):
    for i in range(items):
        x = np.arange(2000).reshape(1000, 2) * (i + 1) % 600
        record(out, x.astype("<u2"), item="i%d" % i, codes="1000,1000")
        time.sleep(seconds)


def routes(out, items, seconds):
    for i in range(items):
        x = (np.arange(1000) % (2 if i % 2 else 7)).astype("<u2")
        record(out, x.reshape(1000, 1), name="experts", kind="routes",
               item="i%d" % i, layer=str(i % 2), experts="8", router="softmax")
        time.sleep(seconds)


def log(out, lines, seconds):
    for i in range(lines):
        line = {"step": 10 * i, "seconds": 0.5 * i, "loss": 1 / (i + 1),
                "recon": None, "utilization": 0.25, "layers": [
                    {"load_cv": 0.1, "dead_experts": 1},
                    {"load_cv": 0.3, "dead_experts": 2}]}
        out.write(json.dumps(line).encode() + b"\n")
        out.flush()
        time.sleep(seconds)


def stalled(command):
    back, lines = os.pipe()
    # As large as commands make it, or they would make it larger.
    full = fcntl.fcntl(lines, fcntl.F_SETPIPE_SZ, 1 << 18)
    os.write(lines, b"#" * full)
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=lines)
    os.close(lines)
    slow(child.stdin, 300, 0.005)  # more than the pipe to it can hold
    child.stdin.close()
    out = b""
    while more := os.read(back, 65536):
        out += more
    sys.stdout.write(out.decode().lstrip("#"))
    sys.exit(child.wait())


how = sys.argv[1] if __name__ == "__main__" else ""
if how == "codes":
    codes(sys.stdout.buffer, *map(int, sys.argv[2:]))
elif how in ("slow", "routes", "log"):
    globals()[how](sys.stdout.buffer, int(sys.argv[2]), float(sys.argv[3]))
elif how == "stalled":
    stalled(sys.argv[2:])
