"""Child processes that do not outlive their parent, however it ends (Linux: prctl(2), PR_SET_PDEATHSIG).

Elsewhere than on Linux there is no such thing: a parent killed with -9 leaves its children running.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def dying_with_parent(signal_number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn` of `subprocess.Popen`: the child gets the signal when the thread that started it ends."""
    parent = os.getpid()
    prctl = _prctl()  # looked up before the fork
    return lambda: _bind(prctl, signal_number, parent)


def die_with(parent: int) -> None:
    """Called in a child process: be killed when `parent`, which started it, ends."""
    _bind(_prctl(), signal.SIGKILL, parent)


def _prctl() -> Callable[[int, int], object] | None:
    return ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def _bind(prctl: Callable[[int, int], object] | None, signal_number: signal.Signals, parent: int) -> None:
    if prctl:
        prctl(PR_SET_PDEATHSIG, int(signal_number))
    if os.getppid() != parent:  # it ended before the line above
        os._exit(1)
