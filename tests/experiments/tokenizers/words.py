"""words.py - how many of the words that a recogniser understood in originals it
still understands in what came back of them.

    right   words of the transcript that it wrote for the original: how many it
            wrote for the other one too
    same    words that it wrote for the original, right or wrong

Intervals are of 95 %, by drawing utterances with replacement.
"""
import random

DRAWS = 2000


def matched(a, b):
    """Places in a whose word is in b too, of an alignment of the fewest
    changes; among these one that keeps the most."""
    # cost[i][j]: (changes, - words kept) of a[i:] and b[j:]
    cost = [[(0, 0)] * (len(b) + 1) for _ in range(len(a) + 1)]
    step = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a), -1, -1):
        for j in range(len(b), -1, -1):
            ways = []
            if i < len(a) and j < len(b):
                c, k = cost[i + 1][j + 1]
                same = a[i] == b[j]
                ways.append(((c + (not same), k - same), 1, 1))
            if i < len(a):
                ways.append(((cost[i + 1][j][0] + 1, cost[i + 1][j][1]), 1,
                             0))
            if j < len(b):
                ways.append(((cost[i][j + 1][0] + 1, cost[i][j + 1][1]), 0,
                             1))
            if ways:
                cost[i][j], *step[i][j] = min(ways)
    found, i, j = set(), 0, 0
    while i < len(a) and j < len(b):
        down, right = step[i][j]
        if down and right and a[i] == b[j]:
            found.add(i)
        i, j = i + down, j + right
    return found


def share(pairs):
    return sum(k for k, _ in pairs) / max(1, sum(n for _, n in pairs))


def interval(pairs):
    r = random.Random(1)
    draws = sorted(share(r.choices(pairs, k=len(pairs)))
                   for _ in range(DRAWS))
    return draws[round(0.025 * DRAWS)], draws[round(0.975 * DRAWS) - 1]


def kept(said, original, got, names):
    """(kept, of how many) of each utterance: right, then same."""
    right, same = [], []
    for name in names:
        known = matched(said[name], original[name])
        still = matched(said[name], got[name])
        right.append((len(known & still), len(known)))
        same.append((len(matched(original[name], got[name])),
                     len(original[name])))
    return right, same
