"""Bringing in many records at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, Refusal
from mingzhang.ledger import actions, queries
from mingzhang.ledger.actions import Draft, imports
from mingzhang.ledger.holdings import Holdings
from mingzhang.ledger.models import Entry, Record, Review
from mingzhang.organisation import rules
from mingzhang.organisation.roles import Permission
from tests.ledger.world import DAY, PROBLEMS, STUDY, World


def study(world: World, key: str, **given: Any) -> Draft:
    cast = world.cast
    known = {
        "kind": world.kind("study"),
        "unit": cast.street,
        "occurred_on": DAY,
        "data": STUDY,
        "author": cast.chen,
        "reviewers": (cast.he, cast.zhou),
    }
    return Draft(source_key=key, **{**known, **given})


def bring_in(world: World, *drafts: Draft) -> actions.Imported:
    return actions.import_records(book=world.cast.book, drafts=drafts, by=world.cast.wei)


def test_an_imported_record_is_what_the_ordinary_steps_make_of_it(world: World) -> None:
    by_hand = world.posted(rows=PROBLEMS)
    bring_in(world, study(world, "a", rows=PROBLEMS))
    brought = Record.objects.get(source_key="a")
    same = ("data", "rows", "title", "state", "cycle", "steps", "unit_id", "kind_id", "pack_version_id")
    assert [getattr(brought, name) for name in same] == [getattr(by_hand, name) for name in same]
    lines = [[(e.line, e.kind_id, e.data) for e in queries.entries_of(record)] for record in (by_hand, brought)]
    assert lines[0] == lines[1]
    reviews = Review.objects.filter(record=brought).order_by("step").values_list("step", "reviewer__username")
    assert list(reviews) == [(1, "he"), (2, "zhou")]


def test_a_second_run_changes_nothing(world: World) -> None:
    drafts = [study(world, f"k{n}") for n in range(5)]
    assert bring_in(world, *drafts) == actions.Imported(added=5, known=0)
    before = (Entry.objects.count(), Event.objects.count(), queries.position(world.cast.book))
    assert bring_in(world, *drafts) == actions.Imported(added=0, known=5)
    assert (Entry.objects.count(), Event.objects.count(), queries.position(world.cast.book)) == before


def test_a_broken_off_import_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    drafts = [study(world, f"k{n}") for n in range(5)]
    drafts[3] = replace(drafts[3], data={"topic": "没有人数"})
    with pytest.raises(InvalidInput):
        bring_in(world, *drafts)
    assert Record.objects.count() == 2
    drafts[3] = study(world, "k3")
    assert bring_in(world, *drafts) == actions.Imported(added=3, known=2)
    assert list(Record.objects.order_by("id").values_list("source_key", flat=True)) == [
        "k0",
        "k1",
        "k2",
        "k3",
        "k4",
    ]


def test_every_draft_that_does_not_fit_is_named_and_none_is_brought_in(world: World) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    drafts = [
        study(world, "good"),
        study(world, "empty", data={}),
        study(world, "future", occurred_on=tomorrow),
        study(world, "short", reviewers=(world.cast.he,)),
    ]
    with pytest.raises(InvalidInput) as refused:
        bring_in(world, *drafts)
    assert set(refused.value.problems) == {
        "empty.data.topic",
        "empty.data.people",
        "future.occurred_on",
        "short",
    }
    assert not Record.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda cast: {"author": cast.qin},
        lambda cast: {"author": cast.lu},
        lambda cast: {"unit": cast.other_county},
        lambda cast: {"author": cast.stranger},
        lambda cast: {"reviewers": (cast.chen, cast.zhou)},
        lambda cast: {"reviewers": (cast.he, cast.he)},
        lambda cast: {"reviewers": (cast.zhou, cast.he)},
        lambda cast: {"reviewers": (cast.he, cast.outsider)},
    ],
)
def test_importing_gives_nobody_a_right_they_do_not_have(world: World, wrong: Any) -> None:
    with pytest.raises(NotAllowed):
        bring_in(world, study(world, "x", **wrong(world.cast)))
    assert not Record.objects.exists()


def test_who_may_not_post_may_not_import(world: World) -> None:
    for person in (world.cast.chen, world.cast.outsider, world.cast.stranger):
        with pytest.raises(NotAllowed):
            actions.import_records(book=world.cast.book, drafts=[study(world, "x")], by=person)


def test_evidence_rules_hold_for_imports(world: World) -> None:
    cast = world.cast
    notice = study(world, "n", kind=world.kind("photo"), data={"place": "东门"}, reviewers=(cast.he,))
    with pytest.raises(InvalidInput):
        bring_in(world, notice)
    use = world.submitted("photo").evidence.get()
    assert bring_in(world, replace(notice, evidence=((use.evidence, "甲.png"),))).added == 1
    assert Record.objects.get(source_key="n").evidence.get().name == "甲.png"


def test_the_import_takes_the_moment_it_is_told(world: World) -> None:
    moment = clock.now() - timedelta(days=100)
    with clock.at(moment):
        bring_in(world, study(world, "old", occurred_on=clock.today()))
    record = Record.objects.get()
    assert record.created_at == record.submitted_at == Entry.objects.get().posted_at == moment


def test_holdings_answer_as_the_rules_of_the_organisation_do(world: World) -> None:
    cast = world.cast
    people = [
        cast.chen,
        cast.he,
        cast.zhou,
        cast.lu,
        cast.wei,
        cast.qin,
        cast.outsider,
        cast.unposted,
        cast.stranger,
    ]
    units = [cast.county, cast.street, cast.community, cast.other_county]
    held = Holdings(people)
    for person in people:
        for unit in units:
            for permission in (Permission.RECORD_SUBMIT, Permission.RECORD_POST):
                allowed = rules.can(person, permission, unit)
                assert allows(held.check_can, person, permission, unit) == allowed
            for role in ("clerk", "reviewer", "leader"):
                assert allows(held.check_has_role, person, role, unit) == rules.has_role(person, role, unit)


def allows(check: Any, *asked: Any) -> bool:
    try:
        check(*asked)
    except Refusal:
        return False
    return True
