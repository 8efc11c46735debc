"""Step sizes and what the theorem says of them, as SymPy expressions and as numbers.

Theorem (step 7 of the derivation): (1/T) Σ_t [L(x_t, θ_t) − L(x_t, θ*)] ≤ D²/(2Tη_T) + G²/(2T) Σ_t η_t.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import sympy as sp
from jaxtyping import Float

from kexue.lab.config import one_of

D, G = sp.symbols("D G", positive=True)
T, t = sp.symbols("T t", integer=True, positive=True)


@dataclass(frozen=True)
class Schedule:
    """A step size η_t, for T steps.

    Args:
        eta: η_t, an expression of t, T, D and G.
        label: how η_t is written.
    """

    eta: sp.Expr
    label: str

    @property
    def needs_horizon(self) -> bool:
        """Whether every T is a run of its own: η_t depends on T."""
        return self.eta.has(T)

    def steps(self, D_: float, G_: float, T_: int) -> Callable[[np.ndarray], np.ndarray]:
        """η as a NumPy function of an array of times."""
        function = sp.lambdify(t, self.eta.subs({D: D_, G: G_, T: T_}), "numpy")
        return lambda times: np.broadcast_to(function(times), times.shape).astype(float)


SCHEDULES = {
    "constant": Schedule(D / (G * sp.sqrt(T)), "D/(G√T)"),
    "sqrt_decay": Schedule(D / (G * sp.sqrt(2 * t)), "α/√t, α = D/(G√2)"),
    "inverse": Schedule(D / (G * t), "α/t, α = D/G"),
    "cosine": Schedule(D / (G * sp.sqrt(T)) * (1 + sp.cos(sp.pi * (t - 1) / T)) / 2, "cosine from D/(G√T)"),
}


def schedule(name: str) -> Schedule:
    """The schedule of that name.

    Raises:
        ValueError: there is none.
    """
    one_of("schedule", name, SCHEDULES)
    return SCHEDULES[name]


def bound_terms(eta: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The theorem's two terms, D²/(2Tη_T) and G²/(2T) Σ_t η_t, for a step size η_t that never grows.

    Args:
        eta: η_t, an expression of t and T.

    >>> sum(bound_terms(D / (G * sp.sqrt(T)))).doit().simplify()
    D*G/sqrt(T)
    """
    return D**2 / (2 * T * eta.subs(t, T)), G**2 / (2 * T) * sp.Sum(eta, (t, 1, T))


def bound(name: str, D_: float, G_: float, horizons: Sequence[int] | np.ndarray) -> Float[np.ndarray, " horizons"]:
    """The theorem's right side, with the sum as it is (not its estimate by an integral).

    Args:
        name: of a schedule.
        D_, G_: D of H2 and G of H3.
        horizons: T, integers.

    >>> bound("constant", 2.0, 1.0, [25, 100]).round(12)
    array([0.4, 0.2])
    """
    return np.array([_bound(schedule(name).steps(D_, G_, int(T_)), D_, G_, int(T_)) for T_ in horizons])


def _bound(steps: Callable[[np.ndarray], np.ndarray], D_: float, G_: float, T_: int) -> float:
    eta = steps(np.arange(1, T_ + 1))
    return float(D_**2 / (2 * T_ * eta[-1]) + G_**2 * eta.sum() / (2 * T_))


def closed_bound(
    name: str, D_: float, G_: float, horizons: Sequence[int] | np.ndarray
) -> Float[np.ndarray, " horizons"]:
    """DG/√T for the constant step (step 8), √2·DG/√T for α/√t (step 9: its sum replaced by 2√T).

    Raises:
        ValueError: another schedule, which has no such form here.
    """
    factors = {"constant": 1.0, "sqrt_decay": np.sqrt(2)}
    if name not in factors:
        raise ValueError(f"no closed bound for {name!r}, only for {', '.join(factors)}")
    return factors[name] * D_ * G_ / np.sqrt(horizons)


def worst_cases() -> dict:
    """Exact worst cases for small T, computed by ``benchmarks/worst_case_pepit.py``; D = G = 1, sums over T steps."""
    path = files("kexue") / "data" / "sgd_regret" / "worst_case.json"
    return json.loads(path.read_text(encoding="utf-8"))
