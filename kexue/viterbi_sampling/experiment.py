"""The experiment: the law of pairwise acceptance on a real model and real words; the n best; speeds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from kexue.lab.checks import Check
from kexue.lab.config import between
from kexue.unigram import Unigram
from kexue.unigram.corpus import Corpus, corpus, model
from kexue.unigram.files import parse, to_sentencepiece
from kexue.unigram.lattice import Lattice
from kexue.unigram.peers import PEERS, Ours, OursFlat, SentencePiece
from kexue.viterbi_sampling.pairwise import Laws, draws, laws
from kexue.viterbi_sampling.speed import Speeds, compare, one_line_changed, workloads
from kexue.viterbi_sampling.strings import windows, words
from kexue.viterbi_sampling.three import nearest_closed_form
from kexue.viterbi_sampling.truncation import Goodness, distance, goodness, lost, top_law

ORDERS = ("longest", "shortest")
ALPHAS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
SIZES = tuple(2**k for k in range(11))  # n of the n best
LISTED = 64  # n of the draws from SentencePiece
DIGITS = 12  # of a rounding error that are shown: the rest differs between machines
ENUMERATED = 20_000  # segmentations of the string on which it is asked


@dataclass(frozen=True)
class Config:
    """What is run.

    Args:
        alpha: the sharpness α of everything that is shown for one α.
        strings: words and phrases of each text, at least 20.
        longest: their bytes at most.
        windows: runs of ``length`` characters of each text, for the n best.
        length: characters.
        draws: of each sampler that is tested.
        size: bytes of each workload of the speed table.
        rounds: of the speed table.
        seed: of the choice of strings and of all draws.
        model, corpus: paths; None for English and Chinese of `kexue.unigram.corpus` and models trained on them.

    Raises:
        ValueError: a field outside its range; the message says which.
    """

    alpha: float = 0.1
    strings: int = 150
    longest: int = 12
    windows: int = 40
    length: int = 16
    draws: int = 20_000
    size: int = 30_000
    rounds: int = 5
    seed: int = 0
    model: str | None = None
    corpus: str | None = None

    def __post_init__(self):
        between("alpha", self.alpha, 1e-3, 10)
        between("strings", self.strings, 20, 10**4)
        between("longest", self.longest, 6, 16)
        between("windows", self.windows, 5, 10**4)
        between("length", self.length, 8, 24)
        between("draws", self.draws, 1000, 10**6)
        between("size", self.size, 1000, 10**7)
        between("rounds", self.rounds, 3, 100)
        between("seed", self.seed, 0, 2**31)

    @property
    def alphas(self) -> np.ndarray:
        """0.01, 0.02, 0.05, … 5, and α itself."""
        return np.array(sorted({*ALPHAS, self.alpha}))

    def corpora(self) -> list[Corpus]:
        """The texts."""
        return [corpus(self.corpus)] if self.corpus else [corpus("en"), corpus("zh")]


PRESETS = {
    "quick": Config(),
    "full": Config(strings=3000, windows=600, draws=400_000, size=1_000_000, rounds=15),
}


@dataclass(frozen=True, eq=False)
class Bias:
    """Pairwise acceptance on the strings of one text: for each string, both orders and every α."""

    laws: Mapping[str, list[Laws]]
    at: int  # the place of α among the alphas

    @property
    def counts(self) -> Int[np.ndarray, " strings"]:
        """Segmentations of each string."""
        return np.array([len(law.cuts) for law in self.laws["longest"]])

    def distances(self, order: str) -> Float[np.ndarray, "strings alphas"]:
        """Total variation to the exact law."""
        return np.array([law.distance for law in self.laws[order]])

    def inverted(self, order: str) -> Bool[np.ndarray, "strings alphas"]:
        """Whether the best segmentation is not the most probable."""
        return np.array([law.inverted for law in self.laws[order]])

    def numbers(self) -> dict[str, float]:
        """At α, of each order: the mean distance, the best's mean gain, the share of inverted strings, that at 0.02."""
        found = {}
        low = ALPHAS.index(0.02)
        for order, every in self.laws.items():
            inverted = self.inverted(order).mean(axis=0)
            found[order] = float(self.distances(order)[:, self.at].mean())
            found[f"best_{order}"] = float(np.mean([law.gain[self.at] for law in every]))
            found[f"inverted_{order}"] = float(inverted[self.at])
            found[f"inverted_low_{order}"] = float(inverted[low + (self.at <= low)])
        return found


@dataclass(frozen=True, eq=False)
class Result:
    """What came out: corpus name → …

    Args:
        bias: pairwise acceptance.
        lost: total variation of drawing from the n best, for n of SIZES. (windows, sizes)
        numerous: segmentations of those strings. (windows,)
        tested: of draws by pairwise acceptance on one string: χ² against their computed law, and against the exact one.
        listed_text, listed_count: the string on which SentencePiece was asked, and its segmentations.
        listed: χ² of SentencePiece's draws from the 64 best against the law of the 64 best.
        listed_far: (predicted, measured) total variation between those draws and the exact law.
        enumerated: (predicted, measured) total variation of the 64 best, 1 − M/Z and summed over all segmentations.
        price: CPU time of pairwise acceptance over that of decoding.
    """

    config: Config
    models: Mapping[str, Unigram]
    bias: Mapping[str, Bias]
    lost: Mapping[str, Float[np.ndarray, "windows sizes"]]
    numerous: Mapping[str, Float[np.ndarray, " windows"]]
    tested: Mapping[str, tuple[Goodness, Goodness]]
    listed_text: str
    listed_count: int
    listed: Goodness
    listed_far: tuple[float, float]
    enumerated: tuple[float, float]
    speeds: Speeds
    price: float
    seconds: float

    def numbers(self) -> dict[str, float | str]:
        """What a page hands on."""
        config = self.config
        found: dict[str, float | str] = {
            k: getattr(config, k) for k in ("alpha", "longest", "length", "draws", "rounds")
        }
        for name, bias in self.bias.items():
            found |= {f"{name}_{key}": value for key, value in bias.numbers().items()}
            own, exact = self.tested[name]
            found |= {f"{name}_chi2": own.statistic, f"{name}_freedom": own.freedom}
            found |= {f"{name}_chi2_exact": exact.statistic, f"{name}_freedom_exact": exact.freedom}
            found |= {f"{name}_numerous": float(np.median(self.numerous[name]))}
            found |= {f"{name}_lost_{n}": float(self.lost[name].mean(axis=0)[SIZES.index(n)]) for n in (64, 512)}
        return {
            **found,
            "listed": self.listed_text,
            "listed_count": self.listed_count,
            **self._times(),
            "price": self.price,
        }

    def _times(self) -> dict[str, float]:
        load, speeds = next(iter(self.speeds.sizes)), self.speeds
        found = {"ours_price": speeds.price(load, Ours.name)}
        for name in speeds.seconds[load]["drawn"].keys() & PEERS.keys():
            found[f"{name}_lists"] = speeds.times(load, "drawn", name, Ours.name)
            found[f"{name}_flat"] = speeds.times(load, "drawn", name, OursFlat.name)
            found[f"{name}_price"] = speeds.price(load, name)
        return found


def run(config: Config) -> Result:
    """All of it."""
    started = time.perf_counter()
    texts = config.corpora()
    models = {text.name: model(config.model, config.corpus or text.name) for text in texts}
    bias = {text.name: biased(config, models[text.name], text) for text in texts}
    runs = {text.name: windows(text.lines, config.windows, config.length, _generator(config, 1)) for text in texts}
    gone = {
        name: np.array([lost(models[name], string, SIZES, config.alpha) for string in strings])
        for name, strings in runs.items()
    }
    numerous = {
        name: np.array([float(models[name].count_segmentations(string)) for string in strings])
        for name, strings in runs.items()
    }
    tested = {name: drawn(config, bias[name]) for name in bias}
    first = texts[0].name
    listed = from_the_list(config, models[first], runs[first])
    speeds = compare(models, workloads(texts, config.size), config.alpha, config.rounds)
    price = one_line_changed(models[first], texts[0].document(config.size), config.alpha, config.rounds)
    seconds = time.perf_counter() - started
    return Result(config, models, bias, gone, numerous, tested, *listed, speeds, price, seconds)


def biased(config: Config, unigram: Unigram, text: Corpus) -> Bias:
    """The laws of pairwise acceptance on words and phrases of the text."""
    strings = words(text.text, config.strings, config.longest, _generator(config, 0))
    lattices = [Lattice.of(string, unigram.vocabulary) for string in strings]
    found = {order: [laws(lattice, config.alphas, order) for lattice in lattices] for order in ORDERS}
    return Bias(found, int(np.flatnonzero(config.alphas == config.alpha)[0]))


def drawn(config: Config, bias: Bias) -> tuple[Goodness, Goodness]:
    """χ² of draws by pairwise acceptance against its law and the exact one, on the string of most segmentations."""
    law = bias.laws["longest"][int(bias.counts.argmax())]
    cuts = draws(law.lattice, config.alpha, config.draws, _generator(config, 2))
    sample, names = cuts.tolist(), law.cuts.tolist()
    kept, exact = (
        goodness(sample, dict(zip(names, p[:, bias.at].tolist(), strict=True))) for p in (law.kept, law.exact)
    )
    return kept, exact


def from_the_list(config: Config, unigram: Unigram, strings: list[str]) -> tuple:
    """SentencePiece's draws from the n best: χ² against that law; far from the exact one, predicted and measured.

    The laws are those of the model that SentencePiece has: segmentations into characters, scores in float32.
    """
    same = Unigram(parse(to_sentencepiece(unigram.vocabulary)[0]))
    string = _enumerable(same, strings)
    sample = SentencePiece(unigram.vocabulary, nbest=LISTED).sample(string, config.alpha, config.draws)
    law, whole = (top_law(same, string, n, config.alpha) for n in (LISTED, None))
    predicted = float(lost(same, string, [LISTED], config.alpha)[0])
    far = (predicted, goodness(sample, whole).distance)
    return string, len(whole), goodness(sample, law), far, (predicted, distance(law, whole))


def _enumerable(unigram: Unigram, strings: list[str]) -> str:
    """Of the strings whose segmentations can be listed, the one with most; where there is none, the start of one."""
    counts = {string: unigram.count_segmentations(string) for string in strings}
    if few := {string: n for string, n in counts.items() if n <= ENUMERATED}:
        return max(few, key=few.__getitem__)
    string = min(counts, key=counts.__getitem__)
    while unigram.count_segmentations(string) > ENUMERATED:
        string = string[:-1]
    return string


def _generator(config: Config, part: int) -> np.random.Generator:
    return np.random.default_rng([config.seed, part])


def checks(result: Result) -> list[Check]:
    """What the derivation predicts of this result; the same on every machine."""
    return [*_few(result), *_drawn(result), *_list(result)]


def _few(result: Result) -> list[Check]:
    every = [law for bias in result.bias.values() for found in bias.laws.values() for law in found]
    two = [law.distance.max() for law in every if len(law.cuts) == 2]
    three = [nearest_closed_form(law) for law in every if len(law.cuts) == 3]
    rows = [("two segmentations: distance to the exact law", two), ("three: distance to the closed form", three)]
    return [
        Check(f"{name} ({len(found)} laws)", 0, round(float(max(found)), DIGITS), 1e-12, "≈", "rounding")
        for name, found in rows
        if found
    ]


def _drawn(result: Result) -> list[Check]:
    return [
        Check(
            f"χ² of pairwise draws against the computed law, {name}", g.freedom, g.statistic, g.tolerance, "≈", "6√(2f)"
        )
        for name, (g, _) in result.tested.items()
    ]


def _list(result: Result) -> list[Check]:
    n = np.array(SIZES)
    above = [
        float((result.lost[name] - np.maximum(0, 1 - n / N[:, None])).max()) for name, N in result.numerous.items()
    ]
    return [
        Check(f"the {LISTED} best: 1 − M/Z and the sum over all", *result.enumerated, 1e-9, "≈", "rounding"),
        Check("the n best, above 1 − n/N of equal ones", 0, round(max(above), DIGITS), 1e-9, "≤", "rounding"),
    ]


def checks_of_draws(result: Result) -> list[Check]:
    """The same of SentencePiece's draws, which cannot be seeded: other numbers in every run."""
    g, n = result.listed, result.config.draws
    noise = (np.sqrt(LISTED) / 2 + 3) / np.sqrt(n)  # mean ≤ √(64/n)/2; above it by 3/√n with chance e^{−18} (McDiarmid)
    return [
        Check(f"χ² of SentencePiece, nbest_size = {LISTED}", g.freedom, g.statistic, g.tolerance, "≈", "6√(2f)"),
        Check(f"its draws that are none of the {LISTED} best", 0, g.strange, 0, "≤"),
        Check("its draws, from the exact law", *result.listed_far, noise, "≈", f"(√{LISTED}/2 + 3)/√draws"),
    ]
