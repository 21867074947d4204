#!/usr/bin/python3
"""watch.py - is what processes hold flat?

    watch.py SECONDS NAME=PID...

Looks at /proc for so long: a line a minute (at least ten lines) with resident
KiB, descriptors and threads of each.  Then a line each: what it grew by behind
the warm-up, the first quarter, and the verdict.  The KiB are what a straight
line says, or the top of the last quarter over that of the second, whichever is
less: memory that comes and goes does not grow.  Flat is: at most 1024 KiB + 2 %
of what there was, and no descriptor and no thread more in the last quarter than
in the second (medians).  The status is 1 if one is not flat, or ended early.
"""
import os
import statistics
import sys
import time


def look(pid):
    """[KiB, descriptors, threads]; None: it has ended."""
    proc = "/proc/%d/" % pid
    try:
        with open(proc + "status") as f:
            lines = dict(line.split(":", 1) for line in f)
        if lines["State"].split()[0] in "ZX":
            return None
        return [int(lines["VmRSS"].split()[0]), len(os.listdir(proc + "fd")),
                int(lines["Threads"])]
    except (OSError, KeyError):
        return None


def slope(points):
    t0 = statistics.mean(t for t, _ in points)
    v0 = statistics.mean(v for _, v in points)
    below = sum((t - t0) ** 2 for t, _ in points)
    return sum((t - t0) * (v - v0) for t, v in points) / (below or 1)


def judge(seen, seconds):
    """seen: (time, [KiB, descriptors, threads]).  The figures, and if flat."""
    warm = [s for s in seen if s[0] >= seconds / 4]
    last = [s for s in seen if s[0] >= 3 * seconds / 4]
    early = [s for s in warm if s[0] < seconds / 2]
    grows = min(slope([(t, v[0]) for t, v in warm]) * seconds * 3 / 4,
                max(v[0] for _, v in last) - max(v[0] for _, v in early))
    limit = 1024 + 0.02 * warm[0][1][0]
    more = [statistics.median(v[i] for _, v in last) -
            statistics.median(v[i] for _, v in early) for i in (1, 2)]
    return grows, limit, more, grows <= limit and max(more) <= 0


def head(names):
    print("%8s" % "seconds", *("%16s" % n for n in names))
    print("%8s" % "", *("%16s" % "KiB/files/thr" for _ in names))


def watch(seconds, pids):
    seen = {name: [] for name in pids}
    begin = time.monotonic()
    step, every = min(5, seconds / 60), min(60, seconds / 10)
    line = 0
    head(pids)
    while (t := time.monotonic() - begin) < seconds:
        for name, pid in pids.items():
            found = look(pid)
            if found is None:
                print("%s ended after %d seconds" % (name, t))
                return seen, False
            seen[name].append((t, found))
        if t >= line:
            print("%8d" % t, *("%16s" % ("%d/%d/%d" % tuple(seen[n][-1][1]))
                               for n in pids), flush=True)
            line += every
        time.sleep(step)
    return seen, True


def main(seconds, *of):
    seconds = float(seconds)
    pids = {n: int(p) for n, p in (a.rsplit("=", 1) for a in of)}
    seen, fine = watch(seconds, pids)
    if not fine:
        return 1
    print()
    for name, points in seen.items():
        grows, limit, more, flat = judge(points, seconds)
        print("%-14s %+8.0f KiB of %d allowed, %+d descriptors, %+d threads: "
              "%s" % (name, grows, limit, *more,
                      "flat" if flat else "NOT FLAT"))
        fine = fine and flat
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
