"""``Unigram`` in a process of its own: what importing costs, Ctrl-C, memory and time of 10 MB."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest


def run(code: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240, **options)


def test_importing_the_package_compiles_nothing():
    found = run("import kexue, sys; print([m for m in ('numba', 'torch', 'sentencepiece') if m in sys.modules])")
    assert (found.stdout, found.stderr, found.returncode) == ("[]\n", "", 0)


BATCHES = {
    "lines": "[b'ab' * 500] * 10**6",
    "long": "[b'ab' * (15 << 20)] * 9",
    "samples": "[b'ab' * 4000], samples=10**6",
    "logarithms": "[b'ab' * (4 << 20)] * 9, alpha=2000",
    "best": "[b'ab' * (200 << 20)], alpha=None",
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("batch", BATCHES)
def test_ctrl_c_ends_a_batch(batch, threads):
    """Ten seconds are allowed, for machines at their limits; the batches would take longer."""
    code = f"""
import signal, time
from kexue.unigram import Unigram
signal.signal(signal.SIGINT, signal.default_int_handler)
def flat(texts, alpha=0.1, samples=1):
    model.encode_flat(texts, alpha, 0, {threads}, samples)
model = Unigram({{b"a": -1.0, b"b": -1.0, b"ab": -1.5}})
flat([b"ab"] * 9); flat([b"ab" * 20_000]); flat([b"ab"], 2000)
print("ready", flush=True)
try:
    while True:
        flat({BATCHES[batch]})
except KeyboardInterrupt:
    print("heard", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.7)
            began = time.monotonic()
            os.kill(process.pid, signal.SIGINT)
            assert process.stdout.readline() == "heard\n"
            assert process.wait(30) == 0
            assert time.monotonic() - began < 10
        finally:
            process.kill()


def test_memory_and_time_grow_with_the_text():
    """10 MB of text in one document and in lines: at most 12 bytes more per byte; time per byte is level."""
    code = """
import resource, sys, time
from kexue.unigram import Unigram
words = [b"the ", b"cat ", b"sat ", b"on ", b"a ", b"mat\\n", b"and ", b"then "]
model = Unigram({bytes([b]): -9.0 for b in range(256)} | dict.fromkeys(words, -3.0))
unit = b"".join(words) * 1000
text = unit * (10**7 // len(unit) + 1)
used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
def seconds(n):
    begin = time.process_time()
    model.encode_flat([text[:n]], 0.1, 0, 1)
    return time.process_time() - begin
seconds(100_000), model.encode_flat([b"the cat"], 0.1, 0, 1)
before = used()
ids, _ = model.encode_flat([text], 0.1, 0, 1)
extra = (used() - before) / len(text)
rates = [sorted(seconds(n) / n for _ in range(7))[3] for n in (100_000, 1_000_000)]
print(extra, rates[1] / rates[0])
"""
    found = run(code)
    extra, ratio = map(float, found.stdout.split())
    assert extra <= 12
    assert ratio < 3
