"""The lattice explorer: its JavaScript and its Python agree with brute force, and no text breaks them."""

import json
import math
import random
from functools import partial
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from javascript import run
from scipy.stats import chi2

from kexue.lab.lattice_explorer import widget
from kexue.lab.lattice_explorer.law import law
from kexue.lab.lattice_explorer.vocabulary import Pieces, read_pieces

node = partial(run, Path(widget.__file__).parent / "src")

ALPHAS = [0, 0.1, 1, 5, math.inf]
STUDY = """
    const { createVocabulary, createLattice } = await import(`${SOURCE}/lattice.js`);
    const { posterior, countSegmentations, topSegmentations } = await import(`${SOURCE}/posterior.js`);
    const { study } = await import(`${SOURCE}/study.js`);
    const show = (key, value) => typeof value === "bigint" ? String(value)
      : typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
    const print = value => console.log(JSON.stringify(value, show));
    const read = alpha => alpha ?? Infinity;
"""


def lattices(alphabet: str, longest: int, rounds: int) -> list[tuple[Pieces, str]]:
    """Every text over the alphabet up to a length, under random vocabularies, unknown characters included.

    Scores are multiples of ⅛: their sums are exact, so that equal scores tie.
    """
    draw, cases = random.Random(9811), []
    texts = ["".join(t) for length in range(1, longest + 1) for t in product(alphabet, repeat=length)]
    for i in range(rounds):
        spans = [s for s in texts if len(s) <= 4]
        chosen = draw.sample(spans, k=min(len(spans), 3 + 3 * i))
        scores = {piece: None if draw.random() < 0.08 else -draw.randrange(64) / 8 for piece in chosen}
        each = ("character", "byte", "none")[i % 3]
        cases += [(Pieces(scores, -12.5, each), text) for text in texts]
    return cases


CASES = [*lattices("ab", 6, 6), *lattices("a字🙂", 4, 6)]


def enumerate_segmentations(pieces: Pieces, text: str) -> list[tuple[tuple[str, ...], float]]:
    """All segmentations with their scores, by choosing at each place between characters whether to cut there."""
    found = []
    for cuts in product([False, True], repeat=len(text) - 1):
        places = [0, *(i + 1 for i, cut in enumerate(cuts) if cut), len(text)]
        tokens = tuple(text[i:j] for i, j in pairwise(places))
        scores = [pieces.scores.get(token, unknown(pieces, token)) for token in tokens]
        if None not in scores:
            found.append((tokens, math.fsum(scores)))
    return found


def unknown(pieces: Pieces, token: str) -> float | None:
    if len(token) > 1 or pieces.each == "none":
        return None
    return pieces.unknown_score * (len(token.encode()) if pieces.each == "byte" else 1)


def probabilities(found: list[tuple[tuple[str, ...], float]], alpha: float) -> np.ndarray:
    """e^(α·score)/Z of each; at α = ∞ all of it on the best, of several on the one with the longest last tokens."""
    scores = np.array([score for _, score in found])
    if math.isinf(alpha):
        best = max(found, key=lambda way: (way[1], [len(token) for token in reversed(way[0])]))
        return np.array([float(way is best) for way in found])
    weights = np.exp(alpha * (scores - scores.max()))
    return weights / weights.sum()


def expected(pieces: Pieces, text: str, alpha: float) -> dict:
    """log Z, entropy, length, marginals by place, and the sorted probabilities of the eight best, by enumeration."""
    found = enumerate_segmentations(pieces, text)
    if not found:
        return {"count": 0}
    p = probabilities(found, alpha)
    marginals: dict[str, float] = {}
    for (tokens, _), probability in zip(found, p, strict=True):
        start = 0
        for token in tokens:
            key = f"{start}-{start + len(token)}"
            marginals[key] = marginals.get(key, 0) + probability
            start += len(token)
    scores = np.array([score for _, score in found])
    order = np.lexsort([-p, -scores])[:8]
    return {
        "count": len(found),
        "logZ": math.nan if math.isinf(alpha) else float(np.logaddexp.reduce(alpha * scores)),
        "entropy": float(-sum(q * math.log(q) for q in p if q)),
        "tokens": float(sum(q * len(tokens) for (tokens, _), q in zip(found, p, strict=True))),
        "marginals": marginals,
        "scores": scores[order],
        "top": p[order],
        "law": {tokens: q for (tokens, _), q in zip(found, p, strict=True)},
    }


@pytest.fixture(scope="module")
def computed() -> dict:
    """(case, α) → what the JavaScript says of it."""
    cases = [{**pieces.specification, "text": text} for pieces, text in CASES]
    alphas = [None if math.isinf(alpha) else alpha for alpha in ALPHAS]
    results = node(f"""{STUDY}
        const look = (lattice, alpha) => {{
          const law = posterior(lattice, alpha), top = topSegmentations(lattice, 8);
          return {{
            count: countSegmentations(lattice), logZ: law.logZ, entropy: law.entropy, tokens: law.expectedTokens,
            marginals: Object.fromEntries(lattice.edges.map((e, i) => [`${{e.start}}-${{e.end}}`, law.marginals[i]])),
            scores: top.map(way => way.score), top: top.map(way => way.tokens.map(t => t.token)),
          }};
        }};
        print({json.dumps(cases)}.map(given => {{
          const lattice = createLattice(given.text, createVocabulary(given));
          return {json.dumps(alphas)}.map(alpha => look(lattice, read(alpha)));
        }}));""")
    return {(i, alpha): row for i, rows in enumerate(results) for alpha, row in zip(ALPHAS, rows, strict=True)}


@pytest.mark.parametrize("alpha", ALPHAS)
def test_javascript_agrees_with_enumeration(computed, alpha):
    spelled = 0
    for i, (pieces, text) in enumerate(CASES):
        exact, got = expected(pieces, text, alpha), computed[i, alpha]
        assert int(got["count"]) == exact["count"]
        if not exact["count"]:
            assert got["scores"] == []
            continue
        spelled += 1
        assert float(got["logZ"]) == pytest.approx(exact["logZ"], rel=1e-12, abs=1e-12, nan_ok=True)
        assert got["entropy"] == pytest.approx(exact["entropy"], abs=1e-11)
        assert got["tokens"] == pytest.approx(exact["tokens"], rel=1e-12)
        assert {key: p for key, p in got["marginals"].items() if p > 1e-13} == pytest.approx(
            {key: p for key, p in exact["marginals"].items() if p > 1e-13}, rel=1e-9, abs=1e-13
        )
        assert got["scores"] == pytest.approx(exact["scores"], rel=1e-12)
        assert len({tuple(tokens) for tokens in got["top"]}) == len(got["top"])
        assert [exact["law"][tuple(tokens)] for tokens in got["top"]] == pytest.approx(exact["top"], rel=1e-9)
    assert spelled > 100


@pytest.mark.parametrize("alpha", ALPHAS)
def test_python_agrees_with_enumeration(alpha):
    for pieces, text in CASES:
        exact, got = expected(pieces, text, alpha), law(pieces, text, alpha)
        if not exact["count"]:
            assert got is None
            continue
        assert got.count == exact["count"]
        assert got.log_z == pytest.approx(exact["logZ"], rel=1e-12, abs=1e-12, nan_ok=True)
        assert (got.entropy, got.expected_tokens) == pytest.approx((exact["entropy"], exact["tokens"]), abs=1e-11)
        assert [p for _, p in got.best] == pytest.approx(exact["top"], rel=1e-9)
        assert [exact["law"][tokens] for tokens, _ in got.best] == pytest.approx(exact["top"], rel=1e-9)


SMALL = {"a": -1.0, "b": -1.5, "ab": -2.0, "ba": -2.2, "aba": -3.5, "bab": -2.9, "abab": -4.0}


@pytest.mark.parametrize("alpha", [0, 0.3, 1, 3])
def test_the_sampler_has_the_whole_enumerated_law(alpha):
    """χ² over every segmentation of one text, 40 000 draws of one seed; one right sampler in 10⁶ would fail."""
    pieces, text, draws = read_pieces(SMALL), "ababab", 40_000
    counts = node(f"""{STUDY}
        const {{ filter, sample }} = await import(`${{SOURCE}}/sample.js`);
        const {{ createRandom }} = await import(`${{SOURCE}}/random.js`);
        const lattice = createLattice({json.dumps(text)}, createVocabulary({json.dumps(pieces.specification)}));
        const filtered = filter(lattice, {alpha}), random = createRandom(9811), counts = {{}};
        for (let i = 0; i < {draws}; i++) {{
          const key = sample(lattice, {alpha}, filtered, random).map(edge => edge.token).join(" ");
          counts[key] = (counts[key] ?? 0) + 1;
        }}
        print(counts);""")
    found = enumerate_segmentations(pieces, text)
    means = draws * probabilities(found, alpha)
    seen = np.array([counts.get(" ".join(tokens), 0) for tokens, _ in found])
    assert seen.sum() == draws
    rare = means < 5
    bins = list(zip(seen[~rare], means[~rare], strict=True))
    bins += [(seen[rare].sum(), means[rare].sum())] if rare.any() else []
    assert sum((n - m) ** 2 / m for n, m in bins) < chi2.isf(1e-6, len(bins) - 1)


def test_rounding_never_leaves_a_position_without_a_token():
    """A draw that all shares together do not reach takes the last token, and never one of probability 0."""
    tokens = node(f"""{STUDY}
        const {{ filter, sample }} = await import(`${{SOURCE}}/sample.js`);
        const lattice = createLattice("aab", createVocabulary({{
          pieces: [["a", -1], ["ab", -1], ["b", -2000], ["aab", -1]], unknown: {{ each: "none", score: -1 }} }}));
        print(sample(lattice, 1, filter(lattice, 1), () => 1).map(edge => edge.token));""")
    assert tokens == ["a", "ab"]


def mulberry32(seed: int, count: int) -> list[float]:
    """Tommy Ettinger's generator, in Python's integers."""
    numbers, word = [], 2**32 - 1
    for _ in range(count):
        seed = seed + 0x6D2B79F5 & word
        t = (seed ^ seed >> 15) * (seed | 1) & word
        t ^= t + (t ^ t >> 7) * (t | 61) & word
        numbers.append((t ^ t >> 14) / 2**32)
    return numbers


def test_random_numbers_are_uniform_and_repeat():
    first, again, other, numbers = node(f"""{STUDY}
        const {{ createRandom }} = await import(`${{SOURCE}}/random.js`);
        const take = (seed, n) => {{ const r = createRandom(seed); return Array.from({{ length: n }}, r); }};
        print([take(1, 5), take(1, 5), take(2, 5), take(7, 20000)]);""")
    assert first == again == mulberry32(1, 5) != other
    assert all(0 <= u < 1 for u in numbers)
    cells = np.histogram(numbers, bins=50, range=(0, 1))[0]
    assert np.sum((cells - 400) ** 2 / 400) < chi2.isf(1e-6, 49)


HOSTILE = [
    "",
    " ",
    "\n\t\u0000",
    "🙂👩‍👩‍👧",
    "\ud800",
    "x\udc00y\ud83d",
    "a" * 5000,
    "é\u0301\u202e",
    "غرب",
    "字" * 119,
    "<b>&",
]


@pytest.mark.parametrize("each", ["character", "byte", "none"])
def test_hostile_texts_never_throw(each):
    specification = {**Pieces(dict(SMALL), -20.0, each).specification, "most": 120, "samples": 50}
    results = node(f"""{STUDY}
        const specification = {json.dumps(specification)}, vocabulary = createVocabulary(specification);
        const {{ describe }} = await import(`${{SOURCE}}/words.js`);
        const look = (text, alpha) => {{
          const now = study({{ text, alpha, seed: 3 }}, vocabulary, specification);
          return [now.lattice.length, now.trouble, now.cut, now.count, describe(now, alpha)];
        }};
        print({json.dumps(HOSTILE)}.map(text => [0, 1, 5, Infinity].map(alpha => look(text, alpha))));""")
    for text, rows in zip(HOSTILE, results, strict=True):
        for length, trouble, cut, count, words in rows:
            assert length <= 120
            assert (trouble is not None) == (text == "" or (each == "none" and set(text) != {"a"}))
            assert cut == (5000 if len(text) == 5000 else None)
            assert "NaN" not in words
            assert int(count) > 0 or trouble


def test_a_dense_lattice_is_drawn_in_part():
    placed, lanes, left, edges = node(f"""{STUDY}
        const {{ layOut }} = await import(`${{SOURCE}}/layout.js`);
        const pieces = Array.from({{ length: 30 }}, (_, i) => ["a".repeat(i + 1), -i]);
        const vocabulary = createVocabulary({{ pieces, unknown: {{ each: "none", score: 0 }} }});
        const lattice = createLattice("a".repeat(120), vocabulary);
        const found = layOut(lattice, posterior(lattice, 1).marginals);
        const spans = found.placed.map(({{ start, end, lane }}) => [start, end, lane]);
        print([spans, found.lanes, found.left, lattice.edges.length]);""")
    assert len(placed) + left == edges == sum(120 - i for i in range(30))
    depth = np.zeros((120, lanes), int)
    for start, end, lane in placed:
        depth[start:end, lane] += 1
    assert depth.max() == 1  # no token covers another
    assert depth.sum(axis=1).max() <= 16


def test_big_numbers_of_segmentations_are_exact():
    count, shown = node(f"""{STUDY}
        const {{ formatCount }} = await import(`${{SOURCE}}/../../explorer/src/format.js`);
        const lattice = createLattice("a".repeat(100), createVocabulary(
          {{ pieces: [["a", 0], ["aa", 0]], unknown: {{ each: "none", score: 0 }} }}));
        print([countSegmentations(lattice), formatCount(countSegmentations(lattice))]);""")
    fibonacci = [1, 1]
    while len(fibonacci) <= 100:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    assert int(count) == fibonacci[100]
    assert shown == "5.73\u202f×\u202f10²⁰"


def test_the_slider_ends_at_infinity():
    values, positions = node(f"""
        const {{ sliderScale }} = await import(`${{SOURCE}}/../../explorer/src/scale.js`);
        const scale = sliderScale({json.dumps(widget._slider(1.0))});
        const values = Array.from({{ length: scale.steps + 1 }}, (_, i) => scale.value(i));
        console.log(JSON.stringify([values.map(String), values.map(scale.position)]));""")
    assert [*map(float, values[:-1])] == pytest.approx([i / 20 for i in range(101)])
    assert values[-1] == "Infinity"
    assert positions == list(range(102))
