"""The search box and the page of everything found."""

from __future__ import annotations

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mingzhang.web import searching
from tests.web.office import AT_STREET, Office
from tests.web.test_pages import get, words

PART = {"HX-Request": "true"}


def groups(page: str) -> list[str]:
    """The headings of what was found, in their order."""
    return re.findall(r'id="found-(\w+)-h"', page)


def test_each_finds_records_units_people_figures_and_reports_as_far_as_their_roles_go(
    office: Office, client: Client
) -> None:
    cast = office.cast
    for person, asked, expected in (
        (cast.chen, "用气", ["records"]),
        (cast.chen, "社区", ["records", "units"]),
        (cast.chen, "听宣讲人数", ["figures"]),
        (cast.chen, "总结", ["reports"]),
        (cast.chen, "陈", []),
        (cast.admin, "陈", ["people"]),
        (cast.admin, "用气", []),
        (cast.stranger, "用气", []),
        (cast.lu, "石榴", []),
        (cast.wei, "石榴", ["units"]),
    ):
        client.force_login(person)
        assert groups(get(client, f"/search/?q={asked}")) == expected, (person.username, asked)


def test_a_hit_says_what_it_is_and_marks_the_word(office: Office, client: Client) -> None:
    client.force_login(office.cast.chen)
    page = get(client, "/search/?q=第1笔")
    assert "宣讲 青禾街道 2026年1月1日 已入账 第" in words(page)
    assert "账上第1笔" in page
    assert "<mark>用气</mark>安全" in get(client, "/search/?q=用气")
    assert "没有找到“鼋鼍”" in words(get(client, "/search/?q=鼋鼍"))
    assert groups(get(client, "/search/?q=")) == []
    only = get(client, "/search/?q=社区&only=units")
    assert groups(only) == ["units"]


def test_what_stands_below_the_box_are_options_for_the_keyboard(office: Office, client: Client) -> None:
    client.force_login(office.cast.chen)
    part = get(client, "/search/?q=用气", **PART)
    assert "<html" not in part
    assert part.count('role="option"') == searching_options(part) + 1
    assert 'id="found-all"' in part
    assert get(client, "/search/?q=", **PART).strip() == ""
    page = get(client, "/ledger/" + AT_STREET)
    assert 'role="combobox"' in page
    assert 'aria-controls="search-found"' in page


def searching_options(part: str) -> int:
    """How many things were found."""
    return len(re.findall(r'id="found-\w+-\d+"', part))


def test_searching_asks_as_many_questions_for_many_hits_as_for_few(office: Office, client: Client) -> None:
    client.force_login(office.cast.chen)

    def asked() -> int:
        with CaptureQueriesContext(connection) as made:
            get(client, "/search/?q=用气")
        return len(made)

    asked()
    before = asked()
    office.post_talks(12)
    assert asked() == before


def test_no_text_breaks_the_search(office: Office, client: Client) -> None:
    client.force_login(office.cast.chen)
    for asked in ("'", "\\", "%", "_", "a&b|!c:*", "(", "第999999999999999999笔", "\u200b", "😀", "x" * 500):
        assert client.get("/search/", {"q": asked}).status_code == 200, asked


def test_words_are_marked_where_they_overlap_and_never_where_they_do_not_stand() -> None:
    assert searching.marked("学习学习型", ["学习学", "习型"]) == [("学习学习型", True)]
    assert searching.marked("ＡＢＣ", ["b"]) == [("Ａ", False), ("Ｂ", True), ("Ｃ", False)]
    assert searching.marked("㍿社", ["株"]) == [("㍿社", False)]
