"""Functions run in a Python process of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from kexue.errors import ExecutionError

ONE_THREAD = {"TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@contextmanager
def surroundings(**variables: str) -> Iterator[None]:
    """Environment variables that processes started inside inherit."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def fresh(function: Callable, *args: Any, **variables: str) -> Any:
    """What ``function(*args)`` returns in a new interpreter, with these environment variables.

    Raises:
        ExecutionError: the process died, of lack of memory for instance.
    """
    with (
        surroundings(**ONE_THREAD, **variables),
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor,
    ):
        try:
            return executor.submit(function, *args).result()
        except BrokenProcessPool:
            raise ExecutionError(f"the process of {function.__name__}{args[:1]} died: out of memory?") from None
