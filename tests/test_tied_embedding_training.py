"""Language models that share a tensor program are the models that one would write by hand; and their text."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from kexue.lab import corpus
from kexue.lab.corpus import CorpusError, Tokens, read_tokens
from kexue.tied_embedding import training
from kexue.tied_embedding.initial import Case, averaged_loss
from kexue.tied_embedding.transformer import SETTINGS, Models, Shape, flops, rotary

CPU = torch.device("cpu")
SHAPE = Shape(n=30, d=16, layers=2, heads=2)
TINY = training.Training(steps=4, batch=2, time=8, rate=1e-2, records=(0, 2, 4), test=4)


def tokens(count: int = 400, size: int = 30) -> Tokens:
    return Tokens(np.random.default_rng(0).integers(size, size=count), size, "random tokens")


def models(seeds: int = 2, *, busy: bool = False) -> Models:
    """In float64; with ``busy`` blocks, they are no longer the identity."""
    found = Models(SHAPE, 0, seeds, CPU)
    draw = torch.Generator().manual_seed(1)
    for name in ("embedding", "output", "gains", "rotation"):
        setattr(found, name, getattr(found, name).detach().double().requires_grad_(name != "rotation"))
    found.layers = [p.detach().double() for p in found.layers]
    if busy:
        found.layers = [p + torch.randn(p.shape, generator=draw, dtype=p.dtype) / 4 for p in found.layers]
        found.gains = (found.gains.detach() * 1.3).requires_grad_()
    found.layers = [p.requires_grad_() for p in found.layers]
    return found


def by_hand(all_: Models, run: int, ids: torch.Tensor) -> torch.Tensor:
    """Logits of one text under one run, place by place with complex rotations and an explicit softmax."""
    setting, d, heads = SETTINGS[run // all_.seeds], SHAPE.d, SHAPE.heads
    e = d // heads

    def norm(x, g):
        return F.rms_norm(x, (d,), eps=1e-12) * g

    x = all_.embedding[run][ids]
    turn = torch.polar(
        torch.ones(len(ids), e // 2, dtype=torch.float64),
        torch.outer(torch.arange(len(ids)).double(), 10000.0 ** (-torch.arange(e // 2).double() / (e // 2))),
    )
    for k in range(SHAPE.layers):
        into, wide, out, narrow = (p[run] for p in all_.layers[4 * k : 4 * k + 4])
        q, key, v = (norm(x, all_.gains[2 * k, run]) @ into).split(d, dim=-1)
        mixed = []
        for h in range(heads):
            here = slice(h * e, (h + 1) * e)
            a, b = (torch.complex(*part[:, here].chunk(2, dim=-1)) * turn for part in (q, key))
            scores = (a @ b.conj().T).real / e**0.5
            scores = scores.masked_fill(torch.ones_like(scores).triu(1).bool(), -torch.inf)
            mixed.append(scores.softmax(dim=-1) @ v[:, here])
        x = x + torch.cat(mixed, dim=-1) @ out
        x = x + F.gelu(norm(x, all_.gains[2 * k + 1, run]) @ wide) @ narrow
    x = norm(x, all_.gains[-1, run])
    if setting == "half-swap":
        x = torch.cat([x[:, d // 2 :], x[:, : d // 2]], dim=-1)
    if setting == "orthogonal":
        x = x @ all_.rotation[run % all_.seeds]
    return x @ (all_.output[run % all_.seeds] if setting == "untied" else all_.embedding[run]).T


@pytest.mark.parametrize("busy", [False, True])
def test_each_run_is_a_transformer_by_hand(busy):
    found = models(busy=busy)
    ids = torch.randint(30, (10, 3, 7), generator=torch.Generator().manual_seed(0))
    logits = found.logits(ids).view(10, 3, 7, 30)
    for run in range(10):
        torch.testing.assert_close(logits[run, 1], by_hand(found, run, ids[run, 1]), rtol=1e-6, atol=1e-8)


def test_losses_and_gradients_are_each_runs_own():
    found = models(busy=True)
    ids = torch.randint(30, (10, 2, 6), generator=torch.Generator().manual_seed(0))
    losses = found.losses(ids)
    together = torch.autograd.grad(losses.sum(), found.embedding)[0]
    for run in (0, 3, 5, 7, 9):
        mine = torch.stack([F.cross_entropy(by_hand(found, run, text[:-1]), text[1:]) for text in ids[run]]).mean()
        torch.testing.assert_close(losses[run], mine, rtol=1e-6, atol=1e-8)
        torch.testing.assert_close(together[run], torch.autograd.grad(mine, found.embedding)[0][run])


def test_no_place_sees_what_comes_after():
    found = models(busy=True)
    ids = torch.randint(30, (10, 1, 8), generator=torch.Generator().manual_seed(0))
    other = ids.clone()
    other[..., 5:] = (other[..., 5:] + 1) % 30
    torch.testing.assert_close(found.logits(ids)[:, :5], found.logits(other)[:, :5])


def test_rotary_positions_keep_lengths_and_see_differences_only():
    q, k = torch.randn(2, 1, 1, 1, 8, dtype=torch.float64)
    a, b = (rotary(x.expand(1, 1, 9, 8)) for x in (q, k))
    torch.testing.assert_close(a.norm(dim=-1), q.norm(dim=-1).expand(1, 1, 9))
    scores = (a @ b.transpose(-1, -2))[0, 0]
    torch.testing.assert_close(scores[3, 1], scores[8, 6])


def test_seeds_start_alike_in_all_settings_and_in_any_batch():
    few, many = Models(SHAPE, 0, 2, CPU), Models(SHAPE, 0, 3, CPU)
    torch.testing.assert_close(few.embedding[:2], many.embedding[:2])
    torch.testing.assert_close(few.embedding[4:6], many.embedding[6:8])
    torch.testing.assert_close(few.embedding[:2], few.embedding[-2:])
    torch.testing.assert_close(few.embedding[:2] * (np.log(30) / 4), few.embedding[2:4])
    assert not torch.allclose(few.output, few.embedding[-2:])


def test_flops_are_those_that_pytorch_counts_but_for_attention():
    found, places = Models(SHAPE, 0, 2, CPU), 2 * 8
    ids = torch.randint(30, (10, 2, 9))
    with FlopCounterMode(display=False) as counter:
        found.losses(ids).sum().backward()
    counted = {str(op): n for op, n in counter.get_flop_counts()["Global"].items()}
    products = sum(n for op, n in counted.items() if "attention" not in op)
    assert products == flops(SHAPE, 2, places, 0)


def test_training_is_the_same_for_a_seed_and_learns():
    first, again = (training.train(tokens(), 0, 2, 16, 1, 2, TINY, CPU) for _ in range(2))
    np.testing.assert_array_equal(first.losses, again.losses)
    assert first.losses.shape == (3, 5, 2)
    assert (first.at(4, "tied") < first.at(0, "tied")).all()


def test_a_constant_text_is_learnt_by_all():
    same = Tokens(np.tile(np.arange(5), 100), 5, "five tokens in turn")
    longer = training.Training(steps=60, batch=4, time=8, rate=1e-2, records=(0, 60), test=4)
    found = training.train(same, 0, 2, 16, 1, 2, longer, CPU)
    assert found.losses[-1].max() < 0.1 < found.losses[0].min()


def test_the_predicted_start_is_the_estimate_where_no_token_repeats():
    held = np.arange(20).reshape(4, 5)
    (start, deviation) = training.predicted_start(SHAPE, held)["tied"]
    assert start == pytest.approx(averaged_loss(Case(16, 1 / 4, 30)), rel=1e-12)
    assert deviation == pytest.approx(np.sqrt((1 / 2 + 1 / 30) / 16 + 2 / 16), rel=1e-12)
    repeated, _ = training.predicted_start(SHAPE, np.zeros((4, 5), dtype=int))["tied"]
    assert start - repeated == pytest.approx(4, rel=1e-12)  # dσ


def test_a_text_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match="give a longer one"):
        training.split(tokens(100), 16)


def test_tokens_come_back_from_a_file(tmp_path):
    written = tokens()
    written.write(tmp_path / "some.tokens")
    found = read_tokens(tmp_path / "some.tokens")
    np.testing.assert_array_equal(found.ids, written.ids)
    assert found[1:] == written[1:]


@pytest.mark.parametrize(
    "contents", [{"ids": np.array([1, 5]), "size": 5, "about": ""}, {"ids": np.array([[1]]), "size": 5, "about": ""}]
)
def test_tokens_outside_the_vocabulary_are_refused(tmp_path, contents):
    np.savez(tmp_path / "t.npz", **contents)
    with pytest.raises(CorpusError, match="ids below 5"):
        read_tokens(tmp_path / "t.npz")


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "t.npz").write_text("no tokens")
    np.savez(tmp_path / "u.npz", other=1)
    for name in ("t.npz", "u.npz", "missing.npz"):
        with pytest.raises(CorpusError, match=r"python -m kexue.lab.corpus -o"):
            read_tokens(tmp_path / name)


def test_without_the_tokenizer_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "kexue.unigram.corpus", None)
    with pytest.raises(CorpusError, match="--tokens"):
        corpus.tokens()


def test_tokens_of_a_file_spell_it_and_are_written_by_the_command(tmp_path, capsys):
    text = "the cat sat on the mat, and then the other cat sat on the other mat\n" * 30
    path, output = tmp_path / "text.txt", tmp_path / "t.npz"
    path.write_text(text, encoding="utf-8")
    ids, pieces = corpus.token_ids(str(path), 274)
    assert b"".join(pieces[i] for i in ids).decode() == text
    corpus.main(["--path", str(path), "--vocabulary", "274", "-o", str(output)])
    np.testing.assert_array_equal(read_tokens(output).ids, ids)
    assert "tokens of 274, the file text.txt" in capsys.readouterr().out
