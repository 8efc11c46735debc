"""Sums of products of weights over the paths of a lattice, in numbers m·2^x that never leave the range (Numba)."""

from __future__ import annotations

import math

import numpy as np

from kexue.unigram.compiling import compiled

LOG2E = 1 / math.log(2)
LN2_HIGH = float.fromhex("0x1.62e42feep-1")  # the upper bits of ln 2, so that k·LN2_HIGH is exact for |k| < 2^21
LN2_LOW = 1.9082149292705877e-10  # ln 2 − LN2_HIGH
LOST = -1100  # what is so many powers of two below another number adds nothing to it


def scaled_exp(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """e^y as (m, x), 0.7 < m < 1.5."""
    x = np.rint(y * LOG2E)
    return np.exp((y - x * LN2_HIGH) - x * LN2_LOW), x.astype(np.int64)


def scaled_log(m: float, x: int) -> float:
    """log(m·2^x), rounded once."""
    return math.fsum((math.log(m), x * LN2_HIGH, x * LN2_LOW))


@compiled()
def _add(m, x, m2, x2):
    if m == 0:
        return m2, x2
    if x >= x2:
        return m + math.ldexp(m2, max(x2 - x, LOST)), x
    return math.ldexp(m, max(x - x2, LOST)) + m2, x2


@compiled()
def forward_sums(starts, ends, w, wx, n):
    """F(0) = 1, F(v) = Σ F(start) w_e over the edges into v, as (m, x) with ½ ≤ m < 1, or m = 0 where no path leads."""
    m, x = np.zeros(n + 1), np.zeros(n + 1, np.int64)
    m[0] = 1.0
    for i in range(len(starts)):
        s, e = starts[i], ends[i]
        if m[s] > 0:
            m[e], x[e] = _add(m[e], x[e], m[s] * w[i], x[s] + wx[i])
        if i + 1 == len(starts) or ends[i + 1] != e:  # e has all its edges
            m[e], shift = math.frexp(m[e])
            x[e] += shift
    return m, x


@compiled()
def backward_sums(starts, ends, w, wx, n):
    """B(n) = 1, B(v) = Σ w_e B(end) over the edges out of v, as (m, x)."""
    m, x = np.zeros(n + 1), np.zeros(n + 1, np.int64)
    m[n] = 1.0
    for i in range(len(starts) - 1, -1, -1):
        s, e = starts[i], ends[i]
        if m[e] > 0:
            total, top = _add(m[s], x[s], m[e] * w[i], x[e] + wx[i])
            m[s], shift = math.frexp(total)
            x[s] = top + shift
    return m, x


@compiled()
def through(starts, ends, w, wx, m, x, b, bx):
    """F(start) w_e B(end) / F(n) for every edge."""
    p, n = np.zeros(len(starts)), len(m) - 1
    for i in range(len(starts)):
        s, e = starts[i], ends[i]
        shift = x[s] + wx[i] + bx[e] - x[n]
        p[i] = math.ldexp(m[s] * w[i] * b[e] / m[n], max(shift, LOST))
    return p
