"""`mingzhang figures` and `mingzhang trace`, as a person at a terminal meets them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from mingzhang.cli.figures import figures, trace
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.organisation.actions import adopt
from tests.figures.test_traces import line, world_with
from tests.figures.worlds import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    made = world_with(
        line(people=1200),
        line(people=34),
        figures=[{"of": "study", "value": "sum(people)"}, {"derive": "ratio(f0, f0@previous)", "measure": "%"}],
    )
    adopt(book=made.book, pack_version=made.pack_version, by=made.admin)
    return made


def run(command: object, world: World, *arguments: str) -> Result:
    options = ["--book", world.book.code, "--unit", world.units[0].code, "--period", "2026H1"]
    return CliRunner().invoke(command, [*options, *arguments])  # type: ignore[arg-type]


def test_the_table_names_each_figure_with_its_value(world: World) -> None:
    said = run(figures, world)
    assert said.exit_code == 0, said.output
    assert "1,234" in said.output
    assert "—" in said.output, "a ratio to nothing has no value"


def test_json_carries_exact_values_and_null_for_none(world: World) -> None:
    told = json.loads(run(figures, world, "--json").output)
    assert [(row["figure"], row["value"]) for row in told] == [("f0", "1234"), ("f1", None)]


def test_as_of_an_earlier_position_only_earlier_entries_count(world: World) -> None:
    told = json.loads(run(figures, world, "--json", "--figure", "f0", "--as-of", "1").output)
    assert [row["value"] for row in told] == ["1200"]


def test_a_trace_lists_the_entries(world: World) -> None:
    said = run(trace, world, "f0")
    assert said.exit_code == 0, said.output
    assert "1,234" in said.output
    assert said.output.count("+1") == 2


def test_a_trace_as_json_is_the_same_twice(world: World) -> None:
    first, second = (run(trace, world, "f1", "--json").output for _ in range(2))
    assert first == second
    assert [part["figure"] for part in json.loads(first)["parts"]] == ["f0", "f0"]


def test_a_misspelt_figure_is_answered_with_the_nearest(world: World) -> None:
    refused = run(trace, world, "f00").exception
    assert isinstance(refused, NotFound)
    assert "f0" in str(refused.remedy)


def test_an_unknown_unit_or_period_is_refused(world: World) -> None:
    options = ["--book", world.book.code, "--period", "2026H1", "--unit"]
    assert isinstance(CliRunner().invoke(figures, [*options, "nowhere"]).exception, NotFound)
    options = ["--book", world.book.code, "--unit", world.units[0].code, "--period"]
    assert isinstance(CliRunner().invoke(figures, [*options, "2026H3"]).exception, InvalidInput)
