#!/usr/bin/python3
"""moe_cases.py - what our side got against NumPy and PyTorch.

    moe_cases.py numpy|torch|gradient DIR

DIR has models N.moe and beside each N.case: a batch (x or token, class or
real), out, layer N's experts, gates and codes, and losses and their weights in
the metadata.  Prints a line a model; status 1 if any differs.
"""
import glob
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import numpy as np                                       # noqa: E402

from moe_reference import DROPPED, Model, read, softmax  # noqa: E402

WEIGHTS = ("vq_weight", "beta", "balance_weight", "z_loss",
           "code_entropy")


class Differs(Exception):
    pass


def same(name, got, want, near):
    """near: of the largest number wanted, and 1 at least; 0: equal."""
    got, want = np.atleast_1d(got), np.atleast_1d(want)
    if got.shape != want.shape:
        raise Differs(f"{name}: {got.shape}, not {want.shape}")
    wrong = ~(np.abs(got.astype("f8") - want)
              <= near * max(1, np.abs(want).max(initial=0)))
    if wrong.any():
        at = tuple(np.argwhere(wrong)[0])
        raise Differs(f"{name}{[int(i) for i in at]}: {got[at]}, "
                      f"not {want[at]} ({wrong.sum()} of {wrong.size})")


class Case:
    def __init__(self, path):
        self.model = Model(path)
        self.meta, self.tensor = read(path[:-3] + "case")
        t = self.tensor
        self.x = t["x"].astype("f8") if "x" in t else None
        self.token = t["token"].astype("i8") if "token" in t else None
        if self.token is not None:
            self.token[self.token == 0xFFFFFFFF] = -1
        self.target = t["class"] if "class" in t else t["real"].astype("f8")
        self.layers = [{k[len("0."):]: x for k, x in t.items()
                        if k.startswith("%d." % l)}
                       for l in range(self.model.layers)]
        self.weight = {k: float(self.meta[k]) for k in WEIGHTS}

    def forward(self):
        return self.model.forward(self.x, self.token, self.layers)


def numpy_says(case):
    out, routes = case.forward()
    for l, (r, ours) in enumerate(zip(routes, case.layers)):
        name = "layer %d " % l
        if r.codes is not None or "codes" in ours:
            same(name + "codes", ours["codes"], r.codes, 0)
        same(name + "experts", ours["experts"], r.experts, 0)
        same(name + "gates", ours["gates"], r.gates, 1e-5)
        if ours["gates"][ours["experts"] == DROPPED].any():
            raise Differs(name + "has a gate where it dropped")
    same("out", case.tensor["out"], out, 2e-5)
    losses = case.model.losses(out, routes, case.target, case.weight)
    for name, want in losses.items():
        got = float(case.meta[name])
        if abs(got - want) > 1e-5 * abs(want):
            raise Differs(f"{name} loss: {got}, not {want}")
    total = sum(losses.values())
    if abs(float(case.meta["loss"]) - total) > 1e-5 * total:
        raise Differs(f"loss: {case.meta['loss']}, not {total}")


def torch_says(case):
    """torch.topk and torch.softmax of F32 scores of the u that NumPy has."""
    import torch
    m = case.model
    if m.kind != "softmax" or m.capacity > 0 or "equal" in case.meta:
        return "skip"
    for l, (r, ours) in enumerate(zip(case.forward()[1], case.layers)):
        w = torch.from_numpy(m.layer(l)["router.weight"]).float()
        s = torch.from_numpy(r.u).float() @ w.T
        value, index = torch.topk(torch.softmax(s, 1), m.top, 1)
        if m.top > 1:
            value = value / value.sum(1, keepdim=True)
        # PyTorch promises no order among equals.
        order = np.sort(s.numpy(), 1)[:, ::-1]
        step = -np.diff(order, axis=1)[:, :m.top]
        clear = step.min(1) > 1e-5 if step.size else np.ones(len(s), bool)
        if clear.mean() < 0.95:
            raise Differs("too many equal scores")
        same("layer %d experts" % l, ours["experts"][clear],
             index.numpy()[clear], 0)
        same("layer %d gates" % l, ours["gates"][clear],
             value.numpy()[clear], 1e-5)


def gradient_says(case):
    from moe_autograd import gradients
    got, want = case.tensor, gradients(case)
    if want is None:
        return "skip"
    for name, g in want.items():
        ours = got["grad." + name].reshape(g.shape)
        most = np.abs(g).max(initial=0)
        if not np.abs(ours - g).max(initial=0) <= 1e-4 * most + 1e-7:
            at = np.unravel_index(np.abs(ours - g).argmax(), g.shape)
            raise Differs(f"gradient of {name}{[int(i) for i in at]}: "
                          f"{ours[at]}, not {g[at]}")


def main(what, folder):
    check = {"numpy": numpy_says, "torch": torch_says,
             "gradient": gradient_says}[what]
    done = bad = 0
    for path in sorted(glob.glob(folder + "/*.moe")):
        case = Case(path)
        try:
            if check(case) == "skip":
                continue
            print("# ok", case.meta["item"])
        except Differs as why:
            print("# NOT OK", case.meta["item"], "-", why)
            bad += 1
        done += 1
    print(f"# {done} models, {bad} differ")
    return bad > 0 or done == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
