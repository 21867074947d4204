"""plot.py - the curves of evaluate.py, as PNG."""
import io
import os

import matplotlib
from PIL import Image

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

import plan  # noqa: E402
import spread  # noqa: E402

# Okabe and Ito's colours, told apart by colour-blind eyes too; types that
# share one differ by their marker and line.
STYLE = {
    "vq": ("#000000", "o-"), "ema": ("#E69F00", "s-"),
    "cvq": ("#888888", "v-"), "kmeans": ("#009E73", "D--"),
    "simvq": ("#D55E00", "o-"), "simvq-frozen": ("#D55E00", "^--"),
    "simvq-mlp": ("#CC79A7", "v-"), "simvq-bridge": ("#CC79A7", "s--"),
    "lc": ("#0072B2", "o-"), "fc": ("#0072B2", "s--"),
    "fsq": ("#56B4E9", "o-"), "lfq": ("#56B4E9", "v--"),
}
TITLE = {"photos": "photographs", "fashion": "Fashion-MNIST",
         "speech": "speech"}
# From here on below the best, a quality is not shown.
CUT_DB = 4
SHOWN = (("held utilization", "utilization"),
         ("held perplexity", "perplexity"))


def save(fig, out, name):
    """With 32 colours: a third of the bytes."""
    raw = io.BytesIO()
    fig.savefig(raw, dpi=64)
    plt.close(fig)
    Image.open(raw).convert("RGB").quantize(32, Image.MAXCOVERAGE).save(
        os.path.join(out, name), optimize=True)


def line(axis, q, x, y, error=None):
    colour, how = STYLE[q]
    axis.errorbar(x, y, yerr=error, fmt=how, color=colour, label=q, ms=4,
                  lw=1.2, capsize=2)


def by_codes(tab, experiment, q, start, measure, more=""):
    """k, mean and sd of the arms TYPE_START_K."""
    for k in plan.K:
        arm = tab.arm(experiment, "%s_%s_%s%s" % (q, start, k, more))
        if arm and arm.values(measure):
            yield (arm.mean("held codes"), arm.mean(measure),
                   arm.sd(measure) or 0)


def cut(axis):
    """What lies far below the best must not flatten the rest."""
    y = [v for c in axis.containers for v in c[0].get_ydata()]
    if y:
        axis.set_ylim(max(min(y), max(y) - CUT_DB) - 0.1, max(y) + 0.1)


def codes(tab, experiment, more=""):
    """Against k, a line a type: a row a start, a column a figure."""
    quality = "snr" if experiment == "speech" else "psnr"
    shown = (*SHOWN, ("held " + quality, quality.upper() + ", dB"))
    fig, ax = plt.subplots(2, 3, figsize=(12, 7), constrained_layout=True,
                           sharex=True)
    for i, start in enumerate(plan.RATE):
        for j, (measure, label) in enumerate(shown):
            for q in plan.QUANTIZERS:
                p = list(by_codes(tab, experiment, q, start, measure, more))
                if p:
                    line(ax[i, j], q, *zip(*p))
            ax[i, j].set(xscale="log", xlabel="codes k", ylabel=label,
                         title="%s start, rate of codes %g" % (
                             start, plan.RATE[start]))
            if measure == "held perplexity":
                ax[i, j].set_yscale("log")
            if measure == "held utilization":
                ax[i, j].set_ylim(-0.03, 1.03)
            if measure == "held " + quality:
                cut(ax[i, j])
            ticks = sorted({x for l in ax[i, j].containers
                            for x in l[0].get_xdata()})
            ticks = [v for v in plan.K.values()
                     if ticks and min(ticks) <= v * 1.1 <= 1.3 * max(ticks)]
            ax[i, j].set_xticks(ticks, [n for n, v in plan.K.items()
                                        if v in ticks])
            ax[i, j].minorticks_off()
    found = {n: h for a in ax.flat
             for h, n in zip(*a.get_legend_handles_labels())}
    fig.legend(found.values(), found, fontsize=8, frameon=False, ncols=12,
               loc="lower center")
    fig.get_layout_engine().set(rect=(0.01, 0.05, 0.98, 0.94))
    n = next(a.mean("held tokens") for name, a in tab.of[experiment].items()
             if name.endswith("_net") == bool(more))
    fig.suptitle("%s%s, %d held-out tokens (mean and sd over seeds)" % (
        TITLE[experiment], ", linear maps learn too" if more else "", n))
    return fig


def averaged(arm, log, key):
    """Mean over seeds at the steps that all of them have; of what is measured
    ten times a training, at these."""
    every = max(1, arm.cell["steps"] // 10) if key != "used" else 1
    at = [{r["step"]: r[key] for r in c.get(log) or []
           if key in r and r["step"] % every == 0} for c in
          arm.seeds.values()]
    steps = sorted(set.intersection(*(set(a) for a in at)))
    return steps, [spread.mean([a[s] for a in at]) for s in steps]


CONTINUED = (("log", "used", "codes used, last 24,576 tokens of B", False),
             ("log", "held_error", "error of other tokens of B", True),
             ("old_log", "churn", "tokens of A with another code", False))


def continued(tab, experiment, title, shown):
    fig, ax = plt.subplots(1, len(shown), figsize=(4 * len(shown), 3.8),
                           squeeze=False, constrained_layout=True)
    for axis, (log, key, label, log_y) in zip(ax[0], shown):
        for name, arm in tab.of[experiment].items():
            x, y = averaged(arm, log, key)
            if x and "then" in arm.cell:
                how = STYLE[name][1] if key != "used" else STYLE[name][1][1:]
                axis.plot(x, y, how, color=STYLE[name][0], label=name, ms=4,
                          lw=1.4)
        axis.set(xlabel="step", ylabel=label)
        if log_y:
            axis.set_yscale("log")
    base = tab.mean(experiment, "kmeans", "valid_error")
    if base:
        ax[0, 1].axhline(base, color=STYLE["kmeans"][0], ls="--", lw=1,
                         label="kmeans of B")
    ax[0, 1].legend(fontsize=8, frameon=False)
    fig.suptitle(title)
    return fig


def annealed(tab):
    """Utilization of training tokens over steps, constant and cosine."""
    fig, ax = plt.subplots(1, 2, figsize=(9, 3.8), constrained_layout=True)
    for axis, k in zip(ax, ("8k", "64k")):
        for q in ("vq", "simvq", "simvq-bridge"):
            for more, how in (("", "-"), ("_cosine", ":")):
                arm = tab.arm("photos", "%s_random_%s%s" % (q, k, more))
                x, y = averaged(arm, "log", "used") if arm else ([], [])
                if x:
                    axis.plot(x, y, how, color=STYLE[q][0], lw=1.5,
                              label=q + (" cosine" if more else ""))
        axis.set(xlabel="step", title="k = " + k,
                 ylabel="codes used, last 24,576 tokens")
    ax[0].legend(fontsize=7, frameon=False)
    fig.suptitle("Photographs, random start, rate constant and annealed")
    return fig


def main(tab, out):
    for name in TITLE:
        if name in tab.of:
            save(codes(tab, name), out, name + ".png")
    for name in ("photos", "fashion"):
        if any(a.endswith("_net") for a in tab.of.get(name, {})):
            save(codes(tab, name, "_net"), out, name + "-net.png")
    if any(a.endswith("_cosine") for a in tab.of.get("photos", {})):
        save(annealed(tab), out, "annealed.png")
    if "stale" in tab.of:
        save(continued(tab, "stale", "A model of A goes on with B: turned, "
                       "moved, 1.5 times as large (mean over seeds)",
                       CONTINUED), out, "stale.png")
    if "rescue" in tab.of:
        save(continued(tab, "rescue", "A collapsed model of vq goes on as "
                       "another type (mean over seeds)", [
                           ("log", "used", "codes used, last 24,576 tokens",
                            False),
                           ("log", "held_error", "error of other tokens",
                            True),
                           ("log", "churn", "tokens with another code than "
                            "before", False)]), out, "rescue.png")
