"""What people find on the pages of findings: what is wrong where, who puts it right by when, and what they do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from mingzhang.core import clock
from mingzhang.findings import actions
from mingzhang.findings.models import Finding, FindingEvidence, Matter
from tests.web.matrix.findings import finding_of
from tests.web.office import AT_STREET, Office
from tests.web.test_pages import get, words

LIST, BOARD, WAITING, NEW, MANY = (
    f"/findings/{one}" for one in ("", "board/", "waiting/", "new/", "assign/")
)  # fmt: skip
SAYS = "车位不够"


@pytest.fixture
def june(office: Office) -> Iterator[Office]:
    """Monday 1 June 2026; the findings of the office count from that day."""
    with clock.at(datetime(2026, 6, 1, 4, tzinfo=UTC)):
        Finding.objects.update(counted_from=date(2026, 6, 1), due_on=date(2026, 6, 30))
        yield office


def client_of(office: Office, who: str) -> Client:
    client = Client()
    client.force_login(getattr(office.cast, who))
    return client


@pytest.fixture
def reviewer(june: Office) -> Client:
    return client_of(june, "he")


@pytest.fixture
def clerk(june: Office) -> Client:
    return client_of(june, "chen")


@pytest.fixture
def leader(june: Office) -> Client:
    return client_of(june, "zhou")


def of(finding: Finding, verb: str = "") -> str:
    if verb:
        return reverse("findings:decide", args=(finding.pk, verb))
    return reverse("findings:finding", args=(finding.pk,))


def report(office: Office, description: str = "北门公示栏玻璃破损", **more: Any) -> Finding:
    """A minor finding in the street."""
    given: dict[str, Any] = {
        "unit": office.cast.street, "source": "residents", "category": "facility", "severity": "minor",
        "description": description, "found_on": clock.today(),
    }  # fmt: skip
    return actions.report(found=actions.Found(**given | more), pack=office.pack_version, by=office.cast.he)


def corrected(office: Office, **more: Any) -> Finding:
    """One that the street's clerk says is solved."""
    found = assigned(office, **more)
    actions.begin(finding=found, by=office.cast.chen)
    return actions.submit(finding=found, result="换了玻璃", by=office.cast.chen)


def assigned(office: Office, **more: Any) -> Finding:
    """One that the street's clerk has in hand."""
    return actions.assign(finding=report(office, **more), owner=office.cast.chen, by=office.cast.he)


def closed(office: Office, **more: Any) -> Finding:
    """One that was closed."""
    found = actions.verify(finding=corrected(office, **more), by=office.cast.he)
    actions.close(finding=found, by=office.cast.zhou)
    found.refresh_from_db()
    return found


def picture(name: str = "现场.jpg", color: str = "teal") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), color).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def shown(answer: Any) -> str:
    """What an answer says."""
    return words(answer.content.decode())


# --- the list -----------------------------------------------------------------------------------------------------


def test_what_a_study_named_stands_in_the_list(june: Office, reviewer: Client) -> None:
    page = words(get(reviewer, LIST + AT_STREET))
    assert SAYS in page
    assert finding_of(june).number in page
    assert "还有20个工作日" in page


def test_the_list_narrows_down_by_what_is_asked_and_says_so(june: Office, reviewer: Client) -> None:
    report(june, place="北门")
    page = words(get(reviewer, f"{LIST}{AT_STREET}&source=residents&severity=minor&q=玻璃&place=北门"))
    assert "北门公示栏玻璃破损" in page
    assert SAYS not in page
    assert "“玻璃”" in page
    assert "地点：北门" in page
    assert "没有符合这些条件的问题" in words(get(reviewer, f"{LIST}{AT_STREET}&q=没有这回事"))


def test_the_list_shows_what_is_late_and_what_was_closed(june: Office, reviewer: Client) -> None:
    report(june, "逾期的事")
    Finding.objects.filter(description="逾期的事").update(due_on=date(2026, 5, 28))
    closed(june, description="销了的事")
    late = words(get(reviewer, f"{LIST}{AT_STREET}&state=late"))
    assert "逾期的事" in late
    assert "逾期4天" in late
    assert "销了的事" not in late
    done = words(get(reviewer, f"{LIST}{AT_STREET}&state=closed"))
    assert "销了的事" in done
    assert "6月1日销号" in done


def test_a_list_of_one_person_leads_from_the_person(june: Office, reviewer: Client) -> None:
    assigned(june)
    page = words(get(reviewer, f"{LIST}{AT_STREET}&owner=chen"))
    assert "责任人：陈一禾" in page
    assert "北门公示栏玻璃破损" in page
    assert SAYS not in page


def test_a_longer_list_asks_no_more_questions(june: Office, reviewer: Client) -> None:
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            get(reviewer, path)
        return len(asked)

    closed(june)
    paths = (LIST + AT_STREET, f"{LIST}{AT_STREET}&state=all", BOARD + AT_STREET, WAITING, "/today/")
    corrected(june)
    get(reviewer, LIST + AT_STREET)
    few = [count(path) for path in paths]
    for _number in range(3):
        closed(june)
        corrected(june)
        report(june)
    assert [count(path) for path in paths] == few


def test_the_board_has_a_column_for_each_state(june: Office, reviewer: Client) -> None:
    corrected(june, description="等人验收的事")
    page = words(get(reviewer, BOARD + AT_STREET))
    for name in ("待派办", "整改中", "待验收", "待销号", "已销号"):
        assert name in page
    assert "等人验收的事" in page
    assert "卡片不能拖" in page


def test_several_are_assigned_at_once_or_none(june: Office, reviewer: Client) -> None:
    one, other = finding_of(june), report(june)
    page = get(reviewer, f"{MANY}{AT_STREET}&finding={one.pk}&finding={other.pk}")
    assert SAYS in page
    assert "陈一禾，宣传干事，青禾街道" in page
    form = {"finding": [one.pk, other.pk], "to": "QH chen", "sponsor": "zhou"}
    said = shown(reviewer.post(MANY, form, follow=True))
    assert "2个问题派给陈一禾了。" in said
    assert set(Finding.objects.filter(owner=june.cast.chen).values_list("pk", flat=True)) == {one.pk, other.pk}

    third = report(june, "第三件")
    again = reviewer.post(MANY, {"finding": [third.pk], "to": "QH wei"})
    assert again.status_code == 422
    assert "当不了责任人" in shown(again) or "没有选责任人" in shown(again)
    third.refresh_from_db()
    assert third.state == "found"


def test_today_says_how_many_of_mine_are_late_or_due_soon(june: Office, clerk: Client) -> None:
    for day in (date(2026, 5, 29), date(2026, 6, 1), date(2026, 6, 4), date(2026, 6, 30)):
        found = assigned(june)
        Finding.objects.filter(pk=found.pk).update(due_on=day)
    for page in (words(get(clerk, "/today/" + AT_STREET)), words(get(clerk, WAITING))):
        assert "4件，逾期1件，快到期2件" in page, page
    Finding.objects.filter(state="assigned").update(due_on=date(2026, 6, 30))
    assert "快到期" not in words(get(clerk, WAITING))


# --- one finding --------------------------------------------------------------------------------------------------


def test_a_finding_leads_to_the_row_that_named_it_and_back(june: Office, reviewer: Client) -> None:
    page = get(reviewer, of(finding_of(june)))
    assert reverse("ledger:record", args=(june.study.pk,)) in page
    assert "第1行" in words(page)
    came = get(reviewer, reverse("findings:came_of", args=(june.study.pk,)))
    assert of(finding_of(june)) in came
    record = get(reviewer, reverse("ledger:record", args=(june.study.pk,)))
    assert "看这张表带来了什么" in words(record)
    talk = get(reviewer, reverse("ledger:record", args=(june.talk.pk,)))
    assert "看这张表带来了什么" not in words(talk)


def test_a_finding_says_why_it_is_due_on_that_day(june: Office, reviewer: Client) -> None:
    found = report(june, severity="grave")
    page = words(get(reviewer, of(found)))
    assert "为什么是6月8日到期" in page
    assert "期限5个工作日，从6月1日的次日算起" in page
    assert "2026年6月6日，星期六，周末" in page


def test_a_clerk_corrects_and_another_verifies(
    june: Office, clerk: Client, reviewer: Client, leader: Client
) -> None:
    found = finding_of(june)
    said = reviewer.post(of(found, "assign"), {"to": "QH chen", "sponsor": "zhou"}, follow=True)
    assert "派给陈一禾了。" in shown(said)
    clerk.post(of(found, "begin"))
    clerk.post(of(found, "measure"), {"what": "划出车位", "by_when": "2026-06-05"})
    measure = found.measures.get()
    done = reverse("findings:finish", args=(found.pk, measure.pk))
    assert "划出车位" in shown(clerk.post(done, {"done_on": "2026-06-01", "result": "划了六个"}, follow=True))
    clerk.post(of(found, "analyse"), {"cause": "没有规划", "systemic": "每季度清点一次"})
    page = shown(clerk.post(of(found, "submit"), {"reason": "车位划好了"}, follow=True))
    assert "等没有参与整改的人来看" in page
    assert "结果：划了六个" in page
    assert "每季度清点一次" in page

    page = shown(reviewer.post(of(found, "send_back"), {"reason": "线没有画直"}, follow=True))
    assert "线没有画直" in page
    assert f"{june.cast.he.name}验收，{june.cast.chen.name}整改，不是同一个人" in page
    clerk.post(of(found, "submit"), {"reason": "重画了"})
    reviewer.post(of(found, "verify"), {"reason": "到现场看过"})
    page = shown(leader.post(of(found, "close"), follow=True))
    assert "销号了，" in page
    assert "再次整改" in page
    assert "退回过1次" in page
    found.refresh_from_db()
    assert found.state == "closed"


def test_who_corrected_it_reads_why_they_cannot_verify_it(june: Office, reviewer: Client) -> None:
    found = actions.assign(finding=report(june), owner=june.cast.he, by=june.cast.zhou)
    actions.submit(finding=found, result="换了", by=june.cast.he)
    page = get(reviewer, of(found))
    assert "这个问题您参与了整改，不能由您自己来定。" in words(page)
    assert "disabled" in page
    assert reviewer.post(of(found, "verify")).status_code == 403


def test_what_came_back_is_opened_anew_under_its_number(june: Office, reviewer: Client) -> None:
    found = closed(june)
    page = shown(reviewer.post(of(found, "recur"), {"reason": "玻璃又碎了"}, follow=True))
    assert f"用原来的编号{found.number}重开了" in page
    assert "第2轮：反弹过" in page
    assert "玻璃又碎了" in page


def test_a_refusal_stands_in_the_form_with_what_was_typed(june: Office, leader: Client) -> None:
    found = assigned(june)
    answer = leader.post(of(found, "extend"), {"until": "2026-06-02", "reason": "厂家缺货"})
    assert answer.status_code == 422
    assert "延期要延到" in shown(answer)
    assert "厂家缺货" in answer.content.decode()


def test_a_state_that_does_not_allow_it_is_told(june: Office, reviewer: Client) -> None:
    answer = reviewer.post(of(report(june), "verify"))
    assert answer.status_code == 409
    assert "现在是“待派办”，不能验收通过" in shown(answer)


def test_a_finding_is_handed_on_and_accepted_or_refused(june: Office, clerk: Client) -> None:
    found = assigned(june)
    clerk.post(of(found, "transfer"), {"unit": june.cast.community.code, "reason": "在社区里"})
    waiting = found.transfers.get(outcome="waiting")
    assert waiting.to == june.cast.community
    above = client_of(june, "he")
    assert "转来的，等着接收" in words(get(above, WAITING))
    page = shown(above.post(of(found, "refuse"), {"reason": "不归社区管"}, follow=True))
    assert "不归社区管" in page


def test_more_time_a_pause_and_a_doubt_are_asked_for_and_told(june: Office, clerk: Client, leader: Client) -> None:
    found = assigned(june)
    leader.post(of(found, "extend"), {"until": "2026-07-10", "reason": "厂家缺货"})
    page = words(get(leader, of(found)))
    assert "准予延期到2026年7月10日" in page
    leader.post(of(found, "suspend"), {"basis": "season"})
    assert "中止整改" in words(get(leader, of(found)))
    leader.post(of(found, "resume"))
    clerk.post(of(found, "doubt"), {"reason": "本来就这样"})
    page = shown(leader.post(of(found, "dismiss"), {"reason": "查实了"}, follow=True))
    assert "不算问题" in page


def test_a_finding_is_put_together_taken_apart_and_named_otherwise(june: Office, reviewer: Client) -> None:
    one, other, third = report(june), report(june, "同一块玻璃"), report(june, "两件事")
    reviewer.post(of(other, "merge"), {"into": one.number, "reason": "同一件"})
    assert other.number in words(get(reviewer, of(one)))
    page = shown(reviewer.post(of(third, "split"), {"parts": "玻璃\n内容过期", "reason": "两件"}, follow=True))
    assert "拆成" in page
    form = {"category": "safety", "severity": "grave", "reason": "会伤人"}
    assert "改了类别和程度" in shown(reviewer.post(of(one, "classify"), form, follow=True))
    assert reviewer.post(of(one, "merge"), {"into": "2001-0001", "reason": "没有"}).status_code == 422


def test_files_show_it_before_and_after_to_those_who_look_at_evidence(
    june: Office, reviewer: Client, clerk: Client
) -> None:
    found = assigned(june)
    before = reverse("findings:attach", args=(found.pk, "before"))
    after = reverse("findings:attach", args=(found.pk, "after"))
    assert "存了1份佐证。" in shown(reviewer.post(before, {"files": [picture()]}, follow=True))
    assert "存了1份佐证。" in shown(clerk.post(after, {"files": [picture("改好.jpg", "olive")]}, follow=True))
    uses = list(FindingEvidence.objects.filter(finding=found).order_by("pk"))
    page = get(reviewer, of(found))
    for use in uses:
        path = reverse("findings:picture", args=(found.pk, use.pk))
        assert path in page
        assert reviewer.get(path)["Content-Type"] == "image/jpeg"
    saved = reviewer.get(reverse("findings:file", args=(found.pk, uses[0].pk)))
    assert saved["Content-Disposition"].startswith("attachment")
    assert b"".join(saved).startswith(b"\xff\xd8")
    refused = clerk.post(after, {"files": [SimpleUploadedFile("坏.exe", b"MZ", "application/octet-stream")]})
    assert refused.status_code == 422
    assert "坏.exe：" in shown(refused)


# --- reporting, what waits, what came of it -----------------------------------------------------------------------


def test_a_finding_is_reported_by_hand_with_a_photo(june: Office, clerk: Client) -> None:
    assert "capture=" in get(clerk, NEW)
    form = {
        "unit": "QH", "source": "residents", "category": "facility", "severity": "serious",
        "description": "北门公示栏玻璃破损\n内容停在3月", "found_on": "2026-06-01", "place": "北门",
        "files": [picture()],
    }  # fmt: skip
    page = shown(clerk.post(NEW, form, follow=True))
    made = Finding.objects.get(place="北门")
    assert f"登记好了，编号{made.number}，2026年6月15日到期。" in page
    assert "内容停在3月" in page
    assert made.evidence.count() == 1
    wrong = clerk.post(NEW, {**form, "files": [], "category": "none", "found_on": "2026-06-05"})
    assert wrong.status_code == 422
    assert "发现的日子还没有到。" in shown(wrong)
    assert "内容停在3月" in wrong.content.decode()


def test_today_and_a_page_of_its_own_say_what_waits_for_whom(june: Office, reviewer: Client, clerk: Client) -> None:
    mine = assigned(june, description="要我改的事")
    corrected(june, description="等人验收的事")
    for client, kind, said in (
        (clerk, "要我整改的", "要我改的事"),
        (reviewer, "等着验收的", "等人验收的事"),
        (reviewer, "等着派办的", SAYS),
    ):
        for path in (WAITING, "/today/"):
            page = words(get(client, path))
            assert kind in page
            assert said in page
    assert of(mine) in get(clerk, "/today/")
    assert "没有等您办的问题" in words(get(client_of(june, "qin"), WAITING))


def test_the_page_of_what_came_of_a_sheet_settles_its_matters(june: Office, reviewer: Client) -> None:
    matter = Matter.objects.create(
        book=june.cast.book, record=june.study, table="problems", row=5, unit=june.cast.street, words="划出车位",
        decided_on=june.study.occurred_on,
    )  # fmt: skip
    came = reverse("findings:came_of", args=(june.study.pk,))
    page = words(get(reviewer, came))
    assert SAYS in page
    assert "件事，办结了" in page
    decide = {verb: reverse("findings:decide_matter", args=(matter.pk, verb)) for verb in ("hand", "finish")}
    assert "交给陈一禾办了。" in shown(reviewer.post(decide["hand"], {"to": "chen"}, follow=True))
    assert reviewer.post(decide["finish"], {"reason": ""}).status_code == 422
    assert "这件事办完了。" in shown(reviewer.post(decide["finish"], {"reason": "划好了"}, follow=True))


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["problems", "corrections"])
def test_the_list_is_taken_along_as_documents_and_as_a_workbook(june: Office, reviewer: Client, kind: str) -> None:
    found = closed(june)
    path = {form: reverse("web:finding_list_file", args=(kind, form)) for form in ("docx", "pdf", "xlsx")}
    asked = f"{AT_STREET}&state=all&q=玻璃"
    paper = docx.Document(io.BytesIO(reviewer.get(path["docx"] + asked).content))
    cells = [cell.text for row in paper.tables[0].rows for cell in row.cells]
    assert found.number in cells
    assert "北门公示栏玻璃破损" in cells
    assert reviewer.get(path["pdf"] + asked).content.startswith(b"%PDF")
    with zipfile.ZipFile(io.BytesIO(reviewer.get(path["xlsx"] + asked).content)) as parts:
        strings = parts.read("xl/sharedStrings.xml").decode()
    assert f"<t>{found.number}</t>" in strings
    assert SAYS not in strings


def test_a_closed_finding_has_a_sheet_that_says_who_verified_and_who_closed_it(
    june: Office, reviewer: Client
) -> None:
    path = reverse("web:finding_file", args=(closed(june).pk, "docx"))
    text = "\n".join(one.text for one in docx.Document(io.BytesIO(reviewer.get(path).content)).paragraphs)
    assert f"{june.cast.he.name}在2026年6月1日验收通过" in text
    assert "验收人没有参与整改" in text
    assert f"{june.cast.zhou.name}在2026年6月1日销号" in text
    open_one = reverse("web:finding_file", args=(report(june).pk, "docx"))
    text = "\n".join(one.text for one in docx.Document(io.BytesIO(reviewer.get(open_one).content)).paragraphs)
    assert "验收人（签字）" in text
    unknown = reverse("web:finding_file", args=(report(june).pk, "odt"))
    assert reviewer.get(unknown).status_code == 404
