"""The first-run wizard, from an empty installation to an office at work."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from mingzhang.core.errors import NotAllowed, StateRefused
from mingzhang.organisation import actions, queries
from mingzhang.organisation.models import Appointment, Book, Person, Setup, Unit
from tests import cast as people
from tests.web.test_pages import words

UNITS = "代码\t名称\t级别\t上级\nQH-01\t柳岸社区\t社区\t青禾街道\nQH\t青禾街道\t街道\t\n"
PEOPLE = "陈一禾,chen,青禾街道,宣传干事,经办人\n何站长,he,QH,站长,审核人\n周书记,zhou,QH,书记,领导、审核人"
BODY = {"name": "云川县", "code": "YC", "level": "county", "language": "zh-hans", "created_on": "2026-01-01"}
ADMIN = {"name": "唐管理", "username": "tang", "password": "yun-chuan-2026", "again": "yun-chuan-2026"}


def step(client: Client, form: dict[str, object], status: int = 200) -> str:
    response = client.post("/setup/", form, follow=True)
    page = words(response.content.decode())
    assert response.status_code == status, page
    return page


def signs_in(client: Client, username: str, password: str) -> bool:
    form = {"username": username, "password": password}
    return client.post(reverse("web:sign_in"), form).status_code == 302


def opened(client: Client) -> None:
    """Up to the pack, as the new administrator."""
    step(client, {"code": actions.make_setup_code()})
    step(client, BODY)
    step(client, ADMIN)


def test_every_page_of_an_empty_installation_leads_to_the_set_up(db: None, client: Client) -> None:
    for address in ("/", "/ledger/", "/sign-in/", "/settings/", "/nothing/"):
        assert client.get(address)["Location"] == "/setup/", address
    assert client.get("/ledger/", headers={"HX-Request": "true"})["HX-Redirect"] == "/setup/"
    assert client.get("/setup/").status_code == 200


def test_nobody_gets_in_without_the_code_of_the_console(db: None, client: Client) -> None:
    old = actions.make_setup_code()
    code = actions.make_setup_code()
    for wrong in (old, "", "AAAA-AAAA-AAAA-AAAA", code[:-1]):
        step(client, {"code": wrong}, status=422)
    step(client, BODY, status=422)  # without the code this is read as a code, and refused
    assert not Setup.objects.get().draft
    assert code not in str(Setup.objects.values().get())
    assert "先写最上面的这一个" in step(client, {"code": f" {code.lower().replace('-', ' ')} "})
    actions.make_setup_code()  # whoever runs the server asks for another: the first stops
    assert "设置码" in words(client.get("/setup/").content.decode())
    step(client, BODY, status=422)


def test_the_wizard_makes_an_office_step_by_step(db: None, client: Client) -> None:
    step(client, {"code": actions.make_setup_code()})
    assert "代码只能用字母" in step(client, {**BODY, "code": "云川"}, status=422)
    assert "还没有到" in step(client, {**BODY, "created_on": "2031-01-01"}, status=422)
    assert "“云川县”（YC）的第一位管理员" in step(client, BODY)
    assert "密码太短" in step(client, {**ADMIN, "password": "a1b2", "again": "a1b2"}, status=422)
    assert "不一样" in step(client, {**ADMIN, "again": "other"}, status=422)
    assert not Book.objects.exists()
    assert "选一个或几个" in step(client, ADMIN)
    assert "从表格里复制四列" in step(client, {"packs": ["street-office"]})
    assert [one.pack for one in queries.packs_in_force(Book.objects.get())] == ["street-office"]

    bad = UNITS + "QH\t重复\t街道\t\nX\t没上级\t街道\t没有的\nY\t多一列\t街道\t\t\t多的"
    page = step(client, {"pasted": bad, "keep": "1"})
    assert "3行有问题，一行也没有存" in page
    assert "4 QH 重复 街道 代码“QH”已经有单位在用。" in page
    assert "多了2列" in page
    assert "2行都对，还没有存" in step(client, {"pasted": UNITS})
    assert Unit.objects.count() == 1
    assert "从表格里复制五列" in step(client, {"pasted": UNITS, "keep": "1"})
    community = Unit.objects.select_related("parent").get(code="QH-01")
    assert community.parent is not None
    assert (community.level, community.parent.code) == ("community", "QH")

    assert "没有这样的角色：国王" in step(client, {"pasted": PEOPLE.replace("经办人", "国王"), "keep": "1"})
    assert "用户名“chen”已经有人在用" in step(
        client, {"pasted": f"{PEOPLE}\n又一个,chen,QH,站长,审核人", "keep": "1"}
    )
    assert Person.objects.count() == 1
    page = step(client, {"pasted": PEOPLE, "keep": "1", "passwords": "1"})
    told = dict(re.findall(r"(chen|he|zhou) ((?:[a-z2-9]{4}-){3}[a-z2-9]{4})", page))
    assert set(told) == {"chen", "he", "zhou"}
    assert signs_in(Client(), "chen", told["chen"])
    assert Appointment.objects.get(person__username="zhou").post.roles == ["leader", "reviewer"]

    assert "3个单位，4个人，启用了1个体系包" in words(client.get("/setup/").content.decode())
    assert "设置" in step(client, {})
    assert client.get("/setup/").status_code == 404
    assert Client().get("/setup/").status_code == 404
    with pytest.raises(StateRefused):
        actions.make_setup_code()


def test_the_wizard_goes_on_where_it_was_left_for_the_administrator_alone(db: None, client: Client) -> None:
    opened(client)
    step(client, {"packs": []})
    assert Client().get("/setup/")["Location"] == "/sign-in/?next=/setup/"
    later = Client()
    assert signs_in(later, "tang", ADMIN["password"])
    assert "从表格里复制四列" in words(later.get("/setup/").content.decode())
    assert "从表格里复制五列" in step(later, {"skip": "1"})
    assert "从表格里复制四列" in words(later.get("/setup/?step=units").content.decode())
    tang = Person.objects.get()
    clerk = people.seat(queries.root(tang.book), "chen", "陈一禾", "干事", ["clerk"], tang)
    with pytest.raises(NotAllowed):
        actions.note_step(step="done", by=clerk)


def test_an_installation_set_up_by_commands_has_no_wizard(cast: people.Cast, client: Client) -> None:
    assert client.get("/setup/").status_code == 404
    with pytest.raises(StateRefused):
        actions.open_office(username="mallory", name="外人", password="a-long-password-1")
    with pytest.raises(StateRefused):
        actions.write_body(name="别的", code="X", level="county", language="en", created_on=people.BEGINNING)
