"""Trains a Unigram vocabulary on text, by SentencePiece's trainer with every setting that changes text switched off."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator

from kexue.errors import UnigramError
from kexue.unigram.files import parse
from kexue.unigram.vocabulary import Vocabulary

FIXED = {
    "model_type": "unigram",
    "normalization_rule_name": "identity",
    "add_dummy_prefix": False,
    "remove_extra_whitespaces": False,
    "escape_whitespaces": True,
    "byte_fallback": True,
    "unk_id": 0,
    "bos_id": -1,
    "eos_id": -1,
    "pad_id": -1,
    "minloglevel": 2,  # the trainer's progress would go to stderr
}
DEFAULTS = {
    "character_coverage": 1.0,
    "allow_whitespace_only_pieces": True,  # indentation becomes tokens instead of one token a space
    "max_sentence_length": 4192,  # bytes; longer lines are cut here, where SentencePiece would leave them out
    "num_threads": 16,  # not this machine's number: the sums of the EM steps depend on it
}
ALLOWED = frozenset(DEFAULTS) | {
    "split_by_unicode_script",
    "split_by_number",
    "split_by_whitespace",
    "split_digits",
    "max_sentencepiece_length",
    "seed_sentencepiece_size",
    "shrinking_factor",
    "num_sub_iterations",
    "hard_vocab_limit",
    "required_chars",
}
# SentencePiece's space, the mark for which it drops a whole line, and its terminator
UNLEARNABLE = re.compile("[▁▅\0]")


def train(texts: Iterable[str], vocab_size: int, **options) -> Vocabulary:
    """A Unigram vocabulary learnt from text by expectation maximisation with pruning (Kudo 2018).

    The normalisation is the identity; spaces, newlines and tabs are characters as others are, and runs of spaces may
    become tokens; a character that no text had is spelled by 256 byte tokens. Texts are cut into lines that keep their
    newline, and lines above ``max_sentence_length`` bytes into pieces, so that none is left out. The characters ▁, ▅
    and NUL cut a text too: SentencePiece cannot learn them, and models spell them by bytes. Same texts and options,
    same vocabulary.

    Args:
        texts: any iterable of strings; read once, held in memory by the trainer.
        vocab_size: tokens in all: ``<unk>``, 256 bytes, every character of the text, and what is learnt.
        options: ``character_coverage`` (1.0: every character), ``max_sentence_length`` (bytes, 4192), ``num_threads``
            (16; changes last bits), ``split_by_whitespace``, ``split_by_unicode_script``,
            ``split_by_number``, ``split_digits``, ``allow_whitespace_only_pieces``, ``max_sentencepiece_length`` (characters),
            ``seed_sentencepiece_size``, ``shrinking_factor``, ``num_sub_iterations``, ``hard_vocab_limit`` (False: take
            fewer tokens where the text has no more), ``required_chars``, all as SentencePiece defines them.

    Raises:
        UnigramError: no text, a size that the text cannot give (with the one it can), an unknown option, a text that
            is no str or has half a surrogate pair, SentencePiece not installed.

    >>> vocabulary = train(["the cat sat on the mat, and then the other cat\\n"] * 9, 275)
    >>> len(vocabulary), b"the" in vocabulary.ids, vocabulary.unknown
    (275, True, 'character')
    """
    if type(vocab_size) is not int or vocab_size < 1:
        raise UnigramError(f"vocab_size is {vocab_size!r}, expected a positive integer")
    if unknown := sorted(options.keys() - ALLOWED):
        raise UnigramError(f"train has no option {unknown[0]!r}, expected some of {', '.join(sorted(ALLOWED))}")
    settings = {**DEFAULTS, **options, **FIXED}
    longest = settings["max_sentence_length"]
    if type(longest) is not int or longest < 4:
        raise UnigramError(f"max_sentence_length is {longest!r}, expected bytes, at least the 4 of one character")
    return parse(_trained(list(_sentences(texts, longest)), vocab_size, settings))


def _sentences(texts: Iterable[str], longest: int) -> Iterator[str]:
    """Lines with their newlines, in pieces of at most ``longest`` bytes."""
    if isinstance(texts, (str, bytes)):
        raise UnigramError("texts is one text, expected an iterable of texts: put it in a list")
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise UnigramError(f"text {i} is a {type(text).__name__}, expected str: decode it first")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise UnigramError(
                f"text {i} has half a surrogate pair at {error.start}, expected whole characters"
            ) from None
        for part in UNLEARNABLE.split(text):
            for line in re.findall(r"[^\n]*\n|[^\n]+", part):
                yield from _cut(line, longest)


def _cut(line: str, longest: int) -> Iterator[str]:
    """Pieces of at most ``longest`` bytes, cut before a space where there is one.

    >>> list(_cut("one two three", 8))
    ['one two', ' three']
    """
    data = line.encode()
    begin = 0
    while len(data) - begin > longest:
        end = begin + longest
        while data[end] & 0xC0 == 0x80:  # not inside a character
            end -= 1
        space = data.rfind(b" ", begin + 1, end + 1)
        end = space if space > begin else end
        yield data[begin:end].decode()
        begin = end
    yield data[begin:].decode()


def _trained(sentences: list[str], vocab_size: int, settings: dict) -> bytes:
    try:
        import sentencepiece
    except ImportError:
        raise UnigramError("training needs the package sentencepiece: pip install sentencepiece") from None
    if not sentences:
        raise UnigramError("there is no text to train on, expected at least one character")
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sentences), model_writer=model, vocab_size=vocab_size, **settings
        )
    except (RuntimeError, OSError, TypeError, ValueError) as error:
        raise UnigramError(_advice(str(error), vocab_size)) from error
    return model.getvalue()


def _advice(message: str, vocab_size: int) -> str:
    """What to do about SentencePiece's error.

    >>> _advice("Vocabulary size too high (900). Please set it to a value <= 278.", 900)
    'vocab_size is 900, but this text gives at most 278 tokens: ask for 278, or give more text'
    """
    if high := re.search(r"too high.*<= (\d+)", message):
        most = high[1]
        return (
            f"vocab_size is {vocab_size}, but this text gives at most {most} tokens: ask for {most}, or give more text"
        )
    if low := re.search(r"smaller than required_chars\. \d+ vs (\d+)", message):
        return (
            f"vocab_size is {vocab_size}, but bytes and the characters of the text are {low[1]} tokens already: ask "
            "for more, or lower character_coverage"
        )
    return f"SentencePiece's trainer refused: {message}"
