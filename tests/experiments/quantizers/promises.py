"""promises.py - what was promised of a codebook's life, and whether it holds.

On photographs from a random start: at k = 65,536 simvq has 5 times the live
codes of vq and 3 times its perplexity; from 4,096 to 65,536 codes vq's live
codes grow less than twice, simvq's more than 4 times.  At equal rate, and each
at the rate that a choice by other photographs gives it.
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


def figure(arm, part, measure):
    return arm.mean("%s %s" % (part, measure))


def larger(a, b, part, k):
    """simvq a against vq b."""
    for measure, least in (("used", MORE_CODES),
                           ("perplexity", MORE_PERPLEXITY)):
        x, y = (figure(arm, part, measure) for arm in (a, b))
        yield "%s %s: k = %s, %s: %s of %s %.0f, of %s %.0f: %.1f times " \
            "(promised: %d)" % (
                verdict(x >= least * y), PARTS[part], k, "N = %d" %
                figure(a, part, "tokens"), measure, a.name, x, b.name, y,
                x / y, least)


def growth(small, large, part, limit, above):
    x, y = (figure(arm, part, "used") for arm in (small, large))
    ok = y > limit * x if above else y < limit * x
    return "%s %s: live codes of %s %.0f, of %s %.0f: %.1f times " \
        "(promised: %s %d)" % (
            verdict(ok), PARTS[part], small.name, x, large.name, y, y / x,
            "above" if above else "below", limit)


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
            yield from larger(large, vq[1], part, "64k")
        if large and small:
            yield growth(small, large, part, SIMVQ_GROWS, True)
    if all(vq):
        yield growth(*vq, part, VQ_GROWS, False)
