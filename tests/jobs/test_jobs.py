"""Jobs as their rules, actions and pages have them; no worker runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from click.testing import CliRunner
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from mingzhang.audit.models import Checkpoint, Event, Verification
from mingzhang.cli.main import main
from mingzhang.core import clock
from mingzhang.core.errors import NotAllowed, NotFound, StateRefused
from mingzhang.jobs import actions, alarms, queries, trying, work
from mingzhang.jobs.models import Run
from mingzhang.jobs.table import TABLE, job_named
from mingzhang.jobs.waits import WAITS
from mingzhang.notifications.models import Notice
from tests.cast import Cast

NAME = "jobs.prune"


def ran(outcome: str = "done", *, name: str = NAME, said: str = "", again: bool = False, days: int = 0) -> Run:
    at = clock.now() - timedelta(days=days)
    return Run.objects.create(
        job=1,
        name=name,
        began_at=at,
        ended_at=None if outcome == "running" else at,
        outcome=outcome,
        said=said,
        retry_at=at + WAITS[0] if again else None,
    )


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_job_asked_for_in_a_transaction_that_is_undone_is_not_asked_for(cast: Cast) -> None:
    class Stop(Exception):
        pass

    def act() -> None:
        with transaction.atomic():
            actions.run_now(name=NAME, by=cast.admin)
            raise Stop

    with pytest.raises(Stop):
        act()
    assert not ProcrastinateJob.objects.exists()
    actions.run_now(name=NAME, by=cast.admin)
    assert ProcrastinateJob.objects.get().status == "todo"
    assert Event.objects.get(verb="job.run").subject == f"job:{NAME}"


def test_a_job_that_waits_for_another_try_gives_way_to_one_that_is_asked_for(cast: Cast) -> None:
    first, second = (actions.run_now(name=NAME, by=cast.admin) for _ in range(2))
    assert dict(ProcrastinateJob.objects.values_list("pk", "status")) == {first: "cancelled", second: "todo"}


def test_who_arranges_nothing_has_no_job_run(cast: Cast) -> None:
    for person in (cast.he, cast.qin, cast.wei):
        with pytest.raises(NotAllowed, match="管理员"):
            actions.run_now(name=NAME, by=person)
    with pytest.raises(NotFound, match="jobs.prune"):
        job_named("nothing")


def test_a_failure_is_said_in_words() -> None:
    assert trying.in_words(StateRefused("打不开。", remedy="请换钥匙。")) == "打不开。请换钥匙。"
    assert trying.in_words(KeyError("x")) == "程序出了错（KeyError）：'x'"


def test_a_failure_for_good_raises_an_alarm_on_the_books_until_the_job_succeeds(cast: Cast, client: Client) -> None:
    client.force_login(cast.qin)
    ran("failed", again=True)
    assert "试了几次都没做成" not in page(client, reverse("web:books"))
    assert queries.failed_for_good() == []
    ran("failed", said="磁盘满了")
    assert "后台任务“清掉旧的运行记录和提醒”试了几次都没做成" in page(client, reverse("web:books"))
    assert queries.failed_for_good() == [NAME]
    trying._done(ran("running"), "")
    assert queries.failed_for_good() == []
    assert "试了几次都没做成" not in page(client, reverse("web:books"))


def test_a_failure_for_good_is_told_once_to_who_watches_over_each_book(cast: Cast) -> None:
    ran("failed", again=True)
    assert alarms.tell() == 0
    trying._failed(ran("running"), ValueError("磁盘满了"), len(WAITS))
    assert alarms.tell() == 3
    assert alarms.tell() == 0
    told = set(Notice.objects.values_list("person__username", "title"))
    assert told == {(name, "后台任务没做成，不再试了：清掉旧的运行记录和提醒") for name in ("qin", "tang", "song")}


def test_a_job_that_takes_its_worker_with_it_every_time_fails_for_good(cast: Cast) -> None:
    number = actions.run_now(name=NAME, by=cast.admin)
    ran("running")
    Run.objects.update(job=number)
    states = []
    for attempts in (0, len(WAITS)):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL, attempts = %s", [attempts]
            )
        assert actions.take_up_lost() == 1
        states.append(str(ProcrastinateJob.objects.get().status))
    assert states == ["todo", "failed"]
    assert actions.take_up_lost() == 0
    assert Run.objects.get().outcome == "lost"


def test_the_page_says_what_ran_and_what_failed_and_why(cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    assert page(client, reverse("jobs:jobs")).count("还没有做过") == len(TABLE)
    ran(said="清掉3次旧的运行")
    ran("failed", name="log.day", said="打不开签名密钥。", again=True)
    ran("lost", name="rollups.fold", said="运行它的进程中途没有了。")
    said = page(client, reverse("jobs:jobs"))
    at = timezone.localtime(Run.objects.latest("id").began_at)
    assert said.count(f"今天{at:%H:%M}") >= 2, "in the table and in the list"
    for words in ("没做成，会再试", "没做成，不再试了", "做好了", "现在没有进程在做后台任务"):
        assert words in said
    bad = page(client, reverse("jobs:jobs") + "?which=bad")
    assert bad.count("没做成，会再试</span>") == 2, "in the table of jobs and in the list"
    assert client.post(reverse("jobs:run", args=(NAME,))).status_code == 302
    assert "排着队" in page(client, reverse("jobs:jobs"))


def test_tries_that_found_nothing_to_do_are_left_out_unless_asked_for(cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    for said in ("清掉3条旧的", "", ""):
        ran(said=said)
    rows = len(TABLE)
    counts = [
        page(client, reverse("jobs:jobs") + asked).count('<th scope="row">') - rows
        for asked in ("", "?which=all", "?which=bad", "?name=log.day&which=all")
    ]
    assert counts == [1, 3, 0, 0]


def test_where_several_bodies_share_a_server_none_reads_what_a_job_said(cast: Cast, client: Client) -> None:
    ran("failed", said="平湖县的账")
    client.force_login(cast.admin)
    said = page(client, reverse("jobs:jobs"))
    assert "平湖县的账" not in said
    assert "mingzhang job list" in said


def test_a_thousand_tries_take_no_more_queries_than_one(cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    counts = []
    for more in (1, 100):
        for _ in range(more):
            ran("failed", said="磁盘满了")
        page(client, reverse("jobs:jobs"))
        with CaptureQueriesContext(connection) as asked:
            said = page(client, reverse("jobs:jobs") + "?which=bad")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert said.count('<th scope="row">') == len(TABLE) + 30
    last = Run.objects.order_by("-id")[29].pk
    assert f"before={last}" in said


def test_the_days_work_is_done_once_a_day_for_each_book(cast: Cast) -> None:
    assert work.keep_day() == "本系统对得上；PH对得上；YC对得上"
    assert work.keep_day() == ""
    assert Verification.objects.count() == 3
    assert Checkpoint.objects.filter(reason="daily").count() >= 2
    with clock.at(clock.now() + timedelta(days=1)):
        assert work.keep_day().count("对得上") == 3


def test_what_was_done_long_ago_is_forgotten_and_an_open_alarm_is_not(cast: Cast) -> None:
    ran(days=8)
    ran("failed", again=True, days=91)
    kept = [ran(days=6), ran("failed", days=91), ran("failed", again=True, days=80)]
    assert work.prune() == "清掉2条旧的"
    assert list(Run.objects.order_by("id")) == kept
    assert work.prune() == ""


def test_sign_ins_that_have_run_out_are_forgotten(cast: Cast, client: Client) -> None:
    client.force_login(cast.he)
    alive = client.session.session_key
    Session.objects.create(session_key="old", session_data="", expire_date=clock.now() - timedelta(seconds=1))
    for key in ("old", alive):
        UserSession.objects.get_or_create(session_key=key, defaults={"user": cast.he, "ip": "192.0.2.1"})
    assert work.clear_sign_ins() == "清掉1次过期的登录"
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [alive]
    assert client.get(reverse("web:today")).status_code == 200


def test_sums_are_folded_for_every_book(cast: Cast) -> None:
    assert work.fold_rollups() == "PH到第0笔；YC到第0笔"


def test_the_command_lists_jobs_and_has_one_run(cast: Cast) -> None:
    ran("failed", said="磁盘满了")
    listed = CliRunner().invoke(main, ["job", "list"])
    assert "jobs.prune　清掉旧的运行记录和提醒　每天2:50　没做成，不再试了" in listed.output
    assert "磁盘满了" in listed.output
    assert "已排队" in CliRunner().invoke(main, ["job", "run", NAME, "--by", "tang"]).output
    refused = CliRunner().invoke(main, ["job", "run", NAME, "--by", "he"])
    assert refused.exit_code == NotAllowed.exit_code
