#!/usr/bin/python3
"""torch_books.py - codebooks as PyTorch modules save them, and their codes.

    torch_books.py DIR

Writes x.npy, and of each kind of module KIND.st, its state, and KIND.npy, the
codes [n, stages] that it finds itself; prints each KIND and the error of these,
as a part of the variance.  The modules have the names and shapes of those that
lib/model/torch_book.h speaks of.
"""
import json
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
         torch.bool: "U8"}
D, K = 12, 40


def save(path, state):
    head, data = {"__metadata__": {"format": "pt"}}, b""
    for name, t in state.items():
        t = t.contiguous()
        raw = t.view(torch.int16) if t.dtype == torch.bfloat16 else t
        raw = raw.numpy().tobytes()
        head[name] = {"dtype": TYPES[t.dtype], "shape": list(t.shape),
                      "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(head).encode()
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text + data)


def tree(path, module):
    """The module below this path of names."""
    for name in reversed(path.split(".")):
        outer = nn.Module()
        outer.add_module(name, module)
        module = outer
    module.other = nn.Linear(D, D)  # what else a network has
    return module


class Table(nn.Module):  # taming-transformers
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(K, D)

    def codes(self):
        return self.embedding.weight

    def forward(self, z):
        q = self.codes()
        i = torch.cdist(z, q).argmin(1)
        return i, q[i]


class SimVQ(Table):
    def __init__(self):
        super().__init__()
        self.embedding_proj = nn.Linear(D, D)

    def codes(self):
        return self.embedding_proj(self.embedding.weight)


class Frozen(Table):  # SimVQ of vector-quantize-pytorch
    def __init__(self, table, linear):
        nn.Module.__init__(self)
        self.names = table, linear
        self.register_buffer(table, torch.randn(K, 7))
        self.add_module(linear, nn.Linear(7, D, bias=False))

    def codes(self):
        return getattr(self, self.names[1])(getattr(self, self.names[0]))


class Euclid(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.register_buffer("initted", torch.tensor([True]))
        self.register_buffer("cluster_size", torch.ones(shape[:-1]))
        self.register_buffer("embed_avg", torch.randn(shape))
        self.register_buffer("embed", torch.randn(shape))


class VectorQuantize(Table):  # of vector-quantize-pytorch; EnCodec
    def __init__(self, name, *shape, maps=False):
        nn.Module.__init__(self)
        self.name = name
        self.add_module(name, Euclid(*shape))
        w = shape[-1]
        self.project_in = nn.Linear(D, w) if maps else nn.Identity()
        self.project_out = nn.Linear(w, D) if maps else nn.Identity()

    def forward(self, z):
        q = getattr(self, self.name).embed.reshape(K, -1)
        i = torch.cdist(self.project_in(z), q).argmin(1)
        return i, self.project_out(q[i])


class Factorized(nn.Module):  # DAC
    def __init__(self, norm):
        super().__init__()
        self.in_proj = norm(nn.Conv1d(D, 5, 1))
        self.out_proj = norm(nn.Conv1d(5, D, 1))
        self.codebook = nn.Embedding(K, 5)

    def forward(self, z):
        def conv(f, x):
            return f(x.T[None])[0].T
        q = self.codebook.weight
        i = torch.cdist(F.normalize(conv(self.in_proj, z)),
                        F.normalize(q)).argmin(1)
        return i, conv(self.out_proj, q[i])


def residual(stages, x):
    found = []
    for stage in stages:
        i, y = stage(x)
        found.append(i)
        x = x - y
    return torch.stack(found, 1), float((x ** 2).sum(1).mean())


def main(folder):
    torch.manual_seed(8)
    x = torch.randn(400, D)
    np.save(os.path.join(folder, "x.npy"), x.numpy())
    three = range(3)
    kinds = {
        "taming": ("model.quantize", [Table()]),
        "simvq": ("quantize", [SimVQ()]),
        "frozen": ("vq", [Frozen("frozen_codebook", "code_transform")]),
        "first": ("vq", [Frozen("codebook", "codebook_to_codes")]),
        "lucid": ("net.0.vq", [VectorQuantize("_codebook", 1, K, D)]),
        "maps": ("vq", [VectorQuantize("_codebook", 1, K, 4, maps=True)]),
        "rvq": ("rvq.layers",
                [VectorQuantize("_codebook", 1, K, D) for _ in three]),
        "encodec": ("quantizer.vq.layers",
                    [VectorQuantize("_codebook", K, D) for _ in three]),
        "hf": ("quantizer.layers",
               [VectorQuantize("codebook", K, D) for _ in three]),
        "dac": ("quantizer.quantizers",
                [Factorized(nn.utils.weight_norm) for _ in three]),
        "fused": ("quantizer.quantizers",
                  [Factorized(lambda conv: conv) for _ in three]),
        "f16": ("quantize", [Table().half().float()]),
        "bf16": ("quantize", [SimVQ().bfloat16().float()]),
    }
    types = {"f16": torch.float16, "bf16": torch.bfloat16}
    for kind, (path, stages) in kinds.items():
        below = stages[0] if len(stages) == 1 else nn.ModuleList(stages)
        state = tree(path, below).state_dict()
        with torch.no_grad():
            codes, left = residual(stages, x)
        if kind in types:
            state = {n: t.to(types[kind]) for n, t in state.items()}
        save(os.path.join(folder, kind + ".st"), state)
        np.save(os.path.join(folder, kind + ".npy"), codes.numpy())
        print(kind, left / float(x.var(0, unbiased=False).sum()))
    again = {n.replace("weight_g", "parametrizations.weight.original0")
             .replace("weight_v", "parametrizations.weight.original1"): t
             for n, t in tree(*kinds["dac"][:1], nn.ModuleList(
                 kinds["dac"][1])).state_dict().items()}
    save(os.path.join(folder, "dac2.st"), again)
    torch.save(again, os.path.join(folder, "new.pt"))
    torch.save(again, os.path.join(folder, "old.pth"),
               _use_new_zipfile_serialization=False)


main(*sys.argv[1:])
