"""Data in one dimension: two Gaussians at ±m, noised by the variance-preserving process of rate 1.

m_t = m e^{−t/2}, v_t = sd² e^{−t} + 1 − e^{−t}, and the score is (m_t tanh(m_t x / v_t) − x) / v_t, whose steepest
slope is −1/v_t + m_t²/v_t², at x = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from kexue.lab.config import between, one_of

ERRORS = ("constant", "wave")
WAVE = 2.0  # ω of the error δ sin(ωx)


@dataclass(frozen=True)
class Pair:
    """Data, the error of the score, and where both clouds start.

    Args:
        mean, sd: of the two Gaussians, at ±mean.
        delta: δ, size of the score's error.
        error: "constant" δ, or "wave" δ sin(2x).
        T: where time starts.
        prior: the second cloud starts from N(0, 1), and not from p_T.

    Raises:
        ValueError: a field outside its range; the message says which.
    """

    mean: float
    sd: float
    delta: float = 0.1
    error: Literal["constant", "wave"] = "constant"
    T: float = 5.0
    prior: bool = False

    def __post_init__(self):
        between("mean", self.mean, 0, 5)
        between("sd", self.sd, 0.1, 5)
        between("delta", self.delta, 0, 10)
        between("T", self.T, 0.1, 20)
        one_of("error", self.error, ERRORS)

    @property
    def label(self) -> str:
        """In words.

        >>> Pair(1, 0.5, prior=True).label
        '±1, sd 0.5, from N(0,1) at 5'
        """
        data = f"±{self.mean:g}, sd {self.sd:g}" if self.mean else f"Gaussian, sd {self.sd:g}"
        what = f", error {self.error}" if self.error != "constant" else "" if self.delta else ", no error"
        return data + what + (f", from N(0,1) at {self.T:g}" if self.prior else "")


PAIRS = (
    Pair(0, 2),
    Pair(0, 0.5),
    Pair(0.5, 1),
    Pair(1, 1),
    Pair(1.5, 0.5),
    Pair(1, 1, error="wave"),
    Pair(0, 2, delta=0, T=2, prior=True),
    Pair(1, 1, T=2, prior=True),
)


class Data:
    """Several pairs at once, as tensors (pairs, 1, 1) that broadcast against (pairs, seeds, particles)."""

    def __init__(self, pairs: tuple[Pair, ...], device: torch.device, dtype: torch.dtype = torch.float64):
        def column(name: str) -> Tensor:
            return torch.tensor([float(getattr(p, name)) for p in pairs], device=device, dtype=dtype)[:, None, None]

        self.pairs, self.device, self.dtype = pairs, device, dtype
        self.mean, self.sd, self.delta, self.T, self.prior = map(column, ("mean", "sd", "delta", "T", "prior"))
        waves = [pair.error == "wave" for pair in pairs]
        self.wave, self._waves = torch.tensor(waves, device=device)[:, None, None], any(waves)

    def marginal(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """(m_t, v_t)."""
        kept = torch.exp(-t)
        return self.mean * torch.sqrt(kept), self.sd**2 * kept + 1 - kept

    def score(self, x: Tensor, t: Tensor) -> Tensor:
        """∇log p_t(x)."""
        m, v = self.marginal(t)
        return (m * torch.tanh(m * x / v) - x) / v

    def wrong(self, x: Tensor, t: Tensor) -> Tensor:
        """The score with its error."""
        score = self.score(x, t)
        if not self._waves:
            return score + self.delta
        return score + self.delta * torch.where(self.wave, torch.sin(WAVE * x), torch.ones_like(x))

    def error(self, t: Tensor) -> Tensor:
        """(E_{p_t} error²)^½: δ, or δ ((1 − cos(2ωm_t) e^{−2ω²v_t})/2)^½."""
        m, v = self.marginal(t)
        waves = torch.sqrt((1 - torch.cos(2 * WAVE * m) * torch.exp(-2 * WAVE**2 * v)) / 2)
        return self.delta * torch.where(self.wave, waves, torch.ones_like(waves))

    def steepest(self, t: Tensor) -> Tensor:
        """The one-sided Lipschitz constant from above of the wrong score: its steepest slope, or more for a wave."""
        m, v = self.marginal(t)
        return m**2 / v**2 - 1 / v + self.wave * self.delta * WAVE

    def quantiles(self, levels: Tensor, t: Tensor) -> Tensor:
        """F_t^{−1} of levels between 0 and 1, by bisection down to rounding."""
        m, v = self.marginal(t)
        reach = m + 40 * torch.sqrt(v)
        shape = torch.broadcast_shapes(levels.shape, reach.shape)
        low, high = (-reach).expand(shape).clone(), reach.expand(shape).clone()
        for _ in range(64):
            middle = (low + high) / 2
            below = cdf(middle, m, v) < levels
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        return (low + high) / 2

    def start(self, particles: int) -> tuple[Tensor, Tensor]:
        """Optimally matched clouds at T: quantiles of p_T and of q_T at the levels (i + ½)/particles."""
        middle = levels(torch.empty(particles, device=self.device, dtype=self.dtype))
        x = self.quantiles(middle, self.T)  # (pairs, 1, particles)
        return x, torch.where(self.prior > 0, torch.special.ndtri(middle), x)


def levels(like: Tensor) -> Tensor:
    """(i + ½)/particles for the particles of the last dimension.

    >>> levels(torch.zeros(2)).tolist()
    [0.25, 0.75]
    """
    count = like.shape[-1]
    return (torch.arange(count, device=like.device, dtype=like.dtype) + 0.5) / count


def cdf(x: Tensor, m: Tensor, v: Tensor) -> Tensor:
    """Of ½N(−m, v) + ½N(m, v).

    >>> float(cdf(torch.tensor(0.0), torch.tensor(1.0), torch.tensor(2.0)))
    0.5
    """
    return (torch.special.ndtr((x - m) / torch.sqrt(v)) + torch.special.ndtr((x + m) / torch.sqrt(v))) / 2
