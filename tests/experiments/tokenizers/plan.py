"""plan.py - what is held against what.

A cell is one model or one peer on everything that was held out.  Models are
trained by its cell, into models/NAME.vq; files that others trained are added by
EXPERIMENTS_MODELS=photos:NAME=FILE,speech:NAME=FILE, and options of vq-encode
may follow: FILE+--beam=4.  What follows an @ is values of --lambda, with colons
between them: FILE@0:0.001:0.002.
"""
import hashlib
import os

NAMES = ("photos", "speech")
SEED = 1
# What each model is trained with, on all of photos/train or speech/train, and
# steps, which EXPERIMENTS_SCALE multiplies.
TRAIN = {
    "photos": {
        "kmeans-1k": ("-t kmeans -n none -p 8 -k 1024", 1000),
        "kmeans-2k": ("-t kmeans -n none -p 8 -k 2048", 1000),
        "kmeans-4k": ("-t kmeans -n none -p 8 -k 4096", 1000),
        "kmeans-8k": ("-t kmeans -n none -p 8 -k 8192", 1000),
        "kmeans-16k": ("-t kmeans -n none -p 8 -k 16384", 1000),
        "kmeans-4k-context": ("-t kmeans -n none -p 8 -k 4096 --context 16",
                              1000),
        "kmeans-8k-context": ("-t kmeans -n none -p 8 -k 8192 --context 16",
                              1000),
        "kmeans-16k-context": ("-t kmeans -n none -p 8 -k 16384 --context 16",
                               1000),
        "linear-4k": ("-n linear -p 8 -k 4096", 2000),
    },
    "speech": {
        "linear": ("-n linear -p 320 -d 64 -k 1024 -r 12", 1000),
    },
}
STAGES = (3, 6, 12)
# Values of --lambda that models with a context are encoded with.
LAMBDA = dict.fromkeys(("kmeans-4k-context", "kmeans-8k-context",
                        "kmeans-16k-context"), (0, 0.0005, 0.002))
JPEG = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 25, 30, 40)
WEBP = (0, 1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40, 55, 70)
CODEC2 = (3200, 2400, 1600, 1200)
OPUS = {"opus-6": "--bitrate 6", "opus-6-60ms": "--bitrate 6 --framesize 60"}


def fingerprint(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()[:16]


def given():
    """(experiment, name, file, what else makes it a cell) of models that others
    trained."""
    for word in os.environ.get("EXPERIMENTS_MODELS", "").split(","):
        if word:
            experiment, rest = word.split(":", 1)
            name, path = rest.split("=", 1)
            path, _, values = path.partition("@")
            path, *options = path.split("+")
            path = os.path.abspath(path)
            by = dict(model=path, sha256=fingerprint(path), encode=options)
            if values:
                by.update(at_lambda(map(float, values.split(":"))))
            yield experiment, name, by


def at_lambda(values):
    return dict(option="--lambda", at=list(values))


def of_models(experiment):
    scale = float(os.environ.get("EXPERIMENTS_SCALE", 1))
    for name, (options, steps) in TRAIN[experiment].items():
        by = dict(train="%s -s %d" % (options, max(1, scale * steps)))
        if name in LAMBDA:
            by.update(at_lambda(LAMBDA[name]))
        yield name, by
    for where, name, by in given():
        if where == experiment:
            yield name, by


def arms(experiment):
    """(name, what makes it a cell)."""
    if experiment == "photos":
        yield "jpeg", dict(peer="jpeg", at=list(JPEG))
        yield "webp", dict(peer="webp", at=list(WEBP))
        for name, by in of_models(experiment):
            yield name, dict(dict(at=[0]), **by)
        return
    yield "original", dict(peer="original", at=[0])
    yield "8-khz", dict(peer="narrow", at=[0])
    for rate in CODEC2:
        yield "codec2-%d" % rate, dict(peer="codec2", at=[rate])
    for name, options in OPUS.items():
        yield name, dict(peer="opus", at=[options])
    for name, by in of_models(experiment):
        yield name, dict(dict(at=list(STAGES)), **by)


def cells(names):
    for experiment in names:
        for arm, by in arms(experiment):
            yield dict(by, experiment=experiment, arm=arm, seed=SEED)
