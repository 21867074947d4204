"""measure.py - one cell: what came back of everything held out, its figures by
vq-stats and, of English speech, what pocketsphinx understands.

A result has points: what was asked for, and of each set of files a list of
items with their figures, bytes (packed where vq-encode packs) and tokens.
"""
import json
import os
import wave

import peers

SETS = {"photos": ("test", "samples"), "speech": ("russian", "english")}
SPHINX = "/usr/share/pocketsphinx/model/en-us/"


class Bench:
    def __init__(self, children, cell, data, work):
        self.children, self.cell = children, cell
        self.data, self.work = os.path.abspath(data), os.path.abspath(work)
        models = os.path.dirname(os.path.dirname(self.work)) + "/models/"
        self.model = cell.get("model", models + cell["arm"] + ".vq")

    def run(self, program, *args, at="."):
        return self.children.run(["env", "-C", at, program, "-q", "-j", "1",
                                  "-f", *args])

    def train(self):
        """What was trained before is used again."""
        if "train" not in self.cell or os.path.exists(self.model):
            return 0
        os.makedirs(os.path.dirname(self.model), exist_ok=True)
        return self.children.timed(
            ["vq-train", "-q", "-j", "1", "--seed", str(self.cell["seed"]),
             *self.cell["train"].split(), "-o", self.model,
             self.data + "/train"])[1]

    def packs(self):
        return b"--pack" in self.children.run(["vq-encode", "--help"])

    def by_model(self, files, at, out):
        """Bits of each file, and its bytes where they can be packed."""
        folder, names = os.path.dirname(files[0]), map(os.path.basename, files)
        coded = [*self.cell.get("encode", ()),
                 *([self.cell.get("option", "--stages"), "%g" % at]
                   if at else []), *names]
        codes, packed = self.work + "/codes", self.work + "/packed"
        encode = "vq-encode", "-m", self.model
        self.run(*encode, "-o", codes, *coded, at=folder)
        self.run("vq-decode", "-m", self.model, "-O", out, codes)
        said = json.loads(self.run("vq-stats", "--json", "--by", "item", "-m",
                                   self.model, codes))
        got = {name_of(i["item"]): dict(bits=i["bits_per_token"] *
                                        i["tokens"]) for i in said["items"]}
        if self.packs():
            self.run(*encode, "--pack", "-O", packed, *coded, at=folder)
            for n in os.listdir(packed):
                got[name_of(n)]["bytes"] = os.path.getsize(packed + "/" + n)
        return got

    def by_peer(self, files, at, out):
        os.makedirs(out)
        peer = peers.PEERS[self.cell["peer"]]
        return {name_of(f): dict(bytes=peer(
            self.children, f, self.work, at,
            out + "/" + os.path.basename(f))) for f in files}

    def point(self, folder, at):
        """Figures of each file of a folder."""
        files = sorted(folder + "/" + f for f in os.listdir(folder)
                       if f.endswith((".png", ".wav")))
        out = self.work + "/out"
        self.children.run(["rm", "-rf", out, self.work + "/packed"])
        how = self.by_peer if "peer" in self.cell else self.by_model
        got = how(files, at, out)
        said = json.loads(self.run("vq-stats", "--json", "--by", "item", "-R",
                                   folder, out))
        for i in said["items"]:
            got[name_of(i["item"])].update(
                {k: i[k] for k in ("psnr_db", "ssim", "snr_db",
                                   "log_spectral_distance_db", "lag_samples")
                 if k in i})
        for f in files:
            got[name_of(f)].update(size_of(f))
        return got


def name_of(path):
    return os.path.basename(path).split(".")[0]


def size_of(path):
    if path.endswith(".wav"):
        with wave.open(path) as f:
            return dict(seconds=f.getnframes() / f.getframerate())
    with open(path, "rb") as f:
        head = f.read(24)
    return dict(pixels=int.from_bytes(head[16:20], "big") *
                int.from_bytes(head[20:24], "big"))


def recognise(children, folder, work):
    """{name: words}."""
    with open(work + "/ctl", "w") as f:
        f.writelines(name_of(n) + "\n" for n in sorted(os.listdir(folder)))
    children.run(["pocketsphinx_batch", "-hmm", SPHINX + "en-us", "-lm",
                  SPHINX + "en-us.lm.bin", "-dict",
                  SPHINX + "cmudict-en-us.dict", "-adcin", "yes", "-adchdr",
                  "44", "-cepdir", folder, "-cepext", ".wav", "-ctl",
                  work + "/ctl", "-hyp", work + "/hyp"])
    with open(work + "/hyp") as f:
        lines = [line.rsplit(" (", 1) for line in f]
    return {n.split(" ")[0]: text.split() for text, n in lines}


def cell(children, cell, data, work):
    bench = Bench(children, cell, data, work)
    got = dict(cpu_seconds=bench.train(), points=[])
    for at in cell["at"]:
        point = dict(at=at, sets={})
        for name in SETS[cell["experiment"]]:
            point["sets"][name] = bench.point(data + "/" + name, at)
            if name == "english":
                for n, words in recognise(children, work + "/out",
                                          work).items():
                    point["sets"][name][n]["words"] = words
        got["points"].append(point)
    return got, []
