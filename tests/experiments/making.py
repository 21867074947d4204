"""making.py - data sets made once, whole or not at all, for each family's
prepare.py.
"""
import os
import shutil
import sys


def make(makers, data, packages, out, *wanted):
    """Those of `wanted` that makers know and OUT does not have yet.

    A maker writes its folder into the one that it is given, and returns the
    package that it misses, or None.
    """
    part = os.path.join(out, ".part")
    known = {f.__name__: f for f in makers}
    for name in wanted:
        if name not in known or os.path.isdir(os.path.join(out, name)):
            continue
        shutil.rmtree(part, ignore_errors=True)
        missing = known[name](data, packages, part)
        if not missing:
            os.rename(os.path.join(part, name), os.path.join(out, name))
        else:
            print("experiments: %s: skipped: no package %s "
                  "(make experiments-deps)" % (name, missing),
                  file=sys.stderr)
    shutil.rmtree(part, ignore_errors=True)
