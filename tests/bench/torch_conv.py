"""The network of conv.c in PyTorch, forward and backward.

    python3 torch_conv.py WIDTH DEPTH

Two threads.  The tokens lie as PyTorch likes them: channels last, so that
layer norm and linear layers need no transpose.
"""
import os
import statistics
import sys
import time

THREADS = 2
SECONDS = 5.0
IN, OUT = 192, 32

os.environ["OMP_NUM_THREADS"] = str(THREADS)

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width, kernel):
        super().__init__()
        pad = tuple(k // 2 for k in kernel)
        self.conv = nn.Conv2d(width, width, kernel, padding=pad,
                              groups=width)
        self.rest = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width),
            nn.GELU(approximate="tanh"), nn.Linear(4 * width, width))
        self.scale = nn.Parameter(0.1 * torch.ones(width))

    def forward(self, u):
        a = self.conv(u.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return u + self.scale * self.rest(a)


def network(width, depth, kernel):
    return nn.Sequential(
        nn.Linear(IN, width), *(Block(width, kernel) for _ in range(depth)),
        nn.LayerNorm(width), nn.Linear(width, OUT, bias=False))


def step(net, x, dy):
    net.zero_grad(set_to_none=True)
    net(x).backward(dy)


def measure(what, width, depth, kernel, grid):
    torch.manual_seed(1)
    net = network(width, depth, kernel)
    x, dy = torch.randn(*grid, IN), torch.randn(*grid, OUT)
    step(net, x, dy)
    spent, begun = [], time.perf_counter()
    while len(spent) < 3 or time.perf_counter() - begun < SECONDS:
        start = time.perf_counter()
        step(net, x, dy)
        spent.append(time.perf_counter() - start)
    best = statistics.median(spent)
    tokens = grid[0] * grid[1] * grid[2]
    print("conv", "  torch " + torch.__version__.split("a")[0] + ", " + what,
          width, depth, THREADS, f"{1e3 * best:.6g}", "ms", "",
          f"{tokens / best / 1e3:.1f} ktoken/s", sep="\t")


def main():
    width, depth = (int(a) for a in sys.argv[1:3])
    torch.set_num_threads(THREADS)
    measure("crops", width, depth, (7, 7), (16, 16, 16))
    measure("sounds", width, depth, (7, 1), (32, 128, 1))


main()
