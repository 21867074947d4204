"""extract.py - the figures of a cell, from what vq-stats and moe-train said.

Figures are {"LAYER PATH": {measure: number}}, with "LAYER " for what belongs
to a layer as a whole and " " for the model.
"""
LOADS = ("load_cv", "max_violation", "dead_experts", "load_entropy",
         "gate_share")
COLLAPSE = ("expert_rank", "expert_similarity", "code_rank")


def put(out, place, **values):
    out.setdefault(place, {}).update(
        {k: v for k, v in values.items() if v is not None})


def paths(layers):
    """(place, layer, path) of each path of each layer of a report."""
    for layer in layers:
        for path in layer["paths"]:
            yield ("%s %s" % (layer["layer"] or 0, path["path"]), layer, path)


def training(out, log):
    """The end of the log; gap: validation above training, the mean of the
    last five points."""
    last = log[-1]
    tail = [p for p in log if p.get("task") is not None][-5:]
    gap = None
    if tail and None not in [p.get("valid_loss") for p in tail]:
        gap = sum(p["valid_loss"] - p["task"] for p in tail) / len(tail)
    put(out, " ", valid_loss=last["valid_loss"],
        least_loss=min(p["valid_loss"] for p in log if p.get("valid_loss")),
        accuracy=last["valid_accuracy"], gap=gap,
        bits_per_byte=last.get("bits_per_byte"),
        multiply_adds=last["expert_multiply_adds"])


def loads(out, report):
    for place, layer, path in paths(report["routes"]):
        put(out, place, **{k: path.get(k) for k in LOADS})
        put(out, place.split(" ")[0] + " ", purity=layer.get("purity"),
            code_perplexity=layer.get("code_perplexity"))


def traced(out, report):
    """What the routes of the probes did in training.  fluctuation and
    saturation: between the last two checkpoints, the last fifth."""
    for path in report["trace"]:
        layer = "%s " % (path["layer"] or 0)
        end = path["steps"][-1]
        put(out, layer + path["path"],
            fluctuation=end["fluctuation"], saturation=end["saturation"],
            saturation_chance=end["saturation_chance"],
            last_fluctuation=path["last_fluctuation"],
            expert_lifetime=path["expert_lifetime"],
            code_churn=end["code_churn"])
        put(out, layer, **{k: end[k] for k in COLLAPSE})


def series(raw):
    """{place: [[step, fluctuation since the checkpoint before]]}."""
    return {"%s %s" % (path["layer"] or 0, path["path"]):
            [[s["step"], s["fluctuation"]] for s in path["steps"]
             if s["fluctuation"] is not None]
            for path in raw["trace"]["trace"]}


def flips(out, noise):
    for db, report in noise.items():
        for place, _, path in paths(report["routes"]):
            put(out, place, **{"noise_flip_" + db: path["noise_flip"]})


def tuned(out, log):
    """Discrete-only fine-tuning: loss before and after, and the cost."""
    put(out, " ", discrete_loss_before=log[0]["valid_loss"],
        discrete_loss_after=log[-1]["valid_loss"],
        discrete_multiply_adds=log[-1]["expert_multiply_adds"])


def figures(raw):
    out = {}
    training(out, raw["log"])
    loads(out, raw["load"])
    traced(out, raw["trace"])
    flips(out, raw["noise"])
    for place, v in raw.get("dwell", {}).items():
        put(out, place, dwell=v)
    if "tuned" in raw:
        tuned(out, raw["tuned"])
    return out


def agreement(report):
    """Of two seeds."""
    out = {}
    for place, _, path in paths(report["routes"]):
        put(out, place, ari=path["adjusted_rand_index"],
            ami=path["adjusted_mutual_information"])
    return out


def shift(raw):
    """Of a model that learned classes 0-4, then 5-9."""
    out = {}
    for place, _, path in paths(raw["moved"]["routes"]):
        put(out, place, moved=path["fluctuation"],
            kept=path["saturation"])
    before, after, learned = raw["before"], raw["after"], raw["learned"]
    put(out, " ", old_before=before["all"], old_after=after["all"],
        old_before_of_five=before["own"], old_after_of_five=after["own"],
        new_after=learned["all"], new_after_of_five=learned["own"])
    return out
