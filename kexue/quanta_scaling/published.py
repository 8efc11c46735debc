"""Exponents of the primary paper's multitask sparse parity, read off its figure to ±0.01, and a fit made afterwards.

500 tasks, 100 bits, 3 a task, batch 20000, one hidden layer of 10 to 500 ReLUs, AdamW at 1e-3; steps 500 to 15000.
"""

from __future__ import annotations

import numpy as np

from kexue.quanta_scaling import exact

GAMMAS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
READING = 0.01
TASKS, FIRST, LAST = 500, 2.0, 40.0  # a window of quanta that fits its steps
PARAMETERS = (0.225, 0.28, 0.34, 0.38, 0.455, 0.505, 0.575, 0.61)
STEPS = (0.23, 0.27, 0.31, 0.345, 0.38, 0.42, 0.465, 0.48)
SAMPLES = (0.275, 0.275, 0.295, 0.305, 0.335, 0.355, 0.38, 0.405)
TIMES = -0.81  # slope of log steps until convergence over log frequency


def of(kind: str, gamma: float) -> float | None:
    """The paper's "N", "S" or "D" exponent at γ; None where it has none.

    >>> of("N", 0.4), of("N", 0.45)
    (0.38, None)
    """
    found = {"N": PARAMETERS, "S": STEPS, "D": SAMPLES}[kind]
    return dict(zip(GAMMAS, found, strict=True)).get(round(float(gamma), 6))


def finite() -> np.ndarray:
    """Finite-K exponents of n in the window. (γ,)"""
    return np.array([exact.window(g, TASKS, FIRST, LAST) for g in GAMMAS])


def post_hoc() -> tuple[float, float]:
    """The ρ of n ∝ N^ρ with which the finite-K exponents fit α_N best, by least squares, and the largest residual."""
    n, measured = finite(), np.array(PARAMETERS)
    rho = float(n @ measured / (n @ n))
    return rho, float(np.abs(measured - rho * n).max())


def distances(kind: str) -> tuple[float, float]:
    """Mean distance of the paper's exponents from the finite-K and from the asymptotic ones."""
    gammas = np.array(GAMMAS)
    divisor = 1 if kind == "N" else 1 + gammas
    measured = np.array({"N": PARAMETERS, "S": STEPS, "D": SAMPLES}[kind])
    return float(np.abs(measured - finite() / divisor).mean()), float(np.abs(measured - gammas / divisor).mean())
