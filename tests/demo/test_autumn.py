"""The autumn of the visitors' street: self-checks, a draw, and rounds in every state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from mingzhang.demo.county import Plan
from mingzhang.demo.load import load
from mingzhang.findings.models import Finding
from mingzhang.inspections import rounds_query
from mingzhang.inspections.models import Round
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
    visits = list(Round.objects.filter(book=book, kind="visit").order_by("number"))
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
    assert (outcomes.count("visited"), outcomes.count("waiting") - len(back)) == (4, 2)
    assert Round.objects.filter(book=book, kind="self_check", state="finished").count() == 8
