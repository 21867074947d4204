"""table.py - figures of all cells by arm, and paired differences of them.

A cell's `figures` are {"LAYER PATH": {measure: number}}; what belongs to no
layer stands under " ".  Seeds are paired: the same seed has the same data
order and the same start in every arm.
"""
import json
import os

import plan
from spread import interval, mean, sd  # noqa: F401


class Table:
    """Figures by experiment, arm, place ("LAYER PATH"), measure and seed."""

    def __init__(self, cache):
        self.cells = {}
        for experiment in plan.NAMES:
            for arm in dict.fromkeys([*plan.ARMS, *plan.SHIFT_ARMS]):
                got = self.read(os.path.join(cache, "cells", experiment, arm))
                if got:
                    self.cells.setdefault(experiment, {})[arm] = got

    @staticmethod
    def read(folder):
        out = {}
        if os.path.isdir(folder):
            for f in sorted(os.listdir(folder)):
                if f.endswith(".json") and f[:-5].isdigit():
                    with open(os.path.join(folder, f)) as g:
                        out[int(f[:-5])] = json.load(g)
        return out

    def arms(self, experiment):
        """In the order of the plan."""
        return list(self.cells.get(experiment, {}))

    def seeds(self, experiment, arm):
        return self.cells.get(experiment, {}).get(arm, {})

    def values(self, experiment, arm, place, measure):
        """{seed: number}; seeds without this figure are left out."""
        out = {}
        for seed, cell in self.seeds(experiment, arm).items():
            v = cell["figures"].get(place, {}).get(measure)
            if v is not None:
                out[seed] = v
        return out

    def places(self, experiment, arm):
        out = {}
        for cell in self.seeds(experiment, arm).values():
            out.update(dict.fromkeys(cell["figures"]))
        return list(out)

    def measures(self, experiment, arm, place):
        out = {}
        for cell in self.seeds(experiment, arm).values():
            out.update(dict.fromkeys(cell["figures"].get(place, {})))
        return list(out)

    def differences(self, experiment, arm, other, places, measure):
        """arm - other, seed by seed; a place each, as paths have names."""
        a = self.values(experiment, arm, places[0], measure)
        b = self.values(experiment, other, places[1], measure)
        return [a[s] - b[s] for s in sorted(a) if s in b]

    def builds(self):
        return {cell["build"] for arms in self.cells.values()
                for seeds in arms.values() for cell in seeds.values()}


def whole(place):
    """The place of a router that has no two paths, in the same layer."""
    layer, path = place.split(" ")
    return "%s all" % layer if path else place
