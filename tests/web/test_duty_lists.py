"""What people find on the pages of duty lists: what the unit has to do, who answers, and how they adapt it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import docx
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.duties import actions
from mingzhang.duties.models import Adaptation, Assignment, Task
from mingzhang.organisation.models import Appointment, Post
from tests.cast import seat
from tests.web.matrix.duty_lists import added, duty
from tests.web.matrix.tasks import task_of
from tests.web.office import AT_STREET, PACK, PERIOD, Office
from tests.web.test_pages import get, words

LIST, COVERAGE, CHANGES, NEW = (
    "/duties/" + AT_STREET, "/duties/coverage/" + AT_STREET, "/duties/changes/" + AT_STREET,
    "/duties/new/" + AT_STREET,
)  # fmt: skip
STUDY = "街道、镇集中学习"
BELOW = "village_study"
TODAY, LATER = "2026-05-27", "2026-06-01"


@pytest.fixture
def may(office: Office) -> Iterator[Office]:
    """Wednesday 27 May 2026."""
    with clock.at(datetime(2026, 5, 27, 4, tzinfo=UTC)):
        yield office


@pytest.fixture
def clerk(may: Office, client: Client) -> Client:
    client.force_login(may.cast.chen)
    return client


@pytest.fixture
def leader(may: Office) -> Client:
    client = Client()
    client.force_login(may.cast.zhou)
    return client


def adapted(office: Office, what: Any, start: str = TODAY, **changes: Any) -> Adaptation:
    """The street adapted its duty to study."""
    given: dict[str, Any] = {"reason": "由县里替街道办。", "by": office.cast.zhou}
    return actions.adapt_duty(
        unit=office.cast.street, pack=PACK, duty="street_study", what=what,
        start=datetime.fromisoformat(start).date(), **given | changes,
    )  # fmt: skip


def post(client: Client, verb: str, **form: str) -> HttpResponse:
    response: HttpResponse = client.post(duty(verb), form)
    return response


# --- the list -----------------------------------------------------------------------------------------------------


def test_the_list_says_what_the_unit_has_to_do_on_which_basis_by_whom_and_when(clerk: Client) -> None:
    page = words(get(clerk, LIST))
    assert "青禾街道，2026年5月27日。" in page
    assert "基本履职" in page
    assert STUDY in page
    assert "《干部教育培训工作条例》" in page
    assert "每月，期末以前" in page
    assert "期间内“集中学习”入账1张，自动办结" in page
    assert "书记抓总 周书记 领导" in page
    assert "经办落实 陈一禾 经办人" in page


def test_the_list_is_narrowed_by_kind_by_pack_and_by_words(clerk: Client) -> None:
    assert STUDY in get(clerk, LIST + "&q=集中学习")
    assert STUDY not in get(clerk, LIST + "&kind=supporting")
    assert STUDY not in get(clerk, LIST + "&pack=work-safety")
    nothing = words(get(clerk, LIST + "&q=登月"))
    assert "没有符合这些条件的责任事项" in nothing


def test_a_post_that_was_named_answers_and_its_holder_is_shown(may: Office, clerk: Client) -> None:
    expert = seat(may.cast.street, "sun", "孙专班", "学习专班", ["clerk"], may.cast.admin)
    named = Post.objects.get(appointments__person=expert)
    actions.assign_duty(
        unit=may.cast.street, pack=PACK, duty="street_study", part="handler", post=named, by=may.cast.zhou
    )
    assert "经办落实 孙专班 学习专班" in words(get(clerk, LIST + "&q=集中学习"))
    Appointment.objects.filter(person=expert).delete()
    assert "经办落实 学习专班 没有人" in words(get(clerk, LIST + "&q=集中学习"))


def test_the_list_can_be_read_by_post_and_by_person(may: Office, clerk: Client) -> None:
    by_post = words(get(clerk, LIST + "&by=post&q=集中学习"))
    assert "宣传干事 陈一禾" in by_post
    by_person = words(get(clerk, LIST + "&by=person&q=集中学习"))
    assert "周书记 分管领导" in by_person
    assert "书记抓总、班子成员分管" in by_person
    Appointment.objects.filter(person=may.cast.chen).update(person=may.cast.zhou)
    clerk.force_login(may.cast.he)
    assert "书记抓总、班子成员分管、经办落实" in words(get(clerk, LIST + "&by=person&q=集中学习"))


def test_a_withdrawn_duty_is_struck_with_its_reason_and_an_earlier_day_shows_it_whole(
    may: Office, clerk: Client
) -> None:
    adapted(may, "withdrawn", LATER)
    assert "由县里替街道办。" not in get(clerk, LIST)
    page = get(clerk, LIST + f"&on={LATER}")
    assert f"<s>{STUDY}</s>" in page
    assert "原因：由县里替街道办。" in words(page)
    assert "本单位撤下" in page


def test_what_the_level_above_took_back_is_listed_with_nobody_here_to_answer(clerk: Client) -> None:
    page = words(get(clerk, LIST + "&kind=recalled"))
    assert "电梯检验" in page
    assert "由上级办理" in page
    assert "抓总" not in page
    assert "抓总" not in words(get(clerk, LIST + "&kind=recalled&by=post"))


def test_a_day_before_the_pack_was_adopted_has_no_list(clerk: Client) -> None:
    assert "这个单位这一天没有责任事项" in get(clerk, LIST + "&on=2020-01-01")


def test_the_list_asks_the_database_no_more_for_more_people_and_adaptations(may: Office, clerk: Client) -> None:
    get(clerk, LIST)
    with CaptureQueriesContext(connection) as few:
        get(clerk, LIST)
    for number in range(5):
        seat(may.cast.street, f"p{number}", f"人{number}", f"岗{number}", ["clerk", "leader"], may.cast.admin)
    adapted(may, "withdrawn")
    with CaptureQueriesContext(connection) as many:
        get(clerk, LIST)
    assert len(many) == len(few)
    with CaptureQueriesContext(connection) as by_post:
        get(clerk, LIST + "&by=post")
    assert len(by_post) == len(few)


# --- one duty -----------------------------------------------------------------------------------------------------


def test_the_page_of_a_duty_leads_to_its_tasks_of_the_year(may: Office, clerk: Client) -> None:
    task = task_of(may)
    page = get(clerk, duty())
    assert reverse("duties:task", args=(task.pk,)) in page
    assert "2026年的任务" in words(page)
    assert "没有调整过，照体系包的写法。" in page
    assert "调整这一项" not in page


def test_a_leader_rewrites_a_duty_for_the_unit_from_a_day_on(may: Office, leader: Client) -> None:
    form = {"name": STUDY, "text": "每月学一次，只学一件事。", "evidence": "", "count": "1"}
    done = post(leader, "narrow", **form, start=LATER, reason="人少事多。")
    assert done.status_code == 302
    assert "每月学一次，只学一件事。" not in words(get(leader, LIST))
    page = words(get(leader, LIST + f"&on={LATER}"))
    assert "本单位改写" in page
    assert "每月学一次，只学一件事。" in page
    history = words(get(leader, duty()))
    assert "人少事多。" in history
    assert "2026年6月1日起" in history


def test_a_leader_withdraws_a_duty_and_restores_it(may: Office, leader: Client) -> None:
    assert post(leader, "withdraw", start=TODAY, reason="由县里替街道办。").status_code == 302
    page = words(get(leader, duty()))
    assert "从2026年5月27日起撤下了，原因：由县里替街道办。" in page
    assert "恢复体系包的写法" in page
    assert post(leader, "restore", start=LATER, reason="又归街道了。").status_code == 302
    assert f"<s>{STUDY}</s>" not in get(leader, LIST + f"&on={LATER}")
    assert "2026年5月27日至2026年5月31日" in words(get(leader, duty()))


def test_a_withdrawal_that_has_not_begun_is_taken_back_as_if_it_had_never_been(may: Office, leader: Client) -> None:
    post(leader, "withdraw", start=LATER, reason="由县里替街道办。")
    assert post(leader, "restore", start="2026-05-28", reason="还是街道办。").status_code == 302
    assert not Adaptation.objects.exists()
    assert f"<s>{STUDY}</s>" not in get(leader, LIST + f"&on={LATER}")


def test_a_leader_has_a_duty_come_more_seldom_and_its_tasks_come_by_that(may: Office, leader: Client) -> None:
    actions.generate_tasks(book=may.cast.book)
    shown = leader.get(duty()).context["item"]
    form = {"name": shown.name, "text": shown.text, "evidence": shown.evidence, "count": "1"}
    changed = form | {"every": "quarter", "day": "20", "start": "2026-07-01", "reason": "按季度学。"}
    assert leader.post(duty("narrow"), changed).status_code == 302
    actions.generate_tasks(book=may.cast.book)
    tasks = Task.objects.filter(unit=may.cast.street, duty="street_study", state="open", nominal__year=2026)
    coming = [(task.period, task.nominal.day) for task in tasks.order_by("nominal")]
    assert coming == [("2026-06", 30), ("2026Q3", 20), ("2026Q4", 20)]
    assert "每季度" in words(get(leader, duty() + "&on=2026-07-01"))


def test_a_leader_names_posts_and_takes_them_back(may: Office, leader: Client) -> None:
    named = Post.objects.get(appointments__person=may.cast.he)
    assert post(leader, "assign", handler=str(named.pk), head="", sponsor="").status_code == 302
    assert Assignment.objects.get(duty="street_study").post == named
    assert "经办落实 何站长 文化站站长" in words(get(leader, duty()))
    assert post(leader, "assign", handler="", head="", sponsor="").status_code == 302
    assert not Assignment.objects.exists()


REFUSED: list[tuple[str, dict[str, str], str]] = [
    ("withdraw", {"start": TODAY, "reason": ""}, "调整责任清单要写明原因。"),
    ("withdraw", {"start": "", "reason": "不办了。"}, "要写明从哪天起。"),
    ("withdraw", {"start": "2026-05-01", "reason": "不办了。"}, "不能从过去起"),
    ("withdraw", {"start": "下周", "reason": "不办了。"}, "看不懂日期"),
    ("restore", {"start": LATER}, "没有要恢复的"),
    ("narrow", {"name": "", "text": "少学些。", "start": TODAY, "reason": "少。"}, "“名称”没有写"),
    ("narrow", {"name": STUDY, "text": "少学些。", "count": "零", "start": TODAY, "reason": "少。"}, "张数"),
    ("assign", {"handler": "999999"}, "没有这个岗位"),
]


def test_a_refused_change_says_why_and_keeps_what_was_typed(leader: Client) -> None:
    for verb, form, said in REFUSED:
        refused = leader.post(duty(verb), form)
        assert refused.status_code == 422
        page = refused.content.decode()
        assert said in words(page)
        for typed in ("reason", "text"):
            assert form.get(typed, "") in page
    assert not Adaptation.objects.exists()


def test_rewriting_nothing_is_refused(leader: Client) -> None:
    shown = leader.get(duty()).context["item"]
    form = {"name": shown.name, "text": shown.text, "evidence": shown.evidence, "count": "1"}
    refused = leader.post(duty("narrow"), form | {"start": TODAY, "reason": "改。"})
    assert "一个字都没有改。" in refused.content.decode()


def test_a_post_of_another_unit_cannot_answer(may: Office, leader: Client) -> None:
    other = Post.objects.get(appointments__person=may.cast.outsider)
    refused = leader.post(duty("assign"), {"handler": str(other.pk)})
    assert refused.status_code == 422
    assert not Assignment.objects.exists()


def test_the_duty_of_a_level_above_shows_which_units_below_carry_it_out_and_adapted_it(
    may: Office, client: Client
) -> None:
    own = actions.adapt_duty(
        unit=may.cast.community, pack=PACK, duty=BELOW, what="withdrawn", start=clock.today(),
        reason="由街道统一办。", by=may.cast.zhou,
    )  # fmt: skip
    client.force_login(may.cast.zhou)
    page = words(get(client, reverse("duties:duty", args=(PACK, "street_study")) + AT_STREET))
    assert "2个单位，1个撤下" in page
    assert f"{own.unit.name} 本单位撤下 由街道统一办。" in page
    assert "新桥社区 社区、村集中学习 书记抓总 领导 没有人" in page, "who answers in each"
    assert "柳岸社区 社区、村集中学习 本单位撤下" in page
    below = words(get(client, reverse("duties:duty", args=(PACK, BELOW)) + "?unit=QH-01"))
    assert "落实" in below


# --- a new one ----------------------------------------------------------------------------------------------------


def test_a_leader_adds_a_duty_that_stands_in_the_list_and_ends_it_again(may: Office, leader: Client) -> None:
    made = leader.post(NEW, added(start=TODAY))
    assert made.status_code == 302
    page = words(get(leader, LIST + "&q=电梯"))
    assert "本单位增加" in page
    assert "每月，20日以前" in page
    assert "单位领导签字办结" in page
    one = Adaptation.objects.get(what="added")
    own = reverse("duties:adapt", args=(PACK, one.duty, "restore")) + AT_STREET
    assert leader.post(own, {"start": LATER, "reason": "专项结束。"}).status_code == 302
    assert "老旧小区电梯巡查" not in get(leader, LIST + f"&on={LATER}&kind=supporting")


MISTAKES: list[tuple[dict[str, str], str]] = [
    ({"name": " "}, "“名称”没有写"),
    ({"basis": ""}, "“依据”没有写"),
    ({"every": "sometimes"}, "没有选多久一次"),
    ({"day": "31"}, "要写1到28"),
    ({"sheet": "no_such"}, "没有这种记录单"),
    ({"pack": "no-such"}, "没有选归哪个体系包"),
    ({"handler": "king"}, "没有选由谁经办"),
    ({"start": ""}, "要写明从哪天起"),
    ({"reason": ""}, "调整责任清单要写明原因"),
    ({"text": "长" * 2001}, "最多2000字"),
]


def test_a_new_duty_that_is_written_wrong_is_said_in_plain_words_with_everything_kept(leader: Client) -> None:
    for changes, said in MISTAKES:
        given = added(start=TODAY) | changes
        refused = leader.post(NEW, given)
        assert refused.status_code == 422
        page = refused.content.decode()
        assert said in words(page)
        for typed in ("name", "text", "basis", "reason", "start", "day"):
            assert given[typed].strip() in page
    assert not Adaptation.objects.exists()


# --- gaps ---------------------------------------------------------------------------------------------------------


def test_the_gaps_name_the_units_in_which_nobody_does_a_duty_and_what_was_withdrawn(
    may: Office, leader: Client
) -> None:
    before = words(get(leader, COVERAGE))
    assert "新桥社区" in before
    assert "柳岸社区" not in before
    assert "每一项都有人抓总、分管、经办。" in before
    adapted(may, "withdrawn")
    Appointment.objects.filter(person=may.cast.chen).delete()
    after = words(get(leader, COVERAGE))
    assert re.search("青禾街道 [1-9][0-9]*项没有人", after)
    assert "本单位缺人的" in after
    assert f"青禾街道 {STUDY} 原因：由县里替街道办。" in after


def test_the_gaps_ask_no_more_of_the_database_for_more_units(may: Office, client: Client) -> None:
    client.force_login(may.cast.wei)
    street, county = COVERAGE, f"/duties/coverage/?unit=YC&period={PERIOD}"
    get(client, county)
    with CaptureQueriesContext(connection) as few:
        get(client, street)
    with CaptureQueriesContext(connection) as many:
        get(client, county)
    assert len(many) <= len(few) + 1


# --- what changed -------------------------------------------------------------------------------------------------


def test_the_difference_of_two_days_shows_what_was_added_rewritten_and_withdrawn(
    may: Office, leader: Client
) -> None:
    leader.post(NEW, added(start=LATER))
    form = {"name": STUDY, "text": "每月学一次，只学一件事。", "evidence": "", "count": "1"}
    post(leader, "narrow", **form, start=LATER, reason="人少事多。")
    page = words(get(leader, CHANGES + f"&from={TODAY}&to={LATER}"))
    assert "增加的 1项" in page
    assert "老旧小区电梯巡查" in page
    assert "改了的 1项" in page
    assert "每月学一次，只学一件事。" in page
    post(leader, "withdraw", start="2026-06-10", reason="由县里替街道办。")
    gone = words(get(leader, CHANGES + f"&from={LATER}&to=2026-06-10"))
    assert "撤下的 1项" in gone
    same = words(get(leader, CHANGES + f"&from={TODAY}&to={TODAY}"))
    assert "两天的清单一样" in same


def test_days_the_wrong_way_round_are_refused(leader: Client) -> None:
    assert leader.get(CHANGES + "&from=2026-05-02&to=2026-05-01").status_code == 422


# --- files --------------------------------------------------------------------------------------------------------


def test_the_list_is_saved_for_word_with_who_answers_and_what_was_withdrawn(may: Office, clerk: Client) -> None:
    adapted(may, "withdrawn")
    made = clerk.get("/duties/list.docx" + AT_STREET)
    paper = docx.Document(io.BytesIO(made.content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert any("抓总：领导（周书记）" in cell for cell in cells)
    assert "由县里替街道办。" in cells
    assert "青禾街道责任清单" in "".join(paragraph.text for paragraph in paper.paragraphs)


def test_the_list_is_saved_as_pdf_and_as_a_workbook(clerk: Client) -> None:
    pdf = clerk.get("/duties/list.pdf" + AT_STREET + "&q=集中学习")
    assert pdf.content.startswith(b"%PDF")
    made = clerk.get("/duties/list.xlsx" + AT_STREET)
    with zipfile.ZipFile(io.BytesIO(made.content)) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<t>责任事项</t>" in texts
    assert f"<t>{STUDY}</t>" in texts
    assert clerk.get("/duties/list.odt" + AT_STREET).status_code == 404
