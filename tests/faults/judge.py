"""judge.py - was the end of a run with a fault a good one?"""
import collections
import os
import re
import signal

# What no two runs share, in logs.
SECONDS = re.compile(rb'"(seconds|[a-z_]*per_second)": ?[-+.e0-9]+')

# Not ours to mend: (what failed, how it ends, why).
KNOWN = [
    (r"libsndfile", "SIGSEGV|SIGABRT",
     "libsndfile 1.2 uses memory that it did not get, in sf_open_virtual"),
    (r"lib(fontconfig|cairo|pixman)", "SIGSEGV|SIGABRT|hung|not what it should be",
     "what draws text uses memory that it did not get, or draws without it"),
    (r"^/(etc|usr|var|root|home)/.*font|/\.?fonts?", "not what it should be",
     "fontconfig takes another font where it cannot read one"),
]
FOLDERS = ("at", "out", "images", "sounds", "in", "shown")
KNOWN_SEEN = collections.Counter()


def plain(b):
    return SECONDS.sub(b"", b)


def same(a, b):
    return a == b or plain(a) == plain(b)


def begins(part, whole):
    """A last line may be cut within its seconds."""
    lines = part[:part.rfind(b"\n") + 1]
    return whole.startswith(part) or \
        plain(whole).startswith(plain(part)) or \
        bool(lines) and plain(whole).startswith(plain(lines))


def wrong_files(job, sound, end, whole):
    """What is wrong with the files, or None.  whole: all must be there."""
    for name, b in end.files.items():
        want = sound.files.get(name)
        if want is None:
            return "left behind: %s" % name
        if same(b, want) or name in job.kept or \
                (not whole and b == sound.before.get(name)):
            continue
        if not whole and name in job.grows and begins(b, want):
            continue
        if not whole and name == job.to and begins(b, want):
            continue
        return "%s is not what it should be" % name
    for name in sound.files:
        if name not in end.files and (whole or name in job.before):
            return "%s is missing" % name
    return None


def wrong_stdout(sound, end):
    if begins(end.stdout, sound.stdout):
        return None
    return "stdout is not a beginning of what it should be"


def is_rest(job, others, end):
    """Is it what the other items give, those that did not fail?"""
    return any(end.stdout == o.stdout and not wrong_files(job, o, end, True)
               for o in others)


def sound(job, first, second):
    """What is wrong with two runs without a fault, or None."""
    if first.status != 0:
        return "status %s" % first.status
    if first.stdout != second.stdout:
        return "stdout is not always the same"
    return wrong_files(job, first, second, True)


def names_of(about):
    """What words may name for this path: it, what it is made from, or its
    folder."""
    parts = about.split(" (deleted)")[0].split("/")
    hidden = re.fullmatch(r"\.(.+)\.[a-z0-5]{6}", parts[-1])
    base = hidden.group(1) if hidden else parts[-1]
    folders = [p for p in parts[-2:-1] if p not in ("", ".", "..", "at")]
    return [base, os.path.splitext(base)[0]] + folders


def named(job, files, end):
    said = end.stderr.decode(errors="replace")
    if end.call in ("malloc", "calloc", "realloc", "posix_memalign",
                    "aligned_alloc"):
        return re.search("memory|malloc|cairo|flac|preview", said)
    if end.call == "fsync" and os.path.basename(end.about) in FOLDERS:
        return "sync" in said  # it names the file that this was for
    if end.about.startswith(("pipe:", "/dev/null")) or \
            job.to == os.path.basename(end.about):
        return "std" in said
    if "/tmp/" in end.about:
        return re.search("temporary|stdin", said)
    if "(deleted)" in end.about:  # it gets its name at the end
        return any(n in said for f in files for n in names_of(f))
    if "/font" in end.about:
        return "cairo" in said
    return any(n in said for n in names_of(end.about))


def harm(job, sound, others, end):
    """What is bad about it, or None."""
    if end.status is None:
        return "it hung"
    if end.status < 0:
        return "it died of %s" % signal.Signals(-end.status).name
    if end.status == 0:
        if end.stdout != sound.stdout:
            return "another stdout, and no error"
        return wrong_files(job, sound, end, True)
    if end.status != 1:
        return "status %d" % end.status
    if not end.stderr:
        return "no words"
    if not named(job, sound.files, end):
        return "the words do not say what"
    if end.readable or is_rest(job, others, end):
        return None
    return wrong_stdout(sound, end) or wrong_files(job, sound, end, False)


def harm_again(job, sound, end):
    after = end.again
    if after and end.status == 1 and any(
            name.encode() in end.stderr for name in job.grows):
        # A log that failed is not written again.
        after = after._replace(files=dict(after.files, **{
            name: sound.files[name] for name in job.grows}))
    if not after or \
            after.status == 0 and not wrong_files(job, sound, after, True):
        return None
    words = after.stderr.decode(errors="replace").strip()
    if end.readable and "made with other data" in words:
        return None  # an input failed, and is there now
    return "run again: status %s, %s" % (after.status, words)


def verdict(job, sound, others, end):
    """(unharmed, error or bad; why it is bad)"""
    why = harm(job, sound, others, end) or harm_again(job, sound, end)
    if why is None:
        return ("unharmed" if end.status == 0 else "error"), None
    for library, how, reason in KNOWN:
        if re.search(library, end.about) and re.search(how, why):
            KNOWN_SEEN[reason] += 1
            return "error", None
    return "bad", why
