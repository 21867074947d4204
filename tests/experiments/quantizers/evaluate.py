"""evaluate.py - what came out: tables, promises, curves.

    evaluate.py CACHE OUT

Writes OUT/EXPERIMENT.tsv (figures of each arm: mean and sd over seeds, and
the options of vq-train), OUT/tables.md, OUT/promises.txt and OUT/*.png,
and prints the promises.
"""
import os
import sys

import promises
import table

QUALITY = ("psnr", "snr", "mse")
# Of a part of the data, with their sd; and of a cell as a whole.
PART = ("used", "utilization", "perplexity")
WHOLE = ("churn", "valid_error", "cpu_seconds")


def number(v):
    return "-" if v is None else "%.5g" % v


def quality(arms):
    return next(m for m in QUALITY if any(a.values("held " + m)
                                          for a in arms))


def rows(arms):
    """A row an arm and part: held out, seen in training, and held out before
    a training went on."""
    q = quality(arms)
    spread = [w for m in (*PART, q) for w in (m, m + "_sd")]
    yield ["arm", "part", "seeds", "tokens", "codes", *spread,
           "expected_utilization", *WHOLE, "vq-train"]
    for a in arms:
        for part in ("held", "seen", "before"):
            if a.values(part + " used"):
                of = [f(part + " " + m) for m in (*PART, q)
                      for f in (a.mean, a.sd)]
                yield [a.name, part, str(len(a.seeds)),
                       *("%d" % a.mean(part + " " + m)
                         for m in ("tokens", "codes")),
                       *map(number, of),
                       number(a.mean(part + " expected_utilization")),
                       *(number(a.mean(m)) for m in WHOLE), a.command()]


def write_tsv(path, arms):
    with open(path, "w") as f:
        for line in rows(arms):
            f.write("\t".join(line) + "\n")


def pair(arm, measure, digits=1, factor=1):
    """Mean +- sd."""
    m, s = arm.mean(measure), arm.sd(measure)
    if m is None:
        return ""
    if s is None:
        return "%.*f" % (digits, factor * m)
    return "%.*f ± %.*f" % (digits, factor * m, digits, factor * s)


def short(arms):
    """A table to read, an arm a line; of what was held out, and the share
    used of what was seen."""
    q = quality(arms)
    columns = [("codes", lambda a: "%d" % a.mean("held codes")),
               ("used", lambda a: pair(a, "held used", 0)),
               ("%", lambda a: pair(a, "held utilization", 1, 100)),
               ("expected %", lambda a: "%.1f" % (
                   100 * a.mean("held expected_utilization"))),
               ("perplexity", lambda a: pair(a, "held perplexity", 0)),
               (q + (" dB" if q != "mse" else ""),
                lambda a: pair(a, "held " + q, 2 if q != "mse" else 4)),
               ("used, seen", lambda a: pair(a, "seen used", 0)),
               ("perplexity, seen", lambda a: pair(a, "seen perplexity", 0)),
               (q + ", seen",
                lambda a: pair(a, "seen " + q, 2 if q != "mse" else 4)),
               ("used before", lambda a: pair(a, "before used", 0)),
               (q + " before",
                lambda a: pair(a, "before " + q, 2 if q != "mse" else 4)),
               ("churn %", lambda a: pair(a, "churn", 1, 100)),
               ("s", lambda a: pair(a, "cpu_seconds", 1))]
    columns = [c for c in columns if any(c[1](a) for a in arms)]
    yield "| arm | seeds | " + " | ".join(c[0] for c in columns) + " |"
    yield "|---" * (len(columns) + 2) + "|"
    for a in arms:
        yield "| %s | %d | " % (a.name, len(a.seeds)) + " | ".join(
            c[1](a) for c in columns) + " |"


def main(cache, out):
    tab = table.Table(cache)
    if not tab.of:
        sys.exit("experiments: no cells in " + cache)
    os.makedirs(out, exist_ok=True)
    if len(tab.builds) > 1:
        print("experiments: the cells come from %d builds of the commands" %
              len(tab.builds), file=sys.stderr)
    with open(out + "/tables.md", "w") as f:
        for experiment, arms in tab.of.items():
            arms = list(arms.values())
            write_tsv("%s/%s.tsv" % (out, experiment), arms)
            n = " and ".join(
                "%d %s" % (arms[0].mean(p + " tokens"), p)
                for p in ("held", "seen"))
            f.write("\n## %s (N = %s)\n\n" % (experiment, n))
            f.writelines(s + "\n" for s in short(arms))
    said = "\n".join(promises.report(tab))
    with open(out + "/promises.txt", "w") as f:
        f.write(said + "\n")
    print(said)
    return tab


if __name__ == "__main__":
    TAB = main(*sys.argv[1:3])
    try:
        import plot
    except ImportError:
        print("experiments: no matplotlib (make experiments-deps): no curves",
              file=sys.stderr)
    else:
        plot.main(TAB, sys.argv[2])
