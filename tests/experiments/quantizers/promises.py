"""promises.py - what was promised of a codebook's life, and whether it holds.

On photographs from a random start: at k = 65,536 simvq has 5 times the live
codes of vq and 3 times its perplexity; from 4,096 to 65,536 codes vq's live
codes grow less than twice, simvq's more than 4 times.  At equal rate, and each
at the rate that a choice by other photographs gives it.  Of every seed.
"""
import table

MORE_CODES, MORE_PERPLEXITY = 5, 3
VQ_GROWS, SIMVQ_GROWS = 2, 4
PARTS = {"held": "held out", "seen": "seen in training"}


def verdict(ok):
    return "holds:" if ok else "does not hold:"


def arm_of(tab, quantizer, k, tuned):
    if tuned:
        name = table.best_rate(tab, "photos", quantizer, "random", k)
    else:
        name = "%s_random_%s" % (quantizer, k)
    return tab.arm("photos", name) if name else None


def ratios(a, b, measure):
    """a / b, seed by seed."""
    return [a.figures[s][measure] / b.figures[s][measure]
            for s in sorted(a.figures) if s in b.figures]


def line(a, b, part, what, fits, promised):
    """What is a times b; it holds where it does for every seed."""
    measure = "%s %s" % (part, what)
    r = ratios(a, b, measure)
    return "%s %s, N = %d: %s of %s %.0f, of %s %.0f: %.1f to %.1f times " \
        "(promised: %s)" % (
            verdict(all(map(fits, r))), PARTS[part],
            a.mean(part + " tokens"), what, a.name, a.mean(measure), b.name,
            b.mean(measure), min(r), max(r), promised)


def larger(a, b, part):
    """simvq a against vq b."""
    yield line(a, b, part, "used", lambda r: r >= MORE_CODES,
               "at least %d" % MORE_CODES)
    yield line(a, b, part, "perplexity", lambda r: r >= MORE_PERPLEXITY,
               "at least %d" % MORE_PERPLEXITY)


def growth(small, large, part, limit, above):
    if above:
        return line(large, small, part, "used", lambda r: r > limit,
                    "above %d" % limit)
    return line(large, small, part, "used", lambda r: r < limit,
                "below %d" % limit)


def report(tab):
    for tuned in (False, True):
        arms = {(q, k): arm_of(tab, q, k, tuned)
                for q in ("vq", "simvq", "simvq-frozen")
                for k in ("4k", "64k")}
        yield "photographs, random start, %s" % (
            "each at its best rate" if tuned else "equal rate")
        for part in PARTS:
            yield from judged(arms, part)


def judged(arms, part):
    vq = [arms["vq", k] for k in ("4k", "64k")]
    for q in ("simvq", "simvq-frozen"):
        small, large = (arms[q, k] for k in ("4k", "64k"))
        if large and vq[1]:
            yield from larger(large, vq[1], part)
        if large and small:
            yield growth(small, large, part, SIMVQ_GROWS, True)
    if all(vq):
        yield growth(*vq, part, VQ_GROWS, False)
