"""What the database itself refuses about rounds, whoever asks."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from mingzhang.inspections import actions
from mingzhang.inspections.flows import ROUND
from mingzhang.inspections.models import Round
from tests.inspections.rounds import Phone, RoundsWorld
from tests.inspections.test_guards import SAID, refused


def said_in(office: RoundsWorld) -> Round:
    """A round in which there is one of everything."""
    visit, phone = office.visit(), Phone(office.feng)
    phone.answer(visit, "posted", "no")
    phone.do(visit, "drop", what=str(phone.photo(visit)))
    phone.do(visit, "note", words="门坏了", category="facility", severity="minor")
    phone.do(visit, "statement", words="知道了", said_by="书记", agrees=True)
    return visit


@pytest.mark.parametrize("table", [*SAID, "roundinspector"])
def test_what_was_said_in_a_round_is_neither_changed_nor_deleted(office: RoundsWorld, table: str) -> None:
    said_in(office)
    same = "person_id = person_id" if table == "roundinspector" else "round_id = round_id"
    for statement in (f"UPDATE inspections_{table} SET {same}", f"DELETE FROM inspections_{table}"):
        assert "append-only" in refused(statement) or "permission denied" in refused(statement)


def test_nothing_is_added_to_a_round_that_is_over(office: RoundsWorld) -> None:
    visit = office.visit()
    actions.call_off(round=visit, reason="搬迁", by=office.wei)
    insert = (
        'INSERT INTO inspections_operation (op, round_id, number, "do", by_id, sending, said_at, received_at)'
        " VALUES (gen_random_uuid(), %s, 1, %s, %s, gen_random_uuid(), now(), now())"
    )
    for do in ("answer", "statement"):
        assert "is over" in refused(insert, (visit.pk, do, office.feng.pk))


def test_nothing_of_a_finished_round_changes(office: RoundsWorld) -> None:
    done = office.finished(office.visit())
    at = "UPDATE inspections_round SET {} WHERE id = %s"
    for change in ("finished_on = finished_on - 1", "finished_by_id = made_by_id", "begun_at = now()"):
        refused(at.format(change), (done.pk,))
    assert "does not go" in refused(at.format("state = 'called_off'"), (done.pk,))
    assert "stays what it is" in refused(at.format("unit_id = unit_id + 1"), (done.pk,))


def test_a_round_moves_only_as_its_flow_says(office: RoundsWorld) -> None:
    source = import_module("mingzhang.inspections.migrations.0003_rounds").FIXED
    allowed = set(re.findall(r"'(\w+>\w+)'", source))
    assert allowed == {f"{one.source}>{one.target}" for one in ROUND.transitions if one.source != one.target}
