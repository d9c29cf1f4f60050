"""The pages of inspections and draws, inside and in public."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.inspections import actions, queries
from mingzhang.inspections.models import Draw, Inspection
from mingzhang.inspections.verify_draw import checked_bytes
from mingzhang.organisation.models import Person
from tests.inspections.world import SECRETS, World

AT = "?unit=YC"


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(client: Client, name: str, *args: object, rest: str = AT) -> str:
    response = client.get(reverse(f"inspections:{name}", args=args) + rest)
    assert response.status_code == 200
    return response.content.decode()


def send(client: Client, draw: Draw, verb: str, **form: object) -> HttpResponse:
    address = reverse("inspections:act", args=(draw.inspection_id, draw.number, verb)) + AT
    response: HttpResponse = client.post(address, form)
    return response


def words(content: str) -> str:
    """What stands on a page, without its marks."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", content))


def test_an_inspection_is_planned_drawn_held_and_published_on_the_pages(world: World) -> None:
    li, wei, feng, song = of(world.li), of(world.wei), of(world.feng), of(world.song)
    plan = {
        "title": "窗口检查", "reason": "看办事方不方便", "basis": "", "first": "2026-07-08", "last": "2026-07-17",
        "announced": "yes", "checklist": "", "draws": "1", "coverage": "",
        "team": [str(world.wei.pk), str(world.feng.pk), str(world.song.pk)],
    }  # fmt: skip
    assert li.post(reverse("inspections:new") + AT, plan).status_code == 302
    found = Inspection.objects.get(title="窗口检查")
    move = reverse("inspections:move", args=(found.pk, "approve")) + AT
    assert wei.post(move).status_code == 302
    assert feng.post(reverse("inspections:move", args=(found.pk, "draw")) + AT).status_code == 302
    draw = found.all_draws.get()
    pool = reverse("inspections:pool", args=(found.pk, 1)) + AT
    assert feng.post(pool, {"table": "QH\t大厅\nQH-01\t食堂\t\t3\nQH-02\nSL"}).status_code == 302
    sizes = {f"size-{one.pk}": "1" for one in queries.strata_of(draw)}
    assert send(feng, draw, "settle", per_object="1", source="commitments", **sizes).status_code == 302
    assert send(feng, draw, "recuse", object="2", inspector="1", reason="kin").status_code == 302
    assert send(feng, draw, "publish").status_code == 302
    for client, secret in zip((wei, song), SECRETS, strict=True):
        assert send(client, draw, "commit", secret=secret).status_code == 302
    for client, secret in zip((wei, song), SECRETS, strict=True):
        assert send(client, draw, "reveal", secret=secret).status_code == 302
    for verb in ("start", "finish"):
        assert feng.post(reverse("inspections:move", args=(found.pk, verb)) + AT).status_code == 302
    said = words(page(Client(), "open_draw", found.pk, 1, rest=""))
    assert "4个对象，抽中2个" in said
    document = Client().get(reverse("inspections:open_document", args=(found.pk, 1)))
    assert list(checked_bytes(document.content))[-1][0] == "✓"
    assert f"draw-YC-{found.pk}-1.json" in document["Content-Disposition"]


def test_a_plan_that_is_wrong_comes_back_with_what_was_typed(world: World) -> None:
    plan = {"title": "窗口检查", "reason": "看看", "first": "2026-07-18", "last": "2026-07-17", "announced": "yes",
            "draws": "1"}  # fmt: skip
    response = of(world.li).post(reverse("inspections:new") + AT, plan)
    assert response.status_code == 422
    assert "不早于第一天" in response.content.decode()
    assert 'value="窗口检查"' in response.content.decode()


def test_the_public_pages_name_nobody(world: World) -> None:
    draw = world.begun()
    actions.add_recusal(draw=draw, object=2, inspector=1, reason="kin", note="堂弟在那里", by=world.feng)
    draw = world.drawn(world.committed(world.published(draw)))
    number = draw.inspection_id
    document = reverse("inspections:open_document", args=(number, 1))
    said = "".join(
        [
            page(Client(), "open", rest=""),
            page(Client(), "open_inspection", number, rest=""),
            page(Client(), "open_draw", number, 1, rest=""),
            Client().get(document).content.decode(),
        ]
    )
    people = Person.objects.filter(book=world.cast.book).values_list("name", flat=True)
    named = [name for name in people if name in said]
    assert named == []
    assert "堂弟" not in said
    assert "云川县督查岗一" in said


def test_an_unannounced_inspection_is_on_no_page_of_others_until_it_starts(world: World) -> None:
    draw = world.drawn(world.committed(world.published(world.begun(world.approved(announced=False)))))
    number = draw.inspection_id
    outsiders = [of(world.cast.qin), of(world.cast.admin), Client()]
    addresses = [
        reverse("inspections:inspection", args=(number,)) + AT,
        reverse("inspections:draw", args=(number, 1)) + AT,
        reverse("inspections:document", args=(number, 1)) + AT,
        reverse("inspections:open_inspection", args=(number,)),
        reverse("inspections:open_draw", args=(number, 1)),
        reverse("inspections:open_document", args=(number, 1)),
    ]
    assert all(client.get(one).status_code != 200 for client in outsiders for one in addresses)
    assert "便民服务" not in page(of(world.cast.qin), "list")
    assert "便民服务" not in page(Client(), "open", rest="")
    log = of(world.cast.qin).get(reverse("web:log")).content.decode()
    assert "便民服务" not in log
    assert "便民服务" in page(of(world.feng), "list")
    search = of(world.cast.qin).get(reverse("web:search") + AT + "&q=便民服务").content.decode()
    assert "便民服务设施检查" not in search
    actions.start_inspection(inspection=draw.inspection, by=world.feng)
    assert "便民服务" in page(of(world.cast.qin), "list")
    assert "便民服务" not in page(Client(), "open", rest="")


def test_the_reason_why_an_unannounced_draw_failed_is_in_no_log(world: World) -> None:
    draw = world.committed(world.published(world.begun(world.approved(announced=False))))
    actions.void_draw(draw=draw, reason="柳岸社区走漏了", by=world.feng)
    actions.cancel_inspection(inspection=draw.inspection, reason="柳岸社区走漏了", by=world.wei)
    assert "走漏" not in of(world.cast.qin).get(reverse("web:log")).content.decode()


def test_a_draft_draw_is_not_public(world: World) -> None:
    draw = world.begun()
    assert Client().get(reverse("inspections:open_draw", args=(draw.inspection_id, 1))).status_code == 404
    document = reverse("inspections:document", args=(draw.inspection_id, 1)) + AT
    assert of(world.feng).get(document).status_code == 404


def test_the_commitments_are_public_before_the_words_are(world: World) -> None:
    draw = world.committed()
    actions.reveal_secret(draw=draw, secret=SECRETS[0], by=world.wei)
    said = page(Client(), "open_draw", draw.inspection_id, 1, rest="")
    assert draw.roster_digest in said
    assert all(one.commitment in said for one in queries.commitments_of(draw))
    assert not any(secret in said for secret in SECRETS)


def test_a_secret_that_was_refused_is_not_shown_again(world: World) -> None:
    draw = world.committed()
    response = send(of(world.wei), draw, "reveal", secret="一段写错了的话，不是它")
    assert response.status_code == 422
    assert "和您承诺时写的不一样" in response.content.decode()
    assert "一段写错了的话" not in response.content.decode()


def test_the_server_draws_again_before_the_reader_s_eyes(world: World) -> None:
    draw = world.drawn()
    said = words(page(of(world.feng), "draw", draw.inspection_id, 1, rest=f"{AT}&again=1"))
    assert "全部对得上" in said
    assert "重新抽出3个对象" in said


def test_each_is_offered_what_is_theirs_to_do(world: World) -> None:
    draw = world.published()
    assert 'name="secret"' in page(of(world.wei), "draw", draw.inspection_id, 1)
    actions.commit_secret(draw=draw, secret=SECRETS[0], by=world.wei)
    assert "您承诺过了" in page(of(world.wei), "draw", draw.inspection_id, 1)
    actions.commit_secret(draw=draw, secret=SECRETS[1], by=world.song)
    assert "等承诺的两个人公开" in page(of(world.feng), "draw", draw.inspection_id, 1)
    assert 'name="secret"' not in page(of(world.cast.qin), "draw", draw.inspection_id, 1)
    actions.reveal_secret(draw=draw, secret=SECRETS[0], by=world.wei)
    assert "您公开过了" in page(of(world.wei), "draw", draw.inspection_id, 1)


def test_a_pool_is_taken_from_a_spreadsheet_file(world: World) -> None:
    draw = world.begun()
    address = reverse("inspections:pool", args=(draw.inspection_id, 1)) + AT
    file = SimpleUploadedFile("名单.csv", "单位,地点,分层,权重\n柳岸社区,食堂,,3\n".encode("gb18030"))
    assert of(world.feng).post(address, {"table": "", "file": file}).status_code == 302
    [one] = queries.objects_of(draw)
    assert (one.unit.name, one.place, one.weight) == ("柳岸社区", "食堂", 3)


def test_a_pool_that_cannot_be_read_comes_back_with_its_lines(world: World) -> None:
    draw = world.begun()
    address = reverse("inspections:pool", args=(draw.inspection_id, 1)) + AT
    response = of(world.feng).post(address, {"table": "柳岸社区\n没有的村"})
    assert response.status_code == 422
    assert "第2行：没有单位“没有的村”" in response.content.decode()
    assert "柳岸社区\n没有的村" in response.content.decode().replace("\r", "")


@pytest.mark.parametrize("verb", ["settle", "recuse", "unrecuse"])
def test_hostile_numbers_are_refused_in_words(world: World, verb: str) -> None:
    draw = world.begun()
    form = dict.fromkeys(("per_object", "object", "recusal"), "9" * 40)
    response = send(of(world.feng), draw, verb, **form)
    assert response.status_code == 422
    assert "不是一个整数" in response.content.decode()


def count(world: World, client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_lists_ask_no_more_for_more_rows(world: World) -> None:
    inside, outside = reverse("inspections:list") + AT, reverse("inspections:open")
    client = of(world.feng)
    world.published(world.begun())
    few = count(world, client, inside), count(world, Client(), outside)
    for _ in range(3):
        world.published(world.begun(world.approved()))
    assert (count(world, client, inside), count(world, Client(), outside)) == few
    assert few[0] <= 20
    assert few[1] <= 6


def test_a_draw_asks_no_more_for_a_larger_pool(world: World) -> None:
    small = world.drawn()
    plan = world.approved()
    table = "\n".join(f"QH-01\t第{number}处" for number in range(60))
    large = actions.set_pool(draw=actions.begin_draw(inspection=plan, by=world.feng), table=table, by=world.feng)
    large = world.drawn(world.committed(world.published(world.settled(large, (40,)))))
    client = of(world.feng)
    address = [reverse("inspections:draw", args=(one.inspection_id, 1)) + AT for one in (small, large)]
    assert count(world, client, address[0]) == count(world, client, address[1])


def test_the_list_is_paged_and_narrowed_by_state(world: World) -> None:
    for number in range(22):
        world.drafted(title=f"检查{number:02}", last=date(2026, 8, 1 + number))
    said = page(of(world.li), "list")
    assert "检查21" in said
    assert "检查01" not in said
    assert "检查01" in page(of(world.li), "list", rest=f"{AT}&page=2")
    assert "还没有安排" not in page(of(world.li), "list", rest=f"{AT}&state=finished")
    assert "没有这样的检查" in page(of(world.li), "list", rest=f"{AT}&state=finished")


def test_the_document_of_the_page_is_the_one_that_the_script_reads(world: World) -> None:
    draw = world.drawn()
    address = reverse("inspections:document", args=(draw.inspection_id, 1)) + AT
    document = json.loads(of(world.cast.qin).get(address).content)
    assert document["roster_digest"] == draw.roster_digest
    script = of(world.cast.qin).get(reverse("inspections:verifier") + AT)
    assert script.content.startswith(b"#!/usr/bin/env python3")
