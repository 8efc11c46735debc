"""Time budgets: what takes longer is interrupted and undecided, and somebody else's alarm goes on."""

import signal
import threading
import time

import pytest

from kexue.proof import Ledger, Undecided, budget
from kexue.proof.budget import within


def test_a_slow_step_is_undecided_and_leaves_no_line():
    ledger = Ledger("slow", budget=1e-3)
    x, y, z = ledger.scalar("x y z")
    with pytest.raises(Undecided, match=r"time budget of 0\.001 s ran out"):
        ledger.equal((x + y + z) ** 20 * (x - y - z) ** 20, (x**2 - (y + z) ** 2) ** 20, "a large power")
    assert not ledger.steps


def test_a_budget_interrupts():
    start = time.process_time()
    with pytest.raises(Undecided, match="ran out"), within(0.05):
        busy(20)
    assert time.process_time() - start < 10


def busy(seconds):
    """Work for some seconds of the processor."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_a_budget_waits_where_python_would_drop_an_exception():
    class Slow:
        def __del__(self):
            busy(0.2)

    def work():
        Slow()  # finalized at once
        busy(20)

    start = time.process_time()
    with pytest.raises(Undecided, match="ran out"), within(0.05):
        work()
    assert 0.2 <= time.process_time() - start < 10


def test_an_alarm_after_the_block_does_not_pass_the_budget_by(monkeypatch):
    restore = budget._restore_alarm

    def late(*arguments):
        signal.raise_signal(signal.SIGPROF)
        restore(*arguments)

    monkeypatch.setattr(budget, "_restore_alarm", late)
    before = signal.getsignal(signal.SIGPROF)
    with within(50):
        pass
    assert signal.getsignal(signal.SIGPROF) is before


def test_a_budget_gives_the_alarm_back():
    rung = []
    before = signal.signal(signal.SIGPROF, lambda *_: rung.append(True))
    timer = signal.setitimer(signal.ITIMER_PROF, 100)
    try:
        with within(50):
            pass
        assert 0 < signal.getitimer(signal.ITIMER_PROF)[0] < 101
    finally:
        signal.setitimer(signal.ITIMER_PROF, *timer)
        signal.signal(signal.SIGPROF, before)
    assert not rung


def test_a_budget_counts_where_it_cannot_interrupt():
    caught = []

    def work():
        try:
            with within(0.01):
                busy(0.05)
        except Undecided as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(caught) == 1
