"""What a worker does beside its jobs, every few seconds: it gives the log's events their positions, takes up the
jobs of workers that have ended without a word, and tells of those that have failed for good. Several at once do no
harm and no work twice.

This is no job of the queue: it must not wait behind one that takes long, and would be some thirty thousand a day.
"""

from __future__ import annotations

import logging
import time
from threading import Event as Flag

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from procrastinate.exceptions import ProcrastinateException

from mingzhang.audit.sequencing import books_waiting, sequence
from mingzhang.core.errors import Refusal
from mingzhang.jobs import alarms
from mingzhang.jobs.actions import take_up_lost

EVERY_SECONDS = 3
FAULTS = (DatabaseError, InterfaceError, ProcrastinateException, Refusal)

logger = logging.getLogger("mingzhang.jobs")


def keep(stop: Flag) -> None:
    """Until told to stop. Faults of the database are told and waited out."""
    looked = 0.0
    while not stop.is_set():
        try:
            order_log()
            if time.monotonic() - looked > settings.JOBS_STALLED_SECONDS / 4:
                take_up_lost()
                alarms.tell()
                looked = time.monotonic()
        except FAULTS as fault:
            logger.warning("%s", fault)
            connections.close_all()
        stop.wait(EVERY_SECONDS)
    connections.close_all()


def order_log() -> None:
    """Give every event that waits its position."""
    for book in books_waiting():
        sequence(book)
