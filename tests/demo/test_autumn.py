"""The autumn of the visitors' street: self-checks, a draw, and rounds in every state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from mingzhang.demo.county import Plan
from mingzhang.demo.inspections import TITLE
from mingzhang.demo.load import load
from mingzhang.demo.looking_again import NOTE
from mingzhang.demo.looking_again import TITLE as AGAIN
from mingzhang.findings.models import Finding
from mingzhang.inspections import rounds_query
from mingzhang.inspections.models import Inspection, Round
from mingzhang.inspections.outcome import outcome_of
from mingzhang.ledger.models import Entry
from mingzhang.organisation.models import Book
from mingzhang.organisation.queries import person_by_username
from mingzhang.packs.actions import install
from mingzhang.packs.queries import builtin_folder

pytestmark = pytest.mark.slow  # three years of a county are played first


@pytest.fixture(scope="module")
def book(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Book]:
    with django_db_blocker.unblock(), transaction.atomic():
        pack = install(folder=builtin_folder("street-office"), by="tests")
        yield load(Plan.read(), pack, "qing-lan-xian-2026", lambda _done, _all: None, {})
        transaction.set_rollback(True)


def test_rounds_are_in_every_state_and_one_waits_for_the_visitor(book: Book) -> None:
    visits = list(Round.objects.filter(inspection__title=TITLE).order_by("number"))
    assert sorted(one.state for one in visits) == [
        "acknowledged", "acknowledged", "begun", "finished", "finished", "planned",
    ]  # fmt: skip
    own = rounds_query.taken_along(person_by_username("he"))
    assert {"visit", "self_check"} <= {one.kind for one in own if one.state in ("planned", "begun")}


def test_they_found_something_and_it_is_counted(book: Book) -> None:
    assert Finding.objects.filter(book=book, source="inspections").exists()
    drawn = Entry.objects.filter(book=book, kind__code="inspections.drawn")
    outcomes = [one.data["outcome"] for one in drawn if one.sign == 1]
    back = [one.data["outcome"] for one in drawn if one.sign == -1]
    assert outcomes.count("visited") == Round.objects.filter(kind="visit", finished_on__isnull=False).count()
    assert outcomes.count("waiting") - len(back) == 2 + 1
    assert Round.objects.filter(book=book, kind="self_check", state="finished").count() == 8


def test_closed_findings_were_looked_at_again_and_one_had_come_back(book: Book) -> None:
    outcome = outcome_of(Inspection.objects.select_related("unit__book", "book").get(title=AGAIN))
    [back] = outcome.seen_again("recurred")
    assert len(outcome.seen_again("")) == 1
    assert outcome.seen_again("confirmed")
    assert (back.finding.state, back.finding.round) == ("assigned", 2)
    assert back.finding.evidence.filter(stage="before", round=2).count() == 1
    assert Finding.objects.get(pk=back.finding.pk).steps.filter(verb="recur", reason__startswith=NOTE).exists()


def test_a_closed_finding_waits_to_be_looked_at_by_the_visitor(book: Book) -> None:
    own = rounds_query.to_go_through(person_by_username("he"))
    [waiting] = [one for one in own if one.drawn and one.drawn.object.finding]
    assert waiting.drawn is not None
    assert waiting.drawn.object.finding is not None
    assert waiting.drawn.object.finding.state in ("closed", "follow_up_due")
