#!/usr/bin/env python3
"""sweep.py - every command, with every call that can fail failing once.

    sweep.py [--sample N] [--jobs N] [--job NAME]... [--fault NAME]...
    sweep.py --under 'valgrind -q --leak-check=full --error-exitcode=99' ...
    sweep.py --every ...
    sweep.py --job NAME --fault NAME --at N      one run, and all that it says

VQ_BIN holds the commands, FAULT_SO is the library (fault.h).  A run must end
with status 0 and the same bytes as one without a fault, or with status 1 and
words on stderr that name what failed; nothing may be left but whole files
under their names.  Of the calls for memory that came about by the same chain of
calls the first and the last fail; with --every each.  --sample N: about so many runs in place of all, always the
same ones, over all jobs, faults and places.
"""
import argparse
import collections
import concurrent.futures
import errno
import os
import random
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True  # the tree stays as it is

import judge
import run
import stock
from jobs import JOBS

KINDS = "alloc read write sync rename close open cut thread".split()
CALLERS = "command library".split()
FOREVER = 1 << 62


def rule(kind, caller, first, last, every, how):
    return "%d %d %d %d %d %d" % (KINDS.index(kind), CALLERS.index(caller),
                                  first, last, every, how)


Fault = collections.namedtuple("Fault", "name kind caller rules everywhere")


def once(name, kind, how, caller="command"):
    return Fault(name, kind, caller,
                 lambda n: rule(kind, caller, n, n, 1, how), False)


def onwards(name, kind, how, caller="command"):
    return Fault(name, kind, caller,
                 lambda n: rule(kind, caller, n, FOREVER, 1, how), False)


def mode(name, kind, *parts):
    """In all calls of a run at once: (first, every, how)..."""
    return Fault(name, kind, "command", lambda n: ";".join(
        rule(kind, "command", first, FOREVER, every, how)
        for first, every, how in parts), True)


FAULTS = [
    once("alloc", "alloc", errno.ENOMEM),
    onwards("alloc-on", "alloc", errno.ENOMEM),
    once("alloc-lib", "alloc", errno.ENOMEM, "library"),
    once("read", "read", errno.EIO),
    once("read-short", "read", 0),
    once("read-eintr", "read", errno.EINTR),
    once("read-lib", "read", errno.EIO, "library"),
    once("write", "write", errno.EIO),
    once("write-short", "write", 0),
    once("write-eintr", "write", errno.EINTR),
    Fault("disk-full", "write", "command", lambda n:
          rule("write", "command", n, n, 1, 0) + ";" +
          rule("write", "command", n + 1, FOREVER, 1, errno.ENOSPC), False),
    once("sync", "sync", errno.EIO),
    once("sync-eintr", "sync", errno.EINTR),
    once("rename", "rename", errno.EACCES),
    onwards("rename-on", "rename", errno.EPERM),
    once("close", "close", errno.EIO),
    once("close-eintr", "close", errno.EINTR),
    once("open-emfile", "open", errno.EMFILE),
    once("open-eacces", "open", errno.EACCES),
    onwards("open-on", "open", errno.EMFILE),
    once("open-lib", "open", errno.EMFILE, "library"),
    once("cut", "cut", errno.EIO),
    once("thread", "thread", errno.EAGAIN),
    onwards("thread-on", "thread", errno.EAGAIN),
    mode("reads-short", "read", (1, 1, 0)),
    mode("reads-eintr", "read", (3, 3, errno.EINTR)),
    mode("reads-both", "read", (3, 3, errno.EINTR), (1, 1, 0)),
    mode("writes-short", "write", (1, 1, 0)),
    mode("writes-eintr", "write", (3, 3, errno.EINTR)),
    mode("writes-both", "write", (3, 3, errno.EINTR), (1, 1, 0)),
]


def unlike(chains):
    """The first and the last call of each chain."""
    first, last = {}, {}
    for n, chain in enumerate(chains, 1):
        first.setdefault(chain, n)
        last[chain] = n
    return sorted({*first.values(), *last.values()})


def places(job, fault, calls, chains):
    """Which call fails, in the order in which a sample takes them: from the
    ends and from anywhere in turn.  chains: by caller; None: all calls."""
    caller = CALLERS.index(fault.caller)
    count = calls[KINDS.index(fault.kind)][caller]
    if fault.everywhere:
        return [1] if count else []
    order = list(range(1, count + 1))
    if chains and fault.kind == "alloc":
        order = unlike(chains[caller])
        count = len(order)
    chance = random.Random(job.name + fault.name)
    ends = order[:3] + order[-2:] if count > 5 else []
    rest = order[3:-2] if count > 5 else order
    chance.shuffle(ends)
    chance.shuffle(rest)
    mixed = []
    while ends:
        mixed += [ends.pop(), rest.pop() if rest else 0]
    return [n for n in mixed if n] + rest


def plan(jobs, faults, calls, chains, sample):
    """All runs; or a sample of them, in turns of one from each job and fault."""
    pairs = [(j, f, places(j, f, calls[j.name], chains.get(j.name)))
             for j in jobs for f in faults]
    if not sample:
        return [(j, f, n) for j, f, order in pairs for n in sorted(order)]
    random.Random(len(pairs)).shuffle(pairs)
    tasks, turn = [], 0
    while len(tasks) < sample and any(len(p[2]) > turn for p in pairs):
        tasks += [(j, f, order[turn]) for j, f, order in pairs
                  if len(order) > turn]
        turn += 1
    return tasks[:sample]


class Sweep:
    def __init__(self, folder, options):
        self.folder, self.options = folder, options
        self.sound = {}  # by job: how it ends without a fault
        self.others = {}  # and how without one of its inputs
        self.number = 0

    def attempt(self, job, rules, again=False):
        self.number += 1
        where = os.path.join(self.folder, "run%d" % self.number)
        end = run.run(job, where, rules)
        if again and job.again:
            end = end._replace(again=run.again(job, where))
        if again and job.check and end.status == 1 and end.files:
            end = end._replace(readable=run.readable(job, where))
        shutil.rmtree(where)
        return end

    def baseline(self, job):
        first, second = self.attempt(job, None), self.attempt(job, None)
        why = judge.sound(job, first, second)
        if why:
            sys.exit("%s without a fault: %s\n%s" % (
                job.name, why, first.stderr.decode()))
        self.sound[job.name] = first
        self.others[job.name] = [
            self.attempt(job._replace(words=" ".join(job.words).replace(
                operand, other).split()), None)
            for operand in job.rest for other in job.rest[operand]]
        return first

    def chains(self, job):
        self.number += 1
        where = os.path.join(self.folder, "run%d" % self.number)
        found = run.chains(job, where)
        shutil.rmtree(where)
        return found

    def one(self, task):
        job, fault, n = task
        end = self.attempt(job, fault.rules(n), again=True)
        return task, end, judge.verdict(job, self.sound[job.name],
                                        self.others[job.name], end)


def say(task, end, why):
    job, fault, n = task
    text = end.stderr.decode(errors="replace").strip().split("\n")
    print("BAD %s %s %d: %s\n    %s %s\n    status %s, stderr: %s" % (
        job.name, fault.name, n, why, end.call, end.about, end.status,
        " / ".join(text)[:400]), flush=True)


def table(counts):
    print("\n%-14s %8s %8s %8s %8s %8s" % (
        "", "runs", "faults", "unharmed", "errors", "bad"))
    for key, c in counts.items():
        print("%-14s %8d %8d %8d %8d %8d" % (
            key, c["runs"], c["faults"], c["unharmed"], c["error"],
            c["bad"]))


def sweep(folder, options, jobs, faults):
    s = Sweep(folder, options)
    if options.at:
        for job in jobs:
            s.baseline(job)
        tasks = [(j, f, options.at) for j in jobs for f in faults]
    else:
        calls = {job.name: s.baseline(job).calls for job in jobs}
        chains = {} if options.every else {
            job.name: s.chains(job) for job in jobs}
        tasks = plan(jobs, faults, calls, chains, options.sample)
    by_command = collections.defaultdict(collections.Counter)
    by_fault = collections.defaultdict(collections.Counter)
    total = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for task, end, (what, why) in pool.map(s.one, tasks):
            job, fault, n = task
            for c in (by_command[job.words[0]], by_fault[fault.name], total):
                c["runs"] += 1
                c["faults"] += end.faults
                c[what] += 1
            if what == "bad" or options.at:
                say(task, end, why or what)
    table(by_command)
    table(by_fault)
    table({"all": total})
    for words, n in judge.KNOWN_SEEN.items():
        print("known, and left alone: %s (%d)" % (words, n))
    return total["bad"]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--sample", type=int, default=0)
    p.add_argument("--every", action="store_true")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--job", action="append")
    p.add_argument("--fault", action="append")
    p.add_argument("--under", default="")
    p.add_argument("--at", type=int, default=0)
    options = p.parse_args()
    run.UNDER = options.under.split()
    jobs = [j for j in JOBS if not options.job or j.name in options.job]
    faults = [f for f in FAULTS
              if not options.fault or f.name in options.fault]
    os.environ["PATH"] = os.environ["VQ_BIN"] + ":" + os.environ["PATH"]
    folder = tempfile.mkdtemp(dir=run.quick_folder())
    try:
        os.mkdir(os.path.join(folder, "in"))
        stock.make(os.path.join(folder, "in"))
        bad = sweep(folder, options, jobs, faults)
    finally:
        shutil.rmtree(folder)
    print("%d bad" % bad)
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
