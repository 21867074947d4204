"""run.py - one run of a job, with or without faults, and all that it did."""
import collections
import os
import shutil
import struct
import subprocess

LIMIT = 20  # seconds: a run takes a fiftieth of one
UNDER = []  # the words of what runs the commands: valgrind
KINDS, CALLERS = 9, 2
NUMBERS = KINDS * CALLERS + 1  # struct fault_tally
TALLY = 8 * NUMBERS + 32 + 480
CHAINS = 1 << 16  # FAULT_CHAINS

# status   negative: the signal; None: it hung
# files    {path: bytes} of its folder and what it left in TMPDIR
# before   {path: bytes} of its folder at first
# calls    by kind and caller
# readable the job's check succeeded
# again    the same of a run behind it without a fault, where the job has one
End = collections.namedtuple(
    "End", "status stdout stderr files before calls faults call about again readable")


def quick_folder():
    """Where syncing costs nothing."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def files_of(folder):
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, folder)] = f.read()
    return found


def environment(where, rules):
    env = dict(os.environ, TMPDIR=where + "/tmp", FAULT_FILE=where + "/tally",
               LD_PRELOAD=os.environ["FAULT_SO"], LC_ALL="C")
    if rules:
        env["FAULT"] = rules
    return env


def execute(words, job, where, env):
    """(status, stdout, stderr); status None: it hung."""
    feed = None
    if job.feed:
        with open(where + "/../in/" + job.feed, "rb") as f:
            feed = f.read()
    out = subprocess.PIPE
    if job.to:
        out = open(where + "/at/" + job.to, "wb")
    p = subprocess.Popen(UNDER + words, cwd=where + "/at", env=env, stdout=out,
                         stderr=subprocess.PIPE, stdin=subprocess.PIPE
                         if feed is not None else subprocess.DEVNULL)
    try:
        said = p.communicate(feed, LIMIT * (10 if UNDER else 1))
    except subprocess.TimeoutExpired:
        p.kill()
        said = p.communicate()
        return None, said[0] or b"", said[1]
    finally:
        if job.to:
            out.close()
    return p.returncode, said[0] or b"", said[1]


def text(b):
    return b.split(b"\0")[0].decode(errors="replace")


def tally(path):
    with open(path, "rb") as f:
        b = f.read(TALLY)
    n = struct.unpack_from("<%dQ" % NUMBERS, b)
    calls = [n[CALLERS * i:CALLERS * (i + 1)] for i in range(KINDS)]
    return calls, n[-1], text(b[8 * NUMBERS:][:32]), text(b[-480:])


def chains(job, where):
    """By caller, of each call for memory of a run without faults a number of
    the chain of calls that it came by."""
    os.makedirs(where)
    open(where + "/chains", "wb").close()
    os.environ["FAULT_CHAINS"] = where + "/chains"
    try:
        calls = run(job, where, None).calls[0]
    finally:
        del os.environ["FAULT_CHAINS"]
    with open(where + "/chains", "rb") as f:
        b = f.read()
    return [struct.unpack_from("<%dQ" % min(calls[c], CHAINS), b,
                               8 * CHAINS * c) for c in range(CALLERS)]


def run(job, where, rules):
    os.makedirs(where + "/at")
    os.makedirs(where + "/tmp")
    os.symlink("../in", where + "/in")
    for name, source in job.before.items():
        shutil.copy(where + "/../in/" + source, where + "/at/" + name)
    before = files_of(where + "/at")
    open(where + "/tally", "wb").close()
    said = execute(job.words, job, where, environment(where, rules))
    files = files_of(where + "/at")
    for name, b in files_of(where + "/tmp").items():
        files["TMPDIR/" + name] = b
    return End(*said, files, before, *tally(where + "/tally"), None, False)


def again(job, where):
    """The same once more without a fault, over what is there now."""
    env = environment(where, None)
    del env["LD_PRELOAD"]
    said = execute(job.words + job.again.split(), job, where, env)
    return End(*said, files_of(where + "/at"), {}, [], 0, "", "",
               None, False)


def readable(job, where):
    env = environment(where, None)
    del env["LD_PRELOAD"]
    return execute(job.check.split(), job, where, env)[0] == 0
