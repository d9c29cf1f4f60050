"""`python -m bench.tasks`: a year of tasks for 3,000 units with 60 duties each, made once and once more; then what
is done with them every day: the ledger, reminders, escalation, what is without an owner; and the page of gaps."""

from __future__ import annotations

import os
from pathlib import Path

import click
import django

os.environ.setdefault("MINGZHANG_DATA", str(Path("build/bench").absolute()))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingzhang.config.settings")
django.setup()

import json  # noqa: E402 - models need Django set up
from collections.abc import Callable, Iterator  # noqa: E402
from datetime import date, timedelta  # noqa: E402
from functools import partial  # noqa: E402
from statistics import median  # noqa: E402
from tempfile import TemporaryDirectory  # noqa: E402
from time import perf_counter  # noqa: E402

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from bench.book import MOMENT  # noqa: E402
from bench.database import own_database  # noqa: E402
from bench.results import Result, show  # noqa: E402
from bench.run import console  # noqa: E402
from mingzhang.core import clock, database  # noqa: E402
from mingzhang.duties.actions import accrue, escalate_tasks, generate_tasks  # noqa: E402
from mingzhang.duties.actions.escalating import Reminded  # noqa: E402
from mingzhang.duties.models import Task  # noqa: E402
from mingzhang.notifications.actions import remind_of_tasks, tell_orphans  # noqa: E402
from mingzhang.notifications.queries import days_reminded  # noqa: E402
from mingzhang.organisation import actions as organisation  # noqa: E402
from mingzhang.organisation.models import Book  # noqa: E402
from mingzhang.organisation.queries import person_by_username  # noqa: E402
from mingzhang.packs.actions import install  # noqa: E402

FIRST_BAR, AGAIN_BAR = 60, 10
LATER = MOMENT + timedelta(days=33)  # by when some tasks are late and some fall due
VACANT = 20  # one unit in so many has nobody
# How often the 60 duties come: most by the month and quarter, as offices have them.
EVERY = ["month"] * 20 + ["quarter"] * 20 + ["half"] * 10 + ["year"] * 10
BEGAN = date(2024, 1, 1)


@click.command()
@click.option("--units", type=click.IntRange(min=1), default=3_000, help="how many units to make")
def main(units: int) -> None:
    database.ensure()
    name = f"{connection.settings_dict['NAME']}_bench_tasks"
    with clock.at(MOMENT), own_database(name, keep=False):
        show([*measure(units), *measure_daily(units)], console)


def measure(units: int) -> Iterator[Result]:
    """Making the tasks, and making them again."""
    book = _book(units)
    first, made = _timed(book)
    of = f"{made:,} tasks of {units:,} units with {len(EVERY)} duties, 400 days"
    yield Result(f"making {of}", first, "s", bar=f"≤ {FIRST_BAR} s", ok=first <= FIRST_BAR)
    again, more = _timed(book)
    if more:
        raise AssertionError(f"the second run changed {more} tasks")
    yield Result("the second run, which changes nothing", again, "s", bar=f"≤ {AGAIN_BAR} s", ok=again <= AGAIN_BAR)


def measure_daily(units: int) -> Iterator[Result]:
    """What the jobs of a night do when a month of tasks has gone by untouched, and the pages of gaps."""
    book = Book.objects.get(code="T")
    with connection.cursor() as cursor:
        cursor.execute(STAFF, {"book": book.pk, "vacant": VACANT, "began": BEGAN})
        cursor.execute("ANALYZE")
    with clock.at(LATER):
        jobs: list[tuple[str, Callable[[], int]]] = [
            ("posting what began and fell due to the ledger", lambda: accrue(book=book)),
            ("reminding people", lambda: remind_of_tasks(book=book)),
            ("putting late tasks before the next level", lambda: escalate_tasks(book=book, reminded=_days(book))),
            ("telling what is without an owner", lambda: tell_orphans(book=book)),
        ]
        for name, job in jobs:
            yield from _job(name, units, job)
        yield _page(units, reverse("duties:coverage"))
        yield _page(units, reverse("notifications:orphans"))


def _days(book: Book) -> Reminded:
    return partial(days_reminded, book)


def _job(name: str, units: int, job: Callable[[], int]) -> Iterator[Result]:
    began = perf_counter()
    count = job()
    yield Result(f"{name}, {units:,} units: {count:,}", perf_counter() - began, "s")
    began = perf_counter()
    job()
    yield Result(f"{name}, once more", perf_counter() - began, "s")


def _page(units: int, address: str) -> Result:
    client = Client(SERVER_NAME="localhost")
    client.force_login(person_by_username("tasks-head"))
    times = []
    for _again in range(5):
        began = perf_counter()
        if (answer := client.get(address)).status_code != 200:
            raise AssertionError(f"{address}: {answer.status_code}")
        times.append((perf_counter() - began) * 1000)
    return Result(f"page {address} of {units:,} units", median(times), "ms")


# A head of the county, who arranges duties too, and a clerk in each village but some.
STAFF = """
WITH seats AS (
  SELECT u.id AS unit, 'tasks-' || CASE WHEN u.parent_id IS NULL THEN 'head' ELSE u.code END AS username,
         CASE WHEN u.parent_id IS NULL THEN ARRAY['leader'] ELSE ARRAY['clerk'] END AS roles
    FROM organisation_unit AS u WHERE u.book_id = %(book)s AND (u.parent_id IS NULL OR u.id %% %(vacant)s > 0)
), people AS (
  INSERT INTO organisation_person (book_id, username, name, is_active, must_change_password, password)
  SELECT %(book)s, username, username, true, false, '' FROM seats RETURNING id, username
), posts AS (
  INSERT INTO organisation_post (unit_id, name, roles) SELECT unit, 'post', roles FROM seats RETURNING id, unit_id
)
INSERT INTO organisation_appointment (person_id, post_id, valid)
SELECT people.id, posts.id, daterange(%(began)s, NULL)
  FROM seats JOIN people USING (username) JOIN posts ON posts.unit_id = seats.unit
"""


def _timed(book: Book) -> tuple[float, int]:
    """Seconds, and how many tasks were made or changed."""
    began, before = perf_counter(), Task.objects.count()
    generate_tasks(book=book)
    seconds = perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) duties_task")
    return seconds, Task.objects.count() - before


def _book(units: int) -> Book:
    administrator = organisation.NewPerson("tasks-admin", "管理员")
    organisation.create_book(
        code="T", name="任务县", level="county", created_on=BEGAN, administrator=administrator, by="bench"
    )
    book, admin = Book.objects.get(code="T"), person_by_username("tasks-admin")
    with TemporaryDirectory() as folder:
        organisation.adopt(book=book, pack_version=install(folder=_pack(Path(folder)), by="bench"), by=admin)
    rows = (organisation.UnitRow(f"T{one}", f"村{one}", "village", "T", BEGAN) for one in range(units))
    organisation.create_units(book=book, rows=rows, by=admin)
    return book


def _pack(folder: Path) -> Path:
    head = {"id": "tasks", "version": "1.0.0", "name": "任务", "levels": {"county": "县", "village": "村"}}
    duty = {"kind": "basic", "levels": ["village"], "basis": [{"regulation": "责任制办法"}], "text": "照办。"}
    every = [{"id": f"d{nth}", "name": f"第{nth}项", "every": one, **duty} for nth, one in enumerate(EVERY)]
    (folder / "tasks" / "duties").mkdir(parents=True)
    (folder / "tasks" / "pack.yaml").write_text(json.dumps(head))
    (folder / "tasks" / "duties" / "all.yaml").write_text(json.dumps(every))
    return folder / "tasks"


main()
