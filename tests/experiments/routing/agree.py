"""agree.py - do two seeds route alike?  Figures of all pairs of one arm.

Written beside the cells as agree.json, and made again when these change.
"""
import concurrent.futures
import itertools
import json
import os
import subprocess

import extract


def pair(folder, a, b):
    out = subprocess.run(["vq-stats", "-q", "-j", "1", "--json",
                          "--against", "%s/%d.routes" % (folder, a),
                          "%s/%d.routes" % (folder, b)],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         check=True).stdout
    return extract.agreement(json.loads(out))


def of_arm(folder, seeds):
    """[{place: {ari, ami}}] of all pairs of seeds."""
    key = [[s, seeds[s]["cell"], seeds[s]["build"]] for s in sorted(seeds)]
    path = folder + "/agree.json"
    if os.path.exists(path):
        with open(path) as f:
            got = json.load(f)
        if got["of"] == key:
            return got["pairs"]
    pairs = [pair(folder, a, b)
             for a, b in itertools.combinations(sorted(seeds), 2)]
    with open(path + ".part", "w") as f:
        json.dump({"of": key, "pairs": pairs}, f)
    os.replace(path + ".part", path)
    return pairs


def every(tab, cache):
    """{(experiment, arm): pairs}."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = {(e, a): pool.submit(of_arm, os.path.join(cache, "cells", e, a),
                                    tab.seeds(e, a))
                for e in tab.cells if e != "shift" for a in tab.arms(e)
                if len(tab.seeds(e, a)) > 1}
        return {k: j.result() for k, j in jobs.items()}
