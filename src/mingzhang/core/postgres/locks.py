"""File locks that the kernel frees however their holder ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def hold(path: Path, *, shared: bool = False) -> int:
    """Wait for the lock and keep it until the returned descriptor is released or the process ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    return descriptor


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock alone within this block."""
    descriptor = hold(path)
    try:
        yield
    finally:
        release(descriptor)


def release(descriptor: int) -> None:
    """Give the lock back. Closing alone would leave it with a process that was forked meanwhile."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock alone."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
        return True
    finally:
        release(descriptor)
