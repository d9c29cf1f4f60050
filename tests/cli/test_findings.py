"""Findings at the command line."""

from __future__ import annotations

import json

from click.testing import CliRunner

from mingzhang.cli.main import main
from tests.findings.conftest import world as _world  # noqa: F401 - the fixture
from tests.findings.world import World

world = _world


def run(*arguments: str) -> str:
    done = CliRunner().invoke(main, ("findings", "--book", "YC", *arguments))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_findings_of_a_street_and_those_below_are_listed_by_their_day(world: World) -> None:
    later, first = world.finding_at("assigned"), world.report(unit=world.cast.street, severity="grave")
    closed = world.finding_at("closed")
    found = json.loads(run("--unit", "QH", "--json"))
    assert [(one["number"], one["unit"], one["state"], one["owner"]) for one in found] == [
        (first.number, "QH", "found", None), (later.number, "QH-01", "assigned", "lu"),
    ]  # fmt: skip
    assert [one["number"] for one in json.loads(run("--unit", "QH-01", "--json"))] == [later.number]
    assert [one["number"] for one in json.loads(run("--unit", "YC", "--state", "closed", "--json"))] == [
        closed.number
    ]
    page = run("--unit", "QH")
    assert "北门公示栏玻璃破损" in page
    assert "设施破损" in page
    assert "居民反映" in page
