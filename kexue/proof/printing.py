"""How terms are written: as TeX for pages, as one line of text for terminals and tests."""

import unicodedata

from sympy import Integral, Mul, S, Sum
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

from kexue.proof.kernel.terms import Relation, Vec, is_vector, outermost

TEX_OPS = {"=": "=", "≤": r"\le", "<": "<", "≥": r"\ge", ">": ">", "⇔": r"\iff"}
MARKS = {"\N{COMBINING MACRON}": "bar", "\N{COMBINING TILDE}": "tilde", "\N{COMBINING CIRCUMFLEX ACCENT}": "hat"}


def tex_name(name):
    """``θ*`` → ``\\theta^{*}``, ``θ̄`` → ``\\bar{\\theta}``, ``x_1`` → ``x_{1}``."""
    base, _, index = name.partition("_")
    star, base = base.endswith("*"), base.rstrip("*")
    marks = [MARKS[c] for c in base if c in MARKS]
    text = "".join(_tex_letter(c) for c in base if c not in MARKS)
    for mark in marks:
        text = rf"\{mark}{{{text}}}"
    return text + (r"^{*}" if star else "") + (f"_{{{index}}}" if index else "")


def _tex_letter(c):
    words = unicodedata.name(c, "").split()
    if "GREEK" not in words or "LETTER" not in words:
        return c
    word = words[3].lower()
    word = {"lamda": "lambda", "phi": "varphi"}.get(word, word)
    return f"\\{word if 'SMALL' in words else word.capitalize()} "


def _ordered(terms):
    """The terms of a sum, those without a minus sign first."""
    return sorted(terms, key=lambda t: t.could_extract_minus_sign() or t.is_negative is True)


class _Common:
    """What both printers do with the terms of this project."""

    def _print_Vec(self, e):
        return self.indexed(e.name, e.indices)

    _print_OrthonormalVec = _print_Vec

    def _print_AppliedUndef(self, e, exp=None):
        text = self.indexed(e.func.__name__, e.args)
        return text if exp is None else self.raised(text, exp)

    def indexed(self, name, arguments):
        if not arguments:
            return self.named(name)
        inside = ", ".join(map(self._print, arguments))
        return (
            self.called(name, inside)
            if any(map(is_vector, arguments)) or not _natural(arguments)
            else self.sub(name, inside)
        )

    def _print_Inner(self, e, exp=None):
        u, v = e.args
        text = self.norm2(self._print(u)) if u == v else self.inner(self._print(u), self._print(v))
        return text if exp is None else self.raised(f"({text})", exp)

    def _print_Partial(self, e, exp=None):
        """f′(x) of one argument, ∂₁∂₂f(x, y) of several."""
        f, orders = e.of, list(map(int, e.orders))
        name = f.name if isinstance(f, Vec) else f.func.__name__
        arguments = ", ".join(map(self._print, f.indices if isinstance(f, Vec) else f.args))
        marked = self.primed(name, orders[0]) if len(orders) == 1 else self.partial(name, orders)
        return f"{marked}({arguments})" if exp is None else self.raised(f"({marked}({arguments}))", exp)

    def _print_Pow(self, e, **options):
        if e.exp is S.Half and type(e.base).__name__ == "Inner" and e.base.args[0] == e.base.args[1]:
            return self.norm(self._print(e.base.args[0]))
        return super()._print_Pow(e, **options)


def _natural(arguments):
    return all(a.is_integer for a in arguments)


class Tex(_Common, LatexPrinter):
    """TeX of terms and relations."""

    def named(self, name):
        return tex_name(name)

    def sub(self, name, inside):
        base = tex_name(name)
        return f"{{{base}}}_{{{inside}}}" if "_{" in base or "^{" in base else f"{base}_{{{inside}}}"

    def called(self, name, inside):
        return rf"{tex_name(name)}\left({inside}\right)"

    def norm(self, v):
        return rf"\left\lVert {v} \right\rVert"

    def norm2(self, v):
        return self.norm(v) + "^{2}"

    def inner(self, u, v):
        return rf"\left\langle {u},\, {v} \right\rangle"

    def raised(self, text, exp):
        return rf"{{{text}}}^{{{exp}}}" if "^" in text else rf"{text}^{{{exp}}}"

    def _print_Mul(self, e):
        """A sum stands behind its factor, not inside a fraction."""
        sums = [f for f in e.args if isinstance(f, Sum)]
        rest = Mul(*(f for f in e.args if not isinstance(f, Sum)))
        if not sums or rest == 1:
            return super()._print_Mul(e)
        return f"{self._bracketed(rest)} {' '.join(map(self._print, sums))}"

    def _print_Symbol(self, e, **_):
        return tex_name(e.name)

    _print_Dummy = _print_Symbol

    def _print_Expect(self, e, **_):
        inside = r" \,\middle|\, ".join(map(self._print, e.args))
        return rf"\mathbb{{E}}\left[{inside}\right]"

    _print_CondVec = _print_Expect

    def _print_Diff(self, e, **_):
        return rf"\frac{{\partial}}{{\partial {self._print(e.args[1])}}} {self._bracketed(e.args[0])}"

    def primed(self, name, order):
        return self.named(name) + ("'" * order if order < 4 else f"^{{({order})}}")

    def partial(self, name, orders):
        marks = (rf"\partial_{{{i}}}" + (f"^{{{k}}}" if k > 1 else "") for i, k in enumerate(orders, 1) if k)
        return f"{' '.join(marks)} {self.named(name)}"

    def _print_Integral(self, e):
        body, x, low, high = outermost(e)
        inside = self._print(body)
        inside = rf"\left({inside}\right)" if body.is_Add else inside
        return rf"\int_{{{self._print(low)}}}^{{{self._print(high)}}} {inside} \, d{self._print(x)}"

    def _print_Add(self, e, **_):
        return _joined(self, e)

    def _print_Sum(self, e):
        body, index, low, high = outermost(e)
        inside = self._print(body)
        inside = rf"\left({inside}\right)" if body.is_Add else inside
        return rf"\sum_{{{self._print(index)}={self._print(low)}}}^{{{self._print(high)}}} {inside}"

    def _print_Limit(self, e):
        body, x, to, _ = e.args
        return rf"\lim_{{{self._print(x)} \to {self._print(to)}}} {self._bracketed(body)}"

    def _bracketed(self, e):
        return rf"\left({self._print(e)}\right)" if e.is_Add else self._print(e)


class Text(_Common, StrPrinter):
    """One line of text for terms and relations."""

    def named(self, name):
        return name

    def sub(self, name, inside):
        return f"{name}_{inside}" if len(inside) == 1 else f"{name}_({inside})"

    def called(self, name, inside):
        return f"{name}({inside})"

    def norm(self, v):
        return f"‖{v}‖"

    def norm2(self, v):
        return f"‖{v}‖²"

    def inner(self, u, v):
        return f"⟨{u}, {v}⟩"

    def raised(self, text, exp):
        return f"{text}**{exp}"

    def _print_Expect(self, e):
        return f"E[{' | '.join(map(self._print, e.args))}]"

    _print_CondVec = _print_Expect

    def _print_Diff(self, e):
        inside = f"({self._print(e.args[0])})" if e.args[0].is_Add else self._print(e.args[0])
        return f"∂/∂{self._print(e.args[1])} {inside}"

    def primed(self, name, order):
        return name + ("'" * order if order < 4 else f"^({order})")

    def partial(self, name, orders):
        return "".join(f"∂{i}" + (f"^{k}" if k > 1 else "") for i, k in enumerate(orders, 1) if k) + name

    def _print_Integral(self, e):
        body, x, low, high = outermost(e)
        inside = f"({self._print(body)})" if body.is_Add else self._print(body)
        return f"∫_{{{self._print(low)}..{self._print(high)}}} {inside} d{self._print(x)}"

    def _print_Pow(self, e, **options):
        if isinstance(e.base, (Sum, Integral)) and e.exp.is_Integer and e.exp > 0:
            return self.raised(f"({self._print(e.base)})", self._print(e.exp))
        return super()._print_Pow(e, **options)

    def _print_Infinity(self, _):
        return "∞"

    def _print_NegativeInfinity(self, _):
        return "-∞"

    def _print_Add(self, e, **_):
        return _joined(self, e)

    def _print_Sum(self, e):
        body, index, low, high = outermost(e)
        inside = f"({self._print(body)})" if body.is_Add else self._print(body)
        return f"Σ_{{{self._print(index)}={self._print(low)}..{self._print(high)}}} {inside}"

    def _print_Limit(self, e):
        body, x, to, _ = e.args
        return f"lim_{{{self._print(x)}→{self._print(to)}}} {self._print(body)}"


def _joined(printer, e):
    text = ""
    for term in _ordered(e.as_ordered_terms()):
        negative = term.could_extract_minus_sign()
        part = printer._print(-term if negative else term)
        text += (" - " if text and negative else "-" if negative else " + " if text else "") + part
    return text


TEX, TEXT = Tex({"fold_short_frac": False}), Text({"order": "none"})


def tex(thing):
    """TeX of an expression or relation."""
    if isinstance(thing, Relation):
        return f"{tex(thing.lhs)} {TEX_OPS[thing.op]} {tex(thing.rhs)}"
    return TEX.doprint(thing)


def text(thing):
    """An expression or relation as one line of text."""
    if isinstance(thing, Relation):
        return f"{text(thing.lhs)} {thing.op} {text(thing.rhs)}"
    return TEXT.doprint(thing).replace("**", "^")
