#!/usr/bin/python3
"""moe_apply.py - what moe-route gives of trained experts, against NumPy.

    moe_apply.py make DIR CSV.GZ       digits, targets, text, foreign layers
    moe_apply.py model MODEL ROWS OUT ROUTES [F]
            OUT of --apply, ROUTES of all layers; F: --capacity F
    moe_apply.py layer MODEL ROWS OUT N        OUT of --apply --layer N
    moe_apply.py layer FILE ROWS OUT T [F]     the same of a foreign FILE
    moe_apply.py judge OUT SAID        SAID: what moe-train said of its --valid

ROWS is a record, an npy array or bytes.
"""
import gzip
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)) + "/../unit"]
import numpy as np                                              # noqa: E402

from moe_reference import (DROPPED, Model, drop, log_sum_exp,    # noqa: E402
                           pick, relu, softmax, windows)
from route import margins, read, records, write                 # noqa: E402


def make(folder, digits):
    with gzip.open(digits) as f:
        table = np.loadtxt(f, delimiter=",")
    x, y = table[:, :64].astype("f4"), table[:, 64].astype("i4")
    # The sums of both halves of a digit are targets as numbers.
    real = np.stack([x[:, :32].sum(1), x[:, 32:].sum(1)], 1)
    os.chdir(folder)
    for name, part in (("train", slice(1400)), ("valid", slice(1400, None))):
        write(name, [("x", x[part]), ("y", y[part])], {"item": name})
        write(name + ".real", [("x", x[part]), ("y", real[part])])
    np.save("x.npy", x)
    # Numbers that are floats, but not over the scale of these rows.
    write("small", [("x", x * np.float32(1e-3)), ("y", y)], {"item": "small"})
    high = x[:9].copy()
    high[7] = np.where(np.arange(64) % 2, 3e38, -3e38)
    np.save("high.npy", high)
    x[1400:].tofile("valid.f32")
    r = np.random.default_rng(3)
    layer = [(name, (r.normal(size=shape) / 3).astype("f4")) for name, shape in
             (("router.weight", (6, 64)), ("experts.fc1.weight", (6, 20, 64)),
              ("experts.fc2.weight", (6, 64, 20)), ("experts.fc1.bias",
                                                   (6, 20)),
              ("experts.fc2.bias", (6, 64)))]
    layer[0] = (layer[0][0], layer[0][1] / 16)
    write("layer", layer[:3])
    write("biases", layer)
    write("norouter", layer[1:])
    write("nofc2", layer[:2])
    write("fewer", [("router.weight", layer[0][1][:5])] + layer[1:])
    write("more", layer + [("router.bias", np.ones(6, "f4"))])
    write("third", layer + [("experts.fc3.weight", layer[1][1])])
    np.save("gate.npy", layer[0][1])
    np.save("narrow.npy", x[:, :63])
    np.save("far.npy", np.array([0, 1, 255, 256], "u2"))


def rows(path):
    with open(path, "rb") as f:
        start = f.read(6)
    if start == b"\x93NUMPY":
        return np.load(path)
    if start[1:6] == b"\0" * 5 or start[2:6] == b"\0" * 4:
        return read(path)[1]["x"]
    return np.fromfile(path, "u1")[:, None]


def inputs(model, path):
    x = rows(path)
    if model.input == "embedding":
        return dict(token=windows(x, int(model.meta["context"])))
    return dict(x=x.astype("f8"))


def near(got, want, of=1e-4):
    assert got.shape == want.shape, (got.shape, want.shape)
    error = np.abs(got - want).max() / np.abs(want).max()
    assert error < of, error
    assert want.std() > 1e-3


def layers_of(path):
    """Items one behind the other: (metadata, tensors) of each."""
    items = []
    for meta, tensors in records(path):
        if meta["part"] == "0":
            items.append((meta, {k: [] for k in tensors}))
        for k, x in tensors.items():
            items[-1][1][k].append(x)
    return [(m, {k: np.concatenate(x) for k, x in t.items()})
            for m, t in items]


def same_routes(model, got, want, number):
    meta, t = got
    assert meta["layer"] == str(number) and meta["kind"] == "routes", meta
    for key in "router", "experts", "top":
        assert meta[key] == model.meta[key], (key, meta)
    assert t["experts"].dtype == np.uint16 and t["gates"].dtype == np.float32
    assert (t["experts"] == want.experts).all()
    assert np.abs(t["gates"] - want.gates).max() < 1e-5
    assert not t["gates"][t["experts"] == DROPPED].any()
    assert ("codes" in t) == (want.codes is not None)
    assert meta.get("discrete") == ("1" if model.kind == "vqmoe" else None)
    if want.codes is None:
        return
    assert (t["codes"] == want.codes).all() and meta["codes"] == str(len(want.q))
    where = model.layer(number)["code_to_expert"]
    margins(t, want.u.astype("f4"), want.q.astype("f4"), where)


def model(path, data, out, routes, capacity=None):
    m, got = Model(path), layers_of(routes)
    assert len(got) == m.layers
    if capacity:
        m.capacity = float(capacity)
    want, layers = m.forward(**inputs(m, data), ours=[t for _, t in got])
    for number, pair in enumerate(zip(got, layers)):
        same_routes(m, *pair, number)
    assert any(len(set(r.experts[:, 0])) > 1 for r in layers)
    if capacity:
        assert any((r.experts == DROPPED).any() for r in layers)
    near(read(out)[1]["x"], want)


def own_layer(path, data, out, number):
    m = Model(path)
    meta, got = read(out)
    assert meta["layer"] == number and meta["kind"] == "vectors", meta
    near(got["x"], m.forward(**inputs(m, data))[1][int(number)].y)


def foreign_layer(path, data, out, t, factor=0):
    f, x = read(path)[1], rows(data).astype("f8")
    f = {k: v.astype("f8") for k, v in f.items()}
    s = x @ f["router.weight"].T
    e, p, y = pick(s, int(t)), softmax(s), np.zeros_like(x)
    g = np.take_along_axis(p, e, 1)
    if int(t) > 1:
        g /= g.sum(1, keepdims=True)
    if float(factor) > 0:
        drop(e, g, float(factor), len(p[0]))
        assert (e == DROPPED).all(1).sum() > 10
    for c in range(int(t)):
        for j in range(len(p[0])):
            v = e[:, c] == j
            h = relu(x[v] @ f["experts.fc1.weight"][j].T
                     + f.get("experts.fc1.bias", np.zeros((99, 1)))[j])
            y[v] += g[v, c:c + 1] * (h @ f["experts.fc2.weight"][j].T + f.get(
                "experts.fc2.bias", np.zeros((99, 1)))[j])
    got = read(out)[1]["x"]
    near(got, y)
    assert not got[(e == DROPPED).all(1)].any()


def judge(out, said):
    t = read(out)[1]
    x, y = t["x"].astype("f8"), t["y"]
    accuracy = 100 * (x.argmax(1) == y).mean()
    loss = (log_sum_exp(x) - x[np.arange(len(x)), y]).mean()
    words = re.search(r"loss ([\d.]+), accuracy ([\d.]+) %, N = (\d+)",
                      open(said).read())
    assert words, open(said).read()
    assert int(words[3]) == len(x)
    assert words[2] == "%.2f" % accuracy, (words[2], accuracy)
    assert abs(float(words[1]) - loss) < 2e-5 * max(1, loss), (words[1], loss)
    assert 50 < accuracy < 100


def main(what, path, *rest):
    if what == "make":
        make(path, *rest)
    elif what == "model":
        model(path, *rest)
    elif what == "judge":
        judge(path, *rest)
    elif what == "layer" and "kind" in read(path)[0]:
        own_layer(path, *rest)
    else:
        foreign_layer(path, *rest)


if __name__ == "__main__":
    main(*sys.argv[1:])
