"""The loss before the first step: estimates in closed form, and what drawn embeddings give.

The model is the identity up to the last normalisation, so that the logit of token k after token i is
√d S(w_i)·v_k/‖w_i‖, with w and v the embeddings at input and output, and S what is done to the vector between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.integrate import trapezoid
from scipy.special import gammaln
from torch import Tensor

KINDS = ("tied", "half-swap", "orthogonal", "untied")
NODES = 4000  # of the mean over the length
PAIRS = 1 << 25  # logits that are held at once


@dataclass(frozen=True)
class Case:
    """A model's size.

    Args:
        d: dimension of the embeddings, even; sigma: σ, their standard deviation; n: tokens.
    """

    d: int
    sigma: float
    n: int

    def __post_init__(self):
        if self.d < 2 or self.d % 2:
            raise ValueError(f"d is {self.d}, expected an even number of at least 2: halves are to be swapped")
        if self.n < 2 or not 0 < self.sigma < np.inf:
            raise ValueError(f"n is {self.n} and sigma {self.sigma}, expected n ≥ 2 and a positive sigma")


def article_loss(case: Case) -> float:
    """log(e^{dσ} + n − 1): the other logits are taken to be zero.

    >>> round(article_loss(Case(768, 0.02, 20000)), 3)
    15.364
    """
    return float(np.logaddexp(case.d * case.sigma, np.log(case.n - 1)))


def refined_loss(case: Case) -> float:
    """log(e^{dσ} + (n − 1)e^{dσ²/2}): the other logits are normal with the variance dσ².

    >>> round(refined_loss(Case(16, 0.5, 20000)), 3)
    11.923
    """
    return float(np.logaddexp(case.d * case.sigma, np.log(case.n - 1) + case.d * case.sigma**2 / 2))


def remedy_loss(case: Case) -> float:
    """log n + dσ²/2: the token's own logit is as the others are.

    >>> round(remedy_loss(Case(64, 1 / 8, 1000)), 3)
    7.408
    """
    return float(np.log(case.n) + case.d * case.sigma**2 / 2)


def averaged_loss(case: Case) -> float:
    """The mean of log(e^{√d ℓ} + (n − 1)e^{dσ²/2}) over the length ℓ = ‖w‖ = σχ_d of a normal vector.

    After normalisation the other logits do not depend on ℓ; the own one is √d ℓ. What is still neglected is that the
    others' sum varies about its mean: `neglected` bounds it.
    """
    d, root = case.d, np.sqrt(case.d)
    chi = np.linspace(max(1e-9, root - 9), root + 9, NODES + 1)  # χ_d has a standard deviation below 0.71
    density = np.exp((d - 1) * np.log(chi) - chi**2 / 2 - (d / 2 - 1) * np.log(2) - gammaln(d / 2))
    others = np.log(case.n - 1) + d * case.sigma**2 / 2
    return float(trapezoid(density * np.logaddexp(root * case.sigma * chi, others), chi))


def neglected(case: Case) -> float:
    """How far the loss may be below its estimate because the sum over the others varies: the second order of a log.

    Half the relative variance of a sum of n log-normal numbers, (e^{dσ²} − 1)/2n, and as much again for what the own
    logit of the half-swap has of more variance than the others.
    """
    return float(2 * np.expm1(case.d * case.sigma**2) / case.n)


@dataclass(frozen=True)
class Measured:
    """Losses of drawn embeddings, averaged over all next tokens but the same one.

    Args:
        losses: kind → of every row, (seeds, rows).
        own, others: of the first seed, logits of the tied model: of a token with itself, and some with others.
    """

    case: Case
    losses: dict[str, Float[np.ndarray, "seeds rows"]]
    own: Float[np.ndarray, " rows"]
    others: Float[np.ndarray, " some"]

    def mean(self, kind: str) -> float:
        return float(self.losses[kind].mean())

    def error(self, kind: str) -> float:
        """Standard error of the mean over rows and seeds: from rows, and from what the rows of a seed share.

        Rows share the n vectors at the output. Given these, the mean of e^{b·v} over b varies between vectors by
        e^{dσ⁴/2} − 1 of its square; the mean target b̄·v̄ has the variance dσ²/(rows · n).
        """
        d, s, n = self.case.d, self.case.sigma, self.case.n
        seeds, rows = self.losses[kind].shape
        shared = np.expm1(d * s**4 / 2) / n + d * s**2 / (rows * n)
        return float(np.sqrt((self.losses[kind].var(ddof=1) / rows + shared) / seeds))

    def over_seeds(self, kind: str) -> float:
        """Standard deviation over seeds of the mean over rows."""
        return float(self.losses[kind].mean(axis=1).std(ddof=1))


def measure(
    case: Case, *, seeds: int, rows: int, generator: torch.Generator, device: torch.device, dtype: torch.dtype
) -> Measured:
    """Draw embeddings for all seeds at once and take the loss at the first ``rows`` tokens of each.

    The untied output of a seed is the input of the next one: as independent as another draw, and for nothing.

    Args:
        seeds: at least 2.
        generator: on ``device``; it draws in float32, which is fast.
        dtype: of all that is computed: float64 for what is compared with theory.
    """
    d = case.d
    w = torch.randn(seeds, case.n, d, generator=generator, device=device).to(dtype).mul_(case.sigma)
    b = w[:, :rows]
    b = b * (d**0.5 / b.norm(dim=-1, keepdim=True))
    turned = torch.bmm(b, rotations(seeds, d, generator=generator, device=device, dtype=dtype))
    losses = {
        "tied": row_losses(b, w),
        "half-swap": row_losses(swap_halves(b), w),
        "orthogonal": row_losses(turned, w),
        "untied": row_losses(b.roll(-1, dims=0), w),
    }
    own = (b[0] * w[0, :rows]).sum(dim=-1)
    others = (b[0, :64] @ w[1, :512].T).flatten()  # vectors of another seed, which are as independent
    found = {kind: loss.cpu().numpy() for kind, loss in losses.items()}
    return Measured(case, found, own.cpu().numpy(), others.cpu().numpy())


def row_losses(b: Float[Tensor, "seeds rows d"], v: Float[Tensor, "seeds n d"]) -> Float[Tensor, "seeds rows"]:
    """log Σ_k e^{b_i·v_k} less the mean of b_i·v_j over j ≠ i, in blocks of rows that fit in memory."""
    n, rows = v.shape[1], b.shape[1]
    block, found = max(1, PAIRS // (n * len(b))), []
    for start in range(0, rows, block):
        logits = torch.bmm(b[:, start : start + block], v.transpose(1, 2))  # (seeds, block, n)
        here = torch.arange(start, start + logits.shape[1], device=b.device)
        own = logits.gather(2, here.expand(len(b), -1).unsqueeze(-1)).squeeze(-1)
        found.append(logits.logsumexp(dim=-1) - (logits.sum(dim=-1) - own) / (n - 1))
    return torch.cat(found, dim=1)


def swap_halves(x: Tensor) -> Tensor:
    """S[x] = x[d/2:] ∘ x[:d/2].

    >>> swap_halves(torch.arange(4)).tolist()
    [2, 3, 0, 1]
    """
    return x.roll(x.shape[-1] // 2, dims=-1)


def rotations(
    count: int, d: int, *, generator: torch.Generator, device: torch.device, dtype: torch.dtype
) -> Float[Tensor, "count d d"]:
    """Uniform orthogonal matrices: Q of a normal matrix, its columns' signs those of R's diagonal."""
    q, r = torch.linalg.qr(torch.randn(count, d, d, generator=generator, device=device, dtype=dtype))
    return q * r.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)
