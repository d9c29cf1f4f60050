"""The pages about the books and of the log."""

from __future__ import annotations

import json

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.audit.checkpoints import make_checkpoint
from mingzhang.audit.models import Disclosure
from mingzhang.jobs.checking import remember, verify
from tests.web.office import Office


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_books_say_when_they_were_verified_and_that_nothing_was_changed(office: Office, client: Client) -> None:
    client.force_login(office.cast.qin)
    assert "还没有核对过" in page(client, reverse("web:books"))
    make_checkpoint(book="YC", reason="daily")
    remember(verify(office.cast.book, evidence=True))
    said = page(client, reverse("web:books"))
    assert "核对通过：没有一处被改过" in said
    assert said.count("对得上</span>") == 10
    assert "账本完整" in said
    assert "核对过" in said
    assert "每天一次" in said
    assert "账本完整" in page(client, reverse("ledger:list"))


def test_a_difference_stands_at_the_head_and_in_the_navigation(office: Office, client: Client) -> None:
    outcome = verify(office.cast.book, evidence=False)
    outcome.checks[0].differs("日志第3条（audit_event 3）", "内容和入账时不一样。")
    remember(outcome)
    client.force_login(office.cast.zhou)
    said = page(client, reverse("web:books"))
    assert "有1处对不上" in said
    assert "日志第3条（audit_event 3）：内容和入账时不一样。" in said
    assert "账本有对不上的" in said
    assert reverse("web:log") not in said, "the log is the whole book's, and he leads one street"


def test_checkpoints_are_paged_and_each_can_be_taken_away(office: Office, client: Client) -> None:
    made = [make_checkpoint(book="YC", reason="asked") for _ in range(13)]
    client.force_login(office.cast.qin)
    first = page(client, reverse("web:books"))
    assert first.count(">下载</a>") == 10
    assert f"?before={made[3].pk}#checkpoints" in first
    assert page(client, reverse("web:books") + f"?before={made[3].pk}").count(">下载</a>") == 3
    response = client.get(reverse("web:checkpoint", args=(made[0].pk,)))
    assert "attachment" in response["Content-Disposition"]
    assert json.loads(response.content)["text"].startswith("mingzhang-checkpoint/1\nbook YC\n")


def test_the_log_is_told_in_sentences_and_filtered(office: Office, client: Client) -> None:
    make_checkpoint(book="YC", reason="daily")
    client.force_login(office.cast.qin)
    said = page(client, reverse("web:log"))
    assert "<b>何站长</b>冲销了记录单" in said
    assert "原因：人数记错了" in said
    assert "意见：人数和签到表对不上。" in said
    only = page(client, reverse("web:log") + "?verb=record.reverse&actor=he")
    assert only.count("下载第") == 1
    record = office.reversed.pk
    assert page(client, reverse("web:log") + f"?subject={record}").count("下载第") == 5
    assert "没有这样的操作" in page(client, reverse("web:log") + "?actor=nobody")
    Disclosure.objects.all().delete()
    assert "原因：（文字已抹除）" in page(client, reverse("web:log"))


def test_the_log_is_paged_by_position(office: Office, client: Client) -> None:
    office.post_talks(15)
    size = make_checkpoint(book="YC", reason="daily").size
    client.force_login(office.cast.qin)
    assert f"下载第{size}条的证明" in page(client, reverse("web:log"))
    older = page(client, reverse("web:log") + f"?before={size - 49}")
    assert f"下载第{size - 50}条的证明" in older
    assert f"下载第{size - 49}条的证明" not in older
    filtered = page(client, reverse("web:log") + f"?verb=record.add&before={size - 49}")
    assert "新写了记录单" in filtered
    assert "没有这样的操作" not in page(client, reverse("web:log") + "?before=junk")


def test_a_proof_is_taken_away_by_position(office: Office, client: Client) -> None:
    make_checkpoint(book="YC", reason="daily")
    client.force_login(office.cast.wei)
    said = json.loads(client.get(reverse("web:proof", args=(3,))).content)
    assert (said["proof"], said["index"]) == ("mingzhang-inclusion/1", 2)


def test_a_long_log_takes_no_more_queries_than_a_short_one(office: Office, client: Client) -> None:
    client.force_login(office.cast.qin)
    page(client, reverse("web:books"))  # the session is new
    counts = []
    for more in (0, 12):
        office.post_talks(more)
        make_checkpoint(book="YC", reason="asked")
        for name in ("web:books", "web:log"):
            with CaptureQueriesContext(connection) as asked:
                page(client, reverse(name))
            counts.append(len(asked))
    assert counts[2] <= counts[0], "the books"
    assert counts[3] <= counts[1], "the log; a page without posts looks none up"
