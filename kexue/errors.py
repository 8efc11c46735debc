"""The errors that a reader may meet. Each message says what came, what was expected, and what to do."""


class KexueError(Exception):
    """Root of every error that this package raises on purpose."""


class PageError(KexueError):
    """A page of the book is missing, cannot be read, or lacks what was asked of it."""


class ParameterError(KexueError, ValueError):
    """A page was given a parameter that it does not have, of another type, or out of range."""


class ExecutionError(KexueError, RuntimeError):
    """A cell of a page raised, wrote to stderr, or its kernel died."""


class BuildError(KexueError):
    """The book could not be built."""


class UnigramError(KexueError, ValueError):
    """A model file, a text or an argument that a Unigram tokenizer cannot use."""
