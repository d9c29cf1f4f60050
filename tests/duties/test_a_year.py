"""A year of the demonstration county, 2024 with its leap February: every task that there should be, and no other.

What there should be is counted by a program of a few lines that shares nothing with the product: it reads the
duties from the pack's files and knows the days off of 2024 by heart.
"""

from __future__ import annotations

import re
import shutil
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.demo.county import Plan, reorganise, set_up
from mingzhang.duties import actions
from mingzhang.duties.actions import generating
from mingzhang.duties.models import Task
from mingzhang.duties.orphans import alarms
from mingzhang.figures.engine import Request, evaluate
from mingzhang.organisation import actions as organisation
from mingzhang.organisation import queries
from mingzhang.organisation.models import Book, Person
from mingzhang.packs.actions import install
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import builtin_folder

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

DAY = timedelta(days=1)
REORGANISED, CHANGED, END = date(2024, 7, 1), date(2024, 10, 8), date(2025, 1, 1)
MERGED, INTO, MOVED, MOVED_TO, FOUNDED, LEAVER = "QL0804", "QL0805", "QL0508", "QL12", "QL0190", "QL0203-1"
GONE, EARLIER, NEW = "village_civic_activity", "street_hotline", "village_board"


def days(*spans: tuple[int, int, int]) -> set[date]:
    """Spans of days of 2024: month, first and last day."""
    return {date(2024, month, day) for month, first, last in spans for day in range(first, last + 1)}


# The notice of the State Council's office for 2024.
OFF = days((1, 1, 1), (2, 10, 17), (4, 4, 6), (5, 1, 5), (6, 8, 10), (9, 15, 17), (10, 1, 7))
MADE_UP = days((2, 4, 4), (2, 18, 18), (4, 7, 7), (4, 28, 28), (5, 11, 11), (9, 14, 14), (9, 29, 29), (10, 12, 12))


def works(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def walk(day: date, step: timedelta) -> date:
    while not works(day):
        day += step
    return day


def rolled(day: date, roll: str, plus: int) -> date:
    if roll == "back":
        day = walk(day, -DAY)
    else:
        ahead = walk(day, DAY)
        day = walk(day, -DAY) if roll == "nearest" and ahead.month != day.month else ahead
    for _ in range(plus):
        day = walk(day + DAY, DAY)
    return day


def nominal_days(duty: dict[str, Any]) -> Iterator[date]:
    """The days of 2024 that a duty names."""
    length = {"month": 1, "quarter": 3, "half": 6, "year": 12}[duty["every"]]
    rule = duty.get("rule", "")
    named = re.search(r"BYMONTH=([\d,]+)", rule)
    months = [int(one) for one in named[1].split(",")] if named else list(range(length, 13, length))
    found = re.search(r"BYMONTHDAY=(-?\d+)", rule)
    for month in months:
        last = monthrange(2024, month)[1]
        number = int(found[1]) if found else -1
        yield date(2024, month, last if number == -1 else number)


def period_name(every: str, day: date) -> str:
    return {
        "month": f"2024-{day.month:02d}",
        "quarter": f"2024Q{(day.month + 2) // 3}",
        "half": f"2024H{(day.month + 5) // 6}",
        "year": "2024",
    }[every]


def duties_in(folder: Path) -> list[dict[str, Any]]:
    files = sorted((folder / "duties").glob("*.yaml"))
    return [duty for file in files for duty in yaml.safe_load(file.read_text("utf-8")) if duty.get("every")]


def levels_in(county: Plan) -> dict[str, str]:
    levels = {county.code: "county"} | {row.code: row.level for row in county.units()}
    return levels | {FOUNDED: "community"}


def exists(unit: str, day: date) -> bool:
    return not (unit == MERGED and day >= REORGANISED) and not (unit == FOUNDED and day < REORGANISED)


def expected(plan: Plan, old: Path, new: Path) -> dict[tuple[str, str, str], date]:
    """The due date of every task by unit, duty and period: by the old list until it changed, then by the new."""
    found = {}
    for folder, begin, end in ((old, date(2024, 1, 1), CHANGED), (new, CHANGED, END)):
        for duty in duties_in(folder):
            for day in nominal_days(duty):
                for unit, level in levels_in(plan).items():
                    if begin <= day < end and level in duty["levels"] and exists(unit, day):
                        due = rolled(day, duty.get("roll", "nearest"), duty.get("plus", 0))
                        found[unit, duty["id"], period_name(duty["every"], day)] = due
    return found


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The list from October: one monthly duty less, one earlier in the month, a new one."""
    folder = tmp_path / "pack"
    shutil.copytree(builtin_folder("street-office"), folder)
    head = folder / "pack.yaml"
    head.write_text(re.sub(r"version: .*", "version: 9.0.0", head.read_text("utf-8"), count=1), "utf-8")
    for file in (folder / "duties").glob("*.yaml"):
        duties = [duty for duty in yaml.safe_load(file.read_text("utf-8")) if duty["id"] != GONE]
        for duty in duties:
            if duty["id"] == EARLIER:
                duty |= {"rule": "FREQ=MONTHLY;BYMONTHDAY=25", "roll": "back", "plus": 0}
        if file.stem == "village":
            duties.append(
                {
                    "id": NEW, "name": {"zh-hans": "公示栏每月换一次", "en": "New notices every month"},
                    "text": {"zh-hans": "公示栏每月换一次。", "en": "Change the notices once a month."},
                    "kind": "basic", "levels": ["community"], "basis": [{"regulation": "本县办法"}],
                    "every": "month",
                }
            )  # fmt: skip
        file.write_text(yaml.safe_dump(duties, allow_unicode=True), "utf-8")
    return folder


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def daily_run(book: Book) -> None:
    actions.generate_tasks(book=book)
    actions.accrue(book=book)


def sign_off(book: Book, day: date) -> int:
    """The leader of one street signs what is due today and has no sheet."""
    tasks = Task.objects.filter(book=book, unit__code="QL01", kind=None, due=day, state="open")
    leader = Person.objects.get(book=book, appointments__post__unit__code="QL01", appointments__post__name="主任")
    for task in tasks:
        actions.sign_off_task(task=task, by=leader)
    return len(tasks)


def live(book: Book, admin: Person, plan: Plan, later: PackVersion, broken: pytest.MonkeyPatch) -> int:
    """The year, with a daily run that is often missed and once breaks off; how many tasks were signed off."""
    signed, day = 0, date(2024, 1, 1)
    while day < END:
        with clock.at(noon(day)):
            if day == REORGANISED:
                change(plan, book, admin, day)
            if day == CHANGED:
                organisation.adopt(book=book, pack_version=later, by=admin)
            if day.month == 5 and day.day == 6:
                leaver = queries.person_by_username(LEAVER.lower())
                organisation.deactivate_person(person=leaver, by=admin)
            if day == date(2024, 3, 4):
                break_off(book, broken)
            if day.weekday() == 0 or day in (REORGANISED, CHANGED) or day.day == 1:
                daily_run(book)
            signed += sign_off(book, day)
        day += DAY
    with clock.at(noon(END)):
        daily_run(book)
    return signed


def change(plan: Plan, book: Book, admin: Person, day: date) -> None:
    """July: one village merged, one moved, one founded."""
    reorganise(plan, book, {"do": "merge", "unit": MERGED, "into": INTO, "day": day})
    reorganise(plan, book, {"do": "move", "unit": MOVED, "to": MOVED_TO, "day": day})
    street = queries.unit_by_code(book, "QL01")
    organisation.create_unit(
        parent=street, code=FOUNDED, name="新苑社区", level="community", created_on=day, by=admin
    )


def break_off(book: Book, broken: pytest.MonkeyPatch) -> None:
    """A run that is killed after it has made tasks leaves no trace."""
    before = Task.objects.count()
    with broken.context() as patched:
        patched.setattr(generating, "SETTLE", "SELECT 1/0")
        with pytest.raises(Exception, match="division by zero"):
            actions.generate_tasks(book=book)
    assert Task.objects.count() == before


def test_a_year_of_the_county_has_every_task_once_and_on_its_day(
    changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan.read()
    with clock.at(noon(date(2024, 1, 1))):
        book = set_up(plan, install(folder=builtin_folder("street-office"), by="tests"), "a long password")
        later = install(folder=changed, by="tests")
    admin = queries.person_by_username(plan.told["administrator"]["username"])
    signed = live(book, admin, plan, later, monkeypatch)
    tasks = Task.objects.filter(book=book, nominal__year=2024).exclude(state="withdrawn").select_related("unit")
    made = {(task.unit.code, task.duty, task.period): task.due for task in tasks}
    told = expected(plan, builtin_folder("street-office"), changed)
    assert {key: due for key, due in made.items() if told.get(key) != due} == {}
    assert told.keys() - made.keys() == set()
    assert {due for (_unit, _duty, period), due in made.items() if period == "2024-02"} & {date(2024, 2, 29)}
    with clock.at(noon(END)):
        check_figures(book, later, tasks=len(told), signed=signed)
        assert [one.unit.code for one in alarms(queries.root(book)).duties if one.unit.code == LEAVER[:6]]


def check_figures(book: Book, version: PackVersion, *, tasks: int, signed: int) -> None:
    """What the ledger says of the year closes, and says what was lived through."""
    names = ("tasks_due", "tasks_on_time", "tasks_late", "tasks_excused", "tasks_overdue", "tasks_pending")
    root, year = queries.root(book), Period.parse("2024")
    asked = {name: Request(name, version.pk, root.pk, year) for name in names}
    values = evaluate(list(asked.values()))
    told = {name: int(values[request].number or 0) for name, request in asked.items()}
    assert told == {
        "tasks_due": tasks, "tasks_on_time": signed, "tasks_late": 0, "tasks_excused": 0,
        "tasks_overdue": tasks - signed, "tasks_pending": 0,
    }  # fmt: skip
