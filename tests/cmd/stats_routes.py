#!/usr/bin/python3
"""stats_routes.py - route streams, and what vq-stats must say of them.

    stats_routes.py make FOLDER           streams; see make()
    stats_routes.py one JSON STREAM...    figures of one stream, layer by layer
    stats_routes.py labels JSON STREAM
    stats_routes.py audit TSV STREAM
    stats_routes.py against JSON OLD STREAM [fluctuation|noise_flip]
    stats_routes.py shadow JSON STREAM
    stats_routes.py trace JSON TRACE
"""
import collections
import itertools
import json
import math
import sys

import numpy as np

from route import records, write

DROPPED = 65535


def same(got, want, what):
    if want is None or (isinstance(want, float) and math.isnan(want)):
        assert got is None, (what, got, want)
    else:
        assert got is not None, (what, got, want)
        assert math.isclose(got, want, rel_tol=1e-6, abs_tol=1e-12), (
            what, got, want)


def append(path, parts):
    """parts: (tensors, meta), a record each."""
    data = b""
    for tensors, meta in parts:
        write(path, tensors, meta)
        data += open(path, "rb").read()
    open(path, "wb").write(data)


def vqmoe(r, n, e=6, t=2, layers=2, codes=20, dead=None):
    """Items of two layers: t continuous columns, a discrete one, codes."""
    for i, rows in enumerate(n):
        y = r.integers(-1, 4, rows).astype("i8")
        for layer in range(layers):
            order = np.argsort(r.random((rows, e)) ** (1 + np.arange(e)),
                               axis=1)[:, ::-1][:, :t].astype("u2")
            if dead is not None:
                order[order == dead] = (dead + 1) % e
            order[r.random((rows, t)) < 0.02] = DROPPED
            code = (r.random(rows) ** 2 * codes).astype("u1")
            experts = np.column_stack([order, code % e]).astype("u2")
            gates = r.random((rows, t + 1)).astype("f4")
            gates[experts == DROPPED] = 0
            margin = r.random(rows).astype("f4")
            yield ([("experts", experts), ("gates", gates),
                    ("codes", code), ("margin", margin), ("y", y),
                    ("loss", (y + margin).astype("f4"))],
                   {"kind": "routes", "item": "item %d" % i,
                    "router": "vqmoe", "experts": str(e), "top": str(t),
                    "discrete": "1", "layer": str(layer),
                    "codes": str(codes), "model": "0123456789abcde%d" % layer})


def older(r, meta, tensors):
    """The same tokens, some of them elsewhere."""
    t = {k: v.copy() for k, v in tensors.items() if k not in ("y", "loss")}
    n = len(t["experts"])
    other = r.random(n) < 0.3
    t["experts"][other, 0] = r.integers(0, 6, other.sum())
    t["gates"][r.random(t["gates"].shape) < 0.1] = 0.5
    moved = r.random(n) < 0.1
    t["codes"] = np.where(moved, 7, t["codes"]).astype("u1")
    t["experts"][moved, 2] = 1
    return list(t.items()), dict(meta, model="older")


STEPS = [0, 1, 3, 10, 40, 100, 200]


def training(r, steps=STEPS, items=(300, 41), e=5, t=2, late=2):
    """Two layers whose tokens settle; codes come with the checkpoint
    `late`, and with them a discrete column."""
    now = {}
    for c, step in enumerate(steps):
        for i, n in enumerate(items):
            for layer in range(2):
                was = now.get((i, layer))
                new = np.argsort(r.random((n, e)), axis=1)[:, :t + 1]
                code = r.integers(0, 9, n)
                if was is not None:
                    keep = r.random(n) > 1.5 / (c + layer + 1)
                    new = np.where(keep[:, None], was[0], new)
                    code = np.where(keep, was[1], code)
                now[i, layer] = new, code
                meta = {"kind": "routes", "item": "probe %d" % i,
                        "step": str(step), "layer": str(layer),
                        "router": "vqmoe", "experts": str(e), "top": str(t),
                        "discrete": str(int(c >= late)),
                        "valid_loss": "%.9g" % (9 / (step + 1)),
                        "expert_similarity": "0.5"}
                cols = t + (c >= late)
                tensors = [("experts", new[:, :cols].astype("u2")),
                           ("gates", np.full((n, cols), 0.5, "f4"))]
                if c >= late:
                    meta.update(codes="9", code_rank="3.5")
                    tensors += [("codes", code.astype("u1")),
                                ("margin", r.random(n).astype("f4"))]
                yield tensors, meta


def make(folder):
    r = np.random.default_rng(5)
    append(folder + "/moe", list(vqmoe(r, [700, 1, 299])))
    append(folder + "/old", [older(r, *part) for part in
                             list(records(folder + "/moe"))])
    append(folder + "/trace", list(training(r)))
    append(folder + "/plain", list(training(r, late=99)))
    append(folder + "/dead", list(vqmoe(r, [800], layers=1, dead=2)))
    write(folder + "/none", [("experts", np.zeros((0, 2), "u2")),
                             ("gates", np.zeros((0, 2), "f4"))],
          {"kind": "routes", "experts": "4"})


def layers(paths):
    """Rows of each layer together: {layer: (meta, tensors, names)}."""
    got = collections.OrderedDict()
    for path in paths:
        for meta, tensors in records(path):
            got.setdefault(meta.get("layer"), []).append((meta, tensors))
    return {k: (v[0][0], {name: np.concatenate([t[name] for _, t in v])
                          for name in v[0][1]},
                [m["item"] for m, t in v for _ in range(len(t["experts"]))],
                np.concatenate([np.arange(len(t["experts"])) for _, t in v]))
            for k, v in got.items()}


def ways(meta, cols):
    d = int(meta.get("discrete", 0))
    if not d:
        return [("all", slice(0, cols))]
    return [("continuous", slice(0, cols - d)),
            ("discrete", slice(cols - d, cols)), ("union", slice(0, cols))]


def load(got, experts, gates, e):
    kept = experts != DROPPED
    n = np.bincount(experts[kept], minlength=e)
    mean = n.mean()
    p = n[n > 0] / n.sum()
    want = {"assigned": kept.sum(), "dropped": (~kept).sum(),
            "load_cv": n.std() / mean, "max_violation": n.max() / mean - 1,
            "dead_experts": (n == 0).sum(),
            "load_entropy": -(p * np.log(p)).sum() / np.log(e),
            "drop_rate": (~kept).mean(), "tokens": len(experts),
            "mean_gate": gates[kept].astype("f8").mean()}
    for key, v in want.items():
        same(got[key], float(v), key)
    assert [x["count"] for x in got["load"]] == n.tolist()
    assert [x["expert"] for x in got["load"]] == list(range(e))
    for x in got["load"]:
        same(x["share"], x["count"] / n.sum(), "share")


def pairs(got, experts):
    if experts.shape[1] == 1:
        assert "pairs" not in got
        return
    want = collections.Counter()
    for row in experts.tolist():
        for a, b in itertools.combinations(row, 2):
            if a != b and DROPPED not in (a, b):
                want[min(a, b), max(a, b)] += 1
    have = {(x["expert"], x["other_expert"]): x["count"]
            for x in got["pairs"]}
    if len(want) <= 100:
        assert have == want
    assert list(have.values()) == sorted(want.values(), reverse=True)[:100]


def codes(got, meta, t, items, rows):
    code, margin = t["codes"].reshape(-1), t["margin"].astype("f8")
    expert = t["experts"][:, -1].astype(int)
    count = np.bincount(code)
    assert got["codes"] == int(meta["codes"])
    assert got["used_codes"] == (count > 0).sum()
    p = count[count > 0] / len(code)
    same(got["code_perplexity"], 2 ** -(p * np.log2(p)).sum(), "perplexity")
    assert [x["count"] for x in got["code_table"]] == sorted(
        count[count > 0].tolist(), reverse=True)
    for x in got["code_table"]:
        here = code == x["code"]
        known = here & (expert != DROPPED)
        assert x["count"] == here.sum()
        assert x["code_dropped"] == (here & (expert == DROPPED)).sum()
        e = np.bincount(expert[known])
        assert x["experts"] == (e > 0).sum()
        if known.any():
            assert x["expert"] == e.argmax(), (x, e)
            same(x["expert_share"], e.max() / known.sum(), "expert_share")
        finite = np.isfinite(margin[here])
        same(x["mean_margin"], margin[here][finite].mean(), "mean_margin")
        same(x["least_margin"], margin[here].min(), "least_margin")
    order = np.argsort(margin, kind="stable")[:len(got["boundary"])]
    assert len(order) == min(7, len(margin))
    for x, i in zip(got["boundary"], order):
        assert (x["item"], x["row"], x["code"], x["expert"]) == (
            items[i], rows[i], code[i],
            None if expert[i] == DROPPED else expert[i]), (x, i)
        same(x["margin"], margin[i], "margin")


def one(report, *paths):
    s = json.load(open(report))
    want = layers(paths)
    assert len(s["routes"]) == len(want)
    for got, (layer, (meta, t, items, rows)) in zip(s["routes"],
                                                    want.items()):
        e = int(meta["experts"])
        assert got["layer"] == (None if layer is None else int(layer))
        assert got["router"] == meta["router"] and got["experts"] == e
        assert got["model"] == meta["model"]
        assert got["tokens"] == len(t["experts"])
        which = ways(meta, t["experts"].shape[1])
        assert [p["path"] for p in got["paths"]] == [w for w, _ in which]
        for p, (_, cols) in zip(got["paths"], which):
            load(p, t["experts"][:, cols], t["gates"][:, cols], e)
            pairs(p, t["experts"][:, cols])
            if len(which) > 1:
                same(p["gate_share"], t["gates"][:, cols].astype("f8").sum() /
                     t["gates"].astype("f8").sum(), "gate_share")
        assert ("code_table" in got) == ("codes" in t)
        if "codes" in t:
            codes(got, meta, t, items, rows)


def labels(report, *paths):
    s = json.load(open(report))
    for got, (meta, t, _, _) in zip(s["routes"], layers(paths).values()):
        y, experts = t["y"], t["experts"]
        assert got["unlabelled"] == (y < 0).sum()
        assert [x["label"] for x in got["labels"]] == sorted(
            set(y[y >= 0].tolist()))
        pure = 0
        for x in got["labels"]:
            here = experts[y == x["label"]]
            kept = here[here != DROPPED]
            n = np.bincount(kept)
            assert x["tokens"] == len(here)
            assert x["top_expert"] == n.argmax()
            assert x["label_experts"] == (n > 0).sum()
            same(x["share"], len(here) / (y >= 0).sum(), "share")
            same(x["purity"], n.max() / n.sum(), "purity")
            same(x["drop_rate"], (here == DROPPED).mean(), "drop_rate")
            pure += n.max()
            if "loss" in t:
                same(x["loss"],
                     t["loss"][y == x["label"]].astype("f8").mean(), "loss")
        labelled = experts[y >= 0]
        same(got["purity"], pure / (labelled != DROPPED).sum(), "purity")


def audit(tsv, *paths):
    lines = [line.rstrip("\n").split("\t") for line in open(tsv)]
    want = layers(paths)
    head = [x for x in lines if x[0].startswith("#")]
    assert head[0] == ["# vq-stats", "codes to experts"]
    names = [x[1] for x in head if x[0] == "# item"]
    assert names == list(collections.OrderedDict.fromkeys(
        next(iter(want.values()))[2])), names
    assert head[1] == ["# items", str(len(names))]
    keys, rows = lines[len(head)], lines[len(head) + 1:]
    rows = [dict(zip(keys, x)) for x in rows]
    for layer, (meta, t, _, _) in want.items():
        here = [x for x in rows if x["layer"] == (layer or "")]
        count = np.bincount(t["codes"].reshape(-1))
        assert {int(x["code"]): int(x["count"]) for x in here} == {
            i: n for i, n in enumerate(count.tolist()) if n}
        for x in here:
            assert x["model"] == meta["model"], x
            assert x["router"] == meta["router"]
            assert int(x["tokens"]) == len(t["codes"])


def sets(experts):
    return [set(row) - {DROPPED} for row in experts.tolist()]


def firsts(way, cols, t):
    e = t["experts"].astype(int)
    if way != "union":
        return e[:, cols][:, 0]
    gates = np.where(e == DROPPED, 0, t["gates"])
    return np.take_along_axis(e, gates.argmax(1)[:, None], 1)[:, 0]


def versus(got, a, b, first, e, flip="fluctuation"):
    a, b = sets(a), sets(b)
    n = len(a)
    same(got["compared"], n, "compared")
    same(got[flip], sum(x != y for x, y in zip(a, b)) / n, flip)
    top = [max(len(x), len(y)) for x, y in zip(a, b)]
    same(got["saturation"], sum(len(x & y) / k if k else 1 for x, y, k in
                                zip(a, b, top)) / n, "saturation")
    less = [min(len(x), len(y)) for x, y in zip(a, b)]
    same(got["saturation_chance"], sum(less) / n / e, "saturation_chance")
    fa, fb = first
    both = (fa != DROPPED) & (fb != DROPPED)
    fa, fb = fa[both], fb[both]
    assert got["agreement_tokens"] == both.sum()
    flows = collections.Counter(zip(fa.tolist(), fb.tolist()))
    flows = {k: v for k, v in flows.items() if k[0] != k[1]}
    have = {(x["from_expert"], x["to_expert"]): x["count"]
            for x in got["flows"]}
    if len(flows) <= 100:
        assert have == flows
    for x in got["flows"]:
        same(x["share"], x["count"] / both.sum(), "share")
    try:
        from sklearn import metrics
    except ImportError:
        return
    same(got["adjusted_rand_index"],
         metrics.adjusted_rand_score(fa, fb), "rand")
    same(got["adjusted_mutual_information"],
         metrics.adjusted_mutual_info_score(fa, fb), "mutual")


def share(experts, e):
    n = np.bincount(experts[experts != DROPPED], minlength=e)
    return n / n.sum()


def against(report, old, new, flip="fluctuation"):
    s = json.load(open(report))
    was, now = layers([old]), layers([new])
    for got, (layer, (meta, t, _, _)) in zip(s["routes"], now.items()):
        before, o = was[layer][:2]
        e = int(meta["experts"])
        assert got["against_model"] == before["model"]
        if "codes" in t:
            same(got["code_churn"], (o["codes"] != t["codes"]).mean(),
                 "code_churn")
        for p, (way, cols) in zip(got["paths"],
                                  ways(meta, t["experts"].shape[1])):
            a, b = o["experts"][:, cols], t["experts"][:, cols]
            versus(p, a, b, (firsts(way, cols, o), firsts(way, cols, t)),
                   e, flip)
            same(p["load_distance"], np.abs(share(a, e) - share(b, e)).sum()
                 / 2, "load_distance")
        if "labels" in got:
            flips = np.array([x != y for x, y in zip(
                sets(o["experts"]), sets(t["experts"]))])
            for x in got["labels"]:
                same(x["flip_rate"], flips[t["y"] == x["label"]].mean(),
                     "flip_rate")


def shadow(report, stream):
    s = json.load(open(report))
    for got, (meta, t, _, _) in zip(s["routes"], layers([stream]).values()):
        e = max(int(meta["experts"]), int(meta["shadow.experts"]))
        main = ways(meta, t["experts"].shape[1])
        other = {"experts": t["shadow.experts"], "gates": t["shadow.gates"]}
        beside = ways({"discrete": meta.get("shadow.discrete", 0)},
                      other["experts"].shape[1])
        crossed = main != beside
        assert [x["path"] for x in got["shadow"]] == [w for w, _ in beside]
        for i, (x, (way, cols)) in enumerate(zip(got["shadow"], beside)):
            b = other["experts"][:, cols]
            assert x["router"] == meta["shadow.router"]
            assert x["experts"] == int(meta["shadow.experts"])
            load = share(b, x["experts"])
            same(x["load_cv"], load.std() / load.mean(), "load_cv")
            if crossed and i + 1 < len(beside):
                assert (x["compared"], x["against_path"]) == (0, None)
                assert x["fluctuation"] is None and x["flows"] == []
                continue
            name, at = main[-1] if crossed else main[i]
            assert x["against_path"] == name
            a = t["experts"][:, at]
            way = "union" if crossed else way
            versus(x, a, b, (firsts(way, at, t), firsts(way, cols, other)), e)
            same(x["load_distance"], np.abs(share(a, e) - share(b, e)).sum()
                 / 2, "load_distance")


def checkpoints(path):
    """{layer: (E, [(meta, experts, codes)])}, columns filled up."""
    found = collections.OrderedDict()
    for meta, t in records(path):
        steps = found.setdefault(int(meta["layer"]), collections.OrderedDict())
        steps.setdefault(int(meta["step"]), []).append((meta, t))
    for layer, steps in found.items():
        rows = [(v[0][0], np.concatenate([t["experts"] for _, t in v]),
                 np.concatenate([t["codes"] for _, t in v])
                 if "codes" in v[0][1] else None) for v in steps.values()]
        cols = max(x.shape[1] for _, x, _ in rows)
        rows = [(m, np.column_stack([x] + [np.full(len(x), DROPPED)] *
                                    (cols - x.shape[1])), c)
                for m, x, c in rows]
        d = max(int(m["discrete"]) for m, _, _ in rows)
        yield layer, rows, ways({"discrete": d}, cols)


def changed(a, b):
    return np.array([x != y for x, y in zip(sets(a), sets(b))])


def lifetime(ids, e):
    has = [(x == e).any(1) for x in ids]
    begin = next((i for i, x in enumerate(has) if x.any()), None)
    if begin is None:
        return 0, math.nan
    for i in range(begin + 1, len(ids)):
        if 2 * (has[begin] & has[i]).sum() <= has[begin].sum():
            return has[begin].sum(), i - begin
    return has[begin].sum(), math.inf


def trace(report, path):
    got = iter(json.load(open(report))["trace"])
    for layer, rows, paths in checkpoints(path):
        meta = rows[0][0]
        e = int(meta["experts"])
        for way, cols in paths:
            x = next(got)
            assert (x["layer"], x["path"]) == (layer, way)
            ids = [r[1][:, cols] for r in rows]
            steps = [int(r[0]["step"]) for r in rows]
            there = [i for i, v in enumerate(ids) if (v != DROPPED).any()]
            assert x["checkpoints"] == len(ids) == len(x["steps"])
            assert x["probes"] == len(ids[0])
            # Where the router that is there at the end began.
            since = [0]
            for i in range(1, len(ids)):
                a, b = (r[0] for r in rows[i - 1:i + 1])
                new = a.get("frozen") != b.get("frozen") or (
                    way != "continuous" and (a["discrete"] != b["discrete"] or
                                             "codes" in set(a) ^ set(b)))
                since.append(i if new else since[-1])
            assert x["since_step"] == steps[since[-1]]
            last = np.full(len(ids[0]), [i for i in there
                                         if i >= since[-1]][0])
            t = ids[0].shape[1]
            for i, s in enumerate(x["steps"]):
                assert s["step"] == steps[i]
                same(s["valid_loss"], float(rows[i][0]["valid_loss"]), "loss")
                same(s["code_rank"], float(
                    rows[i][0].get("code_rank", "nan")), "code_rank")
                before = [k for k in there if since[i] <= k < i]
                if i not in there or not before:
                    assert s["fluctuation"] is None, (way, s)
                    assert s["saturation"] is None
                else:
                    a, b = ids[before[-1]], ids[i]
                    same(s["fluctuation"], changed(a, b).mean(), "fluct")
                    if i > since[-1]:
                        last[changed(a, b)] = i
                    over = [max(len(p), len(q))
                            for p, q in zip(sets(a), sets(b))]
                    same(s["saturation"], np.mean(
                        [len(p & q) / k for p, q, k in
                         zip(sets(a), sets(b), over)]), "saturation")
                    if way != "union":
                        same(s["saturation_chance"], t / e, "chance")
                    c, d = rows[before[-1]][2], rows[i][2]
                    same(s["code_churn"], math.nan if c is None else
                         (c != d).mean(), "churn")
                if i in there and since[i] == since[-1] and i + 1 < len(ids):
                    same(s["fluctuation_to_last"],
                         changed(ids[i], ids[-1]).mean(), "to_last")
                else:
                    assert s["fluctuation_to_last"] is None
                n = np.bincount(ids[i][ids[i] != DROPPED], minlength=e)
                if i in there:
                    same(s["load_cv"], n.std() / n.mean(), "load_cv")
                assert s["dead_experts"] == (n == 0).sum()
            count = np.bincount(last, minlength=len(ids))
            begin = [i for i in there if i >= since[-1]][0]
            same(x["unchanged"], count[begin] / len(last), "unchanged")
            count[begin] = 0
            assert [s["last_changes"] for s in x["steps"]] == count.tolist()
            q = np.percentile(np.array(steps)[last], [25, 50, 75])
            for key, v in zip(("_q1", "", "_q3"), q):
                same(x["last_fluctuation" + key], v, key)
            life = []
            for k, v in enumerate(x["lifetimes"]):
                n, want = lifetime(ids[since[-1]:], k)
                assert (v["expert"], v["probes"]) == (k, n)
                if n:
                    life.append(want)
                if math.isinf(want):
                    assert v["lifetime"] is None and v["lifetime_infinite"]
                else:
                    same(v["lifetime"], want, "lifetime")
            want = sorted(life)
            mid = (want[(len(want) - 1) // 2] + want[len(want) // 2]) / 2
            if math.isinf(mid):
                assert x["expert_lifetime_infinite"] is True
            else:
                same(x["expert_lifetime"], mid, "expert_lifetime")
    assert next(got, None) is None


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
