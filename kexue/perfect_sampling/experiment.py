"""The experiment: laws of samplers, the extreme random number, growth of time with length, what α does to a text."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from kexue.lab.config import between
from kexue.perfect_sampling import sheet
from kexue.perfect_sampling.contest import Trial, contest, fast, samplers, words
from kexue.perfect_sampling.extremes import draw_at_extremes
from kexue.perfect_sampling.goodness import Fit, fit
from kexue.perfect_sampling.regularization import Dose, count_law, doses
from kexue.perfect_sampling.speed import Growth, growth, pieces
from kexue.unigram import Unigram
from kexue.unigram.corpus import Corpus, corpus
from kexue.unigram.corpus import model as model_of
from kexue.unigram.peers import HuggingFace, OursFlat, Peer, installed

ALPHAS = (0.1, 0.5, 1.0, 2.0)  # at which laws are compared
DOSES = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, inf)
COUNTED = (0.1, 0.5, 1.0)  # at which the number of tokens of a line is compared with its law
WORD = "[a-z]{6,}|[一-鿿]{2,}"
CHINESE = "[一-鿿]{2,}"
ONLY = {b"a": -1.0, b"b": -1.0, "天".encode(): -1.0}  # texts of these have one candidate at every position
SHEET = 4  # times as many draws of the small lattice


@dataclass(frozen=True)
class Config:
    """What is run.

    Args:
        draws: of every sampler for every law, at least 5000: with fewer, wrong laws may pass.
        length: bytes of the longest text that is timed.
        size: bytes of the texts that are segmented at every α.
        samples: segmentations of each of these.
        alpha: α of the small lattice and of the timings, in (0, 1]: beyond, a peer panics.
        seed: of everything that has a seed.
        patience: CPU seconds that one timed call may take.
        model, corpus: paths that take the place of the English model and text, or None.

    Raises:
        ValueError: a field outside its range; the message says which.
    """

    draws: int
    length: int
    size: int
    samples: int
    alpha: float = 0.1
    seed: int = 0
    patience: float = 1.5
    model: str | None = None
    corpus: str | None = None

    def __post_init__(self):
        between("draws", self.draws, 5000, 10**7)
        between("length", self.length, 10**6, 10**8)
        between("size", self.size, 1000, 10**7)
        between("samples", self.samples, 16, 10**5)
        between("alpha", self.alpha, 1e-3, 1)
        between("seed", self.seed, 0, 2**31)
        between("patience", self.patience, 0.1, 1000)


PRESETS = {
    "quick": Config(draws=5000, length=10**6, size=20_000, samples=64, patience=1.0),
    "full": Config(draws=200_000, length=10**7, size=500_000, samples=256, patience=20.0),
}


@dataclass(frozen=True)
class Counts:
    """Numbers of tokens of a line at one α: their law, how often each was drawn, and how well they agree."""

    alpha: float
    law: dict[int, float]
    seen: dict[int, int]
    fit: Fit


@dataclass(frozen=True)
class Result:
    """What came out.

    Args:
        trials: of every sampler, on words of the text and on a Chinese one.
        rows: the small lattice of 108 segmentations.
        extremes: texts that were drawn at the extreme random numbers, and those of them that read back right.
        one_line, lines: growth of time, ours first.
        doses: name of the text → one for each α of `DOSES`.
        line, counts: a line of the text and the numbers of its tokens.
        about: name of the text → what it is.
        seconds: wall time.
    """

    config: Config
    trials: list[Trial]
    rows: list[sheet.Row]
    extremes: tuple[int, int]
    one_line: list[Growth]
    lines: list[Growth]
    doses: dict[str, list[Dose]]
    line: str
    counts: list[Counts]
    about: dict[str, str]
    seconds: float

    def of(self, sampler: str) -> list[Trial]:
        """The trials of one sampler."""
        return [trial for trial in self.trials if trial.sampler == sampler]


def run(config: Config) -> Result:
    """Run everything."""
    started = time.perf_counter()
    model, text = model_of(config.model, config.corpus), corpus(config.corpus)
    zh_model, zh = model_of(source="zh"), corpus("zh")
    line = words(model, text.text, r"\S[^\n]{60,90}\S", 2, inf, 1)[0]
    one_line, lines = timings(model, text, config)
    return Result(
        config,
        list(_laws(config, model, text, zh_model, zh)),
        list(sheet.rows(config.alpha, SHEET * config.draws, config.seed)),
        extremes(config),
        one_line,
        lines,
        {
            each.name: doses(of, each.document(config.size), DOSES, config.samples, config.seed)
            for of, each in ((model, text), (zh_model, zh))
        },
        line,
        list(_counts(model, line, config)),
        {each.name: each.about for each in (text, zh)},
        time.perf_counter() - started,
    )


def _laws(config: Config, model: Unigram, text: Corpus, zh_model: Unigram, zh: Corpus) -> Iterator[Trial]:
    some = words(model, text.text, WORD, 150, 300, 2)
    yield from contest(samplers(model, config.seed), model, some, ALPHAS, config.draws)
    some = words(zh_model, zh.text, CHINESE, 20, 300, 1)
    yield from contest(samplers(zh_model, config.seed), zh_model, some, ALPHAS, config.draws)


def extremes(config: Config) -> tuple[int, int]:
    """How many texts were drawn where a byte's random number is the largest or the smallest, and how many read back."""
    model, drawn = Unigram(ONLY, strict=True), []
    for text in ("ab" * 20, "天" * 12):
        for alpha in (config.alpha, 100.0):  # the latter by logarithms
            drawn += [model.decode(ids) == text for ids in draw_at_extremes(model, text.encode(), alpha)]
    return len(drawn), sum(drawn)


def timings(model: Unigram, text: Corpus, config: Config) -> tuple[list[Growth], list[Growth]]:
    """Growth of time on one line and on many, ours and the peers'."""
    sizes = [10**k for k in range(2, 9) if 10**k <= config.length]
    cut = {size: pieces(text.document(size)) for size in sizes}
    peers = [peer for peer in installed() if peer is not HuggingFace or config.alpha <= 1]
    found: tuple[list[Growth], list[Growth]] = ([], [])
    for peer in (OursFlat, *peers):
        made = peer(model.vocabulary, config.seed)
        for kind, growths in enumerate(found):
            texts = {size: both[kind] for size, both in cut.items()}
            warm = [max(texts)] if peer is OursFlat else []

            def prepare(some: Sequence[str], of: Peer = made) -> Callable[[], object]:
                return of.call(some, config.alpha)

            growths.append(growth(peer.name, prepare, texts, config.patience, warm))
    return found


def _counts(model: Unigram, line: str, config: Config) -> Iterator[Counts]:
    for alpha in COUNTED:
        law = count_law(model, line, alpha)
        seen: dict[int, int] = {}
        for tokens, often in fast(model, line, alpha, config.draws, config.seed).items():
            seen[len(tokens)] = seen.get(len(tokens), 0) + often
        yield Counts(alpha, law, seen, fit(seen, law))


def ascii_pieces(model: Unigram) -> dict[str, float]:
    """The tokens of printable ASCII with their scores: all that can occur in such a text.

    >>> ascii_pieces(Unigram({b"a": -1.0, b"\\n": -2.0, "天".encode(): -1.0}))
    {'a': -1.0}
    """
    scored = zip(model.pieces, model.scores.tolist(), strict=True)
    return {p.decode(): s for p, s in scored if s > -inf and all(32 <= byte < 127 for byte in p)}


def names(trials: Sequence[Trial]) -> list[str]:
    """The samplers of some trials, in order."""
    return list(dict.fromkeys(trial.sampler for trial in trials))
