"""cells.py - the cells of quantizers that are not there yet.

    cells.py CACHE [EXPERIMENT...]

Environment: EXPERIMENTS_SCALE (of the steps; 1), EXPERIMENTS_SEEDS (3),
EXPERIMENTS_ARMS (a list of patterns; all), EXPERIMENTS_JOBS (2).
"""
import os
import sys

import measure
import plan
import runner


def main(cache, *names):
    arms = os.environ.get("EXPERIMENTS_ARMS", "").replace(",", " ").split()
    seeds = int(os.environ.get("EXPERIMENTS_SEEDS") or plan.SEEDS)
    scale = float(os.environ.get("EXPERIMENTS_SCALE", 1))
    cells = list(plan.cells(names or plan.NAMES, arms, seeds, scale))
    if not cells:
        sys.exit("experiments: no arm %s" % ", ".join(arms))
    return runner.main(cache, cells, measure.cell,
                       ("vq-train", "vq-encode", "vq-decode"))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
