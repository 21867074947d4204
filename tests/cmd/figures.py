#!/usr/bin/python3
"""figures.py - what vq-stats must say, worked out by numpy.

    figures.py make CASE         writes s.codes: a stream of codes
    figures.py check CASE JSON   compares a report of it, every figure
    figures.py keys CASE         the options that tell k where the stream does not
    figures.py tsv JSON TSV      both must hold the same figures
    figures.py distortion JSON REF.npy GOT.npy [PEAK]
                                 mse, snr_db; with PEAK psnr_db and ssim too
"""
import json
import struct
import sys
from math import ceil, isclose, log, log2

import numpy as np

r = np.random.default_rng(5)
skew = (r.random((30000, 1)) ** 3 * 50).astype(int)


def grid(h, w, cols, k, spread=3):
    """Codes [h, w, cols] that are like their neighbours."""
    y, x, c = np.ogrid[:h, :w, :cols]
    noise = r.integers(spread, size=(h, w, cols))
    return (y // 3 + x // 2 * (c + 1) + noise) % k


# Arrays (items), k of each column, metadata; where it is not the smallest
# unsigned one, the type of the codes; rows of each part but the last.
CASES = {
    "random": ([r.integers(16, size=(1000, 1))], [16], {"codes": "16"}),
    "skewed": ([skew], [64], {"codes": "64"}),
    "one-code": ([np.full((50, 1), 3)], [8], {"codes": "8"}),
    "k-is-1": ([np.zeros((9, 1), int)], [1], {"codes": "1"}),
    "all-once": ([r.permutation(256)[:, None]], [256], {"codes": "256"}),
    "one-token": ([np.array([[7]])], [1024], {"codes": "1024"}),
    "no-token": ([np.zeros((0, 1), int)], [4], {"codes": "4"}),
    "two-stages": ([np.hstack([skew, skew // 2 + r.integers(
        20, size=skew.shape)])], [64, 128], {"codes": "64,128"}),
    "four-columns": ([r.integers([5, 9, 3, 2], size=(700, 4))], [9] * 4,
                     {"codes": "9"}),
    "items": ([skew[:300], skew[300:305], np.zeros((0, 1), int), skew[305:]],
              [64], {"codes": "64"}),
    "large-codes": ([r.integers(60000, 70000, size=(20000, 1))], [1 << 17],
                    {"codes": "131072"}),
    "no-k": ([r.integers(100, size=(5000, 1))], [128], {}),
    "image": ([r.integers(32, size=(7, 9, 1))], [32], {
        "codes": "32", "media": "image", "height": "55", "width": "70"}),
    "sound": ([r.integers(32, size=(100, 2, 1))], [32], {
        "codes": "32", "media": "audio", "frames": "16000",
        "sample_rate": "8000", "channels": "2"}),
    "k-262144": ([(r.random((150000, 1)) ** 4 * 262144).astype(int)],
                 [262144], {"codes": "262144"}),
    "k-262144-even": ([np.tile(np.arange(262144), 21)[:, None]], [262144],
                      {"codes": "262144"}),
    "near-dead": ([np.repeat(np.arange(8), [900, 700, 12, 13, 11, 1, 0, 0])
                   [:, None]], [16], {"codes": "16"}),
    "u16": ([r.integers(300, size=(400, 2)) % [[7, 300]]], [8, 512],
            {"codes": "8,512"}, "<u2"),
    "u32": ([skew], [64], {"codes": "64"}, "<u4"),
    "i64": ([skew], [64], {"codes": "64"}, "<i8"),
    "parts": ([np.hstack([skew, skew % 7])[:999]], [64, 7],
              {"codes": "64,7"}, None, [1, 400, 0, 500]),
    "images": ([grid(40, 50, 1, 8), grid(1, 9, 1, 8), grid(31, 1, 1, 8),
                grid(1, 1, 1, 8)], [8], {"codes": "8", "media": "image"}),
    "images-stages": ([grid(60, 80, 4, 9), grid(33, 17, 4, 9)], [9] * 4,
                      {"codes": "9"}, "<u2", [1, 7, 20]),
    "wide-image": ([grid(3, 5000, 2, 40)], [40, 40],
                   {"codes": "40", "media": "image"}, None, [1, 1]),
    "large-image": ([grid(300, 400, 1, 8)], [8], {"codes": "8"}),
    "random-image": ([r.integers(200, size=(64, 64, 1))], [200],
                     {"codes": "200"}),
    "narrow-image": ([r.integers(40, size=(5000, 2, 1))], [40],
                     {"codes": "40"}),
    "one-code-image": ([np.full((20, 30, 1), 2)], [4], {"codes": "4"}),
    "one-column-images": ([grid(500, 1, 1, 6)], [6], {"codes": "6"}),
    "no-pair": ([grid(1, 1, 2, 6), grid(1, 1, 2, 6)], [6, 6],
                {"codes": "6"}),
    "sounds": ([grid(700, 2, 3, 16), grid(300, 2, 3, 16)], [16] * 3,
               {"codes": "16", "media": "audio"}, None, [1, 100]),
    "mono": ([grid(5000, 1, 2, 16), grid(1, 1, 2, 16)], [16] * 2,
             {"codes": "16", "media": "audio"}),
    "rows-of-tokens": ([grid(50, 10, 1, 8)], [8],
                       {"codes": "8", "media": "rows"}),
}


def record(meta, codes, kind=None):
    kind = kind or next(t for t in ("<u1", "<u2", "<u4")
                        if not codes.size or codes.max() <= np.iinfo(t).max)
    data = codes.astype(kind).tobytes()
    head = json.dumps({"__metadata__": meta, "codes": {
        "dtype": "%s%d" % (kind[1].upper(), 8 * int(kind[2])),
        "shape": codes.shape,
        "data_offsets": [0, len(data)]}}).encode()
    return struct.pack("<Q", len(head)) + head + data


def make(case):
    with open("s.codes", "wb") as f:
        arrays, _, more, kind, cuts = (*CASES[case], None, [])[:5]
        for i, codes in enumerate(arrays):
            parts = np.split(codes, np.minimum(np.cumsum(cuts), len(codes))
                             .astype(int)) if cuts else [codes]
            for j, part in enumerate(parts):
                meta = {"format": "1", "kind": "codes", "item": "item %d" % i,
                        "part": str(j)}
                if j + 1 == len(parts):
                    meta["last"] = "1"
                f.write(record({**meta, **more}, part, kind))


def entropy(counts):
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log2(p)).sum())


def column(x, k):
    counts = np.bincount(x, minlength=k)
    n, used = len(x), int((counts > 0).sum())
    rare = (counts > 0) & (counts * (10 * k) < n)
    f = {"tokens": n, "codes": k, "used": used, "dead": k - used,
         "near_dead": int(rare.sum()), "tokens_per_code": n / k}
    if n:
        rising = np.sort(counts)
        f["utilization"] = used / k
        f["expected_utilization"] = 1 - (1 - 1 / k) ** n
        f["entropy_bits"] = entropy(counts)
        f["entropy_bias_bits"] = (used - 1) / (2 * n * log(2))
        f["perplexity"] = 2 ** f["entropy_bits"]
        # Of the area below Lorenz' curve.
        f["gini"] = float(k + 1 - 2 * (np.cumsum(rising) / n).sum()) / k
        f["top_share"] = int(rising[-ceil(k / 100):].sum()) / n
    f["bits_per_token"] = log2(k)
    return f


def check_curve(curve, x, k, where):
    falling = np.sort(np.bincount(x, minlength=k))[::-1]
    ranks = sorted({round(k ** (i / 99)) for i in range(100)}) if len(x) else []
    assert [p["rank"] for p in curve] == ranks, (where, curve)
    for p in curve:
        share = falling[:p["rank"]].sum() / len(x)
        same(p, {"count": int(falling[p["rank"] - 1]), "share": float(share)},
             "%s, rank %d" % (where, p["rank"]))


def beside(pairs):
    """H(second | first) of [n, 2], its bias, and if n is enough."""
    both = np.unique(pairs, axis=0, return_counts=True)[1]
    first = np.unique(pairs[:, 0], return_counts=True)[1]
    h = entropy(both) - entropy(first)
    bias = (len(both) - len(first)) / (2 * len(pairs) * log(2))
    enough = len(both) < 2 or (5 * len(both) <= len(pairs) and
                               bias <= 0.1 * (h + bias))
    return h, bias, bool(enough)


def neighbours(arrays, col, media):
    """Figures of one column; those of a way without pairs are not there."""
    f, enough = {}, []
    ways = {"left": (0, 1), "upper": (1, 0)} if media == "image" else {
        "left": (1, 0)} if media == "audio" else {}
    for way, (dy, dx) in ways.items():
        pairs = np.concatenate([np.stack([
            a[:len(a) - dy, :a.shape[1] - dx, col].ravel(),
            a[dy:, dx:, col].ravel()], 1) for a in arrays])
        if len(pairs):
            h, bias, ok = beside(pairs)
            f["entropy_given_%s_bits" % way] = h
            f["entropy_given_%s_bias_bits" % way] = bias
            enough.append(ok)
    if enough:
        f["enough_neighbours"] = all(enough)
    return f


def check_neighbours(got, arrays, meta):
    total = {}
    media = meta.get("media", "image") if arrays[0].ndim == 3 else None
    for col, stage in enumerate(got["stages"]):
        f = neighbours(arrays, col, media)
        same(stage, f, "stage %d" % col)
        assert {k for k in stage if "given" in k or "enough" in k} == set(f)
        for key, v in f.items():
            total[key] = (v if key not in total else
                          total[key] and v if key.startswith("enough") else
                          total[key] + v)
    same(got, total, "total")
    assert {k for k in got if "given" in k or "enough" in k} == set(total)
    assert "joint_limited" not in got
    return total


def expected(arrays, ks, meta):
    x = np.concatenate([a.reshape(-1, a.shape[-1]) for a in arrays])
    stages = [column(x[:, i], k) for i, k in enumerate(ks)]
    total = {"tokens": len(x)}
    for key in ("codes", "used", "dead", "near_dead", "bits_per_token"):
        total[key] = sum(s[key] for s in stages)
    if len(x):
        total["utilization"] = total["used"] / total["codes"]
        joint = np.unique(x, axis=0, return_counts=True)[1]
        total["joint_used"] = len(joint)
        total["joint_entropy_bits"] = entropy(joint)
        total["joint_entropy_bias_bits"] = (
            (len(joint) - 1) / (2 * len(x) * log(2)))
        total["joint_perplexity"] = 2 ** entropy(joint)
        for key in ("entropy_bits", "entropy_bias_bits"):
            total[key] = sum(s[key] for s in stages)
        total["perplexity"] = 2 ** total["entropy_bits"]
        total["expected_utilization"] = sum(
            s["expected_utilization"] * k
            for s, k in zip(stages, ks)) / sum(ks)
        total["tokens_per_code"] = len(x) / sum(ks)
        if len(ks) == 1:
            total.update(stages[0])
    bits = len(x) * total["bits_per_token"]
    if "height" in meta:
        total["bits_per_pixel"] = (bits / int(meta["height"]) /
                                   int(meta["width"]))
    if "frames" in meta:
        total["bits_per_second"] = (bits * int(meta["sample_rate"]) /
                                    int(meta["frames"]))
    return total, stages


def same(got, want, where):
    for key, v in want.items():
        assert key in got, "%s: no %s" % (where, key)
        ok = got[key] is v if isinstance(v, bool) else got[
            key] == v if isinstance(v, int) else isinstance(
            got[key], float) and isclose(got[key], v, rel_tol=1e-9,
                                         abs_tol=1e-12)
        assert ok, "%s: %s is %r, not %r" % (where, key, got[key], v)


def check(case, path):
    arrays, ks, meta = CASES[case][:3]
    with open(path) as f:
        got = json.load(f)
    total, stages = expected(arrays, ks, meta)
    assert got["format"] == 1 and got["routes"] == []
    same(got, total, "total")
    assert len(got["stages"]) == len(ks), got["stages"]
    for i, s in enumerate(stages):
        same(got["stages"][i], s, "stage %d" % i)
        check_curve(got["stages"][i]["curve"], np.concatenate(
            [a[..., i].ravel() for a in arrays]), ks[i], "stage %d" % i)
    total = check_neighbours(got, arrays, meta)
    assert sum("pairs" in note for note in got["notes"]) == (
        not total.get("enough_neighbours", True)), got["notes"]
    assert ("gini" in got) == ("top_share" in got) == (len(ks) == 1)
    if got["items"]:
        assert len(got["items"]) == len(arrays)
        for i, a in enumerate(arrays):
            assert got["items"][i]["item"] == "item %d" % i
            same(got["items"][i], expected([a], ks, meta)[0], "item %d" % i)
            check_neighbours(got["items"][i], [a], meta)


def flat(v):
    return "" if v is None else v


def tsv(report, table):
    with open(report) as f:
        want = json.load(f)
    with open(table) as f:
        lines = [line.rstrip("\n").split("\t") for line in f]
    rows = [dict(zip(lines[0], line)) for line in lines[1:]]
    assert all(len(line) == len(lines[0]) for line in lines), lines
    groups = [("total", [want]), ("stage", want["stages"]),
              ("item", want["items"])]
    for scope, things in groups:
        mine = [row for row in rows if row["scope"] == scope and
                (scope == "stage" or row["stage"] == "")]
        if scope == "stage":
            mine = [row for row in mine if row["item"] == ""]
        assert len(mine) == len(things), (scope, len(mine), len(things))
        for row, thing in zip(mine, things):
            for key, v in thing.items():
                if isinstance(v, (list, bool)) or key == "format":
                    continue
                if isinstance(v, (int, float)):
                    assert float(row[key]) == v, (scope, key, row[key], v)
                else:
                    assert row[key] == flat(v), (scope, key, row[key], v)


def ssim(a, b):
    if a.ndim == 3:
        weights = [1] if a.shape[2] == 1 else [0.299, 0.587, 0.114]
        a, b = a @ weights, b @ weights
    g = np.exp(-(np.arange(11) - 5) ** 2 / (2 * 1.5 ** 2))
    w = np.outer(g, g) / g.sum() ** 2
    values = []
    for y in range(a.shape[0] - 10):
        for x in range(a.shape[1] - 10):
            p, q = a[y:y + 11, x:x + 11], b[y:y + 11, x:x + 11]
            mp, mq = (w * p).sum(), (w * q).sum()
            vp, vq = (w * (p - mp) ** 2).sum(), (w * (q - mq) ** 2).sum()
            c = (w * (p - mp) * (q - mq)).sum()
            values.append((2 * mp * mq + 1e-4) * (2 * c + 9e-4) /
                          ((mp * mp + mq * mq + 1e-4) * (vp + vq + 9e-4)))
    return np.mean(values)


def distortion(report, ref, got, peak=None):
    with open(report) as f:
        found = json.load(f)
    a, b = (np.load(x).astype(float) for x in (ref, got))
    mse = ((a - b) ** 2).mean()
    want = {"mse": mse}
    if peak:
        want["psnr_db"] = 10 * np.log10(float(peak) ** 2 / mse)
        want["ssim"] = ssim(a, b)
    else:
        want["snr_db"] = 10 * np.log10((a ** 2).mean() / mse)
    for key, v in want.items():
        assert isclose(found[key], v, rel_tol=2e-4), (key, found[key], v)


def main(what, *args):
    if what == "keys":
        print("" if CASES[args[0]][2] else "-k %d" % CASES[args[0]][1][0])
    else:
        {"make": make, "check": check, "tsv": tsv,
         "distortion": distortion}[what](*args)


main(*sys.argv[1:])
