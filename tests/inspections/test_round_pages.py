"""The pages of rounds and self-checks."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.inspections import actions, rounds_query
from mingzhang.inspections.models import Round
from tests.inspections.rounds import Phone, RoundsWorld, again, client_of


def page(office: RoundsWorld, name: str, *args: object, by: Any = None, rest: str = "?unit=YC") -> str:
    response = client_of(by or office.wei).get(reverse(f"inspections:{name}", args=args) + rest)
    assert response.status_code == 200
    return response.text


def test_the_list_begins_with_what_i_have_to_go_through(office: RoundsWorld) -> None:
    visit = office.visit()
    own = page(office, "rounds", by=office.feng)
    assert "我要查的" in own
    assert own.index("我要查的") < own.index("云川县和下面的")
    assert "我要查的" not in page(office, "rounds")
    assert visit.unit.name in page(office, "rounds")


def test_the_list_is_narrowed_by_state_kind_unit_and_day(office: RoundsWorld) -> None:
    done = office.finished(office.visit())
    check = office.self_check()
    titles = [f"rounds/{one.number}/" for one in (done, check)]
    for rest, shown in (
        ("&state=finished", [True, False]),
        ("&kind=self_check", [False, True]),
        ("&first=2020-01-01", [True, False]),
        ("&last=2020-01-01", [False, False]),
    ):
        found = page(office, "rounds", rest=f"?unit=YC{rest}")
        assert [one in found for one in titles] == shown
    of_unit = page(office, "rounds", rest="?unit=QH-02")
    assert titles[1] not in of_unit


def test_queries_of_the_list_do_not_grow_with_its_rows(office: RoundsWorld) -> None:
    client = client_of(office.feng)
    address = reverse("inspections:rounds") + "?unit=YC"
    first, *rest = office.under_way()
    Phone(office.feng).answer(first, "posted", "yes")
    office.finished(office.self_check(), by=office.cast.lu)
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(address)
    for one in rest:
        Phone(office.feng).answer(one, "posted", "no")
    for _time in range(3):
        office.finished(office.self_check(), by=office.cast.lu)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_the_page_of_a_round_tells_what_was_said_and_what_came_of_it(office: RoundsWorld) -> None:
    visit, phone = office.visit(), Phone(office.feng)
    phone.answer(visit, "posted", "no", "北墙没有")
    photo = phone.photo(visit, "posted")
    phone.do(visit, "statement", words="马上就贴", said_by="社区书记", agrees=True)
    office.finished(again(visit), posted="no")
    shown = page(office, "round", visit.number)
    for said in ("不合格", "马上就贴", "社区书记：认可", "材料清单贴着：不合格", str(photo), "冯督查员"):
        assert said in shown
    response = client_of(office.wei).get(reverse("inspections:picture", args=(visit.number, photo)))
    assert response.headers["Content-Type"] == "image/jpeg"
    missing = client_of(office.wei).get(reverse("inspections:picture", args=(visit.number, uuid4())))
    assert missing.status_code == 404


def test_two_answers_are_settled_on_the_page_by_one_who_inspects(office: RoundsWorld) -> None:
    visit, first, second = office.visit(), Phone(office.feng), Phone(office.song)
    first.answer(visit, "posted", "yes")
    second.answer(visit, "posted", "no")
    shown = page(office, "round", visit.number, by=office.feng)
    assert "有1项，两部手机记得不一样" in shown
    heads = rounds_query.reading_of(visit).conflicts["posted"]
    form = {"item": "posted", "op": str(heads[0].op), "seen": str(heads[1].op)}
    address = reverse("inspections:round_act", args=(visit.number, "settle"))
    assert client_of(office.wei).post(address, form).status_code == 403
    assert client_of(office.feng).post(address, form).status_code == 302
    assert rounds_query.reading_of(visit).answers["posted"].value == "yes"
    late = client_of(office.song).post(address, form)
    assert late.status_code == 409
    assert "又有变动" in late.text


def test_the_inspected_unit_acknowledges_on_the_page(office: RoundsWorld) -> None:
    visit = next(one for one in office.under_way() if one.unit.level == "street")
    of_unit = {"QH": office.cast.zhou, "SL": office.cast.outsider}[visit.unit.code]
    office.finished(visit)
    assert "签认只表示看过了" in page(office, "round", visit.number, by=of_unit, rest="")
    address = reverse("inspections:round_act", args=(visit.number, "acknowledge"))
    client_of(of_unit).post(address, {"reason": "窗口那天停电", "agrees": "no"})
    shown = page(office, "round", visit.number)
    assert "窗口那天停电" in shown
    assert "：不认可" in shown
    assert again(visit).agrees is False


def test_a_round_is_called_off_on_its_page(office: RoundsWorld) -> None:
    visit = office.visit()
    address = reverse("inspections:round_act", args=(visit.number, "call_off"))
    refused = client_of(office.wei).post(address, {"reason": ""})
    assert refused.status_code == 422
    client_of(office.wei).post(address, {"reason": "正在搬迁"})
    assert "正在搬迁" in page(office, "round", visit.number)


def test_a_unit_begins_a_self_check_of_a_checklist_for_its_level(office: RoundsWorld) -> None:
    address = reverse("inspections:self_check") + "?unit=QH-01"
    client = client_of(office.cast.lu)
    assert "便民点" in client.get(address).text
    assert client.post(address, {"checklist": "rounds-test/other"}).status_code == 422
    assert client.post(address, {"checklist": "rounds-test/point", "place": "大厅"}).status_code == 302
    made = Round.objects.get(kind="self_check")
    assert (made.unit.code, made.place) == ("QH-01", "大厅")


def test_the_page_of_an_inspection_lists_its_rounds_with_progress(office: RoundsWorld) -> None:
    first, *_rest = office.under_way()
    office.finished(first)
    assert "3个对象查完1个" in page(office, "inspection", first.inspection_id)


# --- self-checks beside inspections -------------------------------------------------------------------------------


@pytest.fixture
def compared(office: RoundsWorld) -> tuple[RoundsWorld, Round, Round]:
    """A unit found everything right itself; then an inspector found one item wrong, another not applicable."""
    visit = next(one for one in office.under_way() if one.unit.level == "community")
    clerk = {"QH-01": office.cast.lu, "QH-02": office.cast.zhou, "SL-01": office.cast.outsider}[visit.unit.code]
    check = actions.start_self_check(unit=visit.unit, pack=office.pack, checklist="point", by=clerk)
    office.finished(check, by=clerk)
    office.finished(visit, posted="no", waiting="na")
    return office, check, visit


def test_what_a_unit_found_right_and_inspectors_wrong_is_counted_by_item_and_unit(
    compared: tuple[RoundsWorld, Round, Round],
) -> None:
    office, check, visit = compared
    year = again(visit).finished_on.year
    shown = page(office, "honesty", rest=f"?unit=YC&period={year}")
    assert "检查也看过的2项，检查说不合格的1项" in shown
    assert "1/1" in shown
    assert "0/1" in shown
    assert "1/2" in shown
    opened = page(office, "honesty", rest=f"?unit=YC&period={year}&item=posted")
    for one in (check, visit):
        assert reverse("inspections:round", args=(one.number,)) in opened


def test_a_self_check_after_the_visit_is_not_held_against_it(office: RoundsWorld) -> None:
    visit = next(one for one in office.under_way() if one.unit.level == "community")
    office.finished(visit, posted="no")
    clerk = {"QH-01": office.cast.lu, "QH-02": office.cast.zhou, "SL-01": office.cast.outsider}[visit.unit.code]
    check = actions.start_self_check(unit=visit.unit, pack=office.pack, checklist="point", by=clerk)
    office.finished(check, by=clerk)
    year = again(visit).finished_on.year
    assert "还没有能对照的" in page(office, "honesty", rest=f"?unit=YC&period={year}")


def test_the_comparison_is_saved_as_a_workbook(compared: tuple[RoundsWorld, Round, Round]) -> None:
    office, _check, visit = compared
    year = again(visit).finished_on.year
    response = client_of(office.wei).get(reverse("inspections:honesty_file") + f"?unit=YC&period={year}")
    with zipfile.ZipFile(io.BytesIO(response.content)) as parts:
        words = parts.read("xl/sharedStrings.xml").decode()
        items = parts.read("xl/worksheets/sheet1.xml").decode()
    assert all(said in words for said in ("材料清单贴着", "按项", "合计", "不是打分"))
    assert re.search(r'<c r="B4"[^>]*><v>2</v></c><c r="C4"[^>]*><v>1</v></c>', items)
