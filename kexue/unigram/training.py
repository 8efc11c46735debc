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
    become tokens; a character that no text had is spelled by 256 byte tokens. Texts are cut before
    newlines, and lines above ``max_sentence_length`` bytes into pieces, so that none is left out. The characters ▁, ▅
    and NUL cut a text too: SentencePiece cannot learn them, and models spell them by bytes. Same texts and options,
    same vocabulary.

    Args:
        texts: any iterable of strings; read once, held in memory by the trainer.
        vocab_size: tokens in all: ``<unk>``, 256 bytes, every character of the text, and what is learnt.
        options: ``character_coverage`` (1.0: every character), ``max_sentence_length`` (bytes, 4192), ``num_threads``
            (16; changes last bits), ``split_by_whitespace``, ``split_by_unicode_script``, ``split_by_number``,
            ``split_digits``, ``allow_whitespace_only_pieces``, ``max_sentencepiece_length`` (characters),
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
    return parse(_trained(_sentences(texts, longest), vocab_size, settings))


def _sentences(texts: Iterable[str], longest: int) -> list[str]:
    """All text, in order, as sentences of at most ``longest`` bytes, none of which ends in a newline.

    SentencePiece strips newlines from a sentence's end, so they go before the next one, and the last before the first.

    >>> _sentences(["one\\ntwo\\n", "three\\n"], 99)
    ['\\none', '\\ntwo', '\\nthree']
    """
    sentences, newlines = [], ""
    for text in _checked(texts):
        for part in UNLEARNABLE.split(text):
            for feed, line in re.findall(r"([\r\n]*)([^\r\n]*)", part):
                newlines += feed
                if line:
                    sentences += _cut(_beside(newlines, longest) + line, longest)
                    newlines = ""
    if sentences:
        sentences[:1] = _cut(_beside(newlines, longest) + sentences[0], longest)
    return sentences


def _checked(texts: Iterable[str]) -> Iterator[str]:
    if isinstance(texts, (str, bytes)):
        raise UnigramError("texts is one text, expected an iterable of texts: put it in a list")
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise UnigramError(f"text {i} is a {type(text).__name__}, expected str: decode it first")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            at = error.start
            raise UnigramError(f"text {i} has half a surrogate pair at {at}, expected whole characters") from None
        yield text


def _beside(newlines: str, longest: int) -> str:
    """The newlines, if a character fits behind them."""
    if len(newlines) > longest - 4:
        raise UnigramError(
            f"there are {len(newlines)} newlines in a row, expected at most {longest - 4}: shorten them, or raise "
            "max_sentence_length"
        )
    return newlines


def _cut(line: str, longest: int) -> list[str]:
    """Pieces of at most ``longest`` bytes, cut before a space where there is one.

    >>> _cut("one two three", 8)
    ['one two', ' three']
    """
    data, begin, pieces = line.encode(), 0, []
    start = len(line) - len(line.lstrip("\r\n"))  # the newlines stay with what follows
    while len(data) - begin > longest:
        end = begin + longest
        while data[end] & 0xC0 == 0x80:  # not inside a character
            end -= 1
        space = data.rfind(b" ", max(begin, start) + 1, end + 1)
        pieces.append(data[begin : space if space > begin else end])
        begin += len(pieces[-1])
    return [piece.decode() for piece in (*pieces, data[begin:])]


def _trained(sentences: list[str], vocab_size: int, settings: dict) -> bytes:
    try:
        import sentencepiece
    except ImportError:
        raise UnigramError("training needs the package sentencepiece: pip install sentencepiece") from None
    if not sentences:
        raise UnigramError(
            "there is no text to train on, expected at least one character other than newlines, ▁, ▅, NUL"
        )
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
