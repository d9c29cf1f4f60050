"""Finding records by what is written in them."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingzhang.ledger import actions, queries
from mingzhang.ledger.models import Record, SearchText
from mingzhang.ledger.queries import searching
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.packs.models import RecordKind
from tests.web import office as offices
from tests.web.office import TALK, Office

# Few characters, so that words repeat, overlap and meet; half of them have a second writing.
ALPHABET = "学习型镇ＡａA1１%_\\'"
WORDS = st.text(st.sampled_from(ALPHABET), min_size=1, max_size=4)
TITLES = st.lists(st.text(st.sampled_from(ALPHABET + " "), min_size=1, max_size=8), min_size=1, max_size=6)


@pytest.fixture
def office(db: None) -> Office:
    return offices.kept()


def talk(office: Office, topic: str, unit: Unit | None = None, by: Person | None = None, **more: Any) -> Record:
    kind = RecordKind.objects.get(pack=offices.PACK, code="lecture")
    return actions.add_record(
        kind=kind,
        unit=unit or office.cast.street,
        occurred_on=more.pop("day", date(2026, 5, 20)),
        data={**TALK, "topic": topic},
        by=by or office.cast.chen,
        **more,
    )


def found(person: Person, asked: str) -> list[int]:
    scope = visible_units(person, Permission.RECORD_VIEW)
    return [hit.record.pk for hit in queries.search_records(scope, asked).hits]


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


@given(titles=TITLES, words=st.lists(WORDS, min_size=1, max_size=2))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_found_is_what_holds_every_word(office: Office, titles: list[str], words: list[str]) -> None:
    with transaction.atomic():
        Record.objects.filter(pk=office.draft.pk).update(title="")
        SearchText.objects.exclude(record=office.draft).delete()
        for title in titles:
            record = Record.objects.get(pk=office.draft.pk)
            record.pk = None
            record.title, record.data = title, {}
            record.save(force_insert=True)
        texts = dict(SearchText.objects.values_list("record_id", "text"))
        expected = {pk for pk, text in texts.items() if all(folded(word) in text for word in words)}
        scope = visible_units(office.cast.wei, Permission.RECORD_VIEW)
        assert set(searching._by_words(scope, words, searching.MOST_FOUND)) == expected
        transaction.set_rollback(True)


def test_one_character_two_characters_and_either_width_find_the_title(office: Office) -> None:
    record = talk(office, "加装电梯Dian")
    for asked in ("电梯", "梯", "加装电梯", "电梯　加装", "ＤＩＡＮ", "dian"):
        assert found(office.cast.chen, asked) == [record.pk], asked


def test_pairs_that_stand_apart_are_no_word(office: Office) -> None:
    talk(office, "学习习型")
    assert found(office.cast.chen, "学习型") == []


def test_the_newest_comes_first_and_a_title_before_another_text(office: Office) -> None:
    old = talk(office, "窨井盖", day=date(2026, 1, 5))
    new = talk(office, "窨井盖", day=date(2026, 3, 5))
    other = talk(office, "窨井盖", day=date(2026, 4, 5), title="别的标题")
    assert found(office.cast.chen, "窨井盖") == [new.pk, old.pk, other.pk]
    scope = visible_units(office.cast.chen, Permission.RECORD_VIEW)
    assert queries.search_records(scope, "窨井盖").hits[2].passage == "窨井盖"


def test_a_position_is_found_however_it_is_said_and_a_record_by_its_number(office: Office) -> None:
    scope = visible_units(office.cast.chen, Permission.RECORD_VIEW)
    for written in ("1", "第1笔", "第 1 笔", "１", "No. 1"):
        best = queries.search_records(scope, written).hits[0]
        assert (best.record, best.position) == (office.talk, 1), written
    assert office.draft.pk in found(office.cast.chen, f"{office.draft.pk}号")


def test_nobody_finds_what_is_not_theirs_to_see(office: Office) -> None:
    cast = office.cast
    here = talk(office, "窨井盖")
    there = talk(office, "窨井盖", cast.other_street, cast.outsider)
    strange = talk(office, "窨井盖", cast.other_county, cast.stranger)
    assert found(cast.chen, "窨井盖") == [here.pk]
    assert found(cast.outsider, "窨井盖") == [there.pk]
    assert found(cast.stranger, "窨井盖") == [strange.pk]
    assert set(found(cast.wei, "窨井盖")) == {here.pk, there.pk}
    assert found(cast.admin, "窨井盖") == []
    assert here.pk not in found(cast.stranger, str(here.pk))


def test_what_is_written_anew_is_found_by_its_new_words_only(office: Office) -> None:
    record = talk(office, "旧题目")
    actions.edit_record(
        record=record, occurred_on=record.occurred_on, data={**TALK, "topic": "新名堂"}, by=office.cast.chen
    )
    assert found(office.cast.chen, "旧题目") == []
    assert found(office.cast.chen, "新名堂") == [record.pk]


def test_rows_of_a_table_are_searched_and_long_and_personal_texts_are_not(office: Office) -> None:
    kind = RecordKind.objects.get(pack=offices.PACK, code="meeting")
    meeting = actions.add_record(
        kind=kind,
        unit=office.cast.street,
        occurred_on=date(2026, 5, 20),
        data={"form": "regular", "subject": "例会", "agenda": "住户王某的家事", "people": 5},
        rows={"resolutions": [{"resolution": "修路灯", "owner": "社区服务岗"}]},
        by=office.cast.chen,
    )
    assert found(office.cast.chen, "修路灯") == [meeting.pk]
    assert found(office.cast.chen, "王某") == []
    assert searched_fields('[{"id": "a", "type": "text"}, {"id": "b", "type": "text", "personal": {}}]') == ["a"]


def searched_fields(fields: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_searched_fields(%s::jsonb)", [fields])
        return list(cursor.fetchone()[0])


def test_a_common_word_is_answered_with_the_newest_and_says_that_there_are_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [talk(office, "巡查", day=date(2026, 4, 1 + number)).pk for number in range(8)]
    for name, value in (("MOST_FOUND", 3), ("MOST_SORTED", 2), ("NEWEST_READ", 100), ("NEWEST_AT_ROOT", 1)):
        monkeypatch.setattr(searching, name, value)
    for person in (office.cast.chen, office.cast.wei):
        scope = visible_units(person, Permission.RECORD_VIEW)
        answer = queries.search_records(scope, "巡查")
        assert (answer.count, answer.capped) == (3, True)
        assert [hit.record.pk for hit in answer.hits] == made[:-4:-1]


def test_page_after_page_lists_each_hit_once_in_one_order(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [talk(office, "巡查", day=date(2026, 4, 1 + number)).pk for number in range(8)]
    monkeypatch.setattr(searching, "MOST_FOUND", 3)
    for person in (office.cast.chen, office.cast.wei):
        scope = visible_units(person, Permission.RECORD_VIEW)
        pages = [queries.search_records(scope, "巡查", size=3, after=after, most=7) for after in (0, 3, 6)]
        assert [hit.record.pk for page in pages for hit in page.hits][:7] == made[:0:-1]
        assert {(page.count, page.capped) for page in pages} == {(7, True)}
    numbered = str(made[0])
    named = talk(office, f"第{numbered}次巡查").pk
    scope = visible_units(office.cast.chen, Permission.RECORD_VIEW)
    found = [queries.search_records(scope, numbered, size=1, after=after).hits[0].record.pk for after in (0, 1)]
    assert found == [made[0], named]


def test_posting_does_not_write_the_search_again(office: Office) -> None:
    submitted = office.submitted
    before = SearchText.objects.filter(record=submitted).extra(select={"at": "xmin::text"}).values_list("at")[0]
    accepted = actions.review_record(record=submitted, passed=True, by=office.cast.he)
    actions.post_record(record=accepted, by=office.cast.he)
    after = SearchText.objects.filter(record=submitted).extra(select={"at": "xmin::text"}).values_list("at")[0]
    assert before == after
