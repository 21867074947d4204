"""decide.py - may one say that a router is more stable than another?

The rule of section 7 of the design.  In every layer, on the union of a
router's paths, against the softmax router with as many active experts, over
paired seeds:
  stable   the 95 % interval of the difference of fluctuation lies below 0
  loss     validation loss at most 1 % higher
  load     max_violation at most 0.5 higher
  slow     stable against a softmax router with a ten times smaller rate too
  frozen   lower loss than every frozen control, by the 95 % interval
  seeds    five of them
  task     one whose representations move: two layers
Where `stable` holds but `frozen` does not, it is no better than freezing.
"""
import plan
import table

CLAIM = "more stable"
FREEZING = "no better than freezing"


def union(places):
    """What a claim is about, a place for each layer."""
    layers = dict.fromkeys(p.split(" ")[0] for p in places if p != " ")
    return ["%s union" % la if "%s union" % la in places else "%s all" % la
            for la in layers]


class Claim:
    def __init__(self, tab, experiment, arm):
        self.tab, self.experiment, self.arm = tab, experiment, arm
        active = plan.active(arm)
        self.base, self.slow = plan.BASE[active], plan.SLOW[active]
        self.frozen = plan.FROZEN[active]
        self.places = union(tab.places(experiment, arm))

    def differ(self, other, place, measure):
        return self.tab.differences(self.experiment, self.arm, other,
                                    (place, table.whole(place)), measure)

    def below(self, other, place, measure):
        """(mean, low, high) of the difference; None without the other."""
        d = self.differ(other, place, measure)
        return (table.mean(d), *table.interval(d)) if d else None

    def fluctuations(self, other):
        return [self.below(other, p, "fluctuation") for p in self.places]

    def loss_ratio(self):
        v = self.tab.values(self.experiment, self.arm, " ", "valid_loss")
        b = self.tab.values(self.experiment, self.base, " ", "valid_loss")
        both = [s for s in v if s in b]
        return (table.mean([v[s] for s in both]) /
                table.mean([b[s] for s in both])) if both else None

    def reasons(self):
        """{rule: why it does not hold}; empty where the claim does."""
        out = {}

        def lower(rule, other, found):
            for place, d in zip(self.places, found):
                if d is None:
                    out.setdefault(rule, "no %s to compare with" % other)
                elif not d[2] < 0:
                    out.setdefault(rule, "layer %s: %+.4f [%+.4f, %+.4f] "
                                   "against %s" %
                                   (place.split(" ")[0], *d, other))
        lower("stable", self.base, self.fluctuations(self.base))
        lower("slow", self.slow, self.fluctuations(self.slow))
        ratio = self.loss_ratio()
        if ratio is None or ratio > 1.01:
            out["loss"] = ("no loss" if ratio is None else
                           "%+.1f %%" % (100 * (ratio - 1)))
        for place in self.places:
            d = self.below(self.base, place, "max_violation")
            if d is None or d[0] > 0.5:
                out.setdefault("load", "max_violation %+.2f" % d[0] if d
                               else "no load")
        bad = [f for f in self.frozen if not self.beats(f)]
        if bad:
            out["frozen"] = "loss not below " + ", ".join(bad)
        n = len(self.differ(self.base, self.places[0], "fluctuation"))
        if n < plan.SEEDS:
            out["seeds"] = "%d of %d" % (n, plan.SEEDS)
        if self.experiment not in plan.MOVING:
            out["task"] = "one layer over fixed rows"
        return out

    def beats(self, control):
        d = self.below(control, " ", "valid_loss")
        return d is not None and d[2] < 0

    def verdict(self):
        why = self.reasons()
        if not set(why) - {"task"}:
            return CLAIM + (" here" if why else ""), why
        if "stable" in why:
            return "not " + CLAIM, why
        return FREEZING if "frozen" in why else "not shown", why


def claims(tab, experiment):
    """All arms that learn to route and are not themselves the measure."""
    frozen = sum(plan.FROZEN.values(), [])
    measure = [*plan.BASE.values(), *plan.SLOW.values()]
    return [Claim(tab, experiment, a) for a in tab.arms(experiment)
            if a not in frozen and a not in measure]


def report(tab):
    """Lines of text."""
    for experiment in tab.cells:
        if experiment == "shift":
            continue
        yield "## %s" % experiment
        for c in claims(tab, experiment):
            verdict, why = c.verdict()
            yield "%s, against %s: %s" % (c.arm, c.base, verdict)
            for rule, reason in why.items():
                yield "    %-7s %s" % (rule, reason)
        yield ""
