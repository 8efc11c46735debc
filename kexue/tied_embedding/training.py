"""The five models trained side by side on real text."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from kexue.lab.corpus import Tokens
from kexue.lab.device import fast_products
from kexue.lab.peak import measured_peak
from kexue.tied_embedding.initial import Case, averaged_loss, remedy_loss
from kexue.tied_embedding.transformer import SETTINGS, Models, Shape, flops

HELD_OUT = 0.1  # the end of the text


@dataclass(frozen=True)
class Training:
    """How all are trained: by Adam at a constant rate, in float32.

    Args:
        steps, batch, time, rate: of the loop, texts a step, tokens a text, Adam's.
        records: steps at which the test loss is taken, the first one 0.
        test: texts of the held-out part that it is taken of.
    """

    steps: int
    batch: int
    time: int
    rate: float
    records: tuple[int, ...]
    test: int


@dataclass(frozen=True)
class Trained:
    """What came out.

    Args:
        losses: on the held-out text, nats a token.
        start: what each setting is predicted to begin with on that text, and a standard error of one seed's loss.
        seconds: of the loop alone; flops: counted; peak: measured FLOP/s of a matmul under the same settings.
    """

    training: Training
    shape: Shape
    losses: Float[np.ndarray, "records settings seeds"]
    start: dict[str, tuple[float, float]]
    seconds: float
    flops: float
    peak: float

    @property
    def share(self) -> float:
        """Of the measured peak that the loop reached."""
        return self.flops / self.seconds / self.peak

    def at(self, step: int, setting: str) -> Float[np.ndarray, " seeds"]:
        """Test losses of all seeds."""
        return self.losses[self.training.records.index(step), SETTINGS.index(setting)]


def split(tokens: Tokens, time: int) -> tuple[Int64[np.ndarray, " train"], Int64[np.ndarray, "texts time_and_one"]]:
    """The text that is trained on, and the rest in pieces of ``time`` tokens and the one after.

    Raises:
        ValueError: the text is too short.
    """
    cut = int(len(tokens.ids) * (1 - HELD_OUT))
    pieces = (len(tokens.ids) - cut) // (time + 1)
    if pieces < 1 or cut < 2 * (time + 1):
        raise ValueError(
            f"the text has {len(tokens.ids)} tokens, expected at least {20 * (time + 1)}: give a longer one"
        )
    return tokens.ids[:cut], tokens.ids[cut : cut + pieces * (time + 1)].reshape(pieces, time + 1)


def train(
    tokens: Tokens,
    seed: int,
    seeds: int,
    d: int,
    layers: int,
    heads: int,
    training: Training,
    device: torch.device,
    say: Callable[[str], None] = lambda _: None,
) -> Trained:
    """All settings from the same first weights and texts of each seed; ``say`` is told how far it is."""
    shape = Shape(tokens.size, d, layers, heads)
    text, held = split(tokens, training.time)
    held = held[:: max(1, len(held) // training.test)][: training.test]
    with fast_products(device):
        loop = _Loop(Models(shape, seed, seeds, device), text, held, training, seed)
        kept, spent = [loop.test()], 0.0
        for start, end in zip(training.records[:-1], training.records[1:], strict=True):
            spent += loop.advance(end - start)
            kept.append(loop.test())
            say(f"language models: {end} of {training.steps} steps, {spent:.1f} s")
        peak = measured_peak(device, torch.float32)
    losses = torch.stack(kept).view(len(kept), len(SETTINGS), seeds).cpu().numpy()
    count = flops(shape, seeds, training.batch * training.time, training.time) * training.steps
    return Trained(training, shape, losses, predicted_start(shape, held), spent, count, peak)


class _Loop:
    """Models, their optimizer and their texts."""

    def __init__(self, models: Models, text: np.ndarray, held: np.ndarray, training: Training, seed: int):
        self.models, self.training = models, training
        self.text = torch.as_tensor(text, device=models.device)
        self.held = torch.as_tensor(held, device=models.device)
        self.optimizer = torch.optim.Adam(models.parameters, lr=training.rate, betas=(0.9, 0.99), fused=True)
        self.draw = torch.Generator(models.device).manual_seed(seed)
        self.window = torch.arange(training.time + 1, device=models.device)

    def advance(self, steps: int) -> float:
        """Steps of all runs; the seconds that they took."""
        self._wait()
        started = time.perf_counter()
        for _ in range(steps):
            losses = self.models.losses(self._texts())  # runs share no parameter: the sum's gradient is each one's own
            self.optimizer.zero_grad(set_to_none=True)
            losses.sum().backward()
            self.optimizer.step()
        self._wait()
        return time.perf_counter() - started

    def _texts(self) -> Int64[Tensor, "runs batch time_and_one"]:
        """Windows of the text, the same in all settings of a seed."""
        shape = (self.models.seeds, self.training.batch, 1)
        last = len(self.text) - len(self.window) + 1
        first = torch.randint(last, shape, generator=self.draw, device=self.models.device)
        return self.text[first + self.window].repeat(len(SETTINGS), 1, 1)

    @torch.no_grad()
    def test(self) -> Float[Tensor, " runs"]:
        """Mean loss on the held-out texts, a batch at a time."""
        losses = [
            self.models.losses(part.expand(self.models.runs, -1, -1)) * len(part)
            for part in self.held.split(self.training.batch)
        ]
        return torch.stack(losses).sum(dim=0) / len(self.held)

    def _wait(self) -> None:
        if self.models.device.type == "cuda":
            torch.cuda.synchronize(self.models.device)


def predicted_start(shape: Shape, held: Int64[np.ndarray, "texts time_and_one"]) -> dict[str, tuple[float, float]]:
    """What each setting's loss begins with on a text, and the standard deviation over seeds.

    The estimate of drawn embeddings, less the own logit dσ where the next token is the same one. Over the draw of the
    embeddings the own logit has the variance dσ²/2 and the logits of pairs dσ² (2dσ² with themselves in the half-swap);
    a text that repeats its tokens averages over few of them: the variances are weighed by Σ p².
    """
    now, following = held[:, :-1].ravel(), held[:, 1:].ravel()
    tokens = _sum_of_squares(now)
    pairs = _sum_of_squares(now * shape.n + following)
    same = float((now == following).mean())
    found = {}
    for setting, sigma in zip(SETTINGS, shape.sigmas, strict=True):
        v, tied = shape.d * sigma**2, setting.startswith("tied")
        case = Case(shape.d, sigma, shape.n)
        start = averaged_loss(case) - same * shape.d * sigma if tied else remedy_loss(case)
        found[setting] = (float(start), float(np.sqrt((v / 2 + 1 / shape.n) * tokens + 2 * v * pairs)))
    return found


def _sum_of_squares(values: np.ndarray) -> float:
    counts = np.unique(values, return_counts=True)[1]
    return float(((counts / len(values)) ** 2).sum())
