#!/usr/bin/python3
"""conv.py - models with net conv made by hand, and what they give in NumPy.

    conv.py model OUT image PATCH CHANNELS [blend]    random, with paths that count
    conv.py model OUT audio HOP RATE [spectrum]    with levels and gains
    conv.py plain OUT MODEL                   the same transform, no net
    conv.py encode MODEL X Z        do latents Z come from vectors X?
    conv.py decode MODEL CODES X    do vectors X come from these codes?

X is what vq-encode --latents --npy gives with the plain model.
"""
import json
import struct
import sys

import numpy as np

WIDTH, ENCODER, DECODER, KERNEL, D, K, STAGES = 12, 2, 3, 5, 6, 50, 2


def write(path, meta, tensors):
    header, data = {"__metadata__": meta}, b""
    for name, x in tensors.items():
        x = np.asarray(x, dtype="<f4")
        header[name] = {"dtype": "F32", "shape": list(x.shape),
                        "data_offsets": [len(data), len(data) + x.nbytes]}
        data += x.tobytes()
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def read(path):
    with open(path, "rb") as f:
        size, = struct.unpack("<Q", f.read(8))
        header, data = json.loads(f.read(size)), f.read()
    meta = header.pop("__metadata__")
    return meta, {name: np.frombuffer(data[slice(*x["data_offsets"])], "<f4")
                  .reshape(x["shape"]).astype("f8")
                  for name, x in header.items()}


def network(r, name, depth, kernel, dim, out):
    w = WIDTH
    t = {"in.weight": r.normal(size=(w, dim)) / np.sqrt(dim),
         "in.bias": r.normal(size=(1, w))}
    for i in range(depth):
        b = "blocks.%d." % i
        t[b + "conv.weight"] = r.normal(size=(kernel, w)) / np.sqrt(kernel)
        t[b + "conv.bias"] = r.normal(size=(1, w)) / 4
        t[b + "norm.weight"] = 1 + r.normal(size=(1, w)) / 4
        t[b + "norm.bias"] = r.normal(size=(1, w)) / 4
        t[b + "up.weight"] = r.normal(size=(4 * w, w)) / np.sqrt(w)
        t[b + "up.bias"] = r.normal(size=(1, 4 * w)) / 4
        t[b + "down.weight"] = r.normal(size=(w, 4 * w)) / np.sqrt(w)
        t[b + "down.bias"] = r.normal(size=(1, w)) / 4
        t[b + "scale"] = 0.3 + r.normal(size=(1, w)) / 10
    t["norm.weight"] = 1 + r.normal(size=(1, w)) / 4
    t["norm.bias"] = r.normal(size=(1, w)) / 4
    t["out.weight"] = r.normal(size=(out, w)) / np.sqrt(w)
    return {name + "." + k: x for k, x in t.items()}


def model(path, media, patch, more, how):
    r = np.random.default_rng(7)
    image = media == "image"
    dim = patch * patch * more if image else patch
    kernel = KERNEL * KERNEL if image else KERNEL
    meta = {"format": "1", "kind": "model", "type": "kmeans", "net": "conv",
            "media": media, "patch": patch, "dim": dim, "d": D,
            "channels" if image else "sample_rate": more,
            "width": WIDTH, "encoder_depth": ENCODER,
            "decoder_depth": DECODER, "kernel": KERNEL,
            "stages": STAGES, "groups": 1, "codes": K}
    seen = written = 1
    if how == "spectrum":
        meta.update(spectrum="1", gain="1")
        seen = written = 2
    if how == "blend":
        meta.update(blend="1")
        written = 4
    tensors = {"transform.mu": np.full(dim, 0.5 if image else 0),
               "transform.scale": [0.05],
               "encoder.weight": r.normal(size=(D, dim)) / np.sqrt(dim),
               "decoder.weight": r.normal(size=(dim, D)) / 4}
    tensors.update(network(r, "encoder.conv", ENCODER, kernel,
                           seen * dim, D))
    tensors.update(network(r, "decoder.conv", DECODER, kernel, D,
                           written * dim))
    for s in range(STAGES):
        tensors["quantize.%d.codebook" % s] = r.normal(size=(K, D)) / (1 + s)
    write(path, {k: str(v) for k, v in meta.items()}, tensors)


def plain(path, like):
    meta, t = read(like)
    dim = int(meta["dim"])
    meta.update(net="none", d=str(dim), stages="1", codes="2")
    write(path, meta, {"transform.mu": t["transform.mu"],
                       "transform.scale": t["transform.scale"],
                       "quantize.codebook": np.eye(2, dim)})


def norm(t, name, x):
    x = x - x.mean(-1, keepdims=True)
    x = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)
    return x * t[name + ".weight"][0] + t[name + ".bias"][0]


def dense(t, name, x):
    return x @ t[name + ".weight"].T + t[name + ".bias"][0]


def gelu(x):
    return x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) *
                                (x + 0.044715 * x ** 3)))


def convolve(t, name, x, kh, kw):
    h, w, _ = x.shape
    around = np.pad(x, ((kh // 2,) * 2, (kw // 2,) * 2, (0, 0)))
    y = np.zeros_like(x) + t[name + ".bias"][0]
    for k, tap in enumerate(t[name + ".weight"]):
        y += tap * around[k // kw:k // kw + h, k % kw:k % kw + w]
    return y


def levels(x):
    v = x * np.sqrt(x.shape[-1])
    beside = np.pad(v, ((0, 0), (0, 0), (1, 1)))
    across = beside[..., 2:] - beside[..., :-2]
    return np.concatenate([v / np.sqrt(np.abs(v) + 0.01),
                           (v * v + across ** 2 + 1e-6) ** 0.25], -1)


def blend(v, p):
    """Tiles [h, w, 2p 2p c], as one picture each, to patches [h, w, p p c]."""
    h, w, _ = v.shape
    v = v.reshape(h, w, 2 * p, 2 * p, -1)
    c = v.shape[-1]
    s = np.sin(np.pi * (np.arange(2 * p) + 0.5) / (2 * p)) ** 2
    window = np.outer(s, s)[..., None]
    y, whole = (np.zeros(((h + 1) * p, (w + 1) * p, c)) for _ in range(2))
    for i in range(h):
        for j in range(w):
            at = np.s_[i * p:(i + 2) * p, j * p:(j + 2) * p]
            y[at] += window * v[i, j]
            whole[at] += window
    at = np.s_[p // 2:p // 2 + h * p, p // 2:p // 2 + w * p]
    y = (y[at] / whole[at]).reshape(h, p, w, p, c)
    return y.transpose(0, 2, 1, 3, 4).reshape(h, w, -1)


def net(meta, t, half, x):
    """x [h, w, in]: y = M x + V LN(u), or (M x + a) e^b"""
    kh = int(meta["kernel"])
    kw = kh if meta["media"] == "image" else 1
    seen = half == "encoder" and "spectrum" in meta
    u = dense(t, half + ".conv.in", levels(x) if seen else x)
    for i in range(int(meta[half + "_depth"])):
        b = "%s.conv.blocks.%d." % (half, i)
        y = norm(t, b + "norm", convolve(t, b + "conv", u, kh, kw))
        y = dense(t, b + "down", gelu(dense(t, b + "up", y)))
        u = u + t[b + "scale"][0] * y
    u = norm(t, half + ".conv.norm", u)
    y = u @ t[half + ".conv.out.weight"].T
    linear = x @ t[half + ".weight"].T
    assert np.abs(y).mean() > np.abs(linear).mean() / 30
    if half == "decoder" and "gain" in meta:
        a, b = np.split(y, 2, -1)
        return (linear + a) * np.exp(b)
    if half == "decoder" and "blend" in meta:
        return linear + blend(y, int(meta["patch"]))
    return linear + y


def same(got, want):
    assert got.shape == want.shape, (got.shape, want.shape)
    error = np.abs(got - want).max() / np.abs(want).max()
    assert error < 1e-4, error


def encode(path, x, z):
    meta, t = read(path)
    same(np.load(z), net(meta, t, "encoder", np.load(x).astype("f8")))


def decode(path, codes, x):
    meta, t = read(path)
    codes = np.load(codes)
    q = sum(t["quantize.%d.codebook" % s][codes[..., s]]
            for s in range(codes.shape[-1]))
    same(np.load(x), net(meta, t, "decoder", q))


def main(what, *args):
    if what == "model":
        model(args[0], args[1], int(args[2]), int(args[3]),
              args[4] if len(args) > 4 else "")
    else:
        {"plain": plain, "encode": encode, "decode": decode}[what](*args)


main(*sys.argv[1:])
