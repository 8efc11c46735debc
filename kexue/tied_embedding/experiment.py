"""The experiment: the loss of drawn embeddings, five language models on real text, and the cyclic bigram."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from kexue.lab.config import between
from kexue.lab.corpus import Tokens, read_tokens, tokens
from kexue.lab.device import describe
from kexue.tied_embedding import bigram
from kexue.tied_embedding.initial import Case, Measured, measure
from kexue.tied_embedding.training import Trained, Training, train

SWEPT = (16, 1000)  # d and n of the losses against σ: few dimensions, so that the estimates part
SIGMAS = (0.03, 0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)


@dataclass(frozen=True)
class Config:
    """What is run.

    Args:
        seeds: of everything, at least 2 (a spread needs two, and untied vectors are those of the next seed).
        cases: (d, σ, n) of drawn embeddings; rows: tokens of each seed whose loss is taken.
        corpus: path of a text in UTF-8, None for CPython's documentation; vocabulary: tokens of the model that cuts it.
        tokens: path of a file of tokens, which then stands for both; see `kexue.lab.corpus`.
        d, layers, heads: of the language models; steps, batch, time, rate: of their training.
        records: steps at which the test loss is kept, besides 0 and the last; test: texts that it is taken of.
        cycle: tokens and dimension of the bigram; bigram_steps: of its training.
        seed: from which all is drawn.

    Raises:
        ValueError: a field out of its range; the message says which.
    """

    seeds: int
    cases: tuple[tuple[int, float, int], ...]
    rows: int
    vocabulary: int
    d: int
    layers: int
    heads: int
    steps: int
    batch: int
    time: int
    rate: float
    test: int
    cycle: int
    bigram_steps: int
    records: tuple[int, ...] = (10, 25, 50, 100, 200, 400, 800, 1600)
    corpus: str | None = None
    tokens: str | None = None
    seed: int = 0

    def __post_init__(self):
        between("seeds", self.seeds, 2, 1000)
        between("rows", self.rows, 16, 10**6)
        between("vocabulary", self.vocabulary, 300, 10**6)
        between("layers", self.layers, 1, 100)
        between("steps", self.steps, 1, 10**6)
        between("batch", self.batch, 1, 10**4)
        between("time", self.time, 2, 10**4)
        between("rate", self.rate, 1e-6, 1)
        between("test", self.test, 1, 10**5)
        between("bigram_steps", self.bigram_steps, 20, 10**6)
        between("seed", self.seed, 0, 2**31)
        for name, least in (("d", 2 * self.heads), ("cycle", 4)):
            value = getattr(self, name)
            if value < least or value % (2 * self.heads if name == "d" else 2):
                raise ValueError(f"{name} is {value}, expected a multiple of {2 * self.heads if name == 'd' else 2}")

    @property
    def training(self) -> Training:
        kept = (0, *(step for step in self.records if step < self.steps), self.steps)
        return Training(self.steps, self.batch, self.time, self.rate, kept, self.test)

    def text(self) -> Tokens:
        """The tokens that the language models learn."""
        return read_tokens(self.tokens) if self.tokens else tokens(self.corpus, self.vocabulary)


SHEET = ((64, 1 / 8, 1000), (256, 1 / 16, 5000), (16, 0.5, 20000), (768, 0.02, 20000))
PRESETS = {
    "quick": Config(
        seeds=3,
        cases=SHEET,
        rows=64,
        vocabulary=1000,
        d=128,
        layers=1,
        heads=4,
        steps=100,
        batch=4,
        time=32,
        rate=1e-3,
        test=16,
        cycle=32,
        bigram_steps=600,
    ),
    "full": Config(
        seeds=8,
        cases=(*SHEET, (768, 0.02, 50000)),
        rows=8192,
        vocabulary=4000,
        d=256,
        layers=4,
        heads=4,
        steps=800,
        batch=16,
        time=128,
        rate=1e-3,
        test=64,
        cycle=64,
        bigram_steps=2000,
    ),
}


@dataclass(frozen=True)
class Result:
    """What came out.

    Args:
        measured: of each case; swept: against σ, at a fixed size.
        text: what the language models learnt, in words, with its number of tokens and of different ones.
        parts: seconds that each part took.
    """

    config: Config
    measured: list[Measured]
    swept: list[Measured]
    text: tuple[str, int, int]
    trained: Trained
    bigrams: bigram.Bigrams
    device: str
    seconds: float
    parts: dict[str, float] = field(default_factory=dict)


def run(config: Config, device: torch.device, say: Callable[[str], None] = lambda _: None) -> Result:
    """Everything; ``say`` is told how far it is."""
    clock, text = _Clock(say), config.text()
    draw = torch.Generator(device).manual_seed(config.seed)
    cases = [Case(*case) for case in config.cases]
    measured = clock("drawn embeddings", lambda: [drawn(case, config, draw, device) for case in cases])
    sweep = [Case(SWEPT[0], sigma, SWEPT[1]) for sigma in SIGMAS]
    swept = clock("against σ", lambda: [drawn(case, config, draw, device) for case in sweep])
    sizes = (config.d, config.layers, config.heads)
    trained = clock(
        "language models", lambda: train(text, config.seed, config.seeds, *sizes, config.training, device, say)
    )
    bigrams = clock(
        "bigram",
        lambda: bigram.train(
            seeds=config.seeds,
            n=config.cycle,
            d=config.cycle,
            steps=config.bigram_steps,
            rate=0.02,
            generator=draw,
            device=device,
        ),
    )
    about = (text.about, len(text.ids), len(set(text.ids.tolist())))
    seconds = sum(clock.parts.values())
    return Result(config, measured, swept, about, trained, bigrams, describe(device), seconds, clock.parts)


def drawn(case: Case, config: Config, draw: torch.Generator, device: torch.device) -> Measured:
    """All seeds of one case in float64; no more rows than tokens."""
    rows = min(config.rows, case.n)
    return measure(case, seeds=config.seeds, rows=rows, generator=draw, device=device, dtype=torch.float64)


class _Clock:
    """Seconds that each part took, its work on a GPU included, since each returns numbers on the CPU."""

    def __init__(self, say: Callable[[str], None]):
        self.parts: dict[str, float] = {}
        self.say = say

    def __call__(self, name: str, work):
        started = time.perf_counter()
        found = work()
        self.parts[name] = round(time.perf_counter() - started, 2)
        self.say(f"{name}: {self.parts[name]:.1f} s")
        return found
