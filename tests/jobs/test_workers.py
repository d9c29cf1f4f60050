"""Workers as real processes: stopped, killed, without their database."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from mingzhang.jobs.models import Run
from tests.conftest import FreshDatabase
from tests.core.servers import eventually
from tests.jobs.workers import said, worker

NEVER = "0 0 29 2 *"
SLOW = """
def slow():
    note("begin")
    time.sleep(2)
    note("end")
    return "done"
"""
SLOW_JOB = f'Job("slow", "slow", "{NEVER}", "", slow)'
DIES_ONCE = """
import os
def dies():
    note("begin")
    if len((folder / "said").read_text().splitlines()) == 1:
        os.kill(os.getpid(), 9)
    note("end")
    return "done"
"""
FAILS_TWICE = """
waits.WAITS = (timedelta(0), timedelta(0), timedelta(0))
def fails():
    note("begin")
    if len((folder / "said").read_text().splitlines()) < 3:
        raise ValueError("没带钥匙")
    return "done"
"""


def job(name: str) -> str:
    return str(ProcrastinateJob.objects.filter(task_name=name).values_list("status", flat=True).get())


@pytest.mark.slow
def test_told_to_stop_it_ends_what_it_has_begun(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with worker(tmp_path, SLOW, SLOW_JOB) as process:
        app.configure_task("slow").defer()
        assert eventually(lambda: said(tmp_path) == ["begin"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert said(tmp_path) == ["begin", "end"]
    assert job("slow") == "succeeded"
    assert Run.objects.get().outcome == "done"


@pytest.mark.slow
def test_a_job_whose_worker_was_killed_is_run_again_by_another(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    row = f'Job("dies", "dies", "{NEVER}", "", dies)'
    app.configure_task("dies").defer()
    with worker(tmp_path, DIES_ONCE, row) as process:
        assert process.wait(20) == -signal.SIGKILL
    assert job("dies") == "doing"
    with worker(tmp_path, DIES_ONCE, row):
        assert eventually(lambda: said(tmp_path) == ["begin", "begin", "end"])
        assert eventually(lambda: job("dies") == "succeeded")
    assert list(Run.objects.order_by("id").values_list("outcome", "attempt")) == [("lost", 1), ("done", 2)]


@pytest.mark.slow
def test_a_job_that_fails_is_tried_again(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with worker(tmp_path, FAILS_TWICE, f'Job("fails", "fails", "{NEVER}", "", fails)'):
        app.configure_task("fails").defer()
        assert eventually(lambda: job("fails") == "succeeded")
    runs = list(Run.objects.order_by("id").values_list("outcome", "said"))
    assert runs == [("failed", "程序出了错（ValueError）：没带钥匙")] * 2 + [("done", "done")]


@pytest.mark.slow
def test_two_workers_run_a_job_by_the_clock_once_a_time(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    does = 'def tick():\n    note("tick")\n    return ""\n'
    row = 'Job("tick", "tick", "* * * * * */2", "", tick)'
    with worker(tmp_path, does, row), worker(tmp_path, does, row):
        assert eventually(lambda: len(said(tmp_path)) >= 4)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'timestamp', count(*) FROM procrastinate_jobs GROUP BY 1 HAVING count(*) > 1")
        assert cursor.fetchall() == []


@pytest.mark.slow
def test_it_works_again_after_its_connections_were_cut(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    does = 'def one():\n    note("one")\n    return ""\n'
    with worker(tmp_path, does, f'Job("one", "one", "{NEVER}", "", one)') as process:
        app.configure_task("one").defer()
        assert eventually(lambda: said(tmp_path) == ["one"])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        app.configure_task("one").defer()
        assert eventually(lambda: said(tmp_path) == ["one", "one"])
        assert process.poll() is None
