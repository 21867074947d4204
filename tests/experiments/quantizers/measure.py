"""measure.py - one cell: train, then encode and decode what was held out and
as many vectors that were trained on.

Use and perplexity are vq-stats', of N tokens; the error is of what vq-decode
gives back.  Seconds are of the processor, of vq-train alone (one thread).
"""
import json
import math
import os

import numpy as np

import plan
import records

# Photographs of the training that a model with a net is judged on: every
# so-manieth, about as many tokens as the held-out ones have.
EVERY = 5
# Types without a commitment loss, which take no --beta.
NO_COMMITMENT = ("kmeans", "fsq")


def log_of(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


class Bench:
    """A cell's folder of work and the data it reads."""

    def __init__(self, children, cell, data, work):
        self.children, self.cell, self.work = children, cell, work
        self.data = data
        with open(data + "/meta.json") as f:
            self.meta = json.load(f)

    def at(self, name):
        return os.path.join(self.work, name)

    def train(self, model, inputs, valid, *options):
        """The log; the processor's seconds and the error of what a choice
        may go by."""
        c = self.cell
        typed = options[options.index("-t") + 1] if "-t" in options else ""
        beta = [] if typed in NO_COMMITMENT else ["--beta", "0.25"]
        argv = ["vq-train", "-q", "-j", "1", "--seed", str(c["seed"]), "-s",
                str(c["steps"]), "-b", str(c["batch"]), *beta, "--last",
                "--no-settle", "--log", self.at(model + ".log"),
                *valid, "-o", self.at(model), *options, *inputs]
        seconds = self.children.timed(argv)[1]
        meta = next(records.read(self.at(model)))[0]
        return log_of(self.at(model + ".log")), dict(
            cpu_seconds=seconds, valid_error=float(meta["held_error"]))

    def run(self, program, *args):
        return self.children.run([program, "-q", "-j", "1", "-f", *args])

    def stats(self, *args):
        return json.loads(self.run("vq-stats", "--json", *args))

    def codes(self, model, part, *inputs):
        """A stream of the codes of a part of the data."""
        out = self.at("%s.%s" % (model, part))
        self.run("vq-encode", "-m", self.at(model), "-o", out, *inputs)
        return out

    def ids(self, model, codes):
        out = self.at("ids.npy")
        self.run("vq-encode", "-m", self.at(model), "--npy", "-o", out, codes)
        return np.load(out)


def use(stats):
    return {k: stats[k] for k in ("tokens", "codes", "used", "utilization",
                                  "expected_utilization", "perplexity")}


def quality(meta, part, error):
    """Of the squared error of a row: what it is of the medium."""
    if "rest" not in meta:
        return dict(mse=error / meta["d"])
    error += meta["rest"][part]
    if meta["peak"]:
        return dict(psnr=10 * math.log10(
            meta["peak"] ** 2 * meta["width"] / error))
    return dict(snr=10 * math.log10(meta["power"] / error))


def rows_part(b, model, part, file):
    """Rows, as they come from a .npy file."""
    codes = b.codes(model, part, file)
    out = use(b.stats(codes))
    b.run("vq-decode", "--npy", "-m", b.at(model), "-o", b.at("back.npy"),
          codes)
    mse = b.stats("-R", file, b.at("back.npy"))["mse"]
    width = np.load(file, mmap_mode="r").shape[1]
    if width == b.meta["d"]:
        out.update(quality(b.meta, part, mse * width))
    else:
        out["psnr"] = -10 * math.log10(mse)
    return out


def rows_of(b, model, prefix=""):
    """By part of the data: what was seen in training, what was held out."""
    return {part: rows_part(b, model, part, "%s/%s%s.npy" %
                            (b.data, prefix, part))
            for part in ("held", "seen")}


def on_rows(b, prefix=""):
    files = {n: "%s/%s%s.npy" % (b.data, prefix, n)
             for n in ("train", "valid")}
    options = b.cell["options"].split()
    if prefix:
        options += ["-d", str(b.meta["d"])]
    else:
        options += ["-n", "none", "-d", str(b.meta["d"])]
    log, trained = b.train("model", [files["train"]],
                           ["--valid", files["valid"]], *options)
    return dict(log=log, figures=dict(trained, **rows_of(b, "model", prefix)))


def listed(b, name):
    with open("%s/%s.list" % (b.data, name)) as f:
        return ["%s/%s" % (b.data, line.strip()) for line in f]


def on_photos(b):
    """Whole photographs: linear maps learn along with the codes."""
    log, trained = b.train(
        "model", listed(b, "train"),
        [w for p in listed(b, "valid") for w in ("--valid", p)],
        "-d", str(b.meta["d"]), *b.cell["options"].split())
    figures = dict(trained)
    for part, files in (("held", listed(b, "held")),
                        ("seen", listed(b, "train")[::EVERY])):
        codes = b.codes("model", part, *files)
        figures[part] = use(b.stats(codes))
        back = b.at("back")
        b.run("vq-decode", "-m", b.at("model"), "-O", back, codes)
        # Names go on below the folder as they were given.
        found = [os.path.join(back, f.lstrip("/")) for f in files]
        mse = [b.stats("-R", f, g)["mse"] for f, g in zip(files, found)]
        figures[part]["psnr"] = -10 * math.log10(sum(mse) / len(mse))
    return dict(log=log, figures=figures)


def on_shifted(b):
    """All arms from the same codes ~ N(0, I), in a model that centres and
    scales as vectors ~ N(0, I) want it: it does not take the mean away."""
    c = b.cell
    np.save(b.at("codes.npy"), np.random.default_rng(c["seed"]).normal(
        size=(c["codes"], b.meta["d"])).astype("f4"))
    zero = os.path.dirname(b.data) + "/0"
    b.run("vq-train", "-s", "0", "-t", "vq", "--init", b.at("codes.npy"),
          "--last", "--no-settle", "--valid", zero + "/valid.npy", "-o",
          b.at("start"), zero + "/train.npy")
    log, trained = b.train("model", [b.data + "/train.npy"],
                           ["--valid", b.data + "/valid.npy"], "--init",
                           b.at("start"), *c["options"].split())
    return dict(log=log, figures=dict(trained, **rows_of(b, "model")))


def churn(b, old, new, part):
    """Share of the rows of a part whose code is not the one it was."""
    a, c = (b.ids(m, "%s/%s.npy" % (b.data, part)) for m in (old, new))
    return float((a != c).mean())


def begin(b, folder):
    """The model to go on with, of the data of a folder."""
    b.train("old", [folder + "/train.npy"],
            ["--valid", folder + "/valid.npy"], "-n", "none", "-d",
            str(b.meta["d"]), *b.cell["options"].split())


def go_on(b, model, data, judged):
    """From the first model, on other data; judged on those of a folder."""
    return b.train(model, [data + "/train.npy"],
                   ["--valid", judged + "/valid.npy"], "--continue",
                   b.at("old"), "-l", "%g" % plan.RATE["random"],
                   *b.cell["then"].split())


def on_stale(b):
    """The start goes stale: A, then --continue on B, watched once on B and
    once on A: how many old tokens change their code."""
    a, new = b.data + "/a", b.data + "/b"
    begin(b, a)
    log, trained = go_on(b, "model", new, new)
    old_log = go_on(b, "again", new, a)[0]
    b.data = a
    lost = churn(b, "old", "model", "held")
    b.data = new
    figures = dict(trained, **rows_of(b, "model"), churn=lost,
                   before=rows_of(b, "old")["held"])
    return dict(log=log, old_log=old_log, figures=figures)


def on_rescue(b):
    """A collapsed model, then --continue as another type."""
    begin(b, b.data)
    log, trained = go_on(b, "model", b.data, b.data)
    figures = dict(trained, **rows_of(b, "model"),
                   churn=churn(b, "old", "model", "held"),
                   before=rows_of(b, "old")["held"])
    return dict(log=log, figures=figures)


def cell(children, c, data, work):
    """For runner.py: the result; no file is kept."""
    if c["experiment"] == "stale" and "data" not in c:
        data += "/a"
    b = Bench(children, c, data, work)
    if c["experiment"] == "shifted":
        return on_shifted(b), []
    if c["experiment"] == "rescue":
        return on_rescue(b), []
    if c["experiment"] == "stale" and "data" not in c:
        b.data = os.path.dirname(data)
        return on_stale(b), []
    if c.get("net") and c["experiment"] == "photos":
        return on_photos(b), []
    return on_rows(b, "rows-" if c.get("net") else ""), []
