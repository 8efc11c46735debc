"""Exact worst cases of projected SGD's regret for small T, by PEPit (Goujaud et al. 2024), beside the proved bounds.

A different convex, G-Lipschitz function at every step, Θ convex, ‖θ_t − θ*‖ ≤ D for all t ≤ T, D = G = 1: the largest
Σ_{t≤T} [f_t(θ_t) − f_t(θ*)] is a semidefinite program, whose value is exact for this class of problems (in dimension
at least 2T + 2). Plain and projected SGD have the same worst case; both are computed.

    pip install pepit clarabel
    python benchmarks/worst_case_pepit.py            # compare with the figures of the book
    python benchmarks/worst_case_pepit.py --write    # and replace them
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from importlib.metadata import version
from math import sqrt
from pathlib import Path

from kexue.errors import KexueError

STORED = Path(__file__).parents[1] / "kexue" / "data" / "sgd_regret" / "worst_case.json"
LARGEST_T = 10
TOLERANCE = 1e-6
STEPS = {
    "constant": lambda T: [1 / sqrt(T)] * T,  # D/(G√T)
    "sqrt_decay": lambda T: [1 / sqrt(2 * t) for t in range(1, T + 1)],  # α/√t, α = D/(G√2)
}


def worst_case(schedule: str, T: int, *, projected: bool) -> float:
    """The largest sum of regrets over T steps, D = G = 1."""
    from PEPit import PEP
    from PEPit.functions import ConvexIndicatorFunction, ConvexLipschitzFunction
    from PEPit.primitive_steps import proximal_step

    problem = PEP()
    losses = [problem.declare_function(ConvexLipschitzFunction, M=1) for _ in range(T)]
    inside = problem.declare_function(ConvexIndicatorFunction)
    best, theta = problem.set_initial_point(), problem.set_initial_point()
    if projected:
        inside.oracle(best)  # θ* ∈ Θ
        theta, _, _ = proximal_step(theta, inside, 1)  # θ_1 ∈ Θ
    regret = 0
    for loss, eta in zip(losses, STEPS[schedule](T), strict=True):
        problem.set_initial_condition((theta - best) ** 2 <= 1)  # H2
        gradient, value = loss.oracle(theta)
        regret = regret + value - loss.value(best)
        theta = theta - eta * gradient
        if projected:
            theta, _, _ = proximal_step(theta, inside, 1)
    problem.set_performance_metric(regret)
    return problem.solve(verbose=0, wrapper="cvxpy", solver="CLARABEL")


def bound(schedule: str, T: int) -> float:
    """T times the theorem's right side at D = G = 1, written out again so that this file stands by itself."""
    steps = STEPS[schedule](T)
    return 1 / (2 * steps[-1]) + sum(steps) / 2


def row(T: int) -> dict[str, float]:
    """The worst cases at T, plain and projected agreeing."""
    cases: dict[str, float] = {"T": T}
    for schedule in STEPS:
        plain, projected = (worst_case(schedule, T, projected=projected) for projected in (False, True))
        if abs(plain - projected) > TOLERANCE:
            raise KexueError(f"{schedule}, T = {T}: plain {plain}, projected {projected}; expected the same worst case")
        cases[schedule] = round(plain, 6)
        print(f"T = {T:2d}  {schedule:10s}  worst case {plain:.6f}  bound {bound(schedule, T):.6f}", flush=True)
    return cases


def compare(cases: list[dict[str, float]]) -> None:
    """Raise where the stored figures differ from those just computed."""
    stored = json.loads(STORED.read_text(encoding="utf-8"))["cases"]
    for new, old in zip(cases, stored, strict=True):
        if any(abs(new[key] - old[key]) > 2 * TOLERANCE for key in new):
            raise KexueError(f"{STORED.name} has {old}, computed {new}: find out why, or replace it with --write")
    print(f"{STORED.name} agrees within {2 * TOLERANCE:.0e}")


def main() -> None:
    """Compute all cases, then compare or write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="replace the stored figures")
    write = parser.parse_args().write
    try:
        made_with = {package: version(package) for package in ("PEPit", "cvxpy", "clarabel")}
    except ModuleNotFoundError as error:
        raise SystemExit(f"{error}: this benchmark needs them: pip install pepit clarabel") from error
    cases = [row(T) for T in range(1, LARGEST_T + 1)]
    if not write:
        return compare(cases)
    about = "Largest sum over T steps of f_t(θ_t) − f_t(θ*), D = G = 1; see benchmarks/worst_case_pepit.py"
    record = {
        "about": about,
        "tolerance": TOLERANCE,
        "date": datetime.now(UTC).date().isoformat(),
        "versions": made_with,
        "cases": cases,
    }
    STORED.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return None


if __name__ == "__main__":
    main()
