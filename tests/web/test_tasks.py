"""What people find on the pages of tasks: what is due, why then, what they decide, and who does it meanwhile."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import docx
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.duties import actions
from mingzhang.duties.models import Task
from mingzhang.organisation.models import Appointment
from tests.cast import seat
from tests.web.matrix.tasks import task_of
from tests.web.office import AT_STREET, Office
from tests.web.test_pages import get, words

LIST, TODAY, ABSENCE, HAND_OVER = "/tasks/", "/today/", "/tasks/absence/", "/tasks/hand-over/"
STUDY = "街道、镇集中学习"


@pytest.fixture
def may(office: Office) -> Iterator[Office]:
    """Wednesday 27 May 2026, two days before the studies of the month are due."""
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


def more_tasks(office: Office, count: int, **changes: Any) -> None:
    """So many tasks of the street, due one after the other in May."""
    one = task_of(office)
    for number in range(count):
        period = f"{2010 + number // 12}-{number % 12 + 1:02}"
        given = {"due": date(2026, 5, 1 + number % 28), "period": period, **changes}
        kept = {field.attname: getattr(one, field.attname) for field in Task._meta.concrete_fields}
        Task.objects.create(**{**kept, "id": None, **given})


def of(task: Task, verb: str = "") -> str:
    return reverse("duties:decide", args=(task.pk, verb)) if verb else reverse("duties:task", args=(task.pk,))


# --- one task -----------------------------------------------------------------------------------------------------


def test_a_task_says_what_is_asked_on_which_basis_until_when_and_why_then(may: Office, clerk: Client) -> None:
    page = words(get(clerk, of(task_of(may))))
    assert STUDY in page
    assert "《干部教育培训工作条例》" in page
    assert "2026年5月29日" in page
    assert "为什么是这一天" in page
    assert "2026年5月31日，星期日，周末" in page
    assert "还有2个工作日" in page
    assert "陈一禾 宣传干事" in page


def test_a_task_counts_its_sheets_and_leads_to_them(may: Office, clerk: Client) -> None:
    task = task_of(may)
    Task.objects.filter(pk=task.pk).update(needed=3)
    page = get(clerk, of(task))
    assert "“集中学习”要3张，已有1张，还差2张" in words(page)
    assert reverse("ledger:record", args=(may.study.pk,)) in page


def test_one_click_opens_the_sheet_with_unit_and_day_filled_in(may: Office, clerk: Client) -> None:
    late = task_of(may)
    Task.objects.filter(pk=late.pk).update(first=date(2026, 4, 1), last=date(2026, 4, 30))
    address = f"{reverse('ledger:new')}?kind=street-office%2Fstudy&amp;unit=QH&amp;on=2026-04-30"
    assert address in get(clerk, of(late))
    form = get(clerk, address.replace("&amp;", "&"))
    assert 'value="2026-04-30"' in form


def test_before_its_period_a_task_says_from_when_it_can_be_done(may: Office, clerk: Client) -> None:
    coming = task_of(may)
    Task.objects.filter(pk=coming.pk).update(first=date(2026, 6, 1), last=date(2026, 6, 30))
    assert "这个期间从2026年6月1日开始，还没有到。" in words(get(clerk, of(coming)))


def test_a_clerk_is_shown_no_decisions_and_one_who_may_decide_elsewhere_is_told_why_not_here(
    may: Office, clerk: Client, leader: Client
) -> None:
    task = task_of(may)
    assert "准予延期" not in get(clerk, of(task))
    actions.hand_over(task=task, to=may.cast.chen, reason="由他办。", by=may.cast.zhou)
    assert "准予延期" in get(leader, of(task))
    both = seat(may.cast.street, "sun", "孙双岗", "综合岗", ["clerk", "leader"], may.cast.admin)
    actions.hand_over(task=task, to=both, reason="由他办。", by=may.cast.zhou)
    leader.force_login(both)
    page = get(leader, of(task))
    assert "这项任务由您自己办，不能由您自己来定。" in words(page)
    assert page.count("disabled") == 2


def test_more_time_is_granted_on_the_page_and_told_there(may: Office, leader: Client) -> None:
    task = task_of(may)
    done = leader.post(of(task, "extend"), {"until": "2026-06-12", "reason": "停电。"})
    assert done.status_code == 302
    page = words(get(leader, of(task)))
    assert "原来是2026年5月29日，周书记准予延期" in page
    assert "停电。" in page
    assert "准予延期到2026年6月12日" in page


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("extend", {"until": "2026-05-01", "reason": "停电。"}),
        ("extend", {"until": "", "reason": "停电。"}),
        ("extend", {"until": "明天", "reason": "停电。"}),
        ("excuse", {"reason": ""}),
        ("reinstate", {"reason": "又要办。"}),
        ("sign_off", {}),
        ("hand_over", {"to": "nobody", "reason": "换人。"}),
        ("hand_over", {"to": "mo", "reason": "换人。"}),
    ],
)
def test_a_refused_decision_changes_nothing_and_says_why(
    may: Office, leader: Client, verb: str, form: dict[str, str]
) -> None:
    task = task_of(may)
    refused = leader.post(of(task, verb), form)
    assert refused.status_code in (409, 422)
    assert refused.context["given"].problem
    assert Task.objects.get(pk=task.pk).state == "open"


def test_whoever_sees_no_sheets_sees_only_how_many_there_are(may: Office, client: Client) -> None:
    client.force_login(may.cast.admin)
    page = get(client, of(task_of(may)))
    assert "您的岗位不看记录单，这里只有张数。" in page
    assert reverse("ledger:record", args=(may.study.pk,)) not in page


def test_a_leader_ticks_what_is_done_in_the_list_and_signs_it_all_at_once(may: Office, leader: Client) -> None:
    more_tasks(may, 3, kind_id=None, due=date(2026, 5, 29))
    below = LIST + AT_STREET + "&whose=below"
    assert get(leader, below).count('name="task"') == 3
    signed = list(Task.objects.filter(kind=None).values_list("pk", flat=True)[:2])
    answer = leader.post(reverse("duties:sign_off") + AT_STREET + "&whose=below", {"task": signed}, follow=True)
    assert answer.redirect_chain[-1][0] == below
    page = answer.content.decode()
    assert "签字办结了2项。" in page
    assert page.count('name="task"') == 1
    assert Task.objects.filter(kind=None, state="done").count() == 2


def test_signing_what_sheets_do_or_nothing_at_all_is_refused_above_the_list(may: Office, leader: Client) -> None:
    for ticked, why in (([task_of(may).pk], "要靠入账的记录单办结"), ([], "没有勾选任务"), (["x"], "没有勾选任务")):
        answer = leader.post(reverse("duties:sign_off"), {"task": ticked}, follow=True)
        assert why in words(answer.content.decode())
    assert not Task.objects.filter(state="done").exists()


# --- lists --------------------------------------------------------------------------------------------------------


def test_the_list_is_mine_first_and_the_units_on_demand(may: Office, clerk: Client) -> None:
    task = task_of(may)
    other = Task.objects.filter(pk=task.pk)
    assert STUDY in get(clerk, LIST + AT_STREET)
    other.update(handler=may.cast.lu)
    assert STUDY not in get(clerk, LIST + AT_STREET)
    assert STUDY in get(clerk, f"{LIST}{AT_STREET}&whose=below")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("state=late", False),
        ("state=done", False),
        ("state=excused", False),
        ("state=all", True),
        ("from=2026-05-29&to=2026-05-29", True),
        ("from=2026-05-30", False),
        ("to=2026-05-28", False),
        ("q=集中学习", True),
        ("q=没有这样的", False),
    ],
)
def test_the_list_is_narrowed_by_state_days_and_words(may: Office, clerk: Client, asked: str, found: bool) -> None:
    task = task_of(may)
    assert (of(task) in get(clerk, f"{LIST}{AT_STREET}&{asked}")) is found


def test_a_task_that_was_given_more_time_is_late_only_after_it(may: Office, clerk: Client) -> None:
    task = task_of(may)
    late = f"{LIST}{AT_STREET}&state=late"
    Task.objects.filter(pk=task.pk).update(due=date(2026, 5, 20))
    assert of(task) in get(clerk, late)
    Task.objects.filter(pk=task.pk).update(until=date(2026, 5, 27))
    assert of(task) not in get(clerk, late)


def test_ones_own_list_goes_by_the_day_until_which_there_is_time(may: Office, clerk: Client) -> None:
    task = task_of(may)
    more_tasks(may, 1, due=date(2026, 6, 3))
    assert get(clerk, LIST + AT_STREET).index("2026年5月29日") < get(clerk, LIST + AT_STREET).index("2026年6月3日")
    Task.objects.filter(pk=task.pk).update(until=date(2026, 6, 12))
    page = get(clerk, LIST + AT_STREET)
    assert page.index("2026年6月3日") < page.index("2026年6月12日")


@pytest.mark.parametrize("asked", ["from=heute", "from=2026-06-02&to=2026-06-01", "view=month&month=13"])
def test_days_that_make_no_sense_are_refused_in_words(may: Office, clerk: Client, asked: str) -> None:
    assert clerk.get(f"{LIST}{AT_STREET}&{asked}").status_code == 422


def test_the_month_shows_each_day_with_its_tasks_holidays_and_make_up_days(may: Office, clerk: Client) -> None:
    task_of(may)
    page = get(clerk, f"{LIST}{AT_STREET}&view=month&month=2026-05")
    assert STUDY in page
    assert 'class="is-holiday' in page
    assert 'class="is-make_up' in page
    assert "劳动节" in page


def test_a_full_day_of_the_month_leads_to_the_rest(may: Office, clerk: Client) -> None:
    for number in range(5):
        more_tasks(may, 1, duty=f"own-{number}", due=date(2026, 5, 12), handler_id=may.cast.chen.pk)
    page = words(get(clerk, f"{LIST}{AT_STREET}&view=month&month=2026-05"))
    assert "还有2项" in page


def queries(client: Client, address: str) -> int:
    get(client, address)
    with CaptureQueriesContext(connection) as asked:
        get(client, address)
    return len(asked)


@pytest.mark.parametrize(
    "address",
    [
        TODAY,
        LIST + AT_STREET,
        f"{LIST}{AT_STREET}&whose=below",
        f"{LIST}{AT_STREET}&view=month&month=2026-05",
        f"/handbook/{AT_STREET}",
    ],
)
def test_a_page_asks_as_often_for_one_task_as_for_many(may: Office, leader: Client, address: str) -> None:
    leader.force_login(may.cast.chen)
    task_of(may)
    few = queries(leader, address)
    more_tasks(may, 15)
    assert queries(leader, address) == few


# --- today --------------------------------------------------------------------------------------------------------


def test_today_tells_what_is_late_for_today_and_for_the_week(may: Office, clerk: Client) -> None:
    task_of(may)
    more_tasks(may, 1, due=date(2026, 5, 25))
    more_tasks(may, 1, due=date(2026, 5, 27), period="2026-04")
    more_tasks(may, 1, due=date(2026, 6, 1), period="2026-06")
    page = words(get(clerk, TODAY))
    assert "有 2 件要办，其中 1件逾期" in page
    assert "逾期2天" in page
    assert "今天到期" in page
    assert "5月29日 星期五" in page
    assert "3件" in page
    assert "往后十个工作日" in page
    assert "6月1日 星期一，1件到期" in page


def test_a_leader_sees_how_many_are_late_in_each_unit_below_with_the_list(may: Office, leader: Client) -> None:
    cast = may.cast
    more_tasks(may, 2, unit_id=cast.community.pk)
    page = get(leader, TODAY)
    assert "柳岸社区 逾期2件" in words(page)
    assert "新桥社区 没有逾期" in words(page)
    where = f"{LIST}?unit=QH-01&amp;period=2026H1&amp;whose=below&amp;state=late"
    assert where in page
    assert get(leader, where.replace("&amp;", "&")).count('class="cut"') == 2


def test_a_clerk_sees_no_numbers_of_units_below(may: Office, clerk: Client) -> None:
    more_tasks(may, 2, unit_id=may.cast.community.pk)
    assert "各单位逾期的" not in get(clerk, TODAY)


# --- standing in --------------------------------------------------------------------------------------------------


def test_while_one_is_away_another_does_it_and_both_see_it(may: Office, clerk: Client, leader: Client) -> None:
    cast = may.cast
    task = task_of(may)
    form = {"post": cast.chen.appointments.get().pk, "to": "陆小满", "first": "2026-05-27", "last": "2026-06-05"}
    assert clerk.post(ABSENCE, form).status_code == 302
    assert "陆小满代理您的“宣传干事”" in words(get(clerk, TODAY))
    assert "“宣传干事”由陆小满代理" in words(get(clerk, "/handbook/?period=2026H1"))
    leader.force_login(cast.lu)
    assert "您代理陈一禾的“宣传干事”" in words(get(leader, TODAY))
    assert "代理陈一禾" in words(get(leader, "/handbook/?period=2026H1"))
    assert of(task) in get(leader, TODAY)
    made = Appointment.objects.get(person=cast.lu, stands_in_for__isnull=False)
    assert clerk.post(reverse("duties:absence_end", args=(made.pk,))).status_code == 302
    with clock.at(datetime(2026, 5, 28, 4, tzinfo=UTC)):
        assert of(task) not in get(leader, TODAY)


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "chen"},
        {"to": "没有这个人"},
        {"to": "mo"},
        {"to": ""},
        {"first": ""},
        {"first": "2026-05-01"},
        {"last": "2026-05-26"},
        {"post": "0"},
    ],
)
def test_standing_in_that_makes_no_sense_is_refused(may: Office, clerk: Client, changes: dict[str, str]) -> None:
    own = str(may.cast.chen.appointments.get().pk)
    form = {"post": own, "to": "lu", "first": "2026-05-27", "last": "2026-06-05"} | changes
    assert clerk.post(ABSENCE, form).status_code in (409, 422)
    assert not Appointment.objects.filter(stands_in_for__isnull=False).exists()


def test_nobody_gives_away_the_post_of_another(may: Office, clerk: Client) -> None:
    form = {"post": may.cast.zhou.appointments.get().pk, "to": "lu", "first": "2026-05-27", "last": "2026-06-05"}
    assert clerk.post(ABSENCE, form).status_code == 422


# --- handing over -------------------------------------------------------------------------------------------------


def test_a_leader_hands_everything_over_and_gets_the_list_to_sign(may: Office, leader: Client) -> None:
    helper = seat(may.cast.street, "zhu", "朱助理", "助理", ["clerk"], may.cast.admin)
    task_of(may)
    more_tasks(may, 2)
    assert "3件" in words(get(leader, f"{HAND_OVER}?person=陈一禾&last=2026-05-31"))
    form = {"person": "chen", "to": "zhu", "last": "2026-05-31", "reason": "调到县里。"}
    address = leader.post(HAND_OVER, form)["Location"]
    page = words(get(leader, address))
    assert "陈一禾的3件交给朱助理" in page
    assert "移交人 接收人 监交人" in page
    assert Task.objects.filter(handler=helper).count() == 3
    written = docx.Document(io.BytesIO(leader.get(f"{address}docx/").content))
    assert len(written.tables[0].rows) == 4
    assert "移交人（签字）" in "".join(paragraph.text for paragraph in written.paragraphs)


def test_a_refused_handing_over_says_why_and_keeps_what_was_typed(may: Office, leader: Client) -> None:
    task_of(may)
    refused = leader.post(HAND_OVER, {"person": "chen", "to": "he", "last": "2026-05-31", "reason": "调走。"})
    assert refused.status_code == 422
    page = words(refused.content.decode())
    assert "“何站长”不能替这些单位填记录单" in page
    assert "调走。" in page


def test_two_of_one_name_are_told_apart_by_their_user_names(may: Office, leader: Client) -> None:
    seat(may.cast.street, "chen2", "陈一禾", "助理", ["clerk"], may.cast.admin)
    refused = leader.get(f"{HAND_OVER}?person=陈一禾")
    assert refused.status_code == 422
    assert "陈一禾（chen）、陈一禾（chen2）" in words(refused.content.decode())


# --- the handbook -------------------------------------------------------------------------------------------------


def test_the_handbook_holds_duties_what_was_done_and_what_is_open_also_on_paper(may: Office, clerk: Client) -> None:
    task_of(may)
    more_tasks(may, 1, state="done", done_on=date(2026, 5, 20), record_id=may.study.pk)
    page = get(clerk, "/handbook/?period=2026H1")
    assert "《干部教育培训工作条例》" in page
    assert reverse("ledger:record", args=(may.study.pk,)) in page
    written = docx.Document(io.BytesIO(clerk.get("/handbook/chen/docx/?period=2026H1").content))
    assert [len(table.rows) for table in written.tables] == [3, 2, 2]
    assert may.study.title in written.tables[2].rows[1].cells[4].text
