"""A worker: the process that runs the jobs, as many at a time as it is told."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from threading import Event as Flag
from threading import Thread

from django.conf import settings
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import DjangoApp
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ProcrastinateException
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from mingzhang.jobs import keeping
from mingzhang.jobs.table import TABLE, Job
from mingzhang.jobs.trying import BackOff, watched

NICE = 10
PAUSE_SECONDS = 2
MADE_UP_SECONDS = 24 * 60 * 60  # how old a time may be that is made up for
FAULTS = (ProcrastinateException, OperationalError, PoolTimeout, OSError)

logger = logging.getLogger("mingzhang.jobs")


def work(concurrency: int) -> None:
    """Work until told to stop by SIGTERM or SIGINT, behind whoever else wants the processor; what is begun is ended
    first. A database that goes away is waited for."""
    os.nice(NICE)
    stop = Flag()
    beside = Thread(target=keeping.keep, args=(stop,), name="keeping")
    beside.start()
    try:
        asyncio.run(_work(concurrency))
    finally:
        stop.set()
        beside.join()


async def _work(concurrency: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    while not stopped.is_set():
        try:
            await _run(concurrency, stopped)
        except FAULTS as fault:
            logger.warning("%s", fault)
        await _either(stopped.wait(), asyncio.sleep(PAUSE_SECONDS))


async def _run(concurrency: int, stopped: asyncio.Event) -> None:
    """One worker of procrastinate, until it is told to stop or loses its database."""
    app = app_of(TABLE)
    async with app.open_async():
        running = asyncio.ensure_future(_worker(app, concurrency))
        await _either(running, stopped.wait())
        running.cancel()  # no more than asking it to stop: it ends what it has begun
        try:
            await running
        except asyncio.CancelledError:
            return


async def _worker(app: App, concurrency: int) -> None:
    stalled = settings.JOBS_STALLED_SECONDS
    await app.run_worker_async(
        concurrency=concurrency,
        install_signal_handlers=False,
        update_heartbeat_interval=stalled / 6,
        stalled_worker_timeout=stalled,
    )


async def _either(*waited: Awaitable[object]) -> None:
    """Until one of them is done. Those that are no task of their own are given up then."""
    tasks = [asyncio.ensure_future(one) for one in waited]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for made, given in zip(tasks, waited, strict=True):
        if made is not given:
            made.cancel()


def app_of(table: tuple[Job, ...]) -> DjangoApp:
    """The jobs of `table` as procrastinate has them, with connections of their own."""
    app = DjangoApp(
        connector=PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4),
        worker_defaults={"task_middleware": [watched]},
        periodic_defaults={"max_delay": MADE_UP_SECONDS},
    )
    for job in table:
        task = app.task(name=job.name, retry=BackOff())(partial(_run_job, job.run))
        app.periodic(cron=job.cron)(task)
    return app


def _run_job(run: Callable[[], str], timestamp: int = 0, by: str = "") -> str:
    """`timestamp` is the time that a periodic job stands for, `by` whoever asked for one out of its time."""
    return run()
