"""Writing, handing in and reviewing record sheets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, NotFound, StateRefused
from mingzhang.ledger import actions, queries, rules
from mingzhang.ledger.models import Entry, Record
from mingzhang.organisation.actions import close_unit
from mingzhang.packs.models import RecordKind
from tests.cast import BEGINNING, seat
from tests.ledger.world import DAY, PROBLEMS, STUDY, World

ACTIONS = ("edit", "submit", "review", "post", "reverse")


def edit(world: World, record: Record, **changed: Any) -> Record:
    given = {"occurred_on": DAY, "data": STUDY, "by": world.cast.chen, **changed}
    return actions.edit_record(record=record, **given)


def test_a_draft_may_be_incomplete_but_not_when_it_is_handed_in(world: World) -> None:
    draft = world.draft(data={"topic": "物业"})
    with pytest.raises(InvalidInput) as refused:
        actions.submit_record(record=draft, by=world.cast.chen)
    assert list(refused.value.problems) == ["data.people"]
    edit(world, draft, rows=PROBLEMS)
    assert actions.submit_record(record=draft, by=world.cast.chen).state == "submitted"


def test_a_sheet_without_a_title_gets_one_from_its_template(world: World) -> None:
    assert world.draft("visit", data={"topic": "高温关爱"}).title == "走访：高温关爱"
    assert world.draft("photo").title == "公示"
    titled = edit(world, world.draft(), title="  第五次学习会 ")
    assert titled.title == "第五次学习会"


def test_a_kind_without_review_is_accepted_at_once(world: World) -> None:
    assert world.submitted("visit").state == "accepted"


def test_a_kind_with_two_steps_is_accepted_after_the_second(world: World) -> None:
    record = world.submitted()
    record = actions.review_record(record=record, passed=True, by=world.cast.he)
    assert record.state == "submitted"
    record = actions.review_record(record=record, passed=True, by=world.cast.zhou)
    assert record.state == "accepted"


def test_a_returned_sheet_starts_its_steps_anew(world: World) -> None:
    record = actions.review_record(record=world.submitted(), passed=True, by=world.cast.he)
    record = actions.review_record(record=record, passed=False, note="主题写全", by=world.cast.zhou)
    assert record.state == "returned"
    record = actions.submit_record(record=edit(world, record), by=world.cast.chen)
    assert (record.state, record.cycle) == ("submitted", 2)
    with pytest.raises(NotAllowed):
        actions.review_record(record=record, passed=True, by=world.cast.zhou)
    record = actions.review_record(record=record, passed=True, by=world.cast.he)
    assert actions.review_record(record=record, passed=True, by=world.cast.zhou).state == "accepted"


def test_returning_needs_a_note(world: World) -> None:
    with pytest.raises(InvalidInput):
        actions.review_record(record=world.submitted(), passed=False, note="  ", by=world.cast.he)


def with_roles(world: World, *roles: str) -> Any:
    """Someone in the street with all of `roles`."""
    return seat(world.cast.street, "all", "全能", "多面手", roles, world.cast.admin)


def test_nobody_reviews_their_own_sheet_even_with_the_role(world: World) -> None:
    person = with_roles(world, "clerk", "reviewer", "leader")
    own = actions.submit_record(record=world.draft(by=person), by=person)
    with pytest.raises(NotAllowed, match="自己经办"):
        actions.review_record(record=own, passed=True, by=person)
    handed_in_by_another = actions.submit_record(record=world.draft(by=person), by=world.cast.chen)
    with pytest.raises(NotAllowed, match="自己经办"):
        actions.review_record(record=handed_in_by_another, passed=True, by=person)


def test_nobody_takes_two_steps_even_with_both_roles(world: World) -> None:
    person = with_roles(world, "reviewer", "leader")
    record = actions.review_record(record=world.submitted(), passed=True, by=person)
    with pytest.raises(NotAllowed, match="换一个人"):
        actions.review_record(record=record, passed=True, by=person)


def test_evidence_is_asked_for_where_the_kind_asks(world: World) -> None:
    with pytest.raises(InvalidInput, match="至少要有 1 份佐证"):
        actions.submit_record(record=world.draft("photo"), by=world.cast.chen)


def test_units_of_other_levels_do_not_keep_the_sheet(world: World) -> None:
    clerk = seat(world.cast.county, "gao", "高县", "综合岗", ["clerk"], world.cast.admin)
    with pytest.raises(InvalidInput, match="这一级不用"):
        world.draft("visit", unit=world.cast.county, by=clerk)


def test_what_has_not_happened_yet_cannot_be_recorded(world: World) -> None:
    world.draft(day=clock.today())
    with pytest.raises(InvalidInput, match="还没有到") as refused:
        world.draft(day=clock.today() + timedelta(days=1))
    assert list(refused.value.problems) == ["occurred_on"]


def test_a_day_before_the_unit_or_after_it_cannot_be_recorded(world: World) -> None:
    with pytest.raises(InvalidInput, match="才设立"):
        world.draft(day=BEGINNING - timedelta(days=1))
    closed = clock.today() - timedelta(days=10)
    community = world.cast.second_community
    close_unit(unit=community, on=closed, by=world.cast.admin)
    community.refresh_from_db()
    world.draft(unit=community, day=closed - timedelta(days=1))
    with pytest.raises(InvalidInput, match="已于"):
        world.draft(unit=community, day=closed)


def test_a_kind_of_a_pack_that_the_book_does_not_use_cannot_be_written(world: World) -> None:
    foreign = RecordKind.objects.create(pack="other", code="study")
    for kind in (foreign, world.kind("study.problems")):
        with pytest.raises(NotFound):
            actions.add_record(kind=kind, unit=world.cast.street, occurred_on=DAY, data={}, by=world.cast.chen)


# what each state allows
ALLOWED = {
    "draft": {"edit", "submit"},
    "submitted": {"review"},
    "returned": {"edit", "submit"},
    "accepted": {"post"},
    "posted": {"reverse"},
    "reversed": set(),
}


@pytest.mark.parametrize("state", ALLOWED)
def test_every_state_allows_what_the_flow_says_and_nothing_else(world: World, state: str) -> None:
    record, cast = world.record_at(state), world.cast
    tries = {
        "edit": lambda: edit(world, record),
        "submit": lambda: actions.submit_record(record=record, by=cast.chen),
        "review": lambda: actions.review_record(record=record, passed=True, by=cast.he),
        "post": lambda: actions.post_record(record=record, by=cast.zhou),
        "reverse": lambda: actions.reverse_record(record=record, reason="错", by=cast.zhou),
    }
    for name in set(ACTIONS) - ALLOWED[state]:
        with pytest.raises(StateRefused):
            tries[name]()
    assert record.state == Record.objects.get(pk=record.pk).state
    for name in sorted(ALLOWED[state])[:1]:
        tries[name]()


# who may, on a record of the street: add, edit, submit, review its first step
STREET = [
    ("chen", "yyyn"),
    ("he", "nnny"),
    ("zhou", "nnnn"),
    ("lu", "nnnn"),
    ("wei", "nnnn"),
    ("qin", "nnnn"),
    ("outsider", "nnnn"),
    ("unposted", "nnnn"),
    ("admin", "nnnn"),
    ("stranger", "nnnn"),
]


@pytest.mark.parametrize(("who", "may"), STREET)
def test_who_may_add_edit_submit_and_review(world: World, who: str, may: str) -> None:
    person = getattr(world.cast, who)
    draft, handed_in = world.draft(), world.submitted()
    tries = (
        lambda: world.draft(by=person),
        lambda: edit(world, draft, by=person),
        lambda: actions.submit_record(record=draft, by=person),
        lambda: actions.review_record(record=handed_in, passed=True, by=person),
    )
    for attempt, mark in zip(tries, may, strict=True):
        if mark == "y":
            attempt()
        else:
            with pytest.raises(NotAllowed):
                attempt()


@pytest.mark.parametrize(("who", "may"), STREET)
def test_the_twin_of_each_check_answers_alike(world: World, who: str, may: str) -> None:
    person = getattr(world.cast, who)
    draft, handed_in = world.draft(), world.submitted()
    answers = (
        rules.user_can_edit(person, draft),
        rules.user_can_submit(person, draft),
        rules.user_can_review(person, handed_in),
    )
    assert answers == tuple(mark == "y" for mark in may[1:])


def test_a_clerk_of_the_street_writes_for_its_communities(world: World) -> None:
    assert world.draft(unit=world.cast.community).unit == world.cast.community


HOSTILE = {
    "html": "<script>alert(1)</script>",
    "formula": '=HYPERLINK("http://x","y")',
    "template": "{{ settings.SECRET_KEY }} {topic} %(x)s",
    "sql": "'); DROP TABLE ledger_entry; --",
    "copy": "a\\tb\\nc\\\\.",
    "quote": '"}\\u0000',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_posted_letter_by_letter(world: World, name: str) -> None:
    text = HOSTILE[name]
    record = world.posted(data={**STUDY, "topic": text})
    [entry] = queries.entries_of(record)
    assert entry.data["topic"] == record.data["topic"] == record.title == text


@pytest.mark.parametrize(
    "value",
    ["a\0b", "a\x1b[31m", "a\u202eb", "\ud800", "x" * 10_000_000, 10**30, True, ["a"], {"a": 1}, float("nan")],
)
def test_what_cannot_be_a_line_of_text_is_refused_by_its_path(world: World, value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.draft(data={**STUDY, "topic": value})
    assert list(refused.value.problems) == ["data.topic"]
    assert len(str(refused.value)) < 1000
    assert not Record.objects.exists()


@pytest.mark.parametrize("value", ["很多", -1, 100_001, 1.5, "1e99", 10**30, float("inf"), True, [], "9" * 10_000])
def test_what_cannot_be_a_count_is_refused_by_its_path(world: World, value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.draft(data={**STUDY, "people": value})
    assert list(refused.value.problems) == ["data.people"]


def test_unknown_fields_tables_and_shapes_are_refused(world: World) -> None:
    for data, rows in (
        ({**STUDY, "nobody": 1}, {}),
        (STUDY, {"nothing": []}),
        (STUDY, {"problems": "x"}),
        (STUDY, {"problems": [1]}),
        (STUDY, {"problems": [{"what": "x"}] * 3000}),
        ([], {}),
    ):
        with pytest.raises(InvalidInput):
            world.draft(data=data, rows=rows)


@pytest.mark.parametrize("title", ["x" * 10_000_000, "a\0b", "a\nb"])
def test_a_hostile_title_is_refused(world: World, title: str) -> None:
    with pytest.raises(InvalidInput):
        edit(world, world.draft(), title=title)


def test_a_hostile_note_is_refused(world: World) -> None:
    record = world.submitted()
    for note in ("x" * 1_000_000, "a\0b"):
        with pytest.raises(InvalidInput):
            actions.review_record(record=record, passed=False, note=note, by=world.cast.he)


def test_every_action_leaves_its_event(world: World) -> None:
    record = world.reversed()
    told = Event.objects.filter(subject=record.ref).order_by("id").values_list("verb", "actor")
    assert list(told) == [
        ("record.add", "person:chen"),
        ("record.submit", "person:chen"),
        ("record.pass", "person:he"),
        ("record.pass", "person:zhou"),
        ("record.post", "person:zhou"),
        ("record.reverse", "person:zhou"),
    ]


def test_posting_many_takes_as_many_queries_as_posting_few(world: World) -> None:
    def queries_of(count: int) -> int:
        records = [world.accepted("visit") for _ in range(count)]
        with CaptureQueriesContext(connection) as ran:
            actions.post_records(records=records, by=world.cast.zhou)
        return len(ran)

    queries_of(1)
    assert queries_of(2) == queries_of(12)
    assert Entry.objects.count() == 15
