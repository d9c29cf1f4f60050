"""The worker that runs beside the web site."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGTERM

from mingzhang.core.processes import dying_with_parent

STOP_SECONDS = 20  # what a job still running at the end may take; one that is broken off is run again


@contextmanager
def worker() -> Iterator[None]:
    """A worker in a process of its own while this block runs; it ends with this one, however that ends."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "mingzhang.cli", "worker"],
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the server, which then ends it
        preexec_fn=dying_with_parent(SIGTERM),
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
