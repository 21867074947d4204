#!/usr/bin/python3
"""code_errors.py - vq-stats --errors by NumPy, from codes and latents.

    code_errors.py MODEL LATENTS CODES JSON

MODEL has tables quantize.COLUMN.embedding.weight (type vq) and, with groups,
quantize.order; LATENTS and CODES are what vq-encode makes of the same items.
"""
import json
import sys

import numpy as np

from route import records


def close(got, want, what):
    assert np.allclose(got, want, 1e-4, 1e-9), (what, got, want)


def all_rows(path, name):
    return np.concatenate(
        [t[name].reshape(-1, t[name].shape[-1]) for _, t in records(path)])


def check_worst(rows, codes, error, k):
    sums = np.bincount(codes, error, k)
    counts = np.bincount(codes, minlength=k)
    assert len(rows) == min(10, (sums > 0).sum()), len(rows)
    shares = [r["share"] for r in rows]
    assert shares == sorted(shares, reverse=True)
    close(shares, np.sort(sums)[::-1][:len(rows)] / sums.sum(), "shares")
    for r in rows:
        c = r["code"]
        assert r["count"] == counts[c], r
        close(r["mean_square_error"], sums[c] / counts[c], r)
        close(r["share"], sums[c] / sums.sum(), r)


def main(model, latents, codes, report):
    (meta, m), = records(model)
    z = all_rows(latents, "x").astype("f8")
    codes = all_rows(codes, "codes").astype("i8")
    s = json.load(open(report))
    stages, groups = int(meta["stages"]), int(meta.get("groups", 1))
    d, left = z.shape[1], z.copy()
    order = m["quantize.order"] if "quantize.order" in m else np.arange(d)
    parts, at = [], 0
    for g in range(groups):
        width = d // groups + (g < d % groups)
        parts.append(order[at:at + width])
        at += width
    assert len(s["stages"]) == codes.shape[1] == stages * groups
    for c, stage in enumerate(s["stages"]):
        name = f"quantize.{c}.embedding.weight"
        table = m[name if name in m else "quantize.embedding.weight"]
        own = parts[c % groups]
        left[:, own] -= table[codes[:, c]]
        error = (left[:, own] ** 2).sum(1)
        close(stage["mean_square_error"], error.mean(), c)
        close(stage["error_share"],
              error.sum() / (z[:, own] ** 2).sum(), c)
        assert stage["used"] == len(set(codes[:, c])), c
        assert stage["tokens"] == len(codes), c
        check_worst(stage["errors"], codes[:, c], error, len(table))
    close(s["mean_square_error"], (left ** 2).sum(1).mean(), "all")
    close(s["error_share"], (left ** 2).sum() / (z ** 2).sum(), "all")


main(*sys.argv[1:])
