"""cells.py - the cells of routing that are not there yet.

    cells.py CACHE [EXPERIMENT...]

Environment: EXPERIMENTS_SCALE (of the steps; 1), EXPERIMENTS_SEEDS (5),
EXPERIMENTS_ARMS (a list; all), EXPERIMENTS_JOBS (2).
"""
import os
import sys

import measure
import plan
import runner


def main(cache, *names):
    arms = os.environ.get("EXPERIMENTS_ARMS", "").replace(",", " ").split()
    unknown = set(arms) - set(plan.ARMS) - set(plan.SHIFT_ARMS)
    if unknown:
        sys.exit("experiments: no arm %s" % ", ".join(sorted(unknown)))
    seeds = int(os.environ.get("EXPERIMENTS_SEEDS") or plan.SEEDS)
    scale = float(os.environ.get("EXPERIMENTS_SCALE", 1))
    cells = plan.cells(names or plan.NAMES, arms, seeds, scale)
    return runner.main(cache, list(cells), measure.cell,
                       ("moe-train", "moe-route"))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
