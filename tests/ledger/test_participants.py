"""Who took part: named on the sheet, counted in the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingzhang.core.digests import canonical_json
from mingzhang.core.errors import InvalidInput
from mingzhang.core.periods import Period
from mingzhang.figures import oracle
from mingzhang.figures.engine import Request, evaluate
from mingzhang.ledger import actions, queries
from mingzhang.ledger.contents import InBook, content
from mingzhang.ledger.forms import beginning
from mingzhang.ledger.forms.given import Given, of_content
from mingzhang.ledger.models import Entry, Record
from mingzhang.ledger.sheets import sheet_of
from mingzhang.organisation import actions as organisation
from mingzhang.packs.loader import load
from mingzhang.packs.schema import Kind
from tests.cast import Cast
from tests.ledger.world import DAY, PACK, World

PATROL: Kind = load(PACK).kind("patrol")
YEAR = Period.parse("2026")


def patrol(world: World, crew: Any, legs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"kind": "patrol", "data": {"place": "东河堤", "crew": crew}, "rows": {"legs": legs or []}}


def kept(cast: Cast, crew: Any) -> Any:
    return content(PATROL, {"place": "东河堤", "crew": crew}, {}, "", resolve=InBook(cast.book)).data["crew"]


def refusal(cast: Cast, crew: Any) -> str:
    with pytest.raises(InvalidInput) as refused:
        kept(cast, crew)
    [(path, [said])] = refused.value.problems.items()
    assert path == "data.crew"
    return said


def number(world: World, figure: str) -> Any:
    record = Record.objects.filter(kind=world.kind("patrol")).first()
    assert record
    asked = Request(figure, record.pack_version_id, world.cast.county.pk, YEAR)
    counted = evaluate([asked])[asked].number
    assert oracle.recount([asked])[asked] == counted
    return counted


def test_people_are_written_by_name_or_user_name_and_the_others_counted(cast: Cast) -> None:
    chen, he, lu = cast.chen.pk, cast.he.pk, cast.lu.pk
    for written in (
        "陈一禾、何站长，lu；另3人",
        "陈一禾（chen）、何站长(he)、陆小满\n其他人员 3 人",
        "CHEN,ｈｅ,lu,３名",
        {"persons": [chen, "he", lu], "others": 3},
    ):
        assert kept(cast, written) == {"persons": [chen, he, lu], "others": 3}, written
    assert kept(cast, "何站长") == {"persons": [he], "others": 0}
    assert kept(cast, "另26人") == {"persons": [], "others": 26}


def test_nobody_at_all_is_as_if_nothing_was_given(cast: Cast) -> None:
    for written in ("", " 、", "另0人", {"persons": [], "others": 0}, {}):
        assert refusal(cast, written) == "不能空着"


@pytest.mark.parametrize(
    ("crew", "said"),
    [
        ("陈一禾、张三、李四", "没有这个人员：张三、李四。没有登记的人只写人数，如“另3人”"),
        ("、".join(f"路人{number}" for number in range(9)), "等9个"),
        ("陈一禾、chen", "写了两次：chen"),
        ("另3人、另2人", "只写一处"),
        ("另-3人", "没有这个人员：另-3人"),
        ("另100001人", "要在0到100000人之间"),
        ("3", "没有这个人员：3"),
        ({"persons": ["mo"]}, "没有这个人员：mo"),
        ({"persons": [2**40]}, "没有这个人员"),
        ({"persons": [True]}, "要填编号"),
        ({"persons": "chen"}, "一组人员"),
        ({"persons": [], "others": -1}, "要在0到"),
        ({"persons": [], "others": "3"}, "要填整数"),
        ({"persons": [], "others": True}, "要填整数"),
        ({"people": []}, "要填姓名"),
        (["chen"], "要填姓名"),
        (7, "要填姓名"),
        ("甲、" * 501, "最多500个"),
        ("陈" * 60_000, "名单太长"),
    ],
)
def test_what_names_nobody_is_refused_in_words(cast: Cast, crew: Any, said: str) -> None:
    assert said in refusal(cast, crew)


def test_two_of_one_name_are_told_apart_by_user_name(cast: Cast) -> None:
    other = organisation.create_person(
        book=cast.book, username="chen2", name="陈一禾", password=None, by=cast.admin
    )
    assert "不止一个人叫这个名字：陈一禾" in refusal(cast, "陈一禾")
    assert kept(cast, "陈一禾（chen2）") == {"persons": [other.pk], "others": 0}


def test_two_of_one_name_on_one_sheet_are_shown_with_their_user_names(world: World) -> None:
    book, admin = world.cast.book, world.cast.admin
    organisation.create_person(book=book, username="chen2", name="陈一禾", password=None, by=admin)
    record = world.posted(**patrol(world, "chen、he、chen2"))
    assert sheet_of(record, PATROL).fields[1].text == "陈一禾（chen）、何站长、陈一禾（chen2）（共3人）"


def test_whoever_has_left_since_took_part_all_the_same(cast: Cast) -> None:
    organisation.deactivate_person(person=cast.lu, by=cast.admin)
    assert kept(cast, "陆小满") == {"persons": [cast.lu.pk], "others": 0}


def test_a_long_list_is_looked_up_at_once(cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        kept(cast, "chen、he、zhou、lu、wei、qin、陈一禾苗（wu）")


def test_the_ledger_is_told_how_many_and_never_who(world: World) -> None:
    cast = world.cast
    legs = [{"street": "一段", "walkers": "陈一禾、另1人"}, {"street": "二段"}]
    record = world.posted(**patrol(world, "陈一禾、何站长、另3人", legs))
    assert record.data["crew"] == {"persons": [cast.chen.pk, cast.he.pk], "others": 3}
    sheet, first, second = (entry.data for entry in queries.entries_of(record))
    assert sheet == {"place": "东河堤", "crew": 5}
    assert first == {"street": "一段", "walkers": 2, "sheet": sheet}
    assert second == {"street": "二段", "sheet": sheet}
    told = b"".join(canonical_json(entry.data) for entry in Entry.objects.all())
    assert b"persons" not in told
    assert not any(name.encode() in told for name in ("陈一禾", "chen", "何站长"))


def test_figures_add_up_and_compare_how_many_took_part(world: World) -> None:
    world.posted(**patrol(world, "陈一禾、另1人", [{"walkers": "何站长"}]))
    world.posted(**patrol(world, "另7人", [{"walkers": "另4人"}, {"street": "空"}]))
    world.reversed(**patrol(world, "陈一禾、何站长、周书记"))
    assert number(world, "patrollers") == 9
    assert number(world, "large_patrols") == 1
    assert number(world, "walkers") == 5


def test_a_correction_moves_the_figure_and_starts_from_who_was_there(world: World) -> None:
    record = world.reversed(**patrol(world, "陈一禾、何站长、另3人"))
    begun = beginning.correcting(PATROL, record).given
    assert begun.one("data.crew") == "陈一禾（chen）、何站长（he）、另3人"
    again = actions.add_record(
        kind=world.kind("patrol"),
        unit=record.unit,
        occurred_on=DAY,
        data=begun.data(PATROL),
        replaces=record,
        by=world.cast.chen,
    )
    assert again.data == record.data
    assert number(world, "patrollers") == Decimal(0)


def test_a_copy_of_an_earlier_sheet_leaves_out_who_was_there_then(world: World) -> None:
    record = world.posted(**patrol(world, "陈一禾、另3人", [{"street": "一段", "walkers": "何站长"}]))
    begun = beginning.copied(PATROL, record, record.unit).given
    assert (begun.one("data.place"), begun.one("data.crew")) == ("东河堤", "")
    assert begun.rows_of("legs") == []


def test_the_page_names_everybody_and_says_how_many_they_are(world: World) -> None:
    legs = [{"walkers": "陆小满"}, {"walkers": "另12人"}]
    record = world.posted(**patrol(world, "陈一禾、何站长、另1200人", legs))
    shown = sheet_of(record, PATROL)
    assert shown.fields[1].text == "陈一禾、何站长，另1,200人（共1,202人）"
    assert [row.cells[1].text for row in shown.tables[0].rows] == ["陆小满（共1人）", "12人"]
    assert not shown.fields[1].measure


def test_brought_in_from_elsewhere_names_are_read_and_each_unknown_one_is_told_by_its_cell(world: World) -> None:
    def draft(key: str, crew: str, walkers: str) -> actions.Draft:
        return actions.Draft(
            source_key=key,
            kind=world.kind("patrol"),
            unit=world.cast.street,
            occurred_on=DAY,
            data={"place": "东河堤", "crew": crew},
            rows={"legs": [{"walkers": "另1人"}, {"walkers": walkers}]},
            author=world.cast.chen,
        )

    def bring_in(*drafts: actions.Draft) -> actions.Imported:
        return actions.import_records(book=world.cast.book, drafts=drafts, by=world.cast.wei)

    with pytest.raises(InvalidInput) as refused:
        bring_in(draft("a", "陈一禾、张三", "李四"), draft("b", "何站长", "另2人"))
    assert refused.value.problems == {
        "a.data.crew": ["没有这个人员：张三。没有登记的人只写人数，如“另3人”"],
        "a.rows.legs.1.walkers": ["没有这个人员：李四。没有登记的人只写人数，如“另3人”"],
    }
    assert not Record.objects.exists()
    assert bring_in(draft("a", "陈一禾、另1人", "lu"), draft("b", "何站长", "另2人")).added == 2
    assert number(world, "patrollers") == 3


NAMES = ("chen", "he", "zhou", "lu", "wei", "qin", "wu", "xin")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    usernames=st.lists(st.sampled_from(NAMES), unique=True),
    others=st.integers(0, 100_000),
    name=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30).filter(str.strip),
)
def test_what_was_kept_is_written_out_and_read_back_the_same(
    cast: Cast, usernames: list[str], others: int, name: str
) -> None:
    """Whatever somebody is called: 另3人, or a name with a separator or brackets in it."""
    renamed = organisation.rename_person(person=cast.lu, name=name, by=cast.admin)
    assert renamed.pk == cast.lu.pk
    if not usernames and not others:
        return
    first = kept(cast, {"persons": usernames, "others": others})
    given = of_content(PATROL, {"place": "东河堤", "crew": first}, {})
    assert Given.kept(given.entries()).entries() == given.entries()
    assert kept(cast, given.data(PATROL)["crew"]) == first
    assert kept(cast, first) == first
    assert len(first["persons"]) == len(usernames)
