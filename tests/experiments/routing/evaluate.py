"""evaluate.py - what came out: tables, the decision rule, curves.

    evaluate.py CACHE OUT

Writes OUT/EXPERIMENT.tsv (each figure of each arm: mean, sd and seeds, and
the mean paired difference to the softmax router of as many active experts
with its 95 % interval), OUT/decisions.txt, OUT/tables.md and OUT/*.png, and
prints the decisions.
"""
import math
import os
import sys

import agree
import decide
import plan
import table

HEAD = ["arm", "layer", "path", "measure", "n", "mean", "sd", "difference",
        "low", "high"]
# Added to the figures of a cell, since they need those of others.
PAIRS = ("ari", "ami")
# A validation loss that counts as reached: this much above the last of the
# softmax router, the mean over seeds.
REACHED = 1.02


def number(v, digits=3):
    return "%.*g" % (digits, v) if math.isfinite(v) else "-"


def first_below(curve, loss):
    """The step at which the validation loss gets there, between two points
    on a straight line; None where it never does."""
    before = None
    for step, _, valid, _ in curve:
        if valid <= loss:
            if before is None:
                return step
            at = (before[1] - loss) / (before[1] - valid)
            return before[0] + at * (step - before[0])
        before = (step, valid)
    return None


def steps_to_loss(tab, experiment):
    """Into the figures: steps to the loss that softmax comes near to."""
    base = tab.values(experiment, plan.BASE[1], " ", "valid_loss")
    if not base:
        return
    loss = REACHED * table.mean(list(base.values()))
    for arm in tab.arms(experiment):
        for cell in tab.seeds(experiment, arm).values():
            cell["figures"][" "]["steps_to_loss"] = first_below(
                cell["curve"], loss)


# Of cells, but not in the tables: chance is t / E, others are seen better in
# vq-stats itself.
LEFT_OUT = ("saturation_chance", "load_entropy", "dead_experts", "purity",
            "code_perplexity", "code_churn", "expert_lifetime", "least_loss")


def rows(tab, experiment, pairs):
    for arm in tab.arms(experiment):
        base = plan.BASE[plan.active(arm)]
        if experiment == "shift":
            base = "softmax"
        for place in tab.places(experiment, arm):
            for measure in tab.measures(experiment, arm, place):
                if measure in LEFT_OUT:
                    continue
                v = list(tab.values(experiment, arm, place, measure).values())
                d = [] if arm == base else tab.differences(
                    experiment, arm, base, (place, table.whole(place)),
                    measure)
                if v:
                    yield row(arm, place, measure, v, d)
        yield from agreements(arm, pairs.get((experiment, arm), []))


def agreements(arm, pairs):
    for place in pairs[0] if pairs else []:
        for measure in PAIRS:
            v = [p[place][measure] for p in pairs
                 if p.get(place, {}).get(measure) is not None]
            if v:
                yield row(arm, place, measure, v, [])


def row(arm, place, measure, v, d):
    r = [arm, *place.split(" "), measure, str(len(v)),
         number(table.mean(v), 4), number(table.sd(v))]
    if not d:
        return r + ["-", "-", "-"]
    return r + [number(table.mean(d))] + [number(x)
                                          for x in table.interval(d)]


def write_tsv(path, lines):
    with open(path, "w") as f:
        for line in [HEAD, *lines]:
            f.write("\t".join(line) + "\n")


# Columns of the short tables: heading, where (" ": of the model, "layer": the
# last one, "union": of its paths, or one of them), measure, digits.
SHORT = [("loss", " ", "valid_loss", 3), ("accuracy", " ", "accuracy", 3),
         ("fluctuation", "union", "fluctuation", 3),
         ("discrete path", "discrete", "fluctuation", 3),
         ("20 dB", "union", "noise_flip_20", 3),
         ("10 dB", "union", "noise_flip_10", 3),
         ("ARI", "union", "ari", 2),
         ("dwell", "union", "dwell", 2), ("dwell", "discrete", "dwell", 2),
         ("max_viol.", "union", "max_violation", 2),
         ("similarity", "layer", "expert_similarity", 2),
         ("rank", "layer", "expert_rank", 0),
         ("steps to loss", " ", "steps_to_loss", 0)]
SHIFT = [("moved", "union", "moved", 3), ("discrete", "discrete", "moved", 3),
         ("0-4 before", " ", "old_before", 3),
         ("0-4 after", " ", "old_after", 3),
         ("after, of five", " ", "old_after_of_five", 3),
         ("5-9 after", " ", "new_after", 3)]


def short(tab, experiment, lines):
    """A table to read, of the last layer: an arm a line."""
    found = {tuple(r[:4]): r for r in lines}

    def entry(arm, where, measure, digits):
        layer = max(p.split(" ")[0] for p in tab.places(experiment, arm))
        places = {" ": [("", "")], "layer": [(layer, "")],
                  "union": [(layer, "union"), (layer, "all")]}
        for place in places.get(where, [(layer, where)]):
            r = found.get((arm, *place, measure))
            # An average over the seeds that arrive would flatter.
            if r and int(r[4]) >= len(tab.seeds(experiment, arm)):
                return "%.*f" % (digits, float(r[5]))
        return ""
    columns = [c for c in (SHIFT if experiment == "shift" else SHORT)
               if any(entry(a, *c[1:]) for a in tab.arms(experiment))]
    yield "| arm | seeds | " + " | ".join(c[0] for c in columns) + " |"
    yield "|---" * (len(columns) + 2) + "|"
    for arm in tab.arms(experiment):
        yield "| %s | %d | " % (arm, len(tab.seeds(experiment, arm))) + \
            " | ".join(entry(arm, *c[1:]) for c in columns) + " |"


def main(cache, out):
    tab = table.Table(cache)
    if not tab.cells:
        sys.exit("experiments: no cells in " + cache)
    os.makedirs(out, exist_ok=True)
    if len(tab.builds()) > 1:
        print("experiments: the cells come from %d builds of the commands" %
              len(tab.builds()), file=sys.stderr)
    pairs = agree.every(tab, cache)
    with open(out + "/tables.md", "w") as f:
        for experiment in tab.cells:
            steps_to_loss(tab, experiment)
            lines = list(rows(tab, experiment, pairs))
            write_tsv("%s/%s.tsv" % (out, experiment), lines)
            f.write("\n## %s\n\n" % experiment)
            f.writelines(s + "\n" for s in short(tab, experiment, lines))
    said = "\n".join(decide.report(tab))
    with open(out + "/decisions.txt", "w") as f:
        f.write(said + "\n")
    print(said)
    return tab, pairs


if __name__ == "__main__":
    TAB, PAIRS_OF = main(*sys.argv[1:3])
    try:
        import plot
    except ImportError:
        print("experiments: no matplotlib (make experiments-deps): no curves",
              file=sys.stderr)
    else:
        plot.main(TAB, PAIRS_OF, sys.argv[2])
