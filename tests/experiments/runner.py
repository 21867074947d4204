"""runner.py - run all cells that are not there yet, two at a time.

A family of experiments says which cells there are (plan.py) and measures one
(measure.py); its cells.py hands both to main().  A cell is a dict with
experiment, arm, seed and its options.  Its result is
CACHE/cells/EXPERIMENT/ARM/SEED.json, files that are kept stand beside it; all
appear whole or not at all, so what was interrupted goes on where it stopped.
A result is used again while its options are the same.  Environment:
EXPERIMENTS_JOBS (2).
"""
import concurrent.futures
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ENV = dict(os.environ, LC_ALL="C", OPENBLAS_NUM_THREADS="1")


class Stopped(Exception):
    pass


class Children:
    """The programs that run now, so that they can be stopped."""

    def __init__(self):
        self.lock, self.now, self.stopped = threading.Lock(), set(), False

    def timed(self, argv):
        """stdout of a program and its seconds of a processor; its words and
        what was run where it fails."""
        with tempfile.TemporaryFile() as out, \
                tempfile.TemporaryFile() as said:
            with self.lock:
                if self.stopped:
                    raise Stopped
                p = subprocess.Popen(argv, stdout=out, stderr=said, env=ENV,
                                     start_new_session=True)
                self.now.add(p)
            used = os.wait4(p.pid, 0)
            p.returncode = os.waitstatus_to_exitcode(used[1])
            with self.lock:
                self.now.discard(p)
                if self.stopped:
                    raise Stopped
            out.seek(0)
            said.seek(0)
            if p.returncode:
                raise RuntimeError("%s\n%s" % (
                    " ".join(argv), said.read().decode(errors="replace")))
            return out.read(), used[2].ru_utime + used[2].ru_stime

    def run(self, argv):
        return self.timed(argv)[0]

    def stop(self):
        with self.lock:
            self.stopped = True
            for p in self.now:
                # Not p.terminate(), which may wait for it as well.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(p.pid, signal.SIGTERM)


def builds(programs):
    """Which programs these are: results of others are told apart."""
    h = hashlib.sha256()
    for name in programs:
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


def one(cache, cell, measure, children, build):
    """measure(children, cell, folder of data, folder of work) gives the
    result and names of files in the folder of work that are kept."""
    name = "%(experiment)s.%(arm)s.%(seed)d" % cell
    work = os.path.join(cache, "work", name)
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    begin = time.monotonic()
    try:
        got, kept = measure(children, cell, data_of(cache, cell), work)
        got.update(cell=cell, build=build,
                   seconds=round(time.monotonic() - begin, 1))
        to = place(cache, cell, "json")
        os.makedirs(os.path.dirname(to), exist_ok=True)
        for file in kept:
            os.replace(os.path.join(work, file), place(cache, cell, file))
        with open(os.path.join(work, "json"), "w") as f:
            json.dump(got, f)
        os.replace(os.path.join(work, "json"), to)
        return got["seconds"]
    finally:
        shutil.rmtree(work, ignore_errors=True)


def data_of(cache, cell):
    return os.path.join(cache, "data", cell.get("data", cell["experiment"]))


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


def main(cache, cells, measure, programs):
    every = [c for c in cells if os.path.isdir(data_of(cache, c))]
    cells = [c for c in every if load(cache, c) is None]
    print("experiments: %d cells, %d of them already there" %
          (len(every), len(every) - len(cells)), file=sys.stderr)
    children, build = Children(), builds(programs) if cells else ""
    for s in (signal.SIGINT, signal.SIGTERM):
        signal.signal(s, lambda *_: children.stop())
    workers = int(os.environ.get("EXPERIMENTS_JOBS", 2))
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        jobs = {pool.submit(one, cache, c, measure, children, build): c
                for c in cells}
        failed = follow(jobs, len(cells), children)
    if children.stopped:
        print("experiments: stopped; the same command goes on from here",
              file=sys.stderr)
        return 130
    return 1 if failed else 0
