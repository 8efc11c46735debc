"""A time budget: what is not decided in time is undecided, whatever it would have become.

Time is that of the processor, so that a busy machine decides what an idle one does.
"""

import gc
import signal
import threading
import time
from contextlib import contextmanager

from kexue.proof.kernel.terms import Undecided

REFERENCES = ("weakref", "_weakrefset", "sqlalchemy.event.registry")  # whose functions weak references call back
AGAIN = 0.02  # seconds after which the alarm rings again, where it could not interrupt


class _OutOfTime(BaseException):
    """Not an Exception, so that nothing between the clock and the budget catches it."""


@contextmanager
def within(seconds):
    """Raise :class:`Undecided` for a block that takes longer; it is interrupted where the system can do that."""
    start, clock = time.process_time(), _can_interrupt()
    before, rung = _set_alarm(seconds) if clock else None, False
    try:
        yield
    except _OutOfTime:
        rung = True
    finally:
        if clock:
            _restore_alarm(before, time.process_time() - start)
    spent = time.process_time() - start
    if rung or spent > seconds:
        raise Undecided(f"the time budget of {seconds:g} s ran out after {spent:.1f} s; split it, or raise budget=…")


def _can_interrupt():
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def _set_alarm(seconds):
    def ring(_, frame):
        if not _is_out_of_place(frame):
            signal.setitimer(signal.ITIMER_PROF, 0)
            raise _OutOfTime

    handler = signal.signal(signal.SIGPROF, ring)
    return handler, signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)


def _is_out_of_place(frame):
    """Whether Python would drop an exception here: in a callback of the garbage collector or of a weak reference, or
    in a finalizer; or the block has ended, and the exception would pass the budget by."""
    if _module(frame) == contextmanager.__module__:
        return True
    callbacks = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while frame is not None:
        if frame.f_code in callbacks or frame.f_code.co_name == "__del__" or _module(frame) in (*REFERENCES, __name__):
            return True
        frame = frame.f_back
    return False


def _module(frame):
    return frame.f_globals.get("__name__")


def _restore_alarm(before, spent):
    """An alarm of somebody else goes on from where it was."""
    handler, (left, interval) = before
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, handler)
    if left:
        signal.setitimer(signal.ITIMER_PROF, max(left - spent, 1e-3), interval)
