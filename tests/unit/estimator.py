#!/usr/bin/python3
"""estimator.py - the formulas of lib/quant/estimator.h under autograd.

    estimator.py D <numbers     F32 [9, n, D]: z, q, g; then dz and dq of ste,
                                rotation and diveq as they were computed
"""
import sys

import numpy as np
import torch

d = int(sys.argv[1])
x = np.frombuffer(sys.stdin.buffer.read(), "<f4").astype("f8")
z0, q0, g, *got = torch.from_numpy(x).reshape(9, -1, d)


def unit(v):
    return v / v.norm(dim=1, keepdim=True)


def rotated(z, q):
    """The rotation as a matrix of its own: exp of a turn in the plane."""
    out = []
    for a, b, row in zip(unit(z.detach()), unit(q.detach()), z):
        turn = torch.outer(b, a) - torch.outer(a, b)
        c = a @ b
        rot = torch.eye(d, dtype=z.dtype) + turn + turn @ turn / (1 + c)
        out.append(rot @ row)
    scale = q.detach().norm(dim=1) / z.detach().norm(dim=1)
    return torch.stack(out) * scale[:, None]


def straight(z, q):
    return z + (q - z).detach()


def along(z, q):
    return z + (q - z).norm(dim=1, keepdim=True) * unit(q - z).detach()


for i, formula in enumerate((straight, rotated, along)):
    z, q = z0.clone().requires_grad_(), q0.clone().requires_grad_()
    out = formula(z, q)
    assert torch.allclose(out, q, atol=1e-6), formula
    (out * g).sum().backward()
    dq = torch.zeros_like(z) if q.grad is None else q.grad
    for name, want, is_ in (("dz", z.grad, got[2 * i]), ("dq", dq, got[2 * i + 1])):
        assert torch.allclose(is_, want, atol=1e-4), (formula, name)
