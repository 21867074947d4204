"""prepare.py - the vectors that codebooks are learned from, as .npy files.

    prepare.py DATA PACKAGES OUT EXPERIMENT...

Writes OUT/EXPERIMENT/{train,valid,seen,held}.npy: what is learned from, what a
training may choose by, N vectors of train and N that nothing was chosen by;
rows-*.npy (what these were made of) where a network is to be trained; and
meta.json: the N of each, and how an error of the latents becomes one of the
medium.  An experiment whose package is missing is said and left out.
Environment: EXPERIMENTS_VECTORS, the share of the vectors (1; for tests).
"""
import json
import os
import sys

import numpy as np

import making
import media

# Vectors: of training, of the choice, and N of the figures.
SHARE = float(os.environ.get("EXPERIMENTS_VECTORS", 1))
SIZES = {n: int(SHARE * (1 << log)) for n, log in
         dict(train=19, valid=14, seen=17, held=17).items()}
SHIFTS = (0, 2, 5)
SHIFTED_D = 8
# Numbers kept: of 8 x 8 x 3 pixels, of 7 x 7, of 160 samples.
PHOTO_D, FASHION_D, SPEECH_D = 32, 16, 32
STALE_SHIFT, STALE_SCALE = 1.0, 1.5


def save(folder, meta, **arrays):
    os.makedirs(folder, exist_ok=True)
    for name, x in arrays.items():
        np.save("%s/%s.npy" % (folder, name), np.ascontiguousarray(x, "f4"))
    with open(folder + "/meta.json", "w") as f:
        json.dump(dict(meta, sizes={n: len(x) for n, x in arrays.items()}), f)


class Components:
    """The first d principal directions of rows, and what they leave over."""

    def __init__(self, rows, d):
        self.mean = rows.mean(0, dtype="f8")
        x = rows - self.mean
        # eigh sorts upwards; the sign is made the same everywhere.
        w = np.linalg.eigh(x.T @ x / len(x))[1][:, :-d - 1:-1]
        self.axes = w * np.sign(w[np.abs(w).argmax(0), np.arange(d)])

    def latents(self, rows):
        return (rows - self.mean) @ self.axes

    def rest(self, rows):
        """Mean over rows of the squared error that no code can mend."""
        x = rows - self.mean
        return float(np.mean((x ** 2).sum(1) - ((x @ self.axes) ** 2).sum(1)))


def cached(folder, d, peak, train, valid, held, keep_rows=False):
    """Latents of three sets of rows; peak: of a number of the medium, or 0
    for a signal-to-noise ratio."""
    c = Components(train, d)
    latents = {n: c.latents(x) for n, x in
               dict(train=train, valid=valid, held=held).items()}
    latents["seen"] = latents["train"][:SIZES["seen"]]
    power = float(np.mean(((held - c.mean) ** 2).sum(1)))
    meta = dict(width=train.shape[1], d=d, peak=peak, power=power,
                rest=dict(held=c.rest(held),
                          seen=c.rest(train[:SIZES["seen"]])))
    if keep_rows:
        rows = dict(train=train, valid=valid, held=held,
                    seen=train[:SIZES["seen"]])
        latents.update({"rows-" + n: x for n, x in rows.items()})
    save(folder, meta, **latents)
    return c


def shifted(data, packages, out):
    """z ~ N(mu 1, I) for each mu."""
    for mu in SHIFTS:
        r = np.random.default_rng(1 + mu)
        x = {n: r.normal(mu, 1, (SIZES[n] // 2, SHIFTED_D))
             for n in ("train", "valid", "held")}
        save("%s/shifted/%d" % (out, mu), dict(d=SHIFTED_D),
             seen=x["train"][:SIZES["seen"] // 2], **x)


def pick(r, rows, n):
    return rows[r.permutation(len(rows))[:n]]


def fashion(data, packages, out):
    """Patches of 7 x 7 pixels; the 10,000 test images are held out."""
    folder = packages + "/" + media.FASHION
    if not os.path.isdir(folder):
        return "dataset-fashion-mnist"
    r = np.random.default_rng(1)

    def patches(x):
        x = x.reshape(-1, 4, 7, 4, 7).swapaxes(2, 3)
        return x.reshape(-1, 49).astype("f4") / 255
    x = media.idx(folder + "train-images-idx3-ubyte.gz")
    valid = len(x) // 20
    cached(out + "/fashion", FASHION_D, 1,
           pick(r, patches(x[valid:]), SIZES["train"]),
           pick(r, patches(x[:valid]), SIZES["valid"]),
           pick(r, patches(media.idx(
               folder + "t10k-images-idx3-ubyte.gz")), SIZES["held"]), True)
    return None


def photos(data, packages, out):
    """Patches at any pixel; every eighth photograph is held out, every
    eighth (four after it) for the choice."""
    folder = packages + "/" + media.LAND
    if not os.path.isdir(folder):
        return "endless-sky-data"
    to = out + "/photos"
    names = media.free_photos(packages)
    parts = {n: [x for i, x in enumerate(names) if i % 8 in at] for n, at in
             dict(train=(0, 1, 2, 4, 5, 6), valid=(3,), held=(7,)).items()}
    os.makedirs(to + "/png")
    for part, files in parts.items():
        with open("%s/%s.list" % (to, part), "w") as f:
            for name in files:
                png = "png/%s.png" % name
                media.to_png("%s/%s.jpg" % (folder, name), to + "/" + png)
                f.write(png + "\n")
    said = ", ".join("%d %s" % (len(v), n) for n, v in parts.items())
    print("experiments: photographs: " + said, file=sys.stderr)
    r = np.random.default_rng(1)
    cached(to, PHOTO_D, 1, *(media.photo_patches(r, folder, parts[n],
                                                 SIZES[n])
                             for n in ("train", "valid", "held")))
    return None


def across(data, packages, out):
    """Learned from nature, held out from streets and stations."""
    folder = packages + "/" + media.LAND
    if not os.path.isdir(folder):
        return "endless-sky-data"
    names = media.free_photos(packages)
    built = [n for n in names if n.startswith(media.BUILT)]
    nature = [n for n in names if not n.startswith(media.BUILT + media.SKY)]
    r = np.random.default_rng(2)
    cached(out + "/across", PHOTO_D, 1,
           *(media.photo_patches(r, folder, part, SIZES[n]) for n, part in
             (("train", [x for i, x in enumerate(nature) if i % 8]),
              ("valid", nature[::8]), ("held", built))))
    print("experiments: %d photographs of nature, %d of cities and stations"
          % (len(nature), len(built)), file=sys.stderr)
    return None


def stale(data, packages, out):
    """Latents of photographs, then the same turned, 1.5 times as large and a
    standard deviation away."""
    folder = packages + "/" + media.LAND
    if not os.path.isdir(folder):
        return "endless-sky-data"
    names = media.free_photos(packages)
    r = np.random.default_rng(3)
    x = {n: media.photo_patches(r, folder, part, SIZES[n]) for n, part in
         (("train", [v for i, v in enumerate(names) if i % 4]),
          ("valid", names[4::8]), ("held", names[::8]))}
    c = Components(x["train"], PHOTO_D)
    x = {n: c.latents(v) for n, v in x.items()}
    x["seen"] = x["train"][:SIZES["seen"]]
    turn = np.linalg.qr(r.normal(size=(PHOTO_D, PHOTO_D)))[0]
    away = STALE_SHIFT * np.sqrt((x["train"] ** 2).mean())
    save(out + "/stale/a", dict(d=PHOTO_D), **x)
    save(out + "/stale/b", dict(d=PHOTO_D), **{
        n: STALE_SCALE * v @ turn + away for n, v in x.items()})
    return None


def speech(data, packages, out):
    """Lapped cosine transforms of 160 samples of one speaker; every eighth
    utterance is held out."""
    folder = packages + "/" + media.VOICE
    if not os.path.isdir(folder):
        return "festvox-ru"
    names = sorted(f for f in os.listdir(folder + "/wav"))
    r = np.random.default_rng(1)
    rows = {}
    for part, at in dict(train=(0, 1, 2, 4, 5, 6), valid=(3,),
                         held=(7,)).items():
        x = np.concatenate([media.mdct("%s/wav/%s" % (folder, n))
                            for i, n in enumerate(names) if i % 8 in at])
        rows[part] = pick(r, x, SIZES[part])
    cached(out + "/speech", SPEECH_D, 0, **rows)
    return None


if __name__ == "__main__":
    making.make((shifted, fashion, photos, speech, stale, across), *sys.argv[1:])
