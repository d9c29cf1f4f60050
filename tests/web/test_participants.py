"""The form of a sheet that asks who took part, without script, and the record's page."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from mingzhang.ledger.models import Record
from mingzhang.organisation.actions import adopt
from mingzhang.packs.actions import install
from tests.ledger.world import PACK
from tests.web.office import AT_STREET, Office
from tests.web.test_pages import words

NEW = f"/ledger/new/{AT_STREET}&kind=ledger-test/patrol"
PATROL = {"unit": "青禾街道（QH）", "occurred_on": "2026-05-20", "data.place": "东河堤", "do": "keep"}


@pytest.fixture
def clerk(office: Office, client: Client) -> Client:
    version = install(folder=PACK, by="tests")
    adopt(book=office.cast.book, pack_version=version, by=office.cast.admin)
    client.force_login(office.cast.chen)
    return client


def test_names_are_typed_into_one_box_and_shown_on_the_page(clerk: Client, office: Office) -> None:
    page = clerk.get(NEW).content.decode()
    assert 'name="data.crew"' in page
    assert "用“、”隔开" in words(page)
    answer = clerk.post(NEW, {**PATROL, "data.crew": "陈一禾、he、另3人", "rows.legs.0.walkers": "陆小满"})
    record = Record.objects.latest("id")
    assert answer["Location"] == reverse("ledger:record", args=(record.pk,))
    assert record.data["crew"] == {"persons": [office.cast.chen.pk, office.cast.he.pk], "others": 3}
    shown = words(clerk.get(answer["Location"]).content.decode())
    assert "陈一禾、何站长，另3人（共5人）" in shown
    assert "陆小满（共1人）" in shown
    again = clerk.get(reverse("ledger:edit", args=(record.pk,))).content.decode()
    assert "陈一禾（chen）、何站长（he）、另3人</textarea>" in again
    assert 'value="陆小满（lu）"' in again


def test_who_is_not_known_is_named_at_the_box_with_everything_typed_still_there(clerk: Client) -> None:
    answer = clerk.post(NEW, {**PATROL, "data.crew": "陈一禾、张三、莫生", "rows.legs.0.walkers": "李四"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "没有这个人员：张三、莫生。没有登记的人只写人数，如“另3人”" in words(page)  # 莫生 is of another book
    assert "各段第1行，谁去的 ：没有这个人员：李四" in words(page)
    assert "陈一禾、张三、莫生</textarea>" in page
    assert 'aria-describedby="f-data-crew-e"' in page


def test_what_is_typed_so_far_is_kept_as_it_stands(clerk: Client) -> None:
    entries = [["data.crew", "陈一禾（chen）、张"], ["rows.legs.0.walkers", "另1人"]]
    body = json.dumps({"subject": "new:ledger-test/patrol", "version": 0, "entries": entries})
    kept = clerk.post(reverse("ledger:autosave"), body, content_type="application/json")
    assert kept.status_code == 200
    page = clerk.get(NEW).content.decode()
    assert "陈一禾（chen）、张</textarea>" in page
    assert 'value="另1人"' in page


def test_the_page_is_in_english_too(clerk: Client) -> None:
    clerk.cookies["django_language"] = "en"
    clerk.post(NEW, {**PATROL, "data.crew": "chen; he; 3 others", "rows.legs.0.walkers": "1 other"})
    shown = words(clerk.get(reverse("ledger:record", args=(Record.objects.latest("id").pk,))).content.decode())
    assert "陈一禾, 何站长 and 3 more (5 in all)" in shown
    assert "1 person" in shown
