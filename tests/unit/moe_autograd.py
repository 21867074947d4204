"""moe_autograd.py - gradients of DESIGN.md section 7's loss by PyTorch.

The choice of experts and codes is NumPy's (moe_reference.py); all else is
computed again in double, where sg() is detach().
"""
import numpy as np
import torch
from torch.nn.functional import cross_entropy, layer_norm

from moe_reference import DROPPED


def leaves(model):
    """The tensors as what learns; those that do not are left out."""
    still = ("frozen", "input.mean", "input.scale", "target.", "codebook",
             "code_to_expert", "e_score_correction_bias")
    if model.meta.get("type") in ("ema", "kmeans"):
        still += ("quantize.",)
    return {k: torch.tensor(x, requires_grad=True)
            for k, x in model.tensor.items()
            if not any(s in k for s in still)}


class Net:
    def __init__(self, case, routes):
        self.case, self.m, self.routes = case, case.model, routes
        self.p, self.extra = leaves(case.model), 0

    def features(self):
        m, p = self.m, self.p
        if m.input == "none":
            return torch.tensor(self.case.x)
        if m.input == "linear":
            x = (self.case.x - m.tensor["input.mean"]) / m.tensor[
                "input.scale"]
            return torch.tensor(x) @ p["input.weight"].T + p["input.bias"]
        token, table = self.case.token, p["input.embedding.weight"]
        place = np.arange(token.shape[1]) * int(m.meta["vocab"]) + token
        there = torch.tensor(token >= 0)[:, :, None]
        return (table[np.where(token < 0, 0, place)] * there).sum(1) + p[
            "input.bias"]

    def row(self, l, name):
        return self.p.get(("layers.%d." % l if self.m.layers > 1 else "")
                          + name)

    def scores(self, l, u):
        w = self.row(l, "router.weight")
        if self.m.kind != "cosine":
            return u @ w.T
        a = u @ self.row(l, "router.proj.weight").T
        return (a / a.norm(dim=1, keepdim=True)) @ (
            w / w.norm(dim=1, keepdim=True)).T / self.row(
                l, "router.temperature")

    def codebook(self, l):
        table = self.row(l, "quantize.embedding.weight")
        if table is None:
            return torch.tensor(self.routes[l].q)
        turn = self.row(l, "quantize.embedding_proj.weight")
        if turn is None:
            return table
        return table @ turn.T + self.row(l, "quantize.embedding_proj.bias")

    def vq(self, r, q, u):
        w = self.case.weight
        chosen = q[r.codes]
        self.extra = self.extra + w["vq_weight"] * (
            ((chosen - u.detach()) ** 2).mean()
            + w["beta"] * ((chosen.detach() - u) ** 2).mean())
        self.usage(q, u.detach())
        return u + float(self.m.meta["contrib"]) * (chosen - u).detach()

    def usage(self, q, u):
        far = ((u[:, None] - q[None]) ** 2).sum(2)
        near = far.min(1).values.mean().detach()
        mean = torch.softmax(-far / (2 * near), 1).mean(0)
        self.extra = self.extra + self.case.weight["code_entropy"] * (
            1 + (mean * mean.log()).sum() / np.log(len(q)))

    def balance(self, r, s, p):
        w, e = self.case.weight, self.m.experts
        share = np.bincount(r.chosen.ravel(), minlength=e) / r.chosen.size
        self.extra = self.extra + w["balance_weight"] * e * (
            torch.tensor(share) * p.mean(0)).sum() + w["z_loss"] * (
                torch.logsumexp(s, 1) ** 2).mean()

    def gates(self, l, r, u):
        """[n, s], before any is dropped."""
        m, n = self.m, len(u)
        first = r.chosen.shape[1]
        w = torch.full((n, first), 1 / max(first, 1), dtype=u.dtype)
        if r.p is not None and first:
            s = self.scores(l, u)
            p = torch.sigmoid(s) if m.kind == "biased" else torch.softmax(s, 1)
            by_gate = np.where(r.coded[:, :first], 0, r.chosen)
            if m.kind != "kmeans" or r.balanced:
                w = torch.gather(p, 1, torch.tensor(by_gate))
                w = w / w.sum(1, keepdim=True) if first > 1 else w
            if r.balanced:
                self.balance(r, s, p)
        if r.codes is None:
            return w
        if m.kind == "hybrid":
            return torch.where(torch.tensor(r.coded), torch.ones_like(w), w)
        w = torch.cat([w, torch.ones(n, 1, dtype=u.dtype)], 1)
        if m.kind == "vqmoe":
            g = torch.softmax(u @ self.row(l, "gate.weight").T
                              + self.row(l, "gate.bias"), 1)
            w = w * torch.where(torch.tensor(r.coded), g[:, 1:], g[:, :1])
        return w

    def act(self, x):
        if self.m.meta["activation"] == "relu":
            return torch.relu(x)
        return x / 2 * (1 + torch.tanh(
            np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))

    def layer(self, l, u):
        r, far = self.routes[l], u
        if r.codes is not None:
            far = self.vq(r, self.codebook(l), u)
        w = self.gates(l, r, u) * torch.tensor(r.experts != DROPPED)
        y = torch.zeros_like(u)
        for c in range(r.experts.shape[1]):
            x = torch.where(torch.tensor(r.coded[:, c:c + 1]), far, u)
            for j in range(self.m.experts):
                v = np.flatnonzero(r.experts[:, c] == j)
                h = self.act(x[v] @ self.row(l, "experts.fc1.weight")[j].T
                             + self.row(l, "experts.fc1.bias")[j])
                y = y.index_add(0, torch.tensor(v), w[v, c:c + 1] * (
                    h @ self.row(l, "experts.fc2.weight")[j].T
                    + self.row(l, "experts.fc2.bias")[j]))
        return y

    def loss(self):
        m, p = self.m, self.p
        h, d = self.features(), (int(m.meta["width"]),)
        for l in range(m.layers):
            bare = m.input == "none"
            y = self.layer(l, h if bare else layer_norm(
                h, d, self.row(l, "norm.weight"), self.row(l, "norm.bias")))
            h = y if bare else h + y
        if m.meta["head"] != "none":
            h = layer_norm(h, d, p["final_norm.weight"], p["final_norm.bias"])
            h = h @ p["head.weight"].T + p["head.bias"]
        target = self.case.target
        if m.meta["head"] == "classes":
            return self.extra + cross_entropy(
                h, torch.tensor(target.astype("i8")))
        if m.meta["head"] == "real":
            target = (target - m.tensor["target.mean"]) / m.tensor[
                "target.scale"]
        return self.extra + ((h - torch.tensor(target)) ** 2).sum(1).mean()


def gradients(case):
    """By name; a tensor that the loss does not hang on has zeros."""
    net = Net(case, case.forward()[1])
    net.loss().backward()
    return {k: (torch.zeros_like(x) if x.grad is None else x.grad).numpy()
            for k, x in net.p.items()}
