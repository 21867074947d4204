"""table.py - figures of all cells of an experiment, by arm and seed.

A cell's figures are numbers by name, or by part of the data (held, seen) and
name: here "held used" and so on.
"""
import json
import os

import plan
import spread


def flat(figures):
    out = {}
    for name, v in figures.items():
        if isinstance(v, dict):
            out.update({name + " " + n: x for n, x in v.items()})
        else:
            out[name] = v
    return out


def read(folder):
    """{seed: cell}."""
    out = {}
    for f in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if f.endswith(".json") and f[:-5].isdigit():
            with open(os.path.join(folder, f)) as g:
                out[int(f[:-5])] = json.load(g)
    return out


class Arm:
    def __init__(self, name, seeds):
        self.name, self.seeds = name, seeds
        self.figures = {s: flat(c["figures"]) for s, c in seeds.items()}
        self.cell = next(iter(seeds.values()))["cell"]

    def values(self, measure):
        return [f[measure] for f in self.figures.values() if measure in f]

    def mean(self, measure):
        v = self.values(measure)
        return spread.mean(v) if v else None

    def sd(self, measure):
        v = self.values(measure)
        return spread.sd(v) if len(v) > 1 else None

    def measures(self):
        return list(dict.fromkeys(
            m for f in self.figures.values() for m in f))

    def command(self):
        """What vq-train was asked, but for files and seed."""
        c = self.cell
        words = "-s %d -b %d %s" % (c["steps"], c["batch"], c["options"])
        return words + (" THEN " + c["then"] if "then" in c else "")


class Table:
    def __init__(self, cache):
        self.of, self.builds = {}, set()
        for experiment, arms in plan.experiments().items():
            for name, _ in arms:
                seeds = read(os.path.join(cache, "cells", experiment, name))
                if seeds:
                    self.of.setdefault(experiment, {})[name] = Arm(name,
                                                                   seeds)
                self.builds |= {c["build"] for c in seeds.values()}

    def arm(self, experiment, name):
        return self.of.get(experiment, {}).get(name)

    def mean(self, experiment, name, measure):
        arm = self.arm(experiment, name)
        return arm.mean(measure) if arm else None


def best_rate(tab, experiment, quantizer, start, k):
    """The arm of this quantizer whose rate gives the least error of what a
    choice may go by (not of what is held out), with the first seed; None
    without any."""
    at = "%s_%s_%s" % (quantizer, start, k)
    found = {}
    for name in [at] + ["%s_%g" % (at, r) for r in plan.SWEEP]:
        arm = tab.arm(experiment, name)
        if arm and 1 in arm.figures:
            found[name] = arm.figures[1]["valid_error"]
    return min(found, default=None, key=found.get)
