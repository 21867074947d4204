"""The SimVQ training step in PyTorch.

    python3 torch_step.py D K BATCH frozen|free lean|released

The step of step.c: z -> codes of C W^T + b, the two squared errors, gradients,
Adam.  free: C learns too.

released: as public SimVQ code goes about it.  The whole table goes through the
layer with a gradient, and the matrix of all distances is made.

lean: no gradient where none is needed.  The table is made and searched without
one, distances a chunk of rows at a time; with a gradient only the chosen rows
of C go through the layer, which gives the same gradients.

Two threads, the better of 1 and 2 for BLAS.
"""
import os
import statistics
import sys
import time

THREADS = 2
SECONDS = 5.0
FEWEST, MOST = 3, 200
BATCHES = 8
CHUNK_FLOATS = 1 << 22

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(THREADS)

import torch
from torch import nn

try:
    from threadpoolctl import threadpool_limits
except ImportError:
    threadpool_limits = None


class Step:
    def __init__(self, d, k, free, lean):
        self.lean = lean
        torch.manual_seed(1)
        self.table = nn.Embedding(k, d)
        nn.init.normal_(self.table.weight, std=d ** -0.5)
        self.table.weight.requires_grad_(free)
        self.layer = nn.Linear(d, d)
        learn = list(self.layer.parameters())
        if free:
            learn.append(self.table.weight)
        self.adam = torch.optim.Adam(learn, lr=1e-3, betas=(0.9, 0.99))
        self.rows = max(256, CHUNK_FLOATS // k)

    @torch.no_grad()
    def search(self, z):
        q = self.layer(self.table.weight)
        half = (q * q).sum(1) / 2
        return torch.cat([torch.addmm(half, part, q.T, alpha=-1).argmin(1)
                          for part in z.split(self.rows)])

    def chosen(self, z):
        """The code of each row, with a gradient."""
        if self.lean:
            return self.layer(self.table(self.search(z)))
        q = self.layer(self.table.weight)
        distance = (z * z).sum(1, keepdim=True) + (q * q).sum(1) \
            - 2 * (z @ q.T)
        return nn.functional.embedding(distance.argmin(1), q)

    def run(self, z):
        """The gradient of z is straight through."""
        z = z.requires_grad_(True)
        q = self.chosen(z)
        vq = ((q - z.detach()) ** 2).sum(1).mean()
        commit = ((q.detach() - z) ** 2).sum(1).mean()
        out = z + (q - z).detach()
        recon = ((out - z.detach()) ** 2).sum(1).mean()
        self.adam.zero_grad(set_to_none=True)
        (recon + vq + 0.25 * commit).backward()
        self.adam.step()


def measure(step, batches):
    """Median seconds."""
    step.run(batches[0].clone())
    spent, begun = [], time.perf_counter()
    while len(spent) < MOST and (len(spent) < FEWEST or
                                 time.perf_counter() - begun < SECONDS / 2):
        z = batches[len(spent) % len(batches)].clone()
        start = time.perf_counter()
        step.run(z)
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def main():
    d, k, batch = (int(a) for a in sys.argv[1:4])
    torch.set_num_threads(THREADS)
    form = sys.argv[5]
    step = Step(d, k, sys.argv[4] == "free", form == "lean")
    batches = [torch.randn(batch, d) for _ in range(BATCHES)]
    best = measure(step, batches)
    if threadpool_limits:
        with threadpool_limits(limits=1, user_api="blas"):
            best = min(best, measure(step, batches))
    print("step", "  torch %s, %s" % (
        torch.__version__.split("a")[0], form), d, k, THREADS,
          f"{1e3 * best:.6g}", "ms", "=",
          f"{batch / best / 1e3:.1f} ktoken/s", sep="\t")


main()
