"""plot.py - the curves of evaluate.py, as PNG."""
import io
import os

import matplotlib
from PIL import Image

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

import decide  # noqa: E402
import plan  # noqa: E402
import table  # noqa: E402

# Okabe and Ito's colours, told apart by colour-blind eyes too; dashed: the
# routers that never learn to route.
STYLE = {
    "softmax": ("#000000", "-"), "softmax-2": ("#000000", "-"),
    "slow": ("#888888", "-"), "slow-2": ("#888888", "-"),
    "cosine": ("#56B4E9", "-"), "biased": ("#CC79A7", "-"),
    "stable": ("#009E73", "-"), "vq": ("#D55E00", "-"),
    "vqmoe": ("#D55E00", "-"), "vqmoe-modulo": ("#0072B2", "-"),
    "hash": ("#E69F00", "--"), "hash-2": ("#E69F00", "--"),
    "random": ("#56B4E9", "--"), "random-2": ("#56B4E9", "--"),
    "kmeans": ("#009E73", "--"), "kmeans-2": ("#009E73", "--"),
}
LOSS = {"digits": "nats", "fashion": "nats", "text": "nats a byte",
        "speech": "share of variance"}
TITLE = {"digits": "digits", "fashion": "Fashion-MNIST", "text": "text, bytes",
         "speech": "speech, next frame"}


def save(fig, out, name):
    """With 32 colours: a third of the bytes."""
    raw = io.BytesIO()
    fig.savefig(raw, dpi=64)
    plt.close(fig)
    Image.open(raw).convert("RGB").quantize(32, Image.MAXCOVERAGE).save(
        os.path.join(out, name), optimize=True)


def averaged(curves):
    """Mean over seeds at the steps that all of them have."""
    at = [dict(c) for c in curves]
    steps = sorted(set.intersection(*(set(a) for a in at))) if at else []
    return steps, [table.mean([a[s] for a in at]) for s in steps]


def last_place(tab, experiment, arm):
    return decide.union(tab.places(experiment, arm))[-1]


def fluctuation(tab, experiment, arm):
    place = last_place(tab, experiment, arm)
    return averaged([c["series"].get(place, [])
                     for c in tab.seeds(experiment, arm).values()])


def loss(tab, experiment, arm):
    return averaged([[(p[0], p[2]) for p in c["curve"]]
                     for c in tab.seeds(experiment, arm).values()])


def grid(tab, what, ylabel, title, after):
    """A panel for each experiment, a row for one active expert and one for
    two; what lies before that share of the training does not set the scale."""
    names = [n for n in plan.EXPERIMENTS if n in tab.cells]
    fig, ax = plt.subplots(2, len(names), figsize=(3.4 * len(names), 6),
                           squeeze=False, constrained_layout=True)
    for i, active in enumerate((1, 2)):
        for j, name in enumerate(names):
            for arm in tab.arms(name):
                if arm not in STYLE or plan.active(arm) != active:
                    continue
                x, y = what(tab, name, arm)
                points = [(a, b) for a, b in zip(x, y) if a > 0]
                if points:
                    ax[i, j].plot(*zip(*points), STYLE[arm][1], label=arm,
                                  color=STYLE[arm][0], lw=1.3)
            ax[i, j].set(xscale="log", xlabel="step",
                         ylabel=ylabel(name), title="%s, %d active" %
                         (TITLE[name], active))
            frame(ax[i, j], after)
        if ax[i, 0].lines:
            ax[i, 0].legend(fontsize=6, frameon=False)
    fig.suptitle(title)
    return fig


def frame(axis, after):
    """Limits of y from what comes after a share of the training; what never
    comes near zero is shown from there on only."""
    points = [p for line in axis.lines for p in line.get_xydata()]
    end = max([x for x, _ in points], default=0)
    y = [v for x, v in points if x >= after * end]
    if y:
        room = 0.05 * (max(y) - min(y)) + 1e-9
        axis.set_ylim(min(y) - room, max(y) + room)
        if min(y) > 0:
            axis.set(xscale="linear", xlim=(after * end, 1.02 * end))


# What a row of the sweeps shows, by path or of the whole.
SWEPT = [("fluctuation", "fluctuation", True),
         ("noise_flip_20", "flips at 20 dB", True),
         ("max_violation", "max_violation", True),
         ("valid_loss", "validation loss", False)]
PATHS = {"union": "#000000", "continuous": "#56B4E9", "discrete": "#D55E00"}


def points(tab, name, arms, path, measure):
    """Position, mean and half of the 95 % interval of each arm."""
    for i, arm in enumerate(arms):
        if tab.seeds(name, arm):
            place = " " if not path else last_place(
                tab, name, arm).replace("union", path)
            v = list(tab.values(name, arm, place, measure).values())
            if len(v) > 1:
                low, high = table.interval(v)
                yield i, table.mean(v), (high - low) / 2


def sweep(tab, word, xlabel, title):
    names = [n for n in plan.EXPERIMENTS if n in tab.cells]
    arms, values = plan.sweep(word)
    fig, ax = plt.subplots(len(SWEPT), len(names), squeeze=False,
                           figsize=(3 * len(names), 2.1 * len(SWEPT)),
                           constrained_layout=True)
    for j, name in enumerate(names):
        for i, (measure, label, paths) in enumerate(SWEPT):
            for path, colour in (PATHS if paths else {"": "#000000"}).items():
                p = list(points(tab, name, arms, path, measure))
                if p:
                    x, y, half = zip(*p)
                    ax[i, j].errorbar(x, y, yerr=half, fmt="o-", ms=4, lw=1.2,
                                      color=colour, capsize=3, label=path)
            ax[i, j].set_ylabel(label, fontsize=8)
            ax[i, j].tick_params(labelsize=8)
            ax[i, j].set_xticks(range(len(arms)),
                                ["%g" % values[a] for a in arms])
        ax[0, j].set_title(TITLE[name])
        ax[-1, j].set_xlabel(xlabel)
    if ax[0, 0].containers:
        ax[0, 0].legend(fontsize=7, frameon=False)
    fig.suptitle(title)
    return fig


def trade(tab):
    """Stability against loss, an arm a point: below and left is better."""
    names = [n for n in plan.EXPERIMENTS if n in tab.cells]
    fig, ax = plt.subplots(1, len(names), squeeze=False,
                           figsize=(3.6 * len(names), 3.8),
                           constrained_layout=True)
    for axis, name in zip(ax[0], names):
        for arm in [a for a in tab.arms(name) if a in STYLE]:
            x, y = (list(tab.values(name, arm, place, measure).values())
                    for place, measure in
                    ((last_place(tab, name, arm), "fluctuation"),
                     (" ", "valid_loss")))
            if x and y:
                at = table.mean(x), table.mean(y)
                axis.errorbar(*at, xerr=spread(x), yerr=spread(y), lw=0.8,
                              fmt="o" if plan.active(arm) == 1 else "s",
                              ms=4, color=STYLE[arm][0])
                axis.annotate(arm, at, (4, 3), textcoords="offset points",
                              fontsize=7)
        axis.set(xlabel="fluctuation, last fifth (last layer)",
                 ylabel="validation loss, " + LOSS[name], title=TITLE[name])
    fig.suptitle("Stability and loss (mean and sd over seeds; circles: one "
                 "active expert, squares: two)")
    return fig


def spread(v):
    return table.sd(v) if len(v) > 1 else 0


def main(tab, pairs, out):
    if not any(n in tab.cells for n in plan.EXPERIMENTS):
        return
    save(grid(tab, fluctuation, lambda _: "share of probes",
              "Fluctuation: share of probe tokens whose experts changed since "
              "the checkpoint before, 1.26 x fewer steps\n(last layer; union "
              "of paths; mean over seeds; at 5 % of the steps codes and "
              "frozen routers are made, a peak)", 0.15),
         out, "fluctuation.png")
    save(grid(tab, loss, lambda n: LOSS[n], "Validation loss after the first "
              "fifth of the training (mean over seeds)", 0.2),
         out, "loss.png")
    save(trade(tab), out, "trade.png")
    save(sweep(tab, "codes", "codes K", "vqmoe by the number of codes, E = %d "
               "(mean, 95 %% interval)" % plan.EXPERTS), out, "codes.png")
    save(sweep(tab, "contrib", "contrib c", "vqmoe by the code's weight in "
               "the experts' input (mean, 95 % interval)"), out,
         "contrib.png")
