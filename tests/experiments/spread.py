"""spread.py - mean, standard deviation and interval of figures over seeds."""
import math

# 97.5 % points of Student's t for 1, 2, ... degrees of freedom (any table).
T975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262]


def mean(v):
    return sum(v) / len(v)


def sd(v):
    if len(v) < 2:
        return math.nan
    m = mean(v)
    return math.sqrt(sum((x - m) ** 2 for x in v) / (len(v) - 1))


def interval(v):
    """The 95 % interval of the mean: (low, high)."""
    n = len(v)
    if n < 2:
        return -math.inf, math.inf
    t = T975[n - 2] if n - 2 < len(T975) else 1.96
    half = t * sd(v) / math.sqrt(n)
    return mean(v) - half, mean(v) + half
