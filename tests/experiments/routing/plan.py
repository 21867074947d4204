"""plan.py - which cells there are: (experiment, arm, seed) and their options.

An arm is a router with its options.  `active` is how many experts a token
uses; arms are compared with the softmax router of as many (BASE), with one
that learns ten times slower (SLOW), and with FROZEN controls, which never
change their routes and so are the bar for every claim of stability.
"""
import math

EXPERTS = 8
SEEDS = 5
# Where time is short: arms that only vary K or c have fewer seeds.
SWEEP_SEEDS = {"digits": 5, "fashion": 3, "text": 3, "speech": 3}

# moe-train's options.  A cell takes from a second (digits) to half a minute
# (text) on one core; `make experiments-full` takes ten times the steps.
EXPERIMENTS = {
    "digits": dict(steps=491, options="-b 256 --width 64 --hidden 32"),
    "fashion": dict(steps=983, options="-b 512 --width 64"),
    "text": dict(steps=983, options="-b 512 --layers 2 --width 96"),
    "speech": dict(steps=983, options="-b 512 --layers 2 --width 64"),
}
# Rows that follow each other in time: how long they keep an expert is asked.
IN_ORDER = ["text", "speech"]
# Tasks from which a claim may come: their representations move.  One layer
# over fixed rows shows how routers behave, no more.
MOVING = ["text", "speech"]
SHIFT = dict(steps=491, options="-b 256 --width 64 --hidden 32")
# Checkpoints of the trace: each this many times the steps of the one before.
GRID = 1.26

BASE = {1: "softmax", 2: "softmax-2"}
SLOW = {1: "slow", 2: "slow-2"}
FROZEN = {1: ["hash", "random", "kmeans"],
          2: ["hash-2", "random-2", "kmeans-2"]}

ONE = {
    "softmax": "--router softmax",
    "slow": "--router softmax --router-rate 0.1",
    "cosine": "--router cosine",
    "biased": "--router biased",
    "stable": "--router stable",
    "vq": "--router vq",
    "hash": "--router hash",
    "random": "--router random",
    "kmeans": "--router kmeans",
}
TWO = {
    "softmax-2": "--router softmax -t 2",
    "slow-2": "--router softmax -t 2 --router-rate 0.1",
    "hash-2": "--router hash -t 2",
    "random-2": "--router random -t 2",
    "kmeans-2": "--router kmeans -t 2",
    "vqmoe": "--router vqmoe",
    "vqmoe-modulo": "--router vqmoe --map modulo",
}
# K and c of "vqmoe" are 4 E and 0.05, moe-train's defaults.
CODES = {"vqmoe-%d" % k: k for k in (EXPERTS, 16 * EXPERTS, 64 * EXPERTS)}
CONTRIB = {"vqmoe-c%g" % c: c for c in (0, 0.5, 1)}
SWEEPS = {**{a: "--router vqmoe -k %d" % k for a, k in CODES.items()},
          **{a: "--router vqmoe --contrib %g" % c
             for a, c in CONTRIB.items()}}
ARMS = {**ONE, **TWO, **SWEEPS}
SHIFT_ARMS = {
    "softmax": "--router softmax",
    "softmax-2": "--router softmax -t 2",
    "hash": "--router hash",
    "vq": "--router vq",
    "vq-frozen": "--router vq --freeze-codes",
    "vqmoe": "--router vqmoe",
    "vqmoe-frozen": "--router vqmoe --freeze-codes",
}
NAMES = ["digits", "shift", "fashion", "text", "speech"]


def active(arm):
    return 1 if arm in ONE else 2


def sweep(word):
    """Arms of a sweep in order, and their values; the default is one."""
    at = {"codes": dict(CODES, vqmoe=4 * EXPERTS),
          "contrib": dict(CONTRIB, vqmoe=0.05)}[word]
    return sorted(at, key=at.get), at


def on_grid(steps):
    """The last checkpoint up to there: then the last two are a fifth of the
    training apart."""
    at = 1
    while (after := max(at + 1, math.ceil(at * GRID))) <= steps:
        at = after
    return at


def cell(experiment, arm, seed, scale):
    shift = experiment == "shift"
    of = SHIFT if shift else EXPERIMENTS[experiment]
    options = (SHIFT_ARMS if shift else ARMS)[arm]
    return dict(experiment=experiment, arm=arm, seed=seed,
                steps=on_grid(of["steps"] * scale),
                options="-E %d %s %s" % (EXPERTS, of["options"], options))


def cells(experiments, arms, seeds, scale):
    """Seeds go slowest, so that what is there early can be compared."""
    for seed in range(1, seeds + 1):
        for experiment in experiments:
            known = SHIFT_ARMS if experiment == "shift" else ARMS
            for arm in known:
                few = arm in SWEEPS and seed > SWEEP_SEEDS[experiment]
                if not few and (not arms or arm in arms):
                    yield cell(experiment, arm, seed, scale)
