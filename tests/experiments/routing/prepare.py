"""prepare.py - the data of the experiments as streams of records.

    prepare.py DATA PACKAGES OUT EXPERIMENT...

Writes OUT/EXPERIMENT/{train,valid,probe,labelled}: what is learned from, what
loss and accuracy are measured on, the tokens whose routes are watched, and
these same with a label for each as y.  Valid and probe are never trained on.
An experiment whose package is missing is said and left out.
"""
import gzip
import os
import sys
import wave

import numpy as np

import making
import records

FASHION = "dataset-fashion-mnist/usr/share/datasets/fashion-mnist/"
VOICE = ("festvox-ru/usr/share/festival/voices/russian/"
         "msu_ru_nsh_clunits/")
PROBES = 4096
FASHION_VALID = 5000
# Frames of speech: 25 ms every 10 ms, as 40 bands.
WINDOW, HOP, BANDS, HISTORY = 400, 160, 40, 3
UTTERANCES_TRAIN, UTTERANCES_VALID = 120, 8
# Bytes of each of the three texts that are held back, from the end: together
# fewer than moe-train looks at (16,384) when it validates.
TEXT_VALID, TEXT_PROBES = 4000, PROBES // 3


def save(folder, **streams):
    os.makedirs(folder, exist_ok=True)
    for name, items in streams.items():
        records.write(os.path.join(folder, name), items)


def classes(folder, train, valid, probes):
    """Pairs (x, y): the same rows are probes and labelled probes."""
    def stream(x, y):
        return [("rows", {"x": x.astype("<f4"), "y": y.astype("u1")})]
    x, y = valid
    save(folder, train=stream(*train), valid=stream(*valid),
         probe=stream(x[:probes], y[:probes]),
         labelled=stream(x[:probes], y[:probes]))


def read_digits(data):
    with gzip.open(data + "/digits/digits.csv.gz", "rt") as f:
        rows = np.loadtxt(f, delimiter=",", dtype="f4")
    order = np.random.default_rng(1).permutation(len(rows))
    rows = rows[order]
    return (rows[:1197, :-1], rows[:1197, -1]), (rows[1197:, :-1],
                                                 rows[1197:, -1])


def digits(data, packages, out):
    train, valid = read_digits(data)
    classes(out + "/digits", train, valid, PROBES)


def shift(data, packages, out):
    """Digits 0-4, then 5-9.  One 9 among the first makes ten classes."""
    train, valid = read_digits(data)

    def part(rows, low, high):
        keep = (rows[1] >= low) & (rows[1] <= high)
        return rows[0][keep], rows[1][keep]
    (x, y), last = part(train, 0, 4), part(train, 9, 9)
    first = (np.concatenate([x, last[0][:1]]), np.append(y, 9))
    classes(out + "/shift/old", first, part(valid, 0, 4), PROBES)
    classes(out + "/shift/new", part(train, 5, 9), part(valid, 5, 9), PROBES)


def idx(path):
    with gzip.open(path) as f:
        raw = f.read()
    rank = raw[3]
    shape = np.frombuffer(raw[4:4 + 4 * rank], ">u4")
    return np.frombuffer(raw[4 + 4 * rank:], "u1").reshape(shape)


def fashion(data, packages, out):
    """28 x 28 pixels as 14 x 14 means of four."""
    folder = packages + "/" + FASHION
    if not os.path.isdir(folder):
        return "dataset-fashion-mnist"

    def part(name):
        x = idx(folder + name + "-images-idx3-ubyte.gz").astype("f4") / 255
        x = x.reshape(-1, 14, 2, 14, 2).mean((2, 4)).reshape(-1, 196)
        return x, idx(folder + name + "-labels-idx1-ubyte.gz")
    x, y = part("t10k")
    classes(out + "/fashion", part("train"), (x[:FASHION_VALID],
                                              y[:FASHION_VALID]), PROBES)


def text(data, packages, out):
    """Next byte: three domains, the end of each held back."""
    streams = {"train": [], "valid": [], "probe": [], "labelled": []}
    for label, name in enumerate(["austen", "melville", "sotu"]):
        with open("%s/text/%s.txt" % (data, name), "rb") as f:
            x = np.frombuffer(f.read(), "u1")
        held = x[-TEXT_VALID:]
        probe = held[:TEXT_PROBES]
        streams["train"].append((name, {"x": x[:-TEXT_VALID]}))
        streams["valid"].append((name, {"x": held}))
        streams["probe"].append((name, {"x": probe}))
        streams["labelled"].append(
            (name, {"x": probe, "y": np.full(len(probe), label, "u1")}))
    save(out + "/text", **streams)


def mel_bank(rate, size):
    """Triangles [BANDS, size / 2 + 1], equal steps of mel from 60 Hz up."""
    def mel(hz):
        return 2595 * np.log10(1 + hz / 700)
    edges = np.linspace(mel(60), mel(rate / 2), BANDS + 2)
    edges = 700 * (10 ** (edges / 2595) - 1)
    hz = np.arange(size // 2 + 1) * rate / size
    up = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    down = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(up, down))


def log_mel(path):
    """Frames [t, BANDS] in dB, and the seconds at which each is centred."""
    with wave.open(path) as f:
        rate = f.getframerate()
        x = np.frombuffer(f.readframes(f.getnframes()), "<i2") / 32768
    starts = np.arange(0, len(x) - WINDOW + 1, HOP)
    frames = x[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames, 512)) ** 2
    mels = 10 * np.log10(power @ mel_bank(rate, 512).T + 1e-5)
    return mels.astype("<f4"), (starts + WINDOW / 2) / rate


def phones(path, times):
    """The phone spoken at each of the times."""
    with open(path) as f:
        lines = [line.split() for line in f if len(line.split()) == 3]
    ends = np.array([float(line[0]) for line in lines])
    at = np.minimum(np.searchsorted(ends, times), len(lines) - 1)
    return [lines[i][2] for i in at]


def utterance(folder, name):
    """x [n, HISTORY * BANDS] oldest first, y [n, BANDS] the frame after, and
    the phone of the newest frame."""
    mels, times = log_mel("%s/wav/%s.wav" % (folder, name))
    n = len(mels) - HISTORY
    x = np.concatenate([mels[i:i + n] for i in range(HISTORY)], axis=1)
    spoken = phones("%s/lab/%s.lab" % (folder, name), times)
    return x, mels[HISTORY:], spoken[HISTORY - 1:-1]


def speech(data, packages, out):
    """Next log-mel frame of one Russian speaker; labels are phones."""
    folder = packages + "/" + VOICE
    if not os.path.isdir(folder):
        return "festvox-ru"
    names = sorted(f[:-4] for f in os.listdir(folder + "/wav"))
    order = np.random.default_rng(1).permutation(len(names))
    names = [names[i] for i in order]
    train, valid, probe, labelled, known, total = [], [], [], [], {}, 0
    for i, name in enumerate(names[:UTTERANCES_TRAIN + UTTERANCES_VALID]):
        x, y, spoken = utterance(folder, name)
        item = (name, {"x": x, "y": y})
        (train if i < UTTERANCES_TRAIN else valid).append(item)
        if i >= UTTERANCES_TRAIN and total < PROBES:
            ids = [known.setdefault(p, len(known)) for p in spoken]
            probe.append(item)
            labelled.append((name, {"x": x, "y": np.array(ids, "u1")}))
            total += len(x)
    save(out + "/speech", train=train, valid=valid, probe=probe,
         labelled=labelled)
    with open(out + "/speech/phones.tsv", "w") as f:
        f.writelines("%d\t%s\n" % (i, p) for p, i in known.items())


if __name__ == "__main__":
    making.make((digits, shift, fashion, text, speech), *sys.argv[1:])
