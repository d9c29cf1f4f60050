"""Every number opens to exactly the entries it was counted from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingzhang.core.digests import SHA2_256
from mingzhang.core.periods import Period
from mingzhang.figures.definitions import Counted, definitions
from mingzhang.figures.engine import evaluate
from mingzhang.figures.traces import Trace, runs, trace, traces
from mingzhang.ledger.models import Entry, Position
from tests.figures.test_oracle import quick
from tests.figures.worlds import Line, Plan, World, build, built, periods, plans, post

pytestmark = pytest.mark.django_db
HALF = Period.parse("2026H1")


def world_with(*lines: Line, figures: list[dict[str, object]]) -> World:
    """A county with two communities."""
    named = [{"id": f"f{n}", "name": {"en": "F"}, "measure": "次"} | figure for n, figure in enumerate(figures)]
    return build(Plan(named, [0, 0], [], list(lines)))


def line(unit: int = 1, day: str = "2026-03-01", *, reversed_after: int | None = None, **data: object) -> Line:
    return Line("study", unit, Period.parse(f"{day}..{day}").start, data, 0, reversed_after)


def all_entries(opened: Trace) -> Iterator[Entry]:
    after = 0
    while page := opened.entries(after=after, limit=20):
        yield from page
        after = page[-1].seq


def recounted(opened: Trace) -> Decimal | int:
    """The value again, from nothing but the trace's entries or values."""
    assert isinstance(opened.definition, Counted)
    taken = opened.definition.component.value
    if taken.aggregate == "distinct":
        return len(opened.values(limit=1000))
    if taken.field is None:
        return sum(entry.sign for entry in all_entries(opened))
    holder, _, key = taken.field.name.rpartition(".")
    read = [(entry.data[holder] if holder else entry.data)[key] for entry in all_entries(opened)]
    signs = [entry.sign for entry in all_entries(opened)]
    return sum((sign * Decimal(value) for sign, value in zip(signs, read, strict=True)), Decimal(0))


def check(opened: Trace) -> None:
    if opened.parts:
        for part in opened.parts:
            check(part)
        return
    entries = list(all_entries(opened))
    assert recounted(opened) == opened.value.number
    assert opened.count == len(entries)
    assert opened.set_digest == SHA2_256 + hashlib.sha256(b"".join(bytes(e.digest) for e in entries)).digest()


@settings(quick, max_examples=10)
@given(plans(), periods(), st.data())
def test_the_entries_of_a_trace_add_up_to_the_value(plan: Plan, period: Period, data: st.DataObject) -> None:
    with built(plan) as world:
        as_of = data.draw(st.none() | st.integers(0, Position.objects.get(book=world.book).seq))
        tree = data.draw(st.sampled_from(["then", "now"]))
        requests = world.requests([data.draw(st.integers(0, len(world.units) - 1))], [period])
        values = evaluate(requests, as_of=as_of, tree=tree)
        for request, opened in traces(requests, as_of=as_of, tree=tree).items():
            assert opened.value == values[request]
            check(opened)


def test_an_entry_and_its_reversal_are_both_listed() -> None:
    world = world_with(line(), line(reversed_after=0), figures=[{"of": "study", "value": "count"}])
    opened = trace(world.requests([0], [HALF])[0])
    assert [(entry.sign, entry.reverses) for entry in opened.entries()] == [(1, None), (1, None), (-1, 2)]
    assert opened.value.number == 1


def test_a_distinct_opens_to_its_values_each_with_its_entries() -> None:
    figures = [{"of": "study", "value": "distinct(topic)"}]
    lines = line(topic="甲"), line(topic="乙"), line(topic="甲"), line(topic="丙", reversed_after=0)
    opened = trace(world_with(*lines, figures=figures).requests([0], [HALF])[0])
    assert {held.value: held.seqs for held in opened.values()} == {"乙": (2,), "甲": (1, 3)}


def test_a_derived_figure_opens_to_its_parts() -> None:
    figures: list[dict[str, object]] = [
        {"of": "study", "value": "count"},
        {"derive": "growth(f0, f0@same_last_year)", "measure": "%"},
    ]
    world = world_with(line(), line(), line(day="2025-03-01"), figures=figures)
    opened = trace(world.requests([0], [HALF])[1])
    assert opened.value.text == "100.0%"
    assert [(part.value.number, part.request.period.code) for part in opened.parts] == [
        (2, "2026H1"),
        (1, "2025H1"),
    ]


def test_a_trace_stays_as_it_was_when_the_ledger_goes_on() -> None:
    world = world_with(line(), figures=[{"of": "study", "value": "count"}])
    request = world.requests([0], [HALF])[0]
    before = trace(request)
    post(world, [line()])
    assert trace(request).value.number == 2
    assert trace(request, as_of=before.position).as_json(entries=9) == before.as_json(entries=9)


def test_a_trace_as_json_says_who_what_when_and_at_which_position() -> None:
    world = world_with(line(people=7), figures=[{"of": "study", "value": "sum(people)", "where": "people > 5"}])
    said = trace(world.requests([1], [HALF])[0]).as_json(entries=5)
    assert said["value"] == "7"
    assert said["definition"] == {
        "of": "study", "value": "sum(people)", "where": "people > 5", "scope": "subtree", "period": "same",
    }  # fmt: skip
    assert said["scope"] == {
        "everything": False, "parts": [{"units": 1, "start": "2026-01-01", "end": "2026-06-30"}]
    }  # fmt: skip
    assert (said["position"], said["entry_count"], said["unit"]) == (1, 1, world.units[1].code)
    assert said["entries"][0]["data"] == {"people": 7}


def test_every_definition_of_a_pack_can_be_opened() -> None:
    world = world_with(line(), figures=[{"of": "visit", "value": "count"}, {"derive": "ratio(f0, f0)"}])
    opened = trace(world.requests([0], [HALF])[1])
    assert opened.value.text == "—"
    assert set(definitions(world.pack_version.id)) == {"f0", "f1"}


def test_positions_are_written_as_runs() -> None:
    assert runs([]) == ""
    assert runs([12, 13, 14, 15, 18, 20, 21]) == "12-15 18 20-21"
