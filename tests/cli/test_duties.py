"""Tasks at the command line."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner

from mingzhang.cli.main import main
from mingzhang.duties import actions
from tests.duties.conftest import world as _world  # noqa: F401 - the fixture
from tests.duties.world import World

world = _world


def run(*arguments: str) -> str:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.usefixtures("world")
def test_tasks_are_made_once() -> None:
    assert "新排74项" in run("duties", "generate", "--book", "YC")
    assert "新排0项" in run("duties", "generate", "--book", "YC")


def test_the_tasks_of_a_street_and_those_below_are_listed_by_their_day(world: World) -> None:
    actions.generate_tasks(book=world.cast.book)
    asked = ("tasks", "--book", "YC", "--unit", "QH", "--from", "2026-03-01", "--to", "2026-03-31")
    found = json.loads(run(*asked, "--json"))
    assert [(one["unit"], one["duty"], one["due"]) for one in found] == [
        ("QH", "duties-test/monthly_check", "2026-03-31"),
        ("QH", "duties-test/quarterly_round", "2026-03-31"),
        ("QH-01", "duties-test/monthly_check", "2026-03-31"),
        ("QH-02", "duties-test/monthly_check", "2026-03-31"),
    ]
    assert "每季度检查三次" in run(*asked)


def test_a_deadline_is_explained_day_by_day_and_with_what_was_granted(world: World) -> None:
    actions.generate_tasks(book=world.cast.book)
    task = world.task("monthly_check", "2026-05")
    actions.extend_task(task=task, until=date(2026, 6, 5), reason="停电两天。", by=world.cast.zhou)
    said = run("explain-deadline", str(task.pk))
    assert "期限2026-06-05" in said
    assert "2026年5月31日，星期日" in said
    assert "周书记准予延到2026-06-05：停电两天。" in said
