"""The pages of kept reports."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.ledger import actions as ledger
from mingzhang.reports import actions, queries
from mingzhang.reports.models import Report
from mingzhang.reports.stored import proposal
from tests.reports.world import draft, report_at, typed
from tests.web.office import PACK, PASSWORD, PERIOD, Office

AT = f"?unit=QH&period={PERIOD}"
PANEL = {"HX-Request": "true"}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def get(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers or None)
    assert response.status_code == 200, address
    return response.content.decode()


def page(report: Report, name: str = "report", *more: object) -> str:
    return reverse(f"reports:{name}", args=(report.pk, *more)) + AT


@pytest.fixture
def clerk(office: Office, client: Client) -> Client:
    client.force_login(office.cast.chen)
    return client


def signed_in(office: Office, who: str) -> Client:
    """A browser in which `who` has just signed in."""
    client = left_signed_in(office, who)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": clock.now().timestamp()}]
    session.save()
    return client


def left_signed_in(office: Office, who: str) -> Client:
    """A browser in which `who` signed in a while ago."""
    client = Client()
    client.force_login(getattr(office.cast, who), backend=BACKEND)
    return client


PAGES = ["report", "report_numbers", "compare", "versions"]


@pytest.mark.parametrize(
    "state", ["draft", "in_review", "returned", "reviewed", "signed", "published", "withdrawn"]
)
def test_every_page_of_a_report_opens_in_every_state(office: Office, clerk: Client, state: str) -> None:
    report = report_at(office, state)
    for name in PAGES:
        assert report.title in get(clerk, page(report, name))
    assert get(clerk, page(report, "report_number", 1))
    assert "<html" not in get(clerk, page(report, "report_number", 1), **PANEL)
    assert report.title in get(clerk, "/reports/" + AT)


def test_a_report_is_begun_from_the_list(office: Office, clerk: Client) -> None:
    response = clerk.post(f"/reports/create/{AT}", {"pack": PACK, "template": "half-year"})
    report = Report.objects.get(start__year=2026)
    assert response["Location"].startswith(reverse("reports:report", args=(report.pk,)))
    assert (report.state, report.created_by, report.unit) == ("draft", office.cast.chen, office.cast.street)
    assert "草稿" in words(get(clerk, "/reports/" + AT))


def test_a_paragraph_is_edited_around_its_numbers(office: Office, clerk: Client) -> None:
    report = draft(office)
    prose = queries.prose_of(queries.version_of(report))
    block = next(one for one in prose.blocks if one.texts[0].count("{figure") > 2)
    editor = get(clerk, page(report, "block", block.id), **PANEL)
    assert "[[1]]" in editor
    given = {"seen": report.version, "text": "先说[[2]]个，\r\n再说[[1]]次，还有[[+lectures over]]场。"}
    assert clerk.post(page(report, "block", block.id), given).status_code == 302
    report.refresh_from_db()
    text = queries.prose_of(queries.version_of(report)).block(block.id).texts[0]
    figures = re.findall(r"\{figure: (\w+)", block.texts[0])
    assert text.startswith(f"先说{{figure: {figures[1]}")
    assert "个，再说{figure: " + figures[0] in text
    assert text.endswith("还有{figure: lectures, form: over}场。")


def test_a_broken_token_an_unknown_figure_and_a_stale_edit_are_refused(office: Office, clerk: Client) -> None:
    report = draft(office)
    block = next(one for one in queries.prose_of(queries.version_of(report)).blocks if one.kind == "paragraph")
    address = page(report, "block", block.id)
    assert clerk.post(address, {"seen": 1, "text": "坏了[[99]]"}).status_code == 422
    assert clerk.post(address, {"seen": 1, "text": "没有[[+no_such_figure]]"}).status_code == 404
    assert clerk.post(address, {"seen": 1, "text": "改一次"}).status_code == 302
    assert clerk.post(address, {"seen": 1, "text": "又改一次"}).status_code == 409


def test_blocks_are_added_and_taken_away(office: Office, clerk: Client) -> None:
    report = draft(office)
    block = queries.prose_of(queries.version_of(report)).blocks[0]
    clerk.post(
        page(report, "block", block.id), {"seen": 1, "text": block.texts[0], "do": "after", "new": "新添的话。"}
    )
    assert "新添的话。" in get(clerk, page(report))
    clerk.post(page(report, "block", block.id), {"seen": 2, "do": "remove"})
    report.refresh_from_db()
    assert queries.prose_of(queries.version_of(report)).block(block.id) is None


def test_the_head_is_edited(office: Office, clerk: Client) -> None:
    report = draft(office)
    given = {"seen": 1, "title": "上半年总结", "number": "青街办〔2026〕31号", "addressee": "县政府"}
    clerk.post(page(report, "head"), given)
    shown = words(get(clerk, page(report)))
    assert "青街办〔2026〕31号" in shown
    assert "上半年总结" in shown


def test_a_typed_number_is_marked_and_offered_the_figures_that_say_it(office: Office, clerk: Client) -> None:
    office.post_talks(4)
    report = typed(office, "上半年宣讲5场，慰问37人。")
    shown = get(clerk, page(report))
    assert "2个手打的数没有依据" in words(shown)
    assert shown.count('class="ty"') == 2
    panel = words(get(clerk, page(report, "typed", 1), **PANEL))
    assert "账上对得上的" in panel
    assert "宣讲场次 5场" in panel
    seen = {"seen": report.version}
    assert clerk.post(page(report, "typed", 1), {**seen, "match": "lectures plain"}).status_code == 302
    report.refresh_from_db()
    given = {"seen": report.version, "source": "街道工会慰问名册"}
    assert clerk.post(page(report, "typed", 1), given).status_code == 302
    shown = words(get(clerk, page(report)))
    assert "没有依据" not in shown
    assert "（37，出自街道工会慰问名册）" in shown


def test_remarks_stand_beside_their_block_until_they_are_dealt_with(office: Office, clerk: Client) -> None:
    report = report_at(office, "in_review")
    block = queries.prose_of(queries.version_of(report)).blocks[2].id
    he = signed_in(office, "he")
    he.post(page(report, "comment"), {"block": block, "text": "这句再说具体些。", "quote": "点到问题"})
    shown = words(get(clerk, page(report)))
    assert "这句再说具体些。" in shown
    [comment] = queries.comments_on(report)
    clerk.post(page(report, "resolve", comment.pk))
    assert "陈一禾已处理" in words(get(clerk, page(report)))


def test_the_state_bar_says_why_the_next_step_is_not_yours(office: Office, clerk: Client) -> None:
    report = report_at(office, "in_review")
    assert "需要“审核人”或“领导”角色" in words(get(clerk, page(report)))
    report = actions.review_report(report=report, by=office.cast.he)
    assert "您不能在“青禾街道”签发报告" in words(get(signed_in(office, "he"), page(report)))
    report = actions.return_report(report=report, reason="改标题", by=office.cast.zhou)
    he = signed_in(office, "he")
    he.post(page(report, "head"), {"seen": report.version, "title": "新标题", "number": "", "addressee": ""})
    he.post(page(report, "step", "submit"))
    assert "自己写的报告不能由自己审核" in words(get(he, page(report)))


# who may take each step of a report that waits for it, and what the others are answered
STEPS = [
    ("draft", "submit", {"chen": 302, "he": 302, "zhou": 302, "wei": 302}),
    ("draft", "withdraw", {"chen": 302, "he": 302, "zhou": 302, "wei": 302}),
    ("in_review", "review", {"chen": 403, "he": 302, "zhou": 302, "wei": 302}),
    ("in_review", "return", {"chen": 403, "he": 302, "zhou": 302, "wei": 302}),
    ("reviewed", "return", {"chen": 403, "he": 403, "zhou": 302, "wei": 302}),
    ("signed", "publish", {"chen": 403, "he": 403, "zhou": 302, "wei": 302}),
    ("signed", "withdraw", {"chen": 403, "he": 403, "zhou": 302, "wei": 302}),
    ("draft", "review", {"chen": 409, "he": 409, "zhou": 409, "wei": 409}),
]


@pytest.mark.parametrize(("state", "verb", "expected"), STEPS)
def test_each_step_is_for_those_whose_it_is(
    office: Office, state: str, verb: str, expected: dict[str, int]
) -> None:
    report = report_at(office, state)
    elsewhere = dict.fromkeys(("qin", "admin", "outsider", "lu", "stranger"), 404)
    for who, status in {**expected, **elsewhere}.items():
        with transaction.atomic():
            address = page(report, "step", verb).partition("?")[0]
            answer = signed_in(office, who).post(address, {"text": "写明原因"})
            transaction.set_rollback(True)
        assert answer.status_code == status, who
        assert "/me/confirm/" not in answer.headers.get("Location", ""), who


def test_a_report_goes_through_its_steps_in_the_browser(office: Office, clerk: Client) -> None:
    report = draft(office)
    he, zhou = signed_in(office, "he"), signed_in(office, "zhou")
    assert "定在账上现在的最后一笔" in words(get(clerk, page(report, "step", "submit"), **PANEL))
    clerk.post(page(report, "step", "submit"))
    he.post(page(report, "step", "return"), {"text": "开头太长。"})
    assert "开头太长。" in words(get(clerk, page(report)))
    clerk.post(page(report, "step", "submit"))
    he.post(page(report, "step", "review"), {"text": "可以"})
    asked = get(zhou, page(report, "step", "sign"))
    assert "从此不变" in asked
    seen = re.findall(r'name="seen" value="(sha256:[0-9a-f]{64})"', asked)[0]
    assert zhou.post(page(report, "step", "sign"), {"seen": "sha256:" + "0" * 64}).status_code == 409
    assert zhou.post(page(report, "step", "sign"), {"seen": seen}).status_code == 302
    zhou.post(page(report, "step", "publish"))
    zhou.post(page(report, "step", "withdraw"), {"text": "附表漏了一页"})
    shown = words(get(clerk, page(report)))
    for said in ("起草", "提交审核", "退回", "审核通过", "签发", "发布", "撤回", "附表漏了一页"):
        assert said in shown
    assert seen.partition(":")[2] in shown


@pytest.mark.parametrize(
    ("state", "verb", "after"),
    [("reviewed", "sign", "signed"), ("signed", "publish", "published"), ("signed", "withdraw", "withdrawn")],
)
def test_who_signed_in_a_while_ago_is_asked_once_more_and_loses_nothing(
    office: Office, state: str, verb: str, after: str
) -> None:
    report = report_at(office, state)
    person = office.cast.zhou
    person.set_password(PASSWORD)
    person.save()
    zhou = left_signed_in(office, "zhou")
    given = {"text": "附表漏了一页", "seen": proposal(report, person).digest if verb == "sign" else ""}
    get(zhou, page(report, "step", verb))

    asked = zhou.post(page(report, "step", verb), given)
    assert asked["Location"].startswith(f"{reverse('account_reauthenticate')}?next=")
    assert "确认是您本人" in get(zhou, asked["Location"])
    assert "密码不对" in zhou.post(asked["Location"], {"password": "wrong"}).content.decode()
    report.refresh_from_db()
    assert report.state == state

    done = zhou.post(asked["Location"], {"password": PASSWORD})
    report.refresh_from_db()
    assert (report.state, done["Location"]) == (after, page(report))
    assert verb != "withdraw" or "附表漏了一页" in get(zhou, done["Location"])


def test_who_may_not_sign_is_told_so_and_not_asked_for_a_password(office: Office) -> None:
    report = report_at(office, "reviewed")
    assert left_signed_in(office, "he").post(page(report, "step", "sign")).status_code == 403


def test_handing_in_and_reviewing_ask_nobody_again(office: Office) -> None:
    report = draft(office)
    assert left_signed_in(office, "chen").post(page(report, "step", "submit"))["Location"] == page(report)
    assert left_signed_in(office, "he").post(page(report, "step", "review"))["Location"] == page(report)


def test_what_changed_after_signing_is_shown_on_every_page(office: Office, clerk: Client) -> None:
    report = report_at(office, "signed")
    ledger.reverse_record(record=office.talk, reason="人数记重了", by=office.cast.he)
    paper = get(clerk, page(report))
    assert 'class="tn is-restated"' in paper
    assert "个数因后来的账目有了变化" in words(paper)
    note = words(get(clerk, page(report, "changes")))
    assert "签发时 1 场，现为 0 场，因：" in note
    assert "冲销：人数记重了" in note
    mark = re.findall(r'class="tn is-restated" id="n-(\d+)"', paper)[0]
    panel = words(get(clerk, page(report, "report_number", int(mark)), **PANEL))
    assert re.search(r"签发时 \d+月\d+日 现在 \d+月\d+日 差", panel)
    assert "没变" in words(get(clerk, page(report, "report_numbers")))
    position = re.findall(r"数到账上第(\d+)笔", words(paper))
    assert position[0] == "7"


def test_a_draft_is_for_those_who_work_on_it_and_a_published_report_for_all_who_may_view(office: Office) -> None:
    report = report_at(office, "signed")
    for who, status in (("chen", 200), ("wei", 200), ("qin", 404), ("admin", 404), ("outsider", 404)):
        assert signed_in(office, who).get(page(report).partition("?")[0]).status_code == status, who
    actions.publish_report(report=report, by=office.cast.zhou)
    for who, status in (("qin", 200), ("admin", 200), ("outsider", 404), ("stranger", 404)):
        assert signed_in(office, who).get(page(report).partition("?")[0]).status_code == status, who


def test_two_versions_are_set_side_by_side_with_what_differs(office: Office, clerk: Client) -> None:
    report = draft(office)
    office.post_talks(2)
    block = queries.prose_of(queries.version_of(report)).blocks[0]
    clerk.post(page(report, "block", block.id), {"seen": 1, "text": block.texts[0] + "另有一句。"})
    shown = get(clerk, page(report, "versions"))
    assert "<ins>另有一句。</ins>" in shown
    assert re.search(r'<del class="is-n">1</del>', shown)
    assert re.search(r'<ins class="is-n">3</ins>', shown)


def test_numbers_are_compared_with_the_period_before_and_the_year_before(office: Office, clerk: Client) -> None:
    report = draft(office)
    shown = words(get(clerk, page(report, "compare")))
    assert "比上年同期" in shown
    assert shown.count("青禾街道") > 50


@pytest.mark.parametrize(
    ("form", "begins"), [("docx", b"PK"), ("pdf", b"%PDF"), ("html", b"<!doctype html>"), ("json", b"{")]
)
def test_drafts_and_signed_reports_are_saved_as_files(
    office: Office, clerk: Client, form: str, begins: bytes
) -> None:
    report = draft(office)
    assert clerk.get(page(report, "file", form)).content.startswith(begins)
    actions.submit_report(report=report, by=office.cast.chen)


def test_the_pages_take_as_many_queries_for_many_reports_and_remarks_as_for_few(
    office: Office, clerk: Client
) -> None:
    report = report_at(office, "in_review")
    blocks = queries.prose_of(queries.version_of(report)).blocks

    def counted(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            get(clerk, address)
        return len(captured)

    actions.comment(report=report, block=blocks[0].id, text="一", by=office.cast.he)
    get(clerk, page(report))
    few = counted(page(report)), counted("/reports/" + AT)
    for number in range(5):
        actions.comment(report=report, block=blocks[number].id, text="二", by=office.cast.zhou)
    for year in (2022, 2023, 2025):
        report_at(office, "signed", period=Period.parse(f"{year}H1"))
    assert (counted(page(report)), counted("/reports/" + AT)) == few
