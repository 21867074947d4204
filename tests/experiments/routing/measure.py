"""measure.py - one cell: train, route clean and noisy probes, measure.

Figures come from moe-train's log and from vq-stats; the only one computed
here is dwell, how many neighbouring tokens in a row keep their expert.
"""
import json
import os

import numpy as np

import extract
import plan
import records

NOISE_DB = (20, 10)


def log_of(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def curve(log):
    """Losses over steps, where they were validated."""
    keys = ("step", "task", "valid_loss", "valid_accuracy")
    return [[line.get(k) for k in keys] for line in log
            if line.get("valid_loss") is not None]


def runs(ids):
    """Mean length of runs of one value."""
    return len(ids) / (1 + np.count_nonzero(np.diff(ids.astype(int))))


def dwell(path):
    """By layer and path: mean run of the first expert, over all items."""
    lengths = {}
    for meta, t in records.items(path):
        discrete = int(meta.get("discrete", 0))
        columns = {"all": 0} if not discrete else {"continuous": 0,
                                                   "discrete": -1}
        for name, column in columns.items():
            ids = t["experts"][:, column]
            key = "%s %s" % (meta.get("layer", "0"), name)
            n, changes = lengths.get(key, (0, 0))
            lengths[key] = (n + len(ids), changes + len(ids) / runs(ids))
    return {key: n / changes for key, (n, changes) in lengths.items()}


def accuracy(path, low, high):
    """Of the classes low..high: among all, and among themselves."""
    right = own = n = 0
    for _, t in records.items(path):
        y, x = t["y"], t["x"]
        right += int((x.argmax(1) == y).sum())
        own += int((x[:, low:high + 1].argmax(1) + low == y).sum())
        n += len(y)
    return {"all": right / n, "own": own / n}


class Bench:
    """A cell's folder of work and the data it reads."""

    def __init__(self, run, cell, data, work):
        self.run, self.cell, self.data, self.work = run, cell, data, work

    def at(self, name):
        return os.path.join(self.work, name)

    def train(self, data, model, *more):
        c = self.cell
        self.run(["moe-train", "-q", "-j", "1", "--seed", str(c["seed"]),
                  "--log", self.at(model + ".log"),
                  "--valid", data + "/valid", "-o", self.at(model), *more,
                  data + "/train"])
        return log_of(self.at(model + ".log"))

    def route(self, model, rows, name, *more):
        self.run(["moe-route", "-q", "-j", "1", "-m", self.at(model),
                  "-o", self.at(name), *more, rows])
        return self.at(name)

    def stats(self, *args):
        return json.loads(self.run(["vq-stats", "-q", "-j", "1", "--json",
                                    *args]))

    def options(self):
        return self.cell["options"].split() + ["-s",
                                               str(self.cell["steps"])]


def noisy(b):
    """{dB: the noisy routes of the probes held against the clean ones}."""
    out = {}
    for db in NOISE_DB:
        path = b.route("model", b.data + "/labelled", "noisy-%d" % db,
                       "--noise", str(db), "--seed", str(b.cell["seed"]))
        out[str(db)] = b.stats(path, "--against", b.at("routes"))
    return out


def discrete_only(b):
    """A vqmoe model, tuned for a fifth as many steps more without the
    router: its log."""
    steps = str(max(1, b.cell["steps"] // 5))
    return b.train(b.data, "tuned", "--continue", b.at("model"),
                   "--discrete-only", "-s", steps)


def measure(b):
    log = b.train(b.data, "model", *b.options(), "--probe",
                  b.data + "/probe", "--probe-every", str(plan.GRID),
                  "--trace", b.at("trace"))
    routes = b.route("model", b.data + "/labelled", "routes")
    raw = dict(log=log, trace=b.stats("--trace", b.at("trace")),
               load=b.stats("--by", "label", routes),
               noise=noisy(b))
    if b.cell["experiment"] in plan.IN_ORDER:
        raw["dwell"] = dwell(routes)
    if b.cell["arm"] == "vqmoe":
        raw["tuned"] = discrete_only(b)
    return dict(curve=curve(log), figures=extract.figures(raw),
                series=extract.series(raw), raw=raw)


def cell(children, cell, data, work):
    """For runner.py: the result, and that the routes of its probes are
    kept."""
    b = Bench(children.run, cell, data, work)
    shift = cell["experiment"] == "shift"
    return (measure_shift if shift else measure)(b), ["routes"]


def measure_shift(b):
    """Classes 0-4, then 5-9 with the same model: which probes of 0-4 move,
    and what is still known."""
    old, new = b.data + "/old", b.data + "/new"

    def known(model, data, name, low, high):
        path = b.route(model, data + "/labelled", name, "--apply")
        return accuracy(path, low, high)
    b.train(old, "model", *b.options())
    b.train(new, "later", *b.options(), "--continue", b.at("model"))
    before = b.route("model", old + "/labelled", "before")
    routes = b.route("later", old + "/labelled", "routes")
    raw = dict(moved=b.stats(routes, "--against", before),
               before=known("model", old, "before.x", 0, 4),
               after=known("later", old, "after.x", 0, 4),
               learned=known("later", new, "learned.x", 5, 9))
    return dict(curve=[], figures=extract.shift(raw), series={}, raw=raw)
