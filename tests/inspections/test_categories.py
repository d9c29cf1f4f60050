"""No wrong answer is lost: where its checklist does not say of what category it is, whoever goes there does."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from django.urls import reverse

from mingzhang.core.errors import InvalidInput, StateRefused
from mingzhang.findings.models import Finding
from mingzhang.inspections import actions, rounds_query
from mingzhang.inspections.models import Round
from mingzhang.organisation.actions import adopt
from mingzhang.packs.actions import install
from tests.inspections.rounds import PACK, Phone, RoundsWorld, again, client_of, told


def checked(office: RoundsWorld) -> tuple[Round, Phone]:
    """A self-check by the checklist whose items suggest no category."""
    cast = office.cast
    made = actions.start_self_check(unit=cast.community, pack=office.pack, checklist="loose", by=cast.lu)
    return made, Phone(cast.lu)


def with_the_rest(office: RoundsWorld, folder: Path) -> RoundsWorld:
    """The pack has a category for the rest."""
    shutil.copytree(PACK, folder, dirs_exist_ok=True)
    words = folder / "findings.yaml"
    words.write_text(f"{words.read_text('utf-8')}otherwise: facility\n", "utf-8")
    head = folder / "pack.yaml"
    head.write_text(head.read_text("utf-8").replace("1.0.0", "1.1.0"), "utf-8")
    pack = install(folder=folder, by="tests")
    adopt(book=office.cast.book, pack_version=pack, by=office.cast.admin)
    return replace(office, pack=pack)


def found_in(round: Round) -> list[tuple[str, str, str]]:
    found = Finding.objects.filter(pk__in=round.findings.values("finding")).order_by("number")
    return [(one.description, one.category, one.severity) for one in found]


def test_what_the_inspector_says_of_a_wrong_item_is_its_category(office: RoundsWorld) -> None:
    check, phone = checked(office)
    phone.do(check, "answer", item="door", value="no", note="锁着", category="service")
    phone.answer(check, "queue", "3")
    phone.do(check, "finish")
    assert found_in(again(check)) == [("门开着：不合格\n锁着", "service", "minor")]


def test_a_round_is_not_finished_while_a_wrong_item_has_no_category(office: RoundsWorld) -> None:
    check, phone = checked(office)
    phone.answer(check, "door", "no")
    phone.answer(check, "queue", "30")
    with pytest.raises(StateRefused, match="“门开着”、“排队的人”不合格，还没有选算哪一类问题") as refused:
        phone.do(check, "finish")
    assert "这一项下面" in (refused.value.remedy or "")
    assert again(check).state == "begun"
    address = reverse("inspections:round", args=(check.number,)) + "?unit=QH-01"
    assert client_of(office.cast.lu).get(address).text.count("还没有选算哪一类问题") == 2


def test_what_was_noted_of_the_item_is_enough(office: RoundsWorld) -> None:
    check, phone = checked(office)
    phone.answer(check, "door", "no")
    phone.answer(check, "queue", "na")
    phone.do(check, "note", item="door", words="铁门锁坏了", category="facility", severity="grave")
    phone.do(check, "finish")
    assert found_in(again(check)) == [("铁门锁坏了", "facility", "grave")]


def test_a_pack_may_have_a_category_for_the_rest(office: RoundsWorld, tmp_path: Path) -> None:
    check, phone = checked(with_the_rest(office, tmp_path))
    phone.answer(check, "door", "no")
    phone.do(check, "answer", item="queue", value="30", category="service")
    phone.do(check, "finish")
    assert [category for _words, category, _severity in found_in(again(check))] == ["facility", "service"]


def test_an_unknown_category_is_refused(office: RoundsWorld) -> None:
    check, phone = checked(office)
    with pytest.raises(InvalidInput, match="没有这个类别"):
        phone.do(check, "answer", item="door", value="no", category="weather")


def test_two_who_say_different_categories_contradict_each_other(office: RoundsWorld) -> None:
    cast = office.cast
    check = actions.start_self_check(
        unit=cast.community, pack=office.pack, checklist="loose", by=cast.lu, others=[office.gu]
    )
    Phone(cast.lu).do(check, "answer", item="door", value="no", category="service")
    Phone(office.gu).do(check, "answer", item="door", value="no", category="facility")
    assert list(rounds_query.reading_of(check).conflicts) == ["door"]
    address = reverse("inspections:round", args=(check.number,)) + "?unit=QH-01"
    shown = client_of(cast.lu).get(address).text
    assert "办事服务" in shown
    assert "设施破损" in shown


def test_the_phone_is_told_of_what_it_asks_the_category(office: RoundsWorld, tmp_path: Path) -> None:
    check, phone = checked(with_the_rest(office, tmp_path))
    phone.do(check, "answer", item="door", value="no", category="service")
    [one] = told(client_of(office.cast.lu).get(reverse("inspections:onsite_rounds")))["rounds"]
    items = [item for part in one["checklist"]["parts"] for item in part["items"]]
    assert [item["sorted_on_site"] for item in items] == [True, True]
    assert (one["otherwise"], one["answers"]["door"]["category"]) == ("facility", "service")
