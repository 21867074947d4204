"""experiments.py FOLDER CACHE: cells with known figures, and what the decision
rule of FOLDER says about them.

Seeds differ far more than arms do, in the same way for all arms: only paired
differences find what is there.
"""
import json
import os
import sys

sys.path.insert(0, sys.argv[1])
import decide  # noqa: E402
import table  # noqa: E402

SEED = [0, 0.3, -0.1, 0.2, 0.1]
WOBBLE = [0.002, -0.001, 0.001, -0.002, 0]
# fluctuation, loss, max_violation, size of what is not paired
ONE = {
    "softmax": (0.5, 1.025, 1, 1),
    "slow": (0.4, 1.03, 1, -1),
    "hash": (0, 1.05, 0, 1), "random": (0, 1.04, 1, -1),
    "kmeans": (0, 1.02, 1, 1),
    "biased": (0.2, 0.99, 1, -1),
    "stable": (0.2, 1.0195, 1, -1),
    "cosine": (0.48, 0.99, 1, 60),
    "vq": (0.2, 0.99, 2, -1),
}
# The second layer of vqmoe is no better than that of softmax-2.
TWO = {
    "softmax-2": [(0.5, 1, 1, 1), (0.5, 1, 1, -1)],
    "slow-2": [(0.4, 1, 1, -1), (0.4, 1, 1, 1)],
    "vqmoe": [(0.2, 1.1, 1, -1), (0.5, 1.1, 1, 1)],
}


def figures(layers, seed, path):
    out = {" ": {"valid_loss": layers[0][1] + SEED[seed] +
                 WOBBLE[seed] * layers[0][3]}}
    for layer, (moved, _, violation, size) in enumerate(layers):
        out["%d %s" % (layer, path)] = {
            "fluctuation": moved + SEED[seed] + WOBBLE[seed] * size,
            "max_violation": violation}
    return out


def main(cache):
    arms = {**{a: [v] for a, v in ONE.items()}, **TWO}
    for experiment, arm in [("digits", a) for a in ONE] + \
            [("text", a) for a in arms]:
        layers = arms[arm]
        folder = os.path.join(cache, "cells", experiment, arm)
        os.makedirs(folder)
        for seed in range(5):
            path = "union" if arm == "vqmoe" else "all"
            cell = {"build": "", "figures": figures(layers, seed, path)}
            with open("%s/%d.json" % (folder, seed + 1), "w") as f:
                json.dump(cell, f)
    print("\n".join(decide.report(table.Table(cache))))


main(sys.argv[2])
