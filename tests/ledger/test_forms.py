"""From a form to a record and back: whatever is posted either round-trips or is refused with every place named."""

from __future__ import annotations

import string
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingzhang.core.errors import InvalidInput
from mingzhang.ledger.contents import InBook, content
from mingzhang.ledger.forms.controls import Sheet
from mingzhang.ledger.forms.given import Given, of_content, reference
from mingzhang.ledger.forms.writing import differences
from mingzhang.packs.loader import load
from mingzhang.packs.queries import builtin_folder
from mingzhang.packs.schema import Field, Kind
from tests.cast import Cast

KINDS = [kind for pack in ("street-office", "work-safety") for kind in load(builtin_folder(pack)).kinds]
ODD = [
    "",
    " ",
    "四十来人",
    "１２",
    "-1",
    "1,234",
    "2026年3月7日",
    "2026.2.30",
    "是",
    "true",
    "<b>",
    "=1+1",
    "\x00",
    "某某（x）",
]


def texts(field: Field) -> st.SearchStrategy[str]:
    """What somebody may put into a control: mostly what fits."""
    fitting: dict[str, st.SearchStrategy[str]] = {
        "integer": st.integers(0, 40).map(str),
        "decimal": st.decimals(0, 9, places=1).map(str),
        "money": st.decimals(Decimal(0), Decimal(999), places=2).map(str),
        "date": st.dates().map(lambda day: day.isoformat()),
        "boolean": st.sampled_from(["true", "false"]),
        "unit": st.sampled_from(["QH", "柳岸社区（QH-01）"]),
        "person": st.sampled_from(["chen", "何站长（he）"]),
    }
    ids = [option.id for option in field.options]
    usual = (
        st.sampled_from(ids)
        if ids
        else fitting.get(field.type, st.text(string.ascii_letters + "学习，。", max_size=30))
    )
    return st.one_of(usual, usual, usual, st.just(""), st.sampled_from(ODD))


@st.composite
def forms(draw: st.DrawFn) -> tuple[Kind, list[list[str]]]:
    kind = draw(st.sampled_from(KINDS))
    entries = [[f"data.{field.id}", draw(texts(field))] for field in kind.fields]
    for table in kind.tables:
        for row in draw(st.lists(st.integers(0, 90), max_size=3, unique=True)):
            entries += [[f"rows.{table.id}.{row}.{field.id}", draw(texts(field))] for field in table.fields]
    return kind, entries


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(form=forms())
def test_whatever_is_posted_round_trips_or_is_refused_with_every_place_named(
    cast: Cast, form: tuple[Kind, list[list[str]]]
) -> None:
    kind, entries = form
    posted = Given(entries)
    problems = _problems(kind, posted, cast)
    shown = Sheet(kind, posted, problems=problems)
    assert {one.text for one in shown.wrong} == {text for texts in problems.values() for text in texts}
    if not problems:
        kept = content(kind, posted.data(kind), posted.rows(kind), "", resolve=InBook(cast.book))
        again = of_content(kind, kept.data, kept.rows)
        assert content(kind, again.data(kind), again.rows(kind), "", resolve=InBook(cast.book)) == kept


def _problems(kind: Kind, posted: Given, cast: Cast) -> dict[str, list[str]]:
    try:
        content(kind, posted.data(kind), posted.rows(kind), "", resolve=InBook(cast.book))
    except InvalidInput as refused:
        return refused.problems
    return {}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("QH-01", "QH-01"),
        ("柳岸社区（QH-01）", "QH-01"),
        ("柳岸社区(QH-01) ", "QH-01"),
        ("（一）会（12）", "12"),
        ("", ""),
    ],
)
def test_a_thing_is_named_by_its_code_alone_or_behind_its_name(written: str, meant: str) -> None:
    assert reference(written) == meant


def test_a_kept_copy_that_is_no_list_of_texts_gives_an_empty_form() -> None:
    for entries in (None, 3, {"a": 1}, [[1, 2]], [["data.a"]], ["data.a"]):
        assert Given.kept(entries).entries() == []


def test_what_differs_between_two_fillings_is_said_in_words() -> None:
    kind = next(kind for kind in KINDS if kind.id == KINDS[-1].id and kind.fields)
    choice = next(kind for kind in KINDS if kind.fields and kind.fields[0].type == "choice")
    first, second = choice.fields[0].options[:2]
    mine, theirs = (
        Sheet(choice, Given([[f"data.{choice.fields[0].id}", option.id]]), spare=0) for option in (first, second)
    )
    [found] = differences(mine, theirs)
    assert (found.mine, found.theirs) == (first.name.text(), second.name.text())
    same: dict[str, Any] = {"spare": 0}
    assert differences(Sheet(kind, Given(), **same), Sheet(kind, Given(), **same)) == []
