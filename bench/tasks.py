"""`python -m bench.tasks`: a year of tasks for 3,000 units with 60 duties each, made once and once more."""

from __future__ import annotations

import os
from pathlib import Path

import click
import django

os.environ.setdefault("MINGZHANG_DATA", str(Path("build/bench").absolute()))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingzhang.config.settings")
django.setup()

import json  # noqa: E402 - models need Django set up
from collections.abc import Iterator  # noqa: E402
from datetime import date  # noqa: E402
from tempfile import TemporaryDirectory  # noqa: E402
from time import perf_counter  # noqa: E402

from django.db import connection  # noqa: E402

from bench.book import MOMENT  # noqa: E402
from bench.database import own_database  # noqa: E402
from bench.results import Result, show  # noqa: E402
from bench.run import console  # noqa: E402
from mingzhang.core import clock, database  # noqa: E402
from mingzhang.duties.actions import generate_tasks  # noqa: E402
from mingzhang.duties.models import Task  # noqa: E402
from mingzhang.organisation import actions as organisation  # noqa: E402
from mingzhang.organisation.models import Book  # noqa: E402
from mingzhang.organisation.queries import person_by_username  # noqa: E402
from mingzhang.packs.actions import install  # noqa: E402

FIRST_BAR, AGAIN_BAR = 60, 10
# How often the 60 duties come: most by the month and quarter, as offices have them.
EVERY = ["month"] * 20 + ["quarter"] * 20 + ["half"] * 10 + ["year"] * 10
BEGAN = date(2024, 1, 1)


@click.command()
@click.option("--units", type=click.IntRange(min=1), default=3_000, help="how many units to make")
def main(units: int) -> None:
    database.ensure()
    name = f"{connection.settings_dict['NAME']}_bench_tasks"
    with clock.at(MOMENT), own_database(name, keep=False):
        show(list(measure(units)), console)


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
