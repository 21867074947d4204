"""media.py - photographs, images and speech as rows of numbers."""
import fnmatch
import gzip
import os
import re
import subprocess
import wave

import numpy as np

FASHION = "dataset-fashion-mnist/usr/share/datasets/fashion-mnist/"
VOICE = ("festvox-ru/usr/share/festival/voices/russian/"
         "msu_ru_nsh_clunits/")
LAND = "endless-sky-data/usr/share/games/endless-sky/images/land"
LAND_COPYRIGHT = "endless-sky-data/usr/share/doc/endless-sky-data/copyright"
# Scenes by the beginnings of their names.
BUILT = ("city", "station", "industrial")
SKY = ("space", "nasa", "earthrise")
SIDE, HOP = 8, 160


def idx(path):
    with gzip.open(path) as f:
        raw = f.read()
    rank = raw[3]
    shape = np.frombuffer(raw[4:4 + 4 * rank], ">u4")
    return np.frombuffer(raw[4 + 4 * rank:], "u1").reshape(shape)


def shared_alike(path):
    """Patterns of photographs that a Debian copyright file puts under
    CC BY-SA, for whatever other stanza they fit too."""
    found = []
    with open(path, encoding="utf-8") as f:
        stanzas = f.read().split("\n\n")
    for stanza in stanzas:
        fields = dict(re.findall(r"^(\S+):((?:.*\n?)(?: .*\n?)*)", stanza,
                                 re.MULTILINE))
        if "BY-SA" in fields.get("License", "").split("\n")[0]:
            found += [p for p in fields.get("Files", "").split()
                      if p.startswith("images/land/")]
    return found


def free_photos(packages):
    """Names of the photographs, sorted, but those under CC BY-SA."""
    bad = shared_alike(packages + "/" + LAND_COPYRIGHT)
    return [name[:-4] for name in sorted(os.listdir(packages + "/" + LAND))
            if not any(fnmatch.fnmatchcase("images/land/" + name, p)
                       for p in bad)]


def to_png(jpeg, png):
    ppm = subprocess.run(["djpeg", jpeg], stdout=subprocess.PIPE,
                         check=True).stdout
    with open(png, "wb") as f:
        subprocess.run(["pnmtopng"], input=ppm, stdout=f, check=True,
                       stderr=subprocess.DEVNULL)


def pixels(jpeg):
    """[h, w, 3] of 0 .. 1."""
    ppm = subprocess.run(["djpeg", "-rgb", "-pnm", jpeg],
                         stdout=subprocess.PIPE, check=True).stdout
    magic, size, peak, raw = ppm.split(b"\n", 3)
    assert magic == b"P6" and peak == b"255", jpeg
    w, h = map(int, size.split())
    return np.frombuffer(raw, "u1").reshape(h, w, 3).astype("f4") / 255


def photo_patches(r, folder, names, n):
    """n patches of 8 x 8 at any pixel, as many of each photograph, in random
    order: [n, 192]."""
    out = np.empty((n, SIDE * SIDE * 3), "f4")
    share = np.linspace(0, n, len(names) + 1).astype(int)
    for name, a, b in zip(names, share, share[1:]):
        x = pixels("%s/%s.jpg" % (folder, name))
        views = np.lib.stride_tricks.sliding_window_view(x, (SIDE, SIDE), (0,
                                                                           1))
        y = r.integers(0, views.shape[0], b - a)
        z = r.integers(0, views.shape[1], b - a)
        out[a:b] = views[y, z].reshape(b - a, -1)
    return out[r.permutation(n)]


def mdct(path):
    """Frames [t, HOP] of the lapped cosine transform with a sine window."""
    with wave.open(path) as f:
        x = np.frombuffer(f.readframes(f.getnframes()), "<i2") / 32768
    frames = np.lib.stride_tricks.sliding_window_view(x, 2 * HOP)[::HOP]
    n = np.arange(2 * HOP)
    window = np.sin(np.pi / (2 * HOP) * (n + 0.5))
    basis = np.cos(np.pi / HOP * np.outer(n + 0.5 + HOP / 2,
                                          np.arange(HOP) + 0.5))
    return (frames * window) @ basis * np.sqrt(2 / HOP)
