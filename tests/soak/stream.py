#!/usr/bin/python3
"""stream.py - the two ends of a pipeline that never ends.

    stream.py feed FILE SECONDS   FILE again and again, with pauses between;
                                  SIGTERM ends it behind a whole one
    stream.py same FILE COUNT     stdin is FILE again and again, from the first
                                  byte to the last; writes how often to COUNT
"""
import os
import signal
import sys
import time


def feed(path, pause):
    with open(path, "rb") as f:
        data = f.read()
    told = []
    signal.signal(signal.SIGTERM, lambda *_: told.append(1))
    while not told:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        time.sleep(float(pause))


def same(path, count):
    with open(path, "rb") as f:
        want = f.read()
    at = times = 0
    while True:
        got = os.read(0, 1 << 16)
        if not got:
            break
        while got:
            some = min(len(got), len(want) - at)
            if got[:some] != want[at:at + some]:
                sys.exit("%s: time %d differs near byte %d"
                         % (path, times, at))
            got, at = got[some:], at + some
            if at == len(want):
                at, times = 0, times + 1
                with open(count, "w") as f:
                    f.write("%d\n" % times)


if __name__ == "__main__":
    try:
        {"feed": feed, "same": same}[sys.argv[1]](*sys.argv[2:])
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)
