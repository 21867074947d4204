"""moe_reference.py - models of experts in NumPy, in double precision.

Written from vq-stream(5) ("Models of experts"), moe-route(1) (capacity, the
hash) and DESIGN.md section 7 alone: it holds these as much as the C.

    m = Model("digits.moe")
    out, routes = m.forward(x=rows)        # or token=windows(rows, context)
"""
import json

import numpy as np

DROPPED = 65535
WINDOW = 4096       # tokens among which a capacity counts
NEAR = 2e-6         # scores as near as this may change places in F32 ...
EQUAL = 1e-10       # ... but not those that are equal: the lowest comes first


def records(f):
    """The lines of vq-stream(5)."""
    while head := f.read(8):
        header = json.loads(f.read(int.from_bytes(head, "little")))
        meta = header.pop("__metadata__", {})
        data = f.read(max(t["data_offsets"][1] for t in header.values()))
        yield meta, {name: np.frombuffer(
            data[slice(*t["data_offsets"])],
            "<" + t["dtype"][0].lower() + str(int(t["dtype"][1:]) // 8)
            ).reshape(t["shape"]) for name, t in header.items()}


def read(path):
    with open(path, "rb") as f:
        return next(records(f))


def log_sum_exp(s):
    most = s.max(1)
    return most + np.log(np.exp(s - most[:, None]).sum(1))


def softmax(s):
    return np.exp(s - log_sum_exp(s)[:, None])


def norm(h, weight, bias):
    x = h - h.mean(1, keepdims=True)
    return x / np.sqrt((x * x).mean(1, keepdims=True) + 1e-5) * weight + bias


def relu(x):
    return np.maximum(x, 0)


def gelu(x):
    return x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))


def pick(values, t, ours=None):
    """The t largest, ties by the lowest index; ours where that is as good up
    to rounding."""
    best = np.argsort(-np.round(values / EQUAL), 1, kind="stable")[:, :t]
    if ours is None:
        return best
    for v in np.flatnonzero((best != ours).any(1)):
        if DROPPED in ours[v] or len(set(ours[v])) < t:
            continue
        gap = np.abs(values[v, best[v]] - values[v, ours[v]]).max()
        if EQUAL < gap < NEAR * (1 + np.abs(values[v]).max()):
            best[v] = ours[v]
    return best


def hashed(words, experts, t):
    """Of each row of words U32, as moe-route(1) says."""
    golden, bits = 0x9E3779B97F4A7C15, (1 << 64) - 1
    chosen = np.zeros((len(words), t), int)
    for v, row in enumerate(words):
        h, seen = 0, []
        for word in row:
            h = (h ^ int(word)) * golden & bits
            h ^= h >> 32
        for j in range(t):
            h = h + golden & bits
            h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9 & bits
            h = (h ^ h >> 27) * 0x94D049BB133111EB & bits
            h ^= h >> 31
            last = experts - t + j
            e = (h >> 32) * (last + 1) >> 32
            seen.append(last if e in seen else e)
        chosen[v] = seen
    return chosen


def drop(experts, gates, factor, e):
    """By arrival, in windows from the item's start."""
    for first in range(0, len(experts), WINDOW):
        part = experts[first:first + WINDOW]
        room, count = np.ceil(factor * part.size / e), np.zeros(e, int)
        for v in range(len(part)):
            for c, j in enumerate(part[v]):
                count[j] += 1
                if count[j] > room:
                    part[v, c], gates[first + v, c] = DROPPED, 0


def windows(rows, context):
    """Tokens [n, c] of an item with those before, newest first; -1: none."""
    n, c = rows.shape
    padded = np.full((context - 1 + n, c), -1)
    padded[context - 1:] = rows
    return np.concatenate([padded[context - 1 - p:][:n]
                           for p in range(context)], 1)


def usage(u, q):
    """1 - the entropy of soft codes over log K (moe-train(1))."""
    far = ((u[:, None] - q[None]) ** 2).sum(2)
    mean = softmax(-far / (2 * far.min(1).mean())).mean(0)
    return 1 + (mean * np.log(mean)).sum() / np.log(len(q))


class Routes:
    """Of a layer: experts, gates [n, s]; codes [n]; what the losses need."""
    p = scores = codes = q = None
    balanced = False


class Model:
    def __init__(self, path):
        self.meta, tensors = read(path)
        assert self.meta["kind"] == "moe" and self.meta["format"] == "1"
        self.tensor = {k: x.astype("i8" if x.dtype.kind == "u" else "f8")
                       for k, x in tensors.items()}
        self.kind, self.input = self.meta["router"], self.meta["input"]
        self.layers, self.experts, self.top, self.columns = (
            int(self.meta[k]) for k in ("layers", "experts", "top", "columns"))
        self.capacity = float(self.meta.get("capacity", 0))

    def layer(self, number):
        """A layer's tensors by their names without the prefix."""
        prefix = "layers.%d." % number if self.layers > 1 else ""
        return {k[len(prefix):]: x for k, x in self.tensor.items()
                if k.startswith(prefix)}

    def features(self, prefix, x, token):
        t = self.tensor
        if self.input == "none":
            return x
        if self.input == "linear":
            x = (x - t["input.mean"]) / t["input.scale"]
            return x @ t[prefix + "input.weight"].T + t[prefix + "input.bias"]
        table, vocab = t[prefix + "input.embedding.weight"], int(
            self.meta["vocab"])
        place = np.arange(token.shape[1]) * vocab
        rows = table[np.where(token < 0, 0, place + token)]
        rows[token < 0] = 0
        return rows.sum(1) + t[prefix + "input.bias"]

    def score(self, t, u, r):
        """Scores, and what is made of them; r.balanced: losses hold."""
        if "router.weight" not in t:
            return
        if self.kind == "cosine":
            a, w = u @ t["router.proj.weight"].T, t["router.weight"]
            r.scores = (a @ w.T / np.linalg.norm(a, axis=1)[:, None]
                        / np.linalg.norm(w, axis=1) / t["router.temperature"])
        else:
            r.scores = u @ t["router.weight"].T
        if self.kind == "biased":
            r.p = 1 / (1 + np.exp(-r.scores))
        else:
            r.p = softmax(r.scores)
            r.balanced = "router.frozen.weight" not in t

    def choose(self, number, t, r, x, token, ours):
        """The experts [n, top] of the continuous path."""
        if self.kind == "hash":
            words = x.astype("<f4").view("<u4") if token is None else token
            words = words[:, :self.columns]
            words = np.column_stack([words, np.full(len(words), number)])
            return hashed(words, self.experts, self.top)
        if "router.frozen.weight" in t:
            s = self.features("frozen.", x, token) @ t[
                "router.frozen.weight"].T + t.get("router.frozen.bias", 0)
            return pick(s, self.top, ours)
        bias = t.get("router.e_score_correction_bias")
        return pick(r.scores if bias is None else r.p + bias, self.top, ours)

    def weigh(self, t, r, chosen):
        """What the chosen ones weigh within their path."""
        if self.kind == "hash" or (
                "router.frozen.weight" in t and self.kind != "stable"):
            return np.full(chosen.shape, 1 / self.top)
        w = np.take_along_axis(r.p, chosen, 1)
        return w / w.sum(1, keepdims=True) if self.top > 1 else w

    def codes(self, t, u, ours):
        q = t.get("quantize.codebook", t.get("quantize.embedding.weight"))
        near = -((u[:, None] - q[None]) ** 2).sum(2)
        return q, pick(near, 1, None if ours is None else ours[:, None])[:, 0]

    def route(self, number, u, x, token, ours):
        """ours: tensors experts and codes, to be as near to where possible."""
        t, r = self.layer(number), Routes()
        booked = "code_to_expert" in t
        first = self.top if not (self.kind == "vq" and booked) else 0
        r.chosen = by_gate = np.zeros((len(u), 0), int)
        w = np.zeros((len(u), 0))
        self.score(t, u, r)
        if first:
            by_gate = self.choose(number, t, r, x, token,
                                  ours.get("experts")[:, :first]
                                  if "experts" in ours else None)
            w, r.chosen = self.weigh(t, r, by_gate), by_gate
        r.coded = np.zeros(w.shape, bool)
        if booked:
            r.q, r.codes = self.codes(t, u, ours.get("codes"))
            to = t["code_to_expert"][r.codes][:, None]
        if booked and self.kind == "hybrid":
            r.coded = to < self.experts
            r.chosen = np.where(r.coded, to, by_gate)
            w = np.where(r.coded, 1, w)
        elif booked:
            w, r.coded, by_gate = (np.concatenate(pair, 1) for pair in (
                (w, np.ones(to.shape)), (r.coded, to >= 0), (by_gate, to)))
        if booked and self.kind == "vqmoe":
            g = softmax(u @ t["gate.weight"].T + t["gate.bias"])
            w = w * np.where(r.coded, g[:, 1:], g[:, :1])
        r.experts = (r.chosen if self.kind == "hybrid" else by_gate).copy()
        r.gates = w.copy()
        if self.capacity > 0:
            drop(r.experts, r.gates, self.capacity, self.experts)
        r.u = u
        return r

    def apply(self, number, r):
        """The layer's sum of what its experts give."""
        t, y = self.layer(number), np.zeros_like(r.u)
        act = {"relu": relu, "gelu": gelu}[self.meta["activation"]]
        far = 0 if r.codes is None else float(
            self.meta["contrib"]) * (r.q[r.codes] - r.u)
        for c in range(r.experts.shape[1]):
            x = r.u + far * r.coded[:, c:c + 1]
            for j in range(self.experts):
                v = r.experts[:, c] == j
                h = act(x[v] @ t["experts.fc1.weight"][j].T
                        + t["experts.fc1.bias"][j])
                y[v] += r.gates[v, c:c + 1] * (
                    h @ t["experts.fc2.weight"][j].T
                    + t["experts.fc2.bias"][j])
        return y

    def forward(self, x=None, token=None, ours=()):
        """The head's output (of real targets, in their units), and routes; the
        sum of a layer is its routes' y."""
        h, routes = self.features("", x, token), []
        for l in range(self.layers):
            t = self.layer(l)
            u = h if self.input == "none" else norm(
                h, t["norm.weight"], t["norm.bias"])
            r = self.route(l, u, x, token, ours[l] if ours else {})
            r.y = self.apply(l, r)
            routes.append(r)
            h = h + r.y
        t = self.tensor
        if self.meta["head"] == "none":
            return r.y, routes
        out = norm(h, t["final_norm.weight"], t["final_norm.bias"]) @ t[
            "head.weight"].T + t["head.bias"]
        if self.meta["head"] == "real":
            out = out * t["target.scale"] + t["target.mean"]
        return out, routes

    def losses(self, out, routes, target, weight):
        """Each term as it stands in the sum; weight: the loss's weights."""
        if self.meta["head"] == "classes":
            task = (log_sum_exp(out)
                    - out[np.arange(len(out)), target]).mean()
        else:
            scale = self.tensor.get("target.scale", 1)
            task = (((out - target) / scale) ** 2).sum(1).mean()
        loss = dict(task=task, vq=0, usage=0, balance=0, z=0)
        for r in routes:
            if r.codes is not None:
                loss["vq"] += weight["vq_weight"] * (1 + weight["beta"]) * (
                    (r.q[r.codes] - r.u) ** 2).mean()
                loss["usage"] += weight["code_entropy"] * usage(r.u, r.q)
            if r.balanced:
                share = np.bincount(r.chosen.ravel(), minlength=self.experts
                                    ) / r.chosen.size
                loss["balance"] += weight["balance_weight"] * self.experts * (
                    share * r.p.mean(0)).sum()
                loss["z"] += weight["z_loss"] * (
                    log_sum_exp(r.scores) ** 2).mean()
        return loss
