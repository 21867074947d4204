"""evaluate.py - tables of what came out.

    evaluate.py CACHE OUT

Writes OUT/photos.tsv and OUT/speech.tsv, a line for each model or peer, what it
was asked for and each set of files, and OUT/tables.md: the same in short, with
what k-means, JPEG and WebP do at a model's size.
"""
import json
import math
import os
import sys

import measure
import plan
import words

# Stand as a curve, not as models.
CURVES = {"k-means": "kmeans-", "JPEG": "jpeg", "WebP": "webp"}


def mean(v):
    v = list(v)
    return sum(v) / len(v) if v else math.nan


def results(cache, experiment):
    """{arm: cell}, of those that are there."""
    folder = os.path.join(cache, "cells", experiment)
    arms = os.listdir(folder) if os.path.isdir(folder) else []
    found = {}
    for arm in sorted(arms):
        with open("%s/%s/%d.json" % (folder, arm, plan.SEED)) as f:
            found[arm] = json.load(f)
    order = [a for a, _ in plan.arms(experiment)]
    return dict(sorted(found.items(), key=lambda x: (
        order.index(x[0]) if x[0] in order else len(order), x[0])))


def size(item):
    """Bytes: packed ones where there are such."""
    return item.get("bytes", item.get("bits", 0) / 8)


def curve(arms, start, where):
    """(log of bits a pixel, PSNR, SSIM) of the points of all arms of a name,
    by size; without those that another has at no larger size and a higher
    PSNR."""
    points = sorted((math.log(per_pixel(items, lambda i: 8 * size(i))),
                     mean(i["psnr_db"] for i in items.values()),
                     mean(i["ssim"] for i in items.values()))
                    for arm, cell in arms.items() if arm.startswith(start)
                    for items in (p["sets"][where] for p in cell["points"]))
    best = [max(p[1] for p in points[:i + 1]) for i in range(len(points))]
    return [p for p, b in zip(points, best) if p[1] == b]


def at_size(points, bits, column):
    """Between two points on a straight line over the log of the size; not a
    number outside of them."""
    x = math.log(bits)
    for a, b in zip(points, points[1:]):
        if a[0] <= x <= b[0]:
            t = (x - a[0]) / (b[0] - a[0]) if b[0] > a[0] else 0
            return a[column] + t * (b[column] - a[column])
    return math.nan


def per_pixel(items, bits):
    return sum(bits(i) for i in items.values()) / sum(
        i["pixels"] for i in items.values())


def photo_rows(arms):
    for where in measure.SETS["photos"]:
        curves = {n: curve(arms, start, where)
                  for n, start in CURVES.items()}
        for arm, cell in arms.items():
            for point in cell["points"]:
                items = point["sets"][where]
                row = {"set": where, "arm": arm, "at": point["at"],
                       "files": len(items)}
                if "peer" not in cell["cell"]:
                    row["nominal"] = per_pixel(items, lambda i: i["bits"])
                row["size"] = per_pixel(items, lambda i: 8 * size(i))
                row["psnr"] = mean(i["psnr_db"] for i in items.values())
                row["ssim"] = mean(i["ssim"] for i in items.values())
                for n, c in curves.items() if "nominal" in row else ():
                    for k, what in enumerate(("psnr", "ssim"), 1):
                        row["%s %s" % (n, what)] = at_size(c, row["size"], k)
                yield row


def heard(path):
    with open(path) as f:
        return {n: text.split() for n, text in
                (line.rstrip("\n").split("\t") for line in f)}


def speech_rows(arms, said):
    original = arms.get("original")
    for where in measure.SETS["speech"]:
        for arm, cell in arms.items():
            for point in cell["points"]:
                items = point["sets"][where]
                seconds = sum(i["seconds"] for i in items.values())
                row = {"set": where, "arm": arm, "at": point["at"],
                       "files": len(items)}
                if "peer" not in cell["cell"]:
                    row["nominal"] = sum(
                        i["bits"] for i in items.values()) / seconds / 1000
                row["kbit/s"] = 8 * sum(
                    size(i) for i in items.values()) / seconds / 1000
                row["lsd"] = mean(i["log_spectral_distance_db"]
                                  for i in items.values())
                if original and where == "english":
                    row.update(understood(
                        said, original["points"][0]["sets"][where], items))
                yield row


def understood(said, original, items):
    names = [n for n in said if n in items]
    row = {}
    for what, pairs in zip(("right", "same"), words.kept(
            said, *({n: s[n]["words"] for n in names}
                    for s in (original, items)), names)):
        low, high = words.interval(pairs)
        row.update({what + " of": sum(n for _, n in pairs),
                    what: 100 * words.share(pairs),
                    what + " low": 100 * low, what + " high": 100 * high})
    return row


def shown(v, digits):
    if isinstance(v, float):
        return "%.*f" % (digits, v) if math.isfinite(v) else "-"
    return "-" if v is None else str(v)


DIGITS = {"size": 4, "nominal": 4, "ssim": 4, "kbit/s": 2, "right": 1,
          "same": 1, "low": 1, "high": 1}


def text_of(row, column):
    return shown(row.get(column), DIGITS.get(column.split(" ")[-1], 2))


def write(out, name, rows, columns):
    """The TSV, with every column; the lines of a table of some."""
    there = dict.fromkeys(c for r in rows for c in r)
    every = [c for c in dict.fromkeys(["set", *columns, *there])
             if c in there]
    with open("%s/%s.tsv" % (out, name), "w") as f:
        f.write("\t".join(every) + "\n")
        for r in rows:
            f.write("\t".join(text_of(r, c) for c in every) + "\n")
    columns = [c for c in columns if c in there]
    for where in dict.fromkeys(r["set"] for r in rows):
        yield "\n## %s: %s\n" % (name, where)
        yield "| " + " | ".join(columns) + " |"
        yield "|---" * len(columns) + "|"
        for r in rows:
            if r["set"] == where:
                yield "| " + " | ".join(text_of(r, c)
                                        for c in columns) + " |"


def main(cache, out):
    os.makedirs(out, exist_ok=True)
    lines = []
    photos = list(photo_rows(results(cache, "photos")))
    if photos:
        lines += write(out, "photos", photos,
                       ["arm", "at", "nominal", "size", "psnr", "ssim"] +
                       [n + c for n in CURVES for c in (" psnr", " ssim")])
    arms = results(cache, "speech")
    if arms:
        said = heard(cache + "/data/speech/english.tsv")
        lines += write(out, "speech", list(speech_rows(arms, said)),
                       ["arm", "at", "nominal", "kbit/s", "lsd", "right",
                        "right low", "right high", "same"])
    with open(out + "/tables.md", "w") as f:
        f.writelines(line + "\n" for line in lines)
    print("\n".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:3])
