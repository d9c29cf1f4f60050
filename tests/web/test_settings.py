"""The settings pages, as administrators use them."""

from __future__ import annotations

import io
import re
from datetime import date
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.organisation import actions, queries
from mingzhang.organisation.models import Post, Unit
from mingzhang.packs.queries import builtin_folder, builtin_pack
from tests import cast as people
from tests.web.test_pages import words

DAY = "2026-06-01"

SAFETY = builtin_pack("work-safety").version


@pytest.fixture
def admin(cast: people.Cast, client: Client) -> Client:
    client.force_login(cast.admin)
    return client


def at(name: str, *args: object) -> str:
    return reverse(f"organisation:{name}", args=args)


def said(client: Client, address: str, form: dict[str, object] | None = None, status: int = 200) -> str:
    response = client.post(address, form, follow=True) if form is not None else client.get(address)
    assert response.status_code == status, words(response.content.decode())
    return words(response.content.decode())


def test_a_unit_is_added_renamed_moved_merged_and_closed_with_its_history(admin: Client) -> None:
    assert "“杏林社区”建好了" in said(
        admin,
        at("unit_act", "QH", "add"),
        {"code": "QH-03", "name": "杏林社区", "level": "community", "created_on": DAY},
    )
    assert "改名为“杏花社区”了" in said(
        admin, at("unit_act", "QH-03", "rename"), {"name": "杏花社区", "on": "2026-07-01"}
    )
    moved = said(admin, at("unit_act", "QH-03", "move"), {"parent": "石榴街道", "on": "2026-08-01"})
    assert "“杏花社区”划到“石榴街道”下面了" in moved
    assert "杏林社区" in moved  # what it was called stays in its history
    assert "归“青禾街道”" in moved
    merged = said(admin, at("unit_act", "QH-03", "merge"), {"into": "SL-01", "on": "2026-09-01"})
    assert "并入“东园社区”了" in merged
    gone = said(admin, at("unit", "QH-03"))
    assert "2026年9月1日撤销" in gone
    assert "由“东园社区”继续" in gone
    assert "划转" not in gone
    assert "“新桥社区”撤销了" in said(admin, at("unit_act", "QH-02", "close"), {"on": DAY})


def test_what_is_refused_is_said_at_its_field_or_above_with_what_was_typed(admin: Client) -> None:
    address = at("unit_act", "QH", "add")
    form = {"code": "坏 码", "name": "杏林社区", "level": "community", "created_on": "2031-01-01"}
    page = said(admin, address, form, status=422)
    assert "代码只能用字母" in page
    assert "还没有到" in page
    assert 'value="杏林社区"' in admin.post(address, form).content.decode()
    missing = said(admin, at("unit_act", "QH", "move"), {"parent": "没有的", "on": DAY}, status=422)
    assert "没有找到“没有的”" in missing
    near = said(admin, at("unit_act", "QH", "move"), {"parent": "社区", "on": DAY}, status=422)
    assert "您要的是不是：" in near
    held = said(admin, at("unit_act", "QH-01", "close"), {"on": "2026-06-02"}, status=409)
    assert "还有人任职：社区专干 陆小满" in held


def test_a_post_is_made_changed_filled_delegated_and_emptied(admin: Client, cast: people.Cast) -> None:
    said(admin, at("unit_act", "QH-01", "post"), {"name": "社区书记", "roles": ["reviewer"]})
    post = Post.objects.get(name="社区书记")
    assert "没有人" in said(admin, at("unit", "QH-01"))
    assert "社区书记" in said(admin, at("settings"))  # a vacant post is an alarm
    said(admin, at("post_act", post.pk, "edit"), {"name": "书记", "roles": ["reviewer", "leader"]})
    assert "辛无岗任“书记”了" in said(admin, at("post_act", post.pk, "appoint"), {"person": "辛无岗", "start": DAY})
    seat = post.appointments.get()
    until = clock.today().replace(day=1).replace(month=12).isoformat()
    page = said(
        admin, at("appointment_act", seat.pk, "delegate"), {"to": "lu", "start": clock.today(), "last_day": until}
    )
    assert "代理辛无岗" in page
    assert "最后一天定好了" in said(admin, at("appointment_act", seat.pk, "end"), {"last_day": clock.today()})
    again = said(admin, at("post_act", post.pk, "appoint"), {"person": "xin", "start": DAY}, status=409)
    assert "这段时间已在" in again


def test_a_newcomer_is_entered_and_given_a_password_that_must_be_replaced(admin: Client, cast: people.Cast) -> None:
    post = Post.objects.get(unit=cast.street, name="宣传干事")
    form = {"name": "方新来", "username": "fang", "post": post.pk, "start": DAY}
    assert "方新来登记好了" in said(admin, at("person_add") + "?unit=QH", form)
    page = said(admin, at("person_act", "fang", "password"), {})
    told = re.search(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", page)
    assert told
    assert told[0] not in said(admin, at("person", "fang"))
    fang = Client()
    assert fang.post(reverse("web:sign_in"), {"username": "fang", "password": told[0]}).status_code == 302
    chosen = reverse("access:password")
    assert fang.get("/ledger/")["Location"] == chosen
    assert fang.get("/ledger/", headers={"HX-Request": "true"})["HX-Redirect"] == chosen
    assert "只能用这一次" in said(fang, chosen)
    wrong = {"old": "nope", "new": "xing-hua-2026-y", "again": "xing-hua-2026-y"}
    assert "现在的密码不对" in said(fang, chosen, wrong)
    assert "不能和现在的一样" in said(fang, chosen, {"old": told[0], "new": told[0], "again": told[0]})
    assert "两次输入的新密码不一样" in said(fang, chosen, {**wrong, "old": told[0], "again": "xing-hua-2026-z"})
    said(fang, chosen, {**wrong, "old": told[0]})
    assert fang.get("/ledger/").status_code == 200


def test_someone_who_left_is_signed_out_at_once_and_told_apart_in_the_list(
    admin: Client, cast: people.Cast
) -> None:
    chen = Client()
    chen.force_login(cast.chen)
    assert chen.get("/ledger/").status_code == 200
    assert "陈一禾停用了，结束了1项任职" in said(admin, at("person_act", "chen", "deactivate"), {})
    assert chen.get("/ledger/")["Location"].startswith("/sign-in/")
    assert "陈一禾 已停用" in said(admin, at("people") + "?q=陈")
    assert "恢复使用了" in said(admin, at("person_act", "chen", "reactivate"), {})
    assert "不能停用自己" in said(admin, at("person_act", "tang", "deactivate"), {}, status=403)


def test_the_administrator_of_a_street_manages_the_street_and_nothing_else(cast: people.Cast) -> None:
    jin = people.seat(cast.street, "jin", "金街管", "管理岗", ["administrator"], cast.admin)
    client = Client()
    client.force_login(jin)
    assert "青禾街道" in said(client, at("units"))
    for address in (
        at("unit", "SL"),
        at("unit_act", "SL-01", "rename"),
        at("unit", "YC"),
        at("person", "wu"),
        at("person_act", "wei", "password"),
        at("post_act", cast.outsider.appointments.get().post_id, "edit"),
        at("appointment_act", cast.wei.appointments.get().pk, "end"),
    ):
        assert client.get(address).status_code == 404, address
    # The street itself belongs to the county's tree, and packs to the whole book.
    assert client.get(at("unit_act", "QH", "close")).status_code == 403
    assert client.get(at("adopt", "work-safety", SAFETY)).status_code == 403
    move = client.post(at("unit_act", "QH-01", "move"), {"parent": "SL", "on": DAY})
    assert move.status_code == 422
    assert Unit.objects.get(code="QH-01").parent_id == cast.street.pk
    assert "吴外街" not in client.get(at("choices", "people") + "?q=吴").content.decode()
    assert client.get(at("unit_act", "QH", "blow-up")).status_code == 404


def test_a_pack_is_checked_then_installed_from_a_file_and_adopted(db: None, client: Client) -> None:
    book, admin_of_all = people.open_book("YC", "云川县", "tang")
    client.force_login(admin_of_all)
    admin = client
    folder, out = builtin_folder("work-safety"), io.BytesIO()
    with ZipFile(out, "w") as archive:
        for path in folder.rglob("*"):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))
    for install, expected in (("", "什么也没有装"), ("on", "装好了")):
        out.seek(0)
        out.name = "work-safety.zip"
        response = admin.post(at("upload"), {"file": out, "install": install}, follow=True)
        assert expected in words(response.content.decode())
    assert f"从现在起按work-safety {SAFETY}办" in said(admin, at("adopt", "work-safety", SAFETY), {})
    assert [version.pack for version in queries.packs_in_force(book)] == ["work-safety"]
    assert "不做什么" in said(admin, at("pack", "work-safety", SAFETY))
    broken = io.BytesIO(b"no zip")
    broken.name = "x.zip"
    assert "不是能打开的zip" in words(admin.post(at("upload"), {"file": broken}).content.decode())
    assert admin.get(at("pack", "work-safety", "9.9.9")).status_code == 404


def test_lists_ask_no_more_questions_as_they_grow(admin: Client, cast: people.Cast) -> None:
    def asked(address: str) -> int:
        admin.get(address)
        with CaptureQueriesContext(connection) as queries_made:
            assert admin.get(address).status_code == 200
        return len(queries_made)

    addresses = (at("people"), at("units") + "?below=QH", at("unit", "QH"), at("settings"))
    before = [asked(address) for address in addresses]
    rows = [
        actions.UnitRow(f"QH-{number}", f"新社区{number}", "community", "QH", date(2026, 1, 1))
        for number in range(10, 30)
    ]
    actions.create_units(book=cast.book, rows=rows, by=cast.admin)
    for number in range(20):
        person = people.seat(cast.street, f"p{number}", f"人{number}", f"岗{number}", ["clerk"], cast.admin)
        actions.deactivate_person(person=person, by=cast.admin)
    assert [asked(address) for address in addresses] == before
