"""The explorer: its JavaScript agrees with SymPy, wrong figures are refused, the widget can be stored and moved."""

import json
import math
from functools import partial
from pathlib import Path

import pytest
import sympy as sp
from javascript import run

from kexue.errors import KexueError
from kexue.lab.explore import Axis, Choice, Curve, Explorer, Points, Readout, Slider, explore
from kexue.lab.explorer import widget
from kexue.lab.explorer.figure import symbol_parts
from kexue.lab.explorer.javascript import Compiler
from kexue.lab.explorer.text import evaluate

node = partial(run, Path(widget.__file__).parent / "src")

T, t, s = sp.symbols("T t s", integer=True, positive=True)
D, G = sp.symbols("D G", positive=True)
x = sp.Symbol("θ^*", real=True)  # a name that JavaScript could not bear
SYMBOLS = (T, D, G, x)
VALUES = [(1, 0.3, 2.0, -1.5), (7, 1.1, 0.4, 0.25), (60, 2.7, 3.1, 3.5)]

EXPRESSIONS = [
    D * G / sp.sqrt(T),
    D**2 / (2 * T * (D / (G * sp.sqrt(T)))) + G**2 / 2,
    (D / (G / x)) ** -2 - sp.Rational(2, 3) * x,
    sp.exp(-x) + sp.log(D, 2) - sp.Abs(x) ** sp.Rational(1, 3),
    sp.sqrt(2) * sp.pi + sp.E - sp.EulerGamma * sp.GoldenRatio * D,
    sp.sin(x) * sp.cos(D) + sp.tan(x) / sp.cosh(G) + sp.atan2(x, D) + sp.coth(D),
    sp.Max(x, D, 0) - sp.Min(G, x**2) + sp.sign(x) + sp.ceiling(D) * sp.floor(x) + sp.Heaviside(x, 0),
    3 * sp.Mod(x, 2) + sp.Mod(T, 5),
    sp.Piecewise((x**2, x < 0), (sp.sqrt(x), sp.And(x >= 0, x <= 3)), (D, True)),
    sp.Piecewise((D, sp.Or(x < 0, sp.Not(D > G))), (G, x >= 0)),
    sp.erf(x) + sp.erf(D) * sp.erfc(G) + sp.erfc(x) + sp.erfc(2 * G),
    sp.gamma(D) + sp.loggamma(G) + sp.gamma(x + sp.Rational(1, 3)) + sp.factorial(T) / 10**80 + sp.binomial(T + 3, 2),
    sp.zeta(1 + D) + sp.zeta(G + 3) + sp.zeta(-D) + sp.harmonic(T) + sp.harmonic(D),
    G**2 / (2 * T) * sp.Sum(D / sp.sqrt(t), (t, 1, T)),
    sp.Sum((D / sp.sqrt(t) + G / t) ** 2, (t, 2, T + 3)) ** 2 / 3,
    sp.Sum(sp.exp(-D * t), (t, 0, 2 * T)) - sp.Sum(t, (t, 1, T)) * sp.Sum(G, (t, 1, T)),
    sp.Sum(D * (1 + sp.cos(sp.pi * t / T)) / 2, (t, 1, T)),
    sp.Sum(D**t / t, (t, 3, 2)) + 1,
    sp.Sum(s / t, (s, 1, t), (t, 1, T)),
    sp.Sum(sp.Sum(D * (s + t) ** 2, (s, 1, t)) / t, (t, 1, T)),
]


@pytest.fixture(scope="module")
def computed() -> list[list[float]]:
    """Every expression at every row of VALUES, twice over and backwards, so that remembered sums are asked again."""
    compiler = Compiler({symbol: f"v{i}" for i, symbol in enumerate(SYMBOLS)})
    codes = [compiler.code(expression) for expression in EXPRESSIONS]
    rows = [*VALUES, *reversed(VALUES)]
    return node(f"""
        const {{ createCompiler }} = await import(`${{SOURCE}}/compile.js`);
        const compile = createCompiler(["v0", "v1", "v2", "v3"]);
        const results = {json.dumps(codes)}.map(code => {json.dumps(rows)}.map(compile(code)));
        console.log(JSON.stringify(results));""")


@pytest.mark.parametrize("i", range(len(EXPRESSIONS)), ids=[str(e)[:60] for e in EXPRESSIONS])
def test_javascript_agrees_with_sympy(computed, i):
    exact = [float(EXPRESSIONS[i].subs(dict(zip(SYMBOLS, row, strict=True))).doit().evalf(30)) for row in VALUES]
    assert computed[i] == pytest.approx([*exact, *reversed(exact)], rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda e: str(e)[:60])
def test_python_text_agrees_with_sympy(expression):
    values = dict(zip(SYMBOLS, VALUES[1], strict=True))
    assert evaluate(expression, values) == pytest.approx(float(expression.subs(values).doit().evalf(30)), rel=1e-9)


def test_a_sum_to_a_million_is_one_loop():
    """The terms computed while 161 values up to 10⁶ are asked for, then asked again with another factor."""
    code = Compiler({T: "v0", D: "v1"}).code(sp.Sum(D / sp.sqrt(t), (t, 1, T)))
    calls, total = node(f"""
        const {{ createSums }} = await import(`${{SOURCE}}/sums.js`);
        let calls = 0;
        const sum = createSums();
        const math = {{ sum: (slot, low, high, key, f) => sum(slot, low, high, key, n => (calls++, f(n))) }};
        const f = new Function("math", "v0", "v1", "return " + {json.dumps(code)});
        const xs = Array.from({{ length: 161 }}, (_, i) => Math.round(10 ** (1 + 5 * i / 160)));
        for (const d of [1, 2]) for (const x of xs) f(math, x, d);
        console.log(JSON.stringify([calls, f(math, 1e6, 1)]));""")
    assert calls == 10**6
    euler_maclaurin = 2e3 + float(sp.zeta(0.5)) + 1 / 2e3  # the next term is 1e-9/24
    assert total == pytest.approx(euler_maclaurin, abs=1e-9)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (D * sp.Symbol("λ"), "uses λ, which no slider sets"),
        (sp.Symbol("D") * T, "D, which has other assumptions"),
        (sp.Function("f")(D), r"f\(D\) has no JavaScript form"),
        (sp.Integral(sp.exp(-(t**2)), (t, 0, D)), "no JavaScript form"),
        (sp.zeta(2, D), "one argument"),
        (sp.Sum(1 / t**3, (t, 1, sp.oo)), "infinitely many"),
        (sp.sqrt(-1 - D), "not a real number"),
        (sp.Sum(1 / t, (t, 1, T / 3)), "limits that are not integers"),
    ],
)
def test_an_expression_that_cannot_be_drawn_is_named(expression, message):
    with pytest.raises(ValueError, match=message) as error:
        figure(curves=[Curve(expression, "the culprit")])
    assert "the culprit" in str(error.value)


STEPS = Slider(T, 10, 1000, 100, "steps", log=True)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Slider(D, 2, 1, 1), "range 2 to 1 is empty"),
        (lambda: Slider(D, 0, 1, 2), "default 2 is outside"),
        (lambda: Slider(D, 0, 1, 1, log=True), "low > 0"),
        (lambda: Slider(T, 1, 9, 2.5), "T is an integer"),
        (lambda: Choice("schedule", ["one"]), "at least two"),
        (lambda: Choice("schedule", ["a", "b"], "c"), "none of a, b"),
        (lambda: Axis("y", log=True, low=0), "ends above 0"),
        (lambda: Axis("y", low=2, high=1), "not below"),
        (lambda: figure(title=" "), "title is empty"),
        (lambda: figure(curves=[]), "at least one"),
        (lambda: figure(controls=[STEPS]), "T stands more than once"),
        (lambda: figure(curves=[Curve({"constant": D, "linear": D}, "c")]), "constant, linear must belong"),
        (lambda: figure(curves=[Curve(D, "c", style="bold")]), "expected one of theory, term, exact"),
        (lambda: figure(curves=[Points([1, 2], [1], "p")]), r"lengths \[2, 1\]"),
        (lambda: figure(curves=[Points([1], {"constant": [1, 2]}, "p")]), r"lengths \[1, 2\] for 'constant'"),
        (lambda: figure(curves=[Points([1], [math.nan], "p")]), "finite"),
        (lambda: figure(curves=[Points([1], [1], "p", scale=D / T)]), "depends on T, the x-axis"),
        (lambda: figure().__setattr__("values", {"E": 1}), "no control is named E; there are T, D"),
        (lambda: figure().__setattr__("values", {"D": 99}), "expected a number from 0.1 to 10"),
        (lambda: figure().__setattr__("values", {"schedule": "x"}), "expected one of constant, decay"),
    ],
)
def test_a_wrong_figure_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


def figure(**changes) -> Explorer:
    """A small figure that is right, with `changes`."""
    parts = {
        "curves": [
            Curve({"constant": D / sp.sqrt(T), "decay": sp.Sum(D / sp.sqrt(t), (t, 1, T)) / T}, "bound"),
            Points([10, 100], {"constant": [0.1, 0.04]}, "one run", yerr=[0.01, 0.01], scale=D),
        ],
        "x": STEPS,
        "y": Axis("regret", log=True),
        "controls": [Slider(D, 0.1, 10, 1, "diameter D", log=True), Choice("schedule", ["constant", "decay"])],
        "readouts": [Readout(D * T, "product")],
        "title": "A bound",
        "alt": "A falling line",
    }
    return explore(**(parts | changes))


TEXT = """\
Explorer: A bound
  steps T = 100 (10 to 1e+03, logarithmic)
  diameter D = 1 (0.1 to 10, logarithmic)
  schedule = constant (one of constant, decay)
  regret at T =           10        100      1e+03
  bound, constant      0.316        0.1     0.0316
  bound, decay         0.502      0.186     0.0618
  product = 100"""


def test_the_output_reads_as_text_and_shows_as_a_widget():
    data, _ = figure()._repr_mimebundle_()
    assert data["text/plain"] == repr(figure()) == TEXT
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_widget_state_is_json_and_holds_its_javascript():
    state = figure().get_state()
    stored = json.loads(json.dumps({key: state[key] for key in ("specification", "values", "_esm", "_css")}))
    assert stored["specification"]["curves"][1]["yerr"]["cases"] == {"": [0.01, 0.01]}
    assert ".kexue-explorer" in stored["_css"]
    assert len(stored["_esm"]) < 350_000  # it is embedded in every page once for each figure


def test_values_move_one_slider_and_are_observed():
    explorer, seen = figure(), []
    explorer.observe(lambda change: seen.append(change["new"]["D"]), "values")
    explorer.values = {"D": 2}
    assert explorer.values == {"T": 100, "D": 2, "schedule": "constant"}
    explorer.reset()
    assert seen == [2, 1]


def test_a_missing_bundle_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(widget, "BUNDLE", tmp_path / "explorer.js")
    with pytest.raises(KexueError, match="make vendor"):
        figure()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("D", ("D", "", "")),
        ("eta_t", ("η", "", "t")),
        (r"\eta_t", ("η", "", "t")),
        ("θ^*", ("θ", "*", "")),
        ("theta_{t+1}", ("θ", "", "t+1")),
    ],
)
def test_symbols_are_shown_as_mathematics(name, parts):
    assert tuple(symbol_parts(sp.Symbol(name)).values()) == parts


def test_slider_positions_cover_the_range_and_return_to_the_default():
    control = {"low": 0.1, "high": 10, "log": True, "integer": False, "default": 0.7071}
    values, default = node(f"""
        const {{ sliderScale }} = await import(`${{SOURCE}}/scale.js`);
        const scale = sliderScale({json.dumps(control)});
        const values = Array.from({{ length: scale.steps + 1 }}, (_, i) => scale.value(i));
        console.log(JSON.stringify([values, scale.value(scale.position(0.7071))]));""")
    assert (values[0], values[-1], default) == (0.1, 10, 0.7071)
    assert values == sorted(set(values))


@pytest.mark.parametrize(
    ("log", "data", "previous", "domain"),
    [
        (True, [0.02, 5], None, [0.01, 10]),
        (True, [0.03, 9], [0.01, 10], [0.01, 10]),  # still fits: the axis stays, the curve is seen to move
        (True, [0.03, 11], [0.01, 10], [0.01, 100]),
        (True, [5, 9], [0.01, 10], [1, 10]),  # too little of the axis used
        (True, [-1, 0, 2], None, [1, 10]),
        (False, [0.1, 3.7], None, [0, 4]),
        (False, [-1, 1], None, [-1, 1]),
        (False, [4, 4], None, [3, 5]),
    ],
)
def test_the_y_axis_keeps_its_range_while_it_suits(log, data, previous, domain):
    call = f"yDomain({json.dumps({'log': log})}, {json.dumps(data)}, {json.dumps(previous)} ?? undefined)"
    script = f"const {{ yDomain }} = await import(`${{SOURCE}}/scale.js`); console.log(JSON.stringify({call}));"
    assert node(script) == pytest.approx(domain)
