"""cells.py - the cells of tokenizers that are not there yet.

    cells.py CACHE [EXPERIMENT...]

Environment: EXPERIMENTS_ARMS (a list of patterns; all), EXPERIMENTS_MODELS
(plan.py), EXPERIMENTS_JOBS (2).
"""
import fnmatch
import os
import sys

import measure
import plan
import runner


def main(cache, *names):
    arms = os.environ.get("EXPERIMENTS_ARMS", "*").replace(",", " ").split()
    cells = [c for c in plan.cells(names or plan.NAMES)
             if any(fnmatch.fnmatchcase(c["arm"], a) for a in arms)]
    if not cells:
        sys.exit("experiments: no arm %s" % ", ".join(arms))
    return runner.main(cache, cells, measure.cell,
                       ("vq-train", "vq-encode", "vq-decode", "vq-stats"))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
