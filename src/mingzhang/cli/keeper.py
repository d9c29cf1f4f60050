"""The keeper of the log: gives events their positions every few seconds, and once a day signs a checkpoint of each
book and verifies it. `serve` runs one beside the web processes; several at once do no harm and no work twice."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections

from mingzhang.audit.checkpoints import make_daily
from mingzhang.audit.keys import NO_BOOK
from mingzhang.audit.models import Verification
from mingzhang.audit.sequencing import books_waiting, sequence
from mingzhang.cli import checking
from mingzhang.core import clock
from mingzhang.core.errors import Refusal
from mingzhang.core.processes import dying_with_parent
from mingzhang.organisation.models import Book

EVERY_SECONDS = 3
STOP_SECONDS = 20
NICE = 10

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('mingzhang.keeper/verify', 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('mingzhang.keeper/verify', 0))"
logger = logging.getLogger("mingzhang.keeper")


def keep() -> None:
    """Keep the log until told to stop, behind whoever else wants the processor. Faults of the database are told and
    waited out."""
    os.nice(NICE)
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        try:
            turn()
        except (DatabaseError, InterfaceError, Refusal) as fault:
            logger.warning("%s", fault)
            connections.close_all()
        stop.wait(EVERY_SECONDS)


def turn() -> None:
    """What is due now."""
    for book in books_waiting():
        sequence(book)
    if _due():
        with _alone() as alone:
            if alone:
                _daily()


def _due() -> bool:
    """Whether anything was not verified today. One question, because it is asked every few seconds."""
    today = clock.today(ZoneInfo(settings.TIME_ZONE))
    done = Verification.objects.filter(at__date=today).values("book").distinct().count()
    return done < Book.objects.count() + 1


def _daily() -> None:
    today = clock.today(ZoneInfo(settings.TIME_ZONE))
    done = set(Verification.objects.filter(at__date=today).values_list("book", flat=True))
    for book in (None, *Book.objects.order_by("code")):
        code = book.code if book else NO_BOOK
        if code in done:
            continue
        make_daily(code, ZoneInfo(book.timezone if book else settings.TIME_ZONE))
        outcome = checking.remember(checking.verify(book, evidence=False))
        if outcome.differences:
            logger.error("%s: %s differences, see mingzhang verify", code, outcome.differences)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other keeper is at the daily work. The lock belongs to the connection, so one that is killed lets
    go of it."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        (held,) = cursor.fetchone()
    try:
        yield bool(held)
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute(_UNLOCK)


@contextmanager
def beside() -> Iterator[None]:
    """A keeper of its own process while this block runs; it ends with this one, however that ends."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "mingzhang.cli", "log", "keep"],
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the server, which then ends it
        preexec_fn=dying_with_parent(signal.SIGTERM),
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
