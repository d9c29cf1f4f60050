"""The form of a record sheet: what it shows, what it takes, and that it loses nothing."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from PIL import Image

from mingzhang.audit.models import Event
from mingzhang.ledger import actions, queries
from mingzhang.ledger.models import Evidence, Record, RecordEvidence, WorkingCopy
from mingzhang.organisation import actions as organisation
from mingzhang.organisation.models import Person
from tests.web.office import AT_STREET, PACK, Office
from tests.web.office import talk as post_talk

NEW = f"/ledger/new/{AT_STREET}&kind={PACK}/"
LECTURE = {
    "unit": "青禾街道（QH）",
    "occurred_on": "2026-05-20",
    "data.topic": "用气安全",
    "data.audience": "communities",
    "data.speaker": "official",
    "data.people": "４０",
    "data.questions": "0",
    "data.answered": "0",
}


@pytest.fixture
def clerk(office: Office, client: Client) -> Client:
    client.force_login(office.cast.chen)
    return client


def newest() -> Record:
    return Record.objects.latest("id")


def picture(name: str = "现场.png", color: str = "navy") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue())


def edit(record: Record) -> str:
    return reverse("ledger:edit", args=(record.pk,))


def keep(client: Client, subject: str, entries: Any, version: int = 0) -> Any:
    body = json.dumps({"subject": subject, "version": version, "entries": entries})
    return client.post(reverse("ledger:autosave"), body, content_type="application/json")


# --- a new sheet --------------------------------------------------------------------------------------------------


def test_the_kinds_used_most_stand_first(clerk: Client, office: Office) -> None:
    page = clerk.get(f"/ledger/new/{AT_STREET}").content.decode()
    assert re.findall(r"kind=street-office/(\w+)", page)[:2] == ["lecture", "study"]


def test_a_new_sheet_opens_with_what_is_known(clerk: Client) -> None:
    page = clerk.get(f"{NEW}hard_case").content.decode()
    assert re.search(r'name="occurred_on"\s+value="20\d\d-\d\d-\d\d"', page)
    assert "自动带出" in page
    assert "青禾街道（QH）" in page


def test_what_did_not_change_since_last_time_is_filled_in_and_says_so(
    clerk: Client, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries.writing, "WRITTEN_LATELY", queries.writing.USED_LATELY * 40)
    page = clerk.get(f"{NEW}lecture").content.decode()
    assert "和上次一样" in page
    assert "用气安全" not in page, "a text is never carried over"


def test_a_sheet_is_handed_in_from_the_form(clerk: Client, office: Office) -> None:
    answer = clerk.post(f"{NEW}lecture", LECTURE | {"do": "submit"})
    record = newest()
    assert answer["Location"] == reverse("ledger:record", args=(record.pk,))
    assert (record.state, record.data["people"], record.unit) == ("submitted", 40, office.cast.street)


def test_a_draft_may_be_incomplete(clerk: Client) -> None:
    clerk.post(f"{NEW}lecture", {**LECTURE, "data.people": "", "do": "keep"})
    assert (newest().state, "people" in newest().data) == ("draft", False)


def test_what_is_wrong_is_said_where_it_is_and_everything_typed_stays(clerk: Client) -> None:
    before = Record.objects.count()
    wrong = {**LECTURE, "data.people": "四十来人", "data.audience": "", "occurred_on": "昨天", "do": "submit"}
    answer = clerk.post(f"{NEW}lecture", wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert Record.objects.count() == before
    assert "四十来人" in page
    assert "昨天" in page
    for name in ("data-people", "data-audience", "occurred_on"):
        assert f'href="#f-{name}"' in page
        assert f'id="f-{name}-e"' in page
    assert page.count('aria-invalid="true"') >= 3


def test_the_page_left_after_errors_opens_again_as_it_was_left(clerk: Client) -> None:
    clerk.post(f"{NEW}lecture", {**LECTURE, "data.people": "四十来人", "do": "submit"})
    page = clerk.get(f"{NEW}lecture").content.decode()
    assert "四十来人" in page
    assert "没写完的内容" in page


def test_without_script_files_of_a_refused_sheet_are_kept_with_a_draft_of_what_fits(clerk: Client) -> None:
    answer = clerk.post(f"{NEW}lecture", {**LECTURE, "data.people": "多", "do": "submit", "files": [picture()]})
    record = newest()
    assert (answer.status_code, record.state, record.evidence.count()) == (422, "draft", 1)
    assert edit(record) in answer.content.decode()


def test_without_script_rows_are_added_by_a_button(clerk: Client) -> None:
    answer = clerk.post(f"{NEW}study", {"do": "rows", "rows.problems.0.detail": "车位不够"})
    page = answer.content.decode()
    assert "车位不够" in page
    assert "rows.problems.7.detail" in page


def test_rows_are_posted_whatever_their_numbers_and_blank_ones_are_left_out(clerk: Client) -> None:
    form = {
        "unit": "QH", "occurred_on": "2026年5月20日", "data.form": "group", "data.topic": "物业",
        "data.people": "9", "rows.problems.3.category": "parking", "rows.problems.3.detail": "车位不够",
        "rows.problems.4.detail": " ",
        "rows.problems.12.category": "环境卫生", "rows.problems.12.detail": "楼道堆物", "do": "keep",
    }  # fmt: skip
    clerk.post(f"{NEW}study", form)
    rows = newest().rows["problems"]
    assert [row["category"] for row in rows] == ["parking", "sanitation"]


def test_an_option_that_there_is_not_stays_in_its_cell(clerk: Client) -> None:
    form = {"unit": "QH", "occurred_on": "2026-05-20", "rows.problems.0.category": "没有这类", "do": "keep"}
    page = clerk.post(f"{NEW}study", form).content.decode()
    assert re.search(r'<option value="没有这类"\s+selected', page)


def test_a_copy_takes_all_but_the_day_and_the_files(clerk: Client, office: Office) -> None:
    page = clerk.get(f"/ledger/new/?copy={office.talk.pk}").content.decode()
    assert "用气安全" in page
    assert "2026-01-01" not in page


def test_a_correction_is_prefilled_and_brings_the_evidence_along(clerk: Client, office: Office) -> None:
    wrong = post_talk(office.cast, office.cast.street, picture=True)
    actions.reverse_record(record=wrong, reason="人数记错了", by=office.cast.he)
    page = clerk.get(f"/ledger/new/?replaces={wrong.pk}").content.decode()
    assert "用气安全" in page
    assert 'value="2026-01-01"' in page
    form = LECTURE | {"occurred_on": "2026-01-01", "do": "keep", "with_files": "yes"}
    clerk.post(f"/ledger/new/?replaces={wrong.pk}", form)
    assert newest().replaces == wrong
    assert newest().evidence.count() == 1
    assert queries.questions_of(newest(), office.cast.chen) == [], "the same event, put right"


def test_only_a_reversed_sheet_is_corrected(clerk: Client, office: Office) -> None:
    assert clerk.get(f"/ledger/new/?replaces={office.talk.pk}").status_code == 409


# --- an existing sheet --------------------------------------------------------------------------------------------


def test_why_it_was_returned_stands_beside_the_form(clerk: Client, office: Office) -> None:
    assert "人数和签到表对不上。" in clerk.get(edit(office.returned)).content.decode()


def test_two_people_on_one_sheet_are_told_of_each_other(office: Office, clerk: Client) -> None:
    clerk.get(edit(office.draft))
    other = Client()
    second = Person.objects.get(username="lu")
    actions.see(record=office.draft, by=office.cast.chen)
    _seat_in_street(office)
    other.force_login(second)
    assert "陈一禾" in other.get(edit(office.draft)).content.decode()
    assert keep(clerk, office.draft.ref, None).json()["others"] == ["陆小满"]


def _seat_in_street(office: Office) -> None:
    post = organisation.create_post(unit=office.cast.street, name="内勤", roles=["clerk"], by=office.cast.admin)
    organisation.appoint(person=office.cast.lu, post=post, start=date(2023, 1, 1), by=office.cast.admin)


def test_what_another_wrote_meanwhile_is_shown_beside_ones_own_and_neither_is_lost(
    office: Office, clerk: Client
) -> None:
    record = office.draft
    _write(record, {**record.data, "people": 55}, office)
    mine = LECTURE | {"data.people": "44", "data.topic": "我写的题目", "version": "0"}
    answer = clerk.post(edit(record), mine | {"do": "keep"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "44" in page
    assert "55" in page
    assert "我写的题目" in page
    record.refresh_from_db()
    assert record.data["people"] == 55
    taken = clerk.post(edit(record), mine | {"do": "take:data.people"}).content.decode()
    assert re.search(r'name="data.people"\s+value="55"', taken)
    assert clerk.post(edit(record), mine | {"do": "keep", "settled": "1"}).status_code == 302
    record.refresh_from_db()
    assert (record.data["people"], record.data["topic"]) == (44, "我写的题目")


def _write(record: Record, data: dict[str, Any], office: Office) -> None:
    actions.edit_record(record=record, occurred_on=record.occurred_on, data=data, by=office.cast.chen)


def test_what_is_kept_while_typing_is_neither_checked_nor_audited_and_opens_again(
    office: Office, clerk: Client
) -> None:
    events = Event.objects.count()
    answer = keep(clerk, office.draft.ref, [["data.topic", "写到一"], ["data.people", "四十来人"]])
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["saved"])
    office.draft.refresh_from_db()
    assert office.draft.data["topic"] == "用气安全"
    assert Event.objects.count() == events
    page = clerk.get(edit(office.draft)).content.decode()
    assert "写到一" in page
    assert "四十来人" in page


def test_what_was_kept_is_dropped_once_it_is_written_down_or_not_wanted(office: Office, clerk: Client) -> None:
    keep(clerk, office.draft.ref, [["data.topic", "写到一"]])
    clerk.post(edit(office.draft), {"do": "forget"})
    assert queries.copy_of(office.cast.chen, office.draft.ref) is None
    keep(clerk, office.draft.ref, [["data.topic", "写到一"]])
    clerk.post(edit(office.draft), LECTURE | {"do": "keep", "version": "0"})
    assert queries.copy_of(office.cast.chen, office.draft.ref) is None


def test_nobody_opens_what_another_was_typing(office: Office, clerk: Client) -> None:
    _seat_in_street(office)
    keep(clerk, office.draft.ref, [["data.topic", "只给自己看的"]])
    client = Client()
    client.force_login(office.cast.lu)
    assert "只给自己看的" not in client.get(edit(office.draft)).content.decode()


@pytest.mark.parametrize(
    "body",
    [
        "{", "[]", '{"subject": "record:0"}', '{"subject": "x"}', '{"subject": "new:"}', "[" * 9000,
        '{"subject": "new:a/b", "entries": [["data.x", 1], ["x"], 3]}',
        '{"subject": "record:99999999999999999999"}',
    ],
)  # fmt: skip
def test_a_hostile_copy_is_refused_or_kept_without_what_is_no_text(clerk: Client, body: str) -> None:
    answer = clerk.post(reverse("ledger:autosave"), body, content_type="application/json")
    assert answer.status_code in (200, 404, 422)
    assert not WorkingCopy.objects.exclude(entries=[]).exists()


def test_what_a_person_keeps_is_limited_in_number(clerk: Client, office: Office) -> None:
    for number in range(45):
        keep(clerk, f"new:{PACK}/study:copy:{number}", [["data.topic", "甲"]])
    assert WorkingCopy.objects.filter(person=office.cast.chen).count() == 40


def test_after_signing_in_again_a_fresh_token_is_had(office: Office) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(office.cast.chen)
    answer = client.get(reverse("ledger:autosave")).json()
    assert answer["person"] == office.cast.chen.pk
    body = json.dumps({"subject": office.draft.ref, "version": 0, "entries": [["data.topic", "甲"]]})
    stale = client.post(reverse("ledger:autosave"), body, content_type="application/json")
    fresh = client.post(
        reverse("ledger:autosave"), body, content_type="application/json", headers={"X-CSRFToken": answer["token"]}
    )
    assert (stale.status_code, fresh.status_code) == (403, 200)


# --- files --------------------------------------------------------------------------------------------------------


def test_a_new_sheet_becomes_a_draft_when_its_first_file_comes(clerk: Client, office: Office) -> None:
    address = f"/ledger/begin/{AT_STREET}&kind={PACK}/lecture"
    told = clerk.post(address, {**LECTURE, "data.people": "多"}).json()
    record = newest()
    assert told["edit"] == edit(record)
    assert "people" not in record.data
    answer = clerk.post(told["files"], {"file": picture()})
    assert "现场" in answer.json()["html"]
    assert "多" in clerk.get(told["edit"]).content.decode(), "what did not fit is still in its control"


def test_a_file_is_refused_in_words(clerk: Client, office: Office, settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 1000
    address = reverse("ledger:add_file", args=(office.draft.pk,))
    big = clerk.post(address, {"file": SimpleUploadedFile("大.txt", b"a" * 2000)})
    odd = clerk.post(address, {"file": SimpleUploadedFile("x.html", b"<html>")})
    none = clerk.post(address, {})
    assert [answer.status_code for answer in (big, odd, none)] == [422, 422, 422]
    assert "文件太大" in big.json()["said"]
    assert "不收这种文件" in odd.json()["said"]
    assert office.draft.evidence.count() == 0


def test_a_file_is_renamed_and_taken_away(clerk: Client, office: Office) -> None:
    clerk.post(reverse("ledger:add_file", args=(office.draft.pk,)), {"file": picture()})
    use = office.draft.evidence.get()
    address = reverse("ledger:change_file", args=(office.draft.pk, use.evidence_id))
    clerk.post(address, {"name": "签到表"})
    use.refresh_from_db()
    assert use.name == "签到表.png"
    assert clerk.post(address, {"name": " "}).status_code == 422
    clerk.post(address, {})
    assert not office.draft.evidence.exists()


def test_one_file_serves_several_records(clerk: Client, office: Office) -> None:
    use = office.talk.evidence.get()
    page = clerk.get(edit(office.draft)).content.decode()
    assert f'data-use="{use.pk}"' in page
    clerk.post(reverse("ledger:add_file", args=(office.draft.pk,)), {"use": use.pk})
    assert office.draft.evidence.get().evidence == use.evidence
    assert Evidence.objects.count() == 1


def test_a_pdf_is_shown_as_pictures_of_its_pages(clerk: Client, office: Office) -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(
        out, "PDF", save_all=True, append_images=[Image.new("RGB", (300, 400))]
    )
    place = _attached(clerk, office, SimpleUploadedFile("通知.pdf", out.getvalue()))
    assert "第2页，共2页" in clerk.get(reverse("ledger:preview", args=place) + "?page=2").content.decode()
    sight = clerk.get(reverse("ledger:sight", args=(*place, 2)))
    assert sight["Content-Type"] == "image/png"
    assert sight["Content-Security-Policy"] == "default-src 'none'; sandbox"
    Image.open(io.BytesIO(sight.content)).verify()


def test_a_broken_pdf_is_offered_for_download_only(clerk: Client, office: Office) -> None:
    place = _attached(clerk, office, SimpleUploadedFile("坏.pdf", b"%PDF-1.7\nnothing"))
    page = clerk.get(reverse("ledger:preview", args=place))
    assert page.status_code == 200
    assert "不能预览" in page.content.decode()
    assert clerk.get(reverse("ledger:sight", args=(*place, 1))).status_code == 422


def test_a_word_document_is_shown_as_its_words_and_tables_alone(clerk: Client, office: Office) -> None:
    document = Document()
    document.add_paragraph("<script>alert(1)</script>先讲后议。")
    document.add_table(1, 2).cell(0, 1).text = "社区服务岗"
    out = io.BytesIO()
    document.save(out)
    place = _attached(clerk, office, SimpleUploadedFile("纪要.docx", out.getvalue()))
    page = clerk.get(reverse("ledger:preview", args=place)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;先讲后议。" in page
    assert "社区服务岗" in page
    assert "sha256:" in page


def _attached(client: Client, office: Office, file: SimpleUploadedFile) -> tuple[int, int]:
    answer = client.post(reverse("ledger:add_file", args=(office.draft.pk,)), {"file": file})
    assert answer.status_code == 200, answer.content.decode()
    return office.draft.pk, office.draft.evidence.latest("id").evidence_id


# --- two books ----------------------------------------------------------------------------------------------------


def test_nothing_of_another_book_is_reached_by_its_number(office: Office) -> None:
    client = Client()
    client.force_login(office.cast.stranger)
    use = office.talk.evidence.get()
    own = client.post(f"/ledger/begin/?kind={PACK}/lecture", LECTURE | {"unit": "PH"}).json()
    assert client.post(own["files"], {"use": use.pk}).status_code == 404
    for origin in ("copy", "replaces"):
        assert client.get(f"/ledger/new/?{origin}={office.reversed.pk}").status_code == 404
    assert client.post(f"/ledger/new/?kind={PACK}/lecture", LECTURE | {"do": "keep"}).status_code == 422
    assert keep(client, office.draft.ref, [["data.topic", "甲"]]).status_code == 404
    for sort, asked in (("unit", "青禾"), ("person", "陈"), ("link", "用气")):
        found = client.get(f"/ledger/find/{sort}/?q={asked}&kind={PACK}/lecture").json()
        assert found["found"] == []
    assert RecordEvidence.objects.filter(record__book=office.cast.other_book).count() == 0


def test_a_unit_where_the_person_may_not_write_is_refused(clerk: Client, office: Office) -> None:
    answer = clerk.post(f"{NEW}lecture", LECTURE | {"unit": "东园社区（SL-01）", "do": "keep"})
    assert answer.status_code == 403


def test_people_units_and_records_are_found_by_a_part_of_their_names(clerk: Client, office: Office) -> None:
    found = clerk.get("/ledger/find/unit/?q=柳岸").json()["found"]
    assert found == ["柳岸社区（QH-01）"]
    assert clerk.get("/ledger/find/person/?q=何").json()["found"] == ["何站长（he）"]
    talks = clerk.get(f"/ledger/find/link/?q=用气&kind={PACK}/lecture").json()["found"]
    assert f"用气安全（{office.talk.pk}）" in talks
    assert f"外街的事（{office.elsewhere.pk}）" not in talks


# --- what it feeds, and what it costs -----------------------------------------------------------------------------


def test_the_figures_and_reports_that_a_sheet_feeds_are_named(clerk: Client) -> None:
    page = clerk.get(f"/figures/feeds/{PACK}/lecture/", headers={"HX-Request": "true"}).content.decode()
    assert re.search(r"宣讲场次|宣讲", page)
    assert "+1" in page
    assert "按填写" in page
    assert "街道半年工作总结" in page


def test_the_form_asks_the_database_the_same_number_of_questions_however_much_it_holds(
    clerk: Client, office: Office
) -> None:
    address = edit(office.draft)
    clerk.post(reverse("ledger:add_file", args=(office.draft.pk,)), {"file": picture()})
    clerk.get(address)
    with CaptureQueriesContext(connection) as few:
        clerk.get(address)
    for color in ("red", "green", "blue", "white"):
        clerk.post(reverse("ledger:add_file", args=(office.draft.pk,)), {"file": picture(color=color)})
    office.post_talks(5)
    with CaptureQueriesContext(connection) as many:
        clerk.get(address)
    assert len(many) <= len(few)


# --- a sheet that came back ---------------------------------------------------------------------------------------


def test_what_the_reviewer_says_stands_at_the_place_it_is_about(clerk: Client, office: Office) -> None:
    remarks = {"data.people": "签到表上是37人", "evidence": "请附签到表"}
    actions.review_record(record=office.submitted, passed=False, remarks=remarks, by=office.cast.he)
    page = clerk.get(edit(office.submitted)).content.decode()
    people = page[page.index('for="f-data-people"') :]
    assert people.index("签到表上是37人") < people.index('class="fr"')
    assert page.index("ff-ev") < page.index("请附签到表")
    assert "2处意见" in page


def test_a_remark_about_a_row_names_the_row_above_the_table(clerk: Client, office: Office) -> None:
    rows = {"problems": [{"category": "parking", "detail": "车位不够"}]}
    draft = actions.add_record(
        kind=office.study.kind, unit=office.study.unit, occurred_on=date(2026, 5, 20), data=office.study.data,
        rows=rows, by=office.cast.chen,
    )  # fmt: skip
    actions.submit_record(record=draft, by=office.cast.chen)
    actions.review_record(
        record=draft, passed=False, remarks={"rows.problems.0.detail": "写清哪个小区"}, by=office.cast.he
    )
    page = clerk.get(edit(draft)).content.decode()
    table = page[page.index('data-grid="problems"') :]
    assert table.index("第1行，具体情况：写清哪个小区") < table.index("<table")
