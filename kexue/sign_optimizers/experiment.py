"""The experiment: closed forms, subnormals on this device, a batched language model, and a transformer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from kexue.lab.config import between
from kexue.lab.device import describe, one_thread
from kexue.lab.peak import measured_peak
from kexue.lab.seeds import generators
from kexue.sign_optimizers import language, rows, subnormals, transformer, zipf

START, LONGEST = 3.5e-5, 2700  # momentum (1 − β) · 0.001, and how many steps it is given
FOLLOWED = (1000, 0.01, 0.1)  # steps, η and λ of the rows that are compared with the closed form
SLOWER = 4  # by which the second language model's rate is smaller
EXPONENT = 1.3  # of Zipf's law in the transformer's sequence


@dataclass(frozen=True)
class Config:
    """What is run.

    Args:
        seeds: of the language model, and of nothing else.
        vocabulary, batch, steps: of the language model, whose width is 32.
        slow_steps: of another one, at a fourth of the rate; 0 for none.
        lr: α of the sign methods in the language model; Adam's is 0.001.
        weight_decay: λ there.
        chains: that simulate a token which reappears.
        model_vocabulary, width, layers, context, model_batch, model_steps: of the transformer.
        model_lr: α there; its λ is 0.1, and Adam's rate 0.001.
        tokens: of the transformer: "zipf" for Zipf's law, "text" for CPython's documentation by `kexue.unigram`, or a
            file that `kexue.lab.corpus` wrote.
        seed: of everything.

    Raises:
        ValueError: a field outside its range; the message says which.
    """

    seeds: int
    vocabulary: int
    batch: int
    steps: int
    slow_steps: int
    chains: int
    model_vocabulary: int
    width: int
    layers: int
    context: int
    model_batch: int
    model_steps: int
    model_lr: float
    lr: float = 4e-3
    weight_decay: float = 0.01
    tokens: str = "zipf"
    seed: int = 0

    def __post_init__(self):
        between("seeds", self.seeds, 2, 1000)
        between("vocabulary", self.vocabulary, 8, 10**5)
        between("batch", self.batch, 2, 10**5)
        between("steps", self.steps, language.FIRST + 20, 10**6)
        if self.slow_steps:
            between("slow_steps, if not 0,", self.slow_steps, language.FIRST + 20, 10**6)
        between("chains", self.chains, 100, 10**6)
        between("model_vocabulary", self.model_vocabulary, 8, 10**6)
        between("width", self.width, 8, 4096)
        between("layers", self.layers, 1, 100)
        between("context", self.context, 2, 4096)
        between("model_batch", self.model_batch, 1, 10**4)
        between("model_steps", self.model_steps, 10, 10**6)
        between("model_lr", self.model_lr, 1e-6, 0.5)
        between("lr", self.lr, 1e-6, 0.1)
        between("weight_decay", self.weight_decay, 1e-4, 1)
        between("seed", self.seed, 0, 2**31)
        if self.width % 8:
            raise ValueError(f"width is {self.width}, expected a multiple of 8")

    @property
    def shape(self) -> transformer.Shape:
        """Of the transformer."""
        sizes = self.model_vocabulary, self.width, self.layers, max(self.width // 64, 2), self.context
        return transformer.Shape(*sizes, self.model_batch, self.model_steps, self.model_lr, 1e-3, 0.1)

    @property
    def languages(self) -> list[language.Sizes]:
        """Of the language models."""
        pairs = [(self.steps, self.lr), (self.slow_steps, self.lr / SLOWER)]
        return [
            language.Sizes(self.vocabulary, 32, self.batch, steps, lr, 1e-3, self.weight_decay, self.seeds)
            for steps, lr in pairs
            if steps
        ]


PRESETS = {
    "quick": Config(2, 64, 8, 4000, 0, 2000, 1000, 32, 1, 32, 4, 240, 0.03, tokens="text"),
    "full": Config(8, 512, 64, 4000, 15000, 20000, 50000, 256, 4, 256, 16, 1500, 8e-3),
}


@dataclass(frozen=True)
class Result:
    """What came out.

    Args:
        followed: absent rows under the optimizers, against the closed form.
        reappearing: tokens that reappear, against the stationary variance.
        endings: momenta on this device, as it is.
        flushed: the same on the CPU with flushing switched on; empty where the CPU cannot.
        frozen: a bfloat16 momentum at β = 0.999.
        languages: the small models; the first at the rate of the configuration.
        trained: the transformer, by optimizer.
        peak: FLOP/s of a matrix product in float32, and in the transformer's precision.
        seconds: wall time.
    """

    config: Config
    device: str
    followed: list[rows.Followed]
    reappearing: rows.Reappearing
    endings: list[subnormals.Ending]
    flushed: list[subnormals.Ending]
    frozen: subnormals.Ending
    languages: list[language.Language]
    trained: list[transformer.Trained]
    peak: tuple[float, float]
    seconds: float


def run(config: Config, device: torch.device, tell: Callable[[str], None] = lambda _: None) -> Result:
    """Run everything; ``tell`` hears how far it is."""
    if device.type == "cpu":
        with one_thread():
            return _run(config, device, tell)
    return _run(config, device, tell)


def _run(config: Config, device: torch.device, tell: Callable[[str], None]) -> Result:
    started = time.perf_counter()
    chains, text = generators(config.seed, 2)
    followed = [rows.follow(name, *FOLLOWED, device) for name in ("Tiger", "Lion")]
    reappearing = rows.reappear(config.chains, 1200, chains, device)
    tell("rows")
    endings = subnormals.endings(language.BETA, START, LONGEST, device)
    frozen = subnormals.ending("bfloat16", "multiply", 0.999, START, 100, device)
    cpu = torch.device("cpu")
    with one_thread(), subnormals.flushing() as can:  # on a thread's own switch
        flushed = subnormals.endings(language.BETA, START, LONGEST, cpu) if can else []
    tell("subnormals")
    languages = []
    for sizes in config.languages:
        languages.append(language.train(sizes, device, seed=config.seed))
        tell(f"language model, rate {sizes.lr:g}")
    tokens = _tokens(config, text)
    trained = []
    for name in transformer.NAMES:
        trained.append(transformer.train(name, config.shape, tokens, device, seed=config.seed))
        tell(f"transformer, {name}")
    precise = measured_peak(device, torch.float32)
    peak = precise, measured_peak(device, torch.bfloat16) if device.type == "cuda" else precise
    found = followed, reappearing, endings, flushed, frozen, languages, trained, peak
    return Result(config, describe(device), *found, time.perf_counter() - started)


def _tokens(config: Config, generator: torch.Generator) -> torch.Tensor:
    """By Zipf's law, from CPython's documentation, or from a file."""
    if config.tokens == "zipf":
        length = max(config.model_steps * config.model_batch * config.context, 2 * config.context)
        return zipf.chain(length, config.model_vocabulary, EXPONENT, generator)
    from kexue.lab import corpus  # a GPU machine need not have what it imports

    if config.tokens == "text":
        found = corpus.tokens(vocabulary=config.model_vocabulary)
    else:
        found = corpus.read_tokens(config.tokens)
    if found.size > config.model_vocabulary or len(found.ids) <= config.context:
        raise ValueError(
            f"{config.tokens}: {len(found.ids)} tokens of a vocabulary of {found.size}; expected more than context, "
            f"{config.context}, and at most model_vocabulary, {config.model_vocabulary}"
        )
    return torch.from_numpy(found.ids)
