from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from mingzhang.core.composed import Composed, Given
from mingzhang.organisation.models import Appointment, Unit
from mingzhang.organisation.scopes import AnyOf
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def units_of(book: Any, level: Any) -> QuerySet[Unit]:
    return Unit.objects.filter(book=book, level=level).select_related("parent").order_by("code")


def test_a_composed_question_has_the_answers_of_its_queryset(cast: Cast) -> None:
    question = Composed(lambda: units_of(Given("book"), Given("level")))
    for level in ("street", "community", "none"):
        assert question.ask(book=cast.book.pk, level=level) == list(units_of(cast.book.pk, level))
    assert [unit.parent.name for unit in question.ask(book=cast.book.pk, level="street") if unit.parent] == [
        cast.county.name, cast.county.name,
    ]  # fmt: skip


def test_each_asking_is_one_query_with_what_is_given_then(cast: Cast) -> None:
    question = Composed(lambda: Unit.objects.filter(code=Given("code")).values_list("name", flat=True))
    for unit in (cast.street, cast.community):
        with CaptureQueriesContext(
            connection,
        ) as sent:
            assert question.ask(code=unit.code) == [unit.name]
        assert len(sent) == 1


def test_the_statement_is_composed_once(cast: Cast) -> None:
    composed = []

    def compose() -> QuerySet[Unit]:
        composed.append(1)
        return Unit.objects.filter(book=Given("book"))

    question = Composed(compose)
    assert question.ask(book=cast.book.pk)
    assert question.ask(book=cast.other_book.pk)
    assert composed == [1]


def test_lists_of_numbers_days_and_slices_may_be_given(cast: Cast) -> None:
    found = Composed(
        lambda: Unit.objects.filter(AnyOf(F("id"), Given("ids"))).order_by("id").values_list("code")[:1]
    )
    assert found.ask(ids=sorted([cast.street.pk, cast.community.pk])) == [(cast.street.code,)]
    assert found.ask(ids=[]) == []
    held = Composed(lambda: Appointment.objects.filter(valid__contains=Given("day")).order_by("pk"))
    assert held.ask(day=date(2024, 5, 1)) == list(
        Appointment.objects.filter(valid__contains=date(2024, 5, 1)).order_by("pk")
    )
    assert held.ask(day=date(1990, 1, 1)) == []


def test_a_value_that_is_missing_is_named(cast: Cast) -> None:
    question = Composed(lambda: units_of(Given("book"), Given("level")))
    with pytest.raises(KeyError, match="level"):
        question.ask(book=cast.book.pk)


def test_parts_of_words_are_looked_for_as_they_are_written(cast: Cast) -> None:
    found = Composed(lambda: Unit.objects.filter(name__contains=Given("part")).values_list("name", flat=True))
    assert cast.street.name in found.ask(part=cast.street.name[1:3])
    assert found.ask(part="%") == []
    assert found.ask(part="_") == []


def test_what_cannot_be_composed_is_refused(cast: Cast) -> None:
    with pytest.raises(TypeError):
        Composed(lambda: Unit.objects.filter(name__iexact=Given("name"))).ask(name="QH")


def test_a_union_may_be_composed(cast: Cast) -> None:
    def named(code: str) -> QuerySet[Unit, tuple[int]]:
        return Unit.objects.filter(code=Given(code)).values_list("pk")

    question = Composed(lambda: named("one").union(named("other"), all=True))
    found = question.ask(one=cast.street.code, other=cast.community.code)
    assert sorted(found) == sorted([(cast.street.pk,), (cast.community.pk,)])


def test_several_threads_ask_on_their_own_connections() -> None:
    applied = MigrationRecorder.Migration.objects  # committed before any test
    question = Composed(lambda: applied.filter(app=Given("app")).values_list("app", flat=True).distinct())

    def ask(app: str) -> list[str]:
        try:
            return question.ask(app=app)
        finally:
            connection.close()

    apps = ["ledger", "organisation", "audit"] * 5
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, apps)) == [[app] for app in apps]
