"""SymPy expressions to JavaScript, with finite sums.

The code calls `Math` and, for what JavaScript lacks (sums, erf, gamma, …), the object `math` of `src/sums.js` and
`src/special.js`. Symbols become `v0, v1, …` and sum indices `n0, n1, …`, so a name such as `θ^*` cannot break it.

A sum is a loop in JavaScript. Factors free of the index are taken out of it first, so a slider that only scales a sum
costs nothing: the loop remembers its totals and runs again only when a symbol that stayed inside has moved.

Known limits: sums are finite with unit step; no products, integrals, derivatives or matrices.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.printing.codeprinter import PrintMethodNotImplementedError
from sympy.printing.jscode import JavascriptCodePrinter

_SPECIAL = {name: f"math.{name}" for name in ("erf", "erfc", "gamma", "loggamma", "zeta", "harmonic")}
_ONE_ARGUMENT = {"zeta", "harmonic"}  # Hurwitz zeta and generalised harmonic numbers are not in special.js


class Compiler:
    """Translates expressions over the declared symbols; one compiler per figure, so that equal sums share a loop.

    Args:
        symbols: every symbol an expression may use → its JavaScript identifier.

    >>> T, alpha, t = sp.symbols("T alpha t", positive=True)
    >>> Compiler({T: "v0", alpha: "v1"}).code(sp.Sum(alpha / sp.sqrt(t), (t, 1, T)))
    '((v1)*math.sum(0, 1, v0, [], n0 => (1/Math.sqrt(n0))))'
    """

    def __init__(self, symbols: Mapping[sp.Expr, str]):
        self._symbols = dict(symbols)
        self._loops: dict[str, int] = {}  # a sum's code → the slot of its totals

    def code(self, expression: sp.Expr) -> str:
        """The JavaScript expression equal to `expression`.

        Raises:
            ValueError: a symbol without a value, or something that has no JavaScript counterpart; both are named.
        """
        expression = sp.sympify(expression)
        if unknown := sorted(map(str, expression.free_symbols - self._symbols.keys())):
            raise ValueError(f"{expression} uses {', '.join(unknown)}, which {self._advice(unknown)}")
        try:
            return _Printer(self._symbols, self._loops).doprint(expression)
        except PrintMethodNotImplementedError as error:
            raise ValueError(f"{expression} has no JavaScript form: {str(error).splitlines()[0]}") from error

    def _advice(self, unknown: list[str]) -> str:
        known = ", ".join(map(str, self._symbols))
        if set(unknown) & set(map(str, self._symbols)):
            return "has other assumptions than the slider of that name: give the slider the expression's own symbol"
        return f"no slider sets: there are sliders for {known}; add one or substitute a number"


class _Printer(JavascriptCodePrinter):
    """`sympy.jscode` with our names, inlined constants, partial Piecewise and finite sums."""

    def __init__(self, names: Mapping[sp.Expr, str], loops: dict[str, int]):
        super().__init__({"user_functions": _SPECIAL, "strict": True, "inline": True})
        self._names, self._loops, self._depth = dict(names), loops, 0

    def _print(self, expr, **kwargs):
        return self._names[expr] if expr in self._names else super()._print(expr, **kwargs)

    def _print_Function(self, expr):
        if type(expr).__name__ in _ONE_ARGUMENT and len(expr.args) > 1:
            raise ValueError(f"{expr} has no JavaScript form: {type(expr).__name__} takes one argument there")
        return super()._print_Function(expr)

    def _print_Pow(self, expr):
        if expr.exp == sp.Rational(1, 3):  # Math.cbrt is real below zero, SymPy's root is not
            return f"Math.pow({self._print(expr.base)}, 1/3)"
        if expr.exp == -sp.S.Half:  # the step size of half the theorems; Math.pow is several times slower
            return f"(1/Math.sqrt({self._print(expr.base)}))"
        return super()._print_Pow(expr)

    def _print_Mod(self, expr):
        return f"({super()._print_Mod(expr)})"  # SymPy leaves out the parentheses that a product needs

    def _print_NaN(self, _):
        return "NaN"

    def _print_BooleanTrue(self, _):
        return "true"

    def _print_BooleanFalse(self, _):
        return "false"

    def _print_Piecewise(self, expr):
        otherwise = "NaN"
        for value, condition in reversed(expr.args):
            branch = self._print(value)
            otherwise = branch if condition is sp.true else f"({self._print(condition)} ? {branch} : {otherwise})"
        return f"({otherwise})"

    def _print_Sum(self, expr):
        (index, lower, upper), inner = expr.limits[-1], expr.limits[:-1]  # the last limit is the outermost sum
        if not (lower.is_finite is not False and upper.is_finite is not False):
            raise ValueError(f"{expr} has infinitely many terms: give its closed form (`.doit()`) instead")
        term = sp.Sum(expr.function, *inner) if inner else expr.function
        bounds = f"{self._print(lower)}, {self._print(upper)}"
        parts = sp.Add.make_args(sp.expand_mul(sp.expand_power_base(term)))
        return "(" + " + ".join(self._loop(part, index, bounds) for part in parts) + ")"

    def _loop(self, term: sp.Expr, index: sp.Symbol, bounds: str) -> str:
        factor, term = term.as_independent(index, as_Add=False)
        outside = self._print(factor)
        name, shadowed = f"n{self._depth}", self._names.get(index)
        key = sorted(self._names[s] for s in term.free_symbols - {index})
        self._names[index], self._depth = name, self._depth + 1
        body = self._print(term)
        self._depth -= 1
        del self._names[index]
        if shadowed:
            self._names[index] = shadowed
        slot = self._loops.setdefault(f"{bounds.split(',')[0]}|{body}", len(self._loops))
        return f"({outside})*math.sum({slot}, {bounds}, [{', '.join(key)}], {name} => {body})"
