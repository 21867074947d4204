"""plan.py - which cells there are: (experiment, arm, seed) and their options.

An arm is TYPE_START_K and what else it varies: TYPE one of QUANTIZERS, START
random (the papers') or kmeans.  All arms of one experiment, start and k have
the same data, steps, batches, seed and, but for those with a rate in their
name, the same rate; a figure is that of the last step, nothing is chosen.
"""
import fnmatch

SEEDS = 3
STEPS, BATCH = 600, 4096
# Rates of the codebook: the trials' for a random start, vq-train's default
# for a start that is good already.
RATE = dict(random=1e-2, kmeans=1e-3)
SWEEP = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
# The maps beside a codebook; at 1e-2 those of simvq diverged after 430 steps.
NET_RATE = dict(random=3e-3, kmeans=1e-3)
K = {"1k": 1024, "4k": 4096, "8k": 8192, "64k": 65536}

QUANTIZERS = {
    "vq": "-t vq",
    "ema": "-t ema",
    "cvq": "-t cvq",
    "simvq": "-t simvq",
    "simvq-frozen": "-t simvq --freeze-table",
    "simvq-mlp": "-t simvq --basis mlp",
    "simvq-bridge": "-t simvq --basis bridge",
    "lc": "-t lc",
    "fc": "-t fc",
    "fsq": "-t fsq",
    "lfq": "-t lfq",
    "kmeans": "-t kmeans",
}
LARGE = ("vq", "ema", "simvq", "simvq-frozen")
RIVALS = ("cvq", "fc", "fsq", "lfq")
SWEPT = ("vq", "simvq", "simvq-frozen")
SWEPT_LARGE = ("vq", "simvq")
# What the first seed's sweep chose, where that is not RATE: it runs with all.
CHOSEN = {("simvq", "random"): 3e-2, ("simvq-frozen", "random"): 3e-2}
NETWORK = ("vq", "ema", "simvq")
# The quantizer alone: 2 x 2 of table and shift, beside vq.
ALONE = {
    "vq": "-t vq",
    "free-bias": "-t simvq",
    "free-nobias": "-t simvq --no-bias",
    "frozen-bias": "-t simvq --freeze-table",
    "frozen-nobias": "-t simvq --freeze-table --no-bias",
}
SHIFTS = (0, 2, 5)
# What goes on from a model, at the rate of a random start.
STALE = ("vq", "ema", "simvq", "simvq-frozen")
RESCUE = ("vq", "ema", "simvq", "simvq-frozen")
ACROSS = ("vq", "ema", "simvq", "simvq-frozen", "lc", "kmeans")


def arm(name, options, k=None, start=None, rate=None, **more):
    words = [options]
    if k:
        words.append("-k %d" % K[k])
    if start:
        words.append("--init " + start)
    words.append("-l %g" % (rate or RATE[start]))
    return name, dict(options=" ".join(words), start=start, **more)


def starts(quantizer):
    return ("kmeans",) if quantizer == "kmeans" else ("random", "kmeans")


def grid(quantizers, ks, only=None):
    """TYPE_START_K of all of them."""
    for q in quantizers:
        for start in only or starts(q):
            for k in ks:
                yield arm("%s_%s_%s" % (q, start, k), QUANTIZERS[q], k, start)


def rates(quantizers, ks, start="random"):
    """The same at other rates; but for that which was chosen, with the first
    seed alone."""
    for q in quantizers:
        for k in ks:
            for rate in SWEEP:
                if rate != RATE[start]:
                    yield arm("%s_%s_%s_%g" % (q, start, k, rate),
                              QUANTIZERS[q], k, start, rate,
                              once=rate != CHOSEN.get((q, start)))


def annealed(ks):
    for q in ("simvq", "simvq-bridge"):
        for k in ks:
            yield arm("%s_random_%s_cosine" % (q, k),
                      QUANTIZERS[q] + " --schedule cosine", k, "random")


def with_net(name, options, k, start):
    """Linear maps learn along with the codebook."""
    return arm(name, "%s --code-rate %g" % (options, RATE[start]), k, start,
               NET_RATE[start], net=True)


def network(ks):
    for q in NETWORK:
        for start in starts(q):
            for k in ks:
                yield with_net("%s_%s_%s_net" % (q, start, k), QUANTIZERS[q],
                               k, start)


def estimators(ks):
    for k in ks:
        for how in ("rotation", "diveq"):
            yield with_net("vq_random_%s_net_%s" % (k, how),
                           "-t vq --estimator " + how, k, "random")
        yield arm("vq_random_%s_entropy" % k, "-t vq --entropy-weight 0.1", k,
                  "random")


def shifted():
    """Every arm from the same codes; rates in units of the data's spread,
    where E |x|^2 is 1: 1e-2, and that of 1e-2 in units of z."""
    for mu in SHIFTS:
        for name, options in ALONE.items():
            for rate in (1e-2, 1e-2 / 8 ** 0.5):
                yield arm("%s_%d_%.2g" % (name, mu, rate),
                          options, rate=float("%.2g" % rate),
                          data="shifted/%d" % mu, codes=1024, steps=2000)


def stale():
    for q in STALE:
        yield arm(q, QUANTIZERS[q], "4k", "kmeans", then=QUANTIZERS[q])
    # What may be reached: k-means of the new data.
    yield arm("kmeans", QUANTIZERS["kmeans"], "4k", "kmeans", data="stale/b")


def rescue():
    for q in RESCUE:
        yield arm(q, QUANTIZERS["vq"], "4k", "random", data="photos",
                  then=QUANTIZERS[q])


def experiments():
    every = QUANTIZERS
    return {
        "shifted": [*shifted()],
        "fashion": [*grid(every, ("1k", "8k")), *network(("1k", "8k"))],
        "photos": [*grid(every, ("1k", "8k")), *network(("1k", "8k")),
                   *grid(LARGE, ("4k", "64k")),
                   *grid(("kmeans",), ("64k",)),
                   *grid(("simvq-bridge", *RIVALS), ("64k",), ("random",)),
                   *annealed(("8k", "64k")), *rates(SWEPT, ("4k", "8k")),
                   *rates(SWEPT_LARGE, ("64k",)),
                   *rates(SWEPT, ("8k",), "kmeans"), *estimators(("8k",))],
        "speech": [*grid(("vq", "ema", "simvq", "kmeans"), ("1k", "4k"))],
        "stale": [*stale()],
        "rescue": [*rescue()],
        "across": [*grid(ACROSS, ("4k",))],
    }


NAMES = list(experiments())


def cells(names, patterns, seeds, scale):
    """Seeds go slowest, so that what is there early can be compared; the
    slow cells of 65,536 codes come last."""
    found = [c for seed in range(1, seeds + 1) for c in
             of_seed(names, patterns, seed, scale)]
    return sorted(found, key=lambda c: "_64k" in c["arm"])


def of_seed(names, patterns, seed, scale):
    of = experiments()
    for experiment in names:
        for name, what in of[experiment]:
            if patterns and not any(fnmatch.fnmatchcase(name, p)
                                    for p in patterns):
                continue
            c = dict(what, experiment=experiment, arm=name, seed=seed)
            if c.pop("once", False) and seed > 1:
                continue
            c["steps"] = max(1, round(c.get("steps", STEPS) * scale))
            c["batch"] = BATCH
            yield c
