"""cells.py - run all cells that are not there yet, two at a time.

    cells.py CACHE [EXPERIMENT...]

A cell's result is CACHE/cells/EXPERIMENT/ARM/SEED.json, beside it the routes
of its probes; both appear whole or not at all, so what was interrupted goes
on where it stopped.  A result is used again while its options are the same.
Environment: EXPERIMENTS_SCALE (of the steps; 1), EXPERIMENTS_SEEDS (5),
EXPERIMENTS_ARMS (a list; all), EXPERIMENTS_JOBS (2).
"""
import concurrent.futures
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import measure
import plan

ENV = dict(os.environ, LC_ALL="C", OPENBLAS_NUM_THREADS="1")


class Stopped(Exception):
    pass


class Children:
    """The programs that run now, so that they can be stopped."""

    def __init__(self):
        self.lock, self.now, self.stopped = threading.Lock(), set(), False

    def run(self, argv):
        """stdout of a program; its words and what was run where it fails."""
        with self.lock:
            if self.stopped:
                raise Stopped
            p = subprocess.Popen(argv, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=ENV,
                                 start_new_session=True)
            self.now.add(p)
        out, said = p.communicate()
        with self.lock:
            self.now.discard(p)
            if self.stopped:
                raise Stopped
        if p.returncode:
            raise RuntimeError("%s\n%s" % (" ".join(argv),
                                           said.decode(errors="replace")))
        return out

    def stop(self):
        with self.lock:
            self.stopped = True
            for p in self.now:
                p.terminate()


def builds():
    """Which programs these are: results of others are told apart."""
    h = hashlib.sha256()
    for name in ("moe-train", "moe-route"):
        with open(shutil.which(name), "rb") as f:
            h.update(f.read())
    return h.hexdigest()[:12]


def place(cache, cell, end):
    return os.path.join(cache, "cells", cell["experiment"], cell["arm"],
                        "%d.%s" % (cell["seed"], end))


def load(cache, cell):
    """The result of a cell; None where it is not there or of other options."""
    try:
        with open(place(cache, cell, "json")) as f:
            got = json.load(f)
    except (OSError, ValueError):
        return None
    return got if got["cell"] == cell else None


def one(cache, cell, children, build):
    name = "%(experiment)s.%(arm)s.%(seed)d" % cell
    work = os.path.join(cache, "work", name)
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    data = os.path.join(cache, "data", cell["experiment"])
    begin = time.monotonic()
    try:
        b = measure.Bench(children.run, cell, data, work)
        shift = cell["experiment"] == "shift"
        got = (measure.measure_shift if shift else measure.measure)(b)
        got.update(cell=cell, build=build,
                   seconds=round(time.monotonic() - begin, 1))
        to = place(cache, cell, "json")
        os.makedirs(os.path.dirname(to), exist_ok=True)
        os.replace(b.at("routes"), place(cache, cell, "routes"))
        with open(b.at("json"), "w") as f:
            json.dump(got, f)
        os.replace(b.at("json"), to)
        return got["seconds"]
    finally:
        shutil.rmtree(work, ignore_errors=True)


def todo(cache, names):
    there = [n for n in names if os.path.isdir(os.path.join(cache, "data", n))]
    arms = os.environ.get("EXPERIMENTS_ARMS", "").replace(",", " ").split()
    unknown = set(arms) - set(plan.ARMS) - set(plan.SHIFT_ARMS)
    if unknown:
        sys.exit("experiments: no arm %s" % ", ".join(sorted(unknown)))
    seeds = int(os.environ.get("EXPERIMENTS_SEEDS", plan.SEEDS))
    scale = float(os.environ.get("EXPERIMENTS_SCALE", 1))
    return list(plan.cells(there, arms, seeds, scale))


def follow(jobs, total, children):
    """Say how far it is; the number of cells that failed."""
    failed = 0
    begin = time.monotonic()
    for done, job in enumerate(concurrent.futures.as_completed(jobs), 1):
        c = jobs[job]
        try:
            took = "%.0f s" % job.result()
        except Stopped:
            continue
        except (RuntimeError, OSError, ValueError, KeyError) as e:
            failed += 1
            took = "failed: %s" % e
        if children.stopped:
            continue
        left = (time.monotonic() - begin) / done * (total - done)
        print("%4d/%d  %s %s seed %d  %s, %.0f min left" %
              (done, total, c["experiment"], c["arm"], c["seed"], took,
               left / 60), file=sys.stderr, flush=True)
    return failed


def main(cache, *names):
    every = todo(cache, names or plan.NAMES)
    cells = [c for c in every if load(cache, c) is None]
    print("experiments: %d cells, %d of them already there" %
          (len(every), len(every) - len(cells)), file=sys.stderr)
    children, build = Children(), builds() if cells else ""
    for s in (signal.SIGINT, signal.SIGTERM):
        signal.signal(s, lambda *_: children.stop())
    workers = int(os.environ.get("EXPERIMENTS_JOBS", 2))
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        jobs = {pool.submit(one, cache, c, children, build): c for c in cells}
        failed = follow(jobs, len(cells), children)
    if children.stopped:
        print("experiments: stopped; the same command goes on from here",
              file=sys.stderr)
        return 130
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
