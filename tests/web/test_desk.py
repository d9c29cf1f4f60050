"""What those who write and review do on the pages: what waits for them, deciding, and correcting."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.ledger import actions
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person
from mingzhang.packs.models import RecordKind
from mingzhang.web.navigation import Group, Section, current_page, tabs_of
from tests.cast import seat
from tests.web.office import AT_STREET, PACK, PERIOD, STUDY, TALK, Office
from tests.web.test_pages import PANEL, Outline, get, words

QUEUE = "/ledger/review/"
TODAY = "/today/"


@pytest.fixture
def reviewer(office: Office, client: Client) -> Client:
    """A browser in which the street's reviewer is signed in."""
    client.force_login(office.cast.he)
    return client


@pytest.fixture
def clerk(office: Office) -> Client:
    client = Client()
    client.force_login(office.cast.chen)
    return client


def submitted(office: Office, by: Person | None = None, kind: str = "lecture", **data: object) -> Record:
    code = RecordKind.objects.get(pack=PACK, code=kind)
    written = {**(TALK if kind == "lecture" else STUDY), **data}
    draft = actions.add_record(
        kind=code,
        unit=office.cast.street,
        occurred_on=office.talk.occurred_on,
        data=written,
        by=by or office.cast.chen,
    )
    return actions.submit_record(record=draft, by=draft.created_by)


def act(client: Client, verb: str, record: Record, **form: object) -> str:
    """The address that a decision leads to."""
    response = client.post(reverse(f"ledger:{verb}", args=(record.pk,)), form)
    assert response.status_code == 302, words(response.content.decode())
    return str(response["Location"])


def page_of(client: Client, record: Record) -> str:
    return words(get(client, reverse("ledger:record", args=(record.pk,))))


# --- today --------------------------------------------------------------------------------------------------------


def test_the_clerk_finds_what_came_back_with_the_reason_and_its_place(clerk: Client, office: Office) -> None:
    record = submitted(office, topic="防汛值守")
    actions.review_record(record=record, passed=False, remarks={"data.people": "签到表是23"}, by=office.cast.he)
    page = words(get(clerk, TODAY))
    assert "2 件被退回" in page
    assert "1 张草稿还没有交" in page
    assert "人数和签到表对不上。" in page
    assert "到场人数：签到表是23" in page.replace(" ", "")
    assert "等我审核" not in page


def test_the_clerk_sees_what_was_posted_of_theirs_with_its_place_in_the_books_and_one_seal(
    clerk: Client, office: Office
) -> None:
    page = get(clerk, TODAY)
    assert "第2笔" in words(page)
    assert "何站长审核" in words(page)
    assert page.count('class="seal') == 1


def test_the_reviewer_finds_what_waits_and_never_their_own(office: Office, client: Client) -> None:
    helper = seat(office.cast.street, "zhu", "朱助理", "助理", ["clerk", "reviewer"], office.cast.admin)
    submitted(office, by=helper, topic="自己的事")
    client.force_login(helper)
    page = words(get(client, TODAY))
    assert "1 件等您审核" in page
    assert "自己的事" not in page
    assert "自己的事" not in words(get(client, QUEUE))


def test_whoever_has_nothing_to_do_is_told_so(office: Office, client: Client) -> None:
    client.force_login(office.cast.qin)
    assert "手头没有要办的事" in words(get(client, TODAY))


def test_those_who_write_or_review_begin_with_today_and_readers_with_the_ledger(
    office: Office, client: Client
) -> None:
    for person, first in ((office.cast.chen, TODAY), (office.cast.he, TODAY), (office.cast.qin, "/ledger/")):
        client.force_login(person)
        assert client.get("/")["Location"].startswith(first)


def test_what_waits_is_counted_in_the_navigation(reviewer: Client, office: Office) -> None:
    submitted(office)
    assert 'aria-label="2件等您">2</span>' in get(reviewer, "/ledger/" + AT_STREET)


# --- the queue ----------------------------------------------------------------------------------------------------


def test_the_queue_is_narrowed_by_kind_unit_and_days(reviewer: Client, office: Office) -> None:
    study = submitted(office, kind="study", topic="汛期怎么值班")
    lower = actions.add_record(
        kind=study.kind, unit=office.cast.community, occurred_on=study.occurred_on, data=STUDY, by=office.cast.lu
    )
    actions.submit_record(record=lower, by=office.cast.lu)
    key = 'id="r'
    assert get(reviewer, QUEUE).count(key) == 3
    assert get(reviewer, f"{QUEUE}?kind={PACK}/study").count(key) == 2
    assert get(reviewer, f"{QUEUE}?at=QH-01").count(key) == 1
    assert get(reviewer, f"{QUEUE}?at=QH").count(key) == 3
    assert get(reviewer, f"{QUEUE}?from=2026-05-21").count(key) == 2 - (study.occurred_on.day < 21) * 2
    assert "没有符合这些条件的记录" in get(reviewer, f"{QUEUE}?to=2020-01-01")
    assert reviewer.get(f"{QUEUE}?from=2026-06-01&to=2026-05-01").status_code == 422
    assert reviewer.get(f"{QUEUE}?at=nowhere").status_code == 404


def test_after_a_decision_the_next_one_opens(reviewer: Client, office: Office) -> None:
    second, third = submitted(office), submitted(office)
    assert act(reviewer, "pass", office.submitted, queue="") == f"{QUEUE}#r{second.pk}"
    kept = f"kind={PACK}/lecture"
    there = act(reviewer, "return", second, queue=kept, place="", said="核对人数")
    assert there == f"{QUEUE}?kind={PACK}%2Flecture#r{third.pk}"
    assert act(reviewer, "pass", third, queue="") == QUEUE
    told = unescape(words(get(reviewer, QUEUE)))
    assert "没有等您审核的记录单" in told
    assert "“用气安全”审核通过。" in told


def test_a_second_click_is_answered_with_how_it_stands(reviewer: Client, office: Office) -> None:
    act(reviewer, "pass", office.submitted)
    where = act(reviewer, "pass", office.submitted)
    assert "现在是“待入账”，不能审核通过" in unescape(words(get(reviewer, where)))
    assert office.submitted.reviews.count() == 1


def test_a_decision_asked_for_by_script_leads_the_whole_page_on(reviewer: Client, office: Office) -> None:
    response = reviewer.post(reverse("ledger:pass", args=(office.submitted.pk,)), {"queue": ""}, headers=PANEL)
    assert response["HX-Redirect"] == QUEUE


def test_a_reason_is_tied_to_its_field_and_shown_there(reviewer: Client, office: Office, clerk: Client) -> None:
    form = {"place": ["data.people", "", "data.people"], "said": ["签到表是23", "请再核对一遍", "另附说明"]}
    act(reviewer, "return", office.submitted, **form)
    record = Record.objects.get(pk=office.submitted.pk)
    review = record.reviews.get()
    assert (review.note, review.remarks) == ("请再核对一遍", {"data.people": "签到表是23\n另附说明"})
    page = get(clerk, reverse("ledger:record", args=(record.pk,)))
    field = page[page.index("到场人数</dt>") :]
    assert "签到表是23" in field[: field.index("</dd>")]


def test_what_was_written_is_not_lost_when_it_is_refused(reviewer: Client, office: Office) -> None:
    form = {"place": ["data.gone"], "said": ["这一处没有了"]}
    response = reviewer.post(reverse("ledger:return", args=(office.submitted.pk,)), form)
    assert response.status_code == 422
    page = words(response.content.decode())
    assert "这一处没有了" in page
    assert "不在这张记录单上" in page
    assert office.submitted.reviews.count() == 0


def test_those_who_may_not_review_are_told_who_may(office: Office, client: Client) -> None:
    helper = seat(office.cast.street, "zhu", "朱助理", "助理", ["clerk", "reviewer"], office.cast.admin)
    own = submitted(office, by=helper)
    client.force_login(helper)
    page = get(client, reverse("ledger:record", args=(own.pk,)))
    assert "自己经办的记录单不能由自己审核。可以审核的人：何站长。" in words(page)
    assert "disabled" in page[page.index('data-key="a"') :][:40]
    assert "何站长审核" in words(page)
    response = client.post(reverse("ledger:pass", args=(own.pk,)))
    assert response.status_code == 403
    assert "可以审核的人：何站长。" in response.content.decode()


# --- alike sheets together ----------------------------------------------------------------------------------------


def test_alike_sheets_are_looked_through_side_by_side_and_passed_in_one_go(
    reviewer: Client, office: Office
) -> None:
    others = [submitted(office, people=50 + number) for number in range(3)]
    chosen = [office.submitted.pk, *(record.pk for record in others)]
    page = words(get(reviewer, f"{QUEUE}batch/?" + "&".join(f"record={number}" for number in chosen)))
    assert "4张“" in page
    for shown in ("到场人数", "40", "50", "51", "52"):
        assert shown in page
    response = reviewer.post(f"{QUEUE}batch/", {"record": chosen, "note": "一起看过"})
    assert response["Location"] == QUEUE
    assert set(Record.objects.filter(pk__in=chosen).values_list("state", flat=True)) == {"accepted"}


def test_those_that_could_not_be_passed_are_listed_with_their_reasons(reviewer: Client, office: Office) -> None:
    act(reviewer, "return", office.submitted, place="", said="先改")
    other = submitted(office)
    response = reviewer.post(f"{QUEUE}batch/", {"record": [office.submitted.pk, other.pk]})
    page = unescape(words(response.content.decode()))
    assert "1张没有通过" in page
    assert "现在是“已退回”，不能审核通过" in page
    assert "1张审核通过。" in page


def test_sheets_that_are_not_alike_are_not_reviewed_together(reviewer: Client, office: Office) -> None:
    study = submitted(office, kind="study")
    address = f"{QUEUE}batch/?record={office.submitted.pk}&record={study.pk}"
    assert reviewer.get(address).status_code == 422
    assert reviewer.get(f"{QUEUE}batch/").status_code == 422
    assert reviewer.get(f"{QUEUE}batch/?record={office.elsewhere.pk}").status_code == 404


# --- posting and correcting ---------------------------------------------------------------------------------------


def test_what_was_accepted_is_posted_together_from_the_list(reviewer: Client, office: Office) -> None:
    both = [office.submitted, submitted(office)]
    for record in both:
        act(reviewer, "pass", record)
    here = f"/ledger/{AT_STREET}&state=accepted"
    assert get(reviewer, here).count('name="record"') == 2
    form = {"record": [record.pk for record in both], "next": here}
    assert reviewer.post("/ledger/post/", form)["Location"] == here
    assert "2张入账，第8至9笔。" in words(get(reviewer, here))
    assert reviewer.post("/ledger/post/", form)["Location"] == here
    assert "一张都没有入账。" in words(get(reviewer, here))
    away = reviewer.post("/ledger/post/", {"record": [], "next": "https://example.org/"})
    assert away["Location"] == "/ledger/"


def test_the_clerk_gets_no_boxes_to_post_with(clerk: Client, office: Office) -> None:
    actions.review_record(record=office.submitted, passed=True, by=office.cast.he)
    assert 'name="record"' not in get(clerk, f"/ledger/{AT_STREET}&state=accepted")


def test_what_was_accepted_can_be_returned_instead_of_posted(reviewer: Client, office: Office) -> None:
    act(reviewer, "pass", office.submitted)
    act(reviewer, "return", office.submitted, place="occurred_on", said="应是19日")
    page = page_of(reviewer, office.submitted)
    assert "已退回" in page
    assert "没有入账，退回修改" in page
    assert "应是19日" in page


def test_a_reversal_asks_for_a_reason_and_the_figures_follow_at_once(reviewer: Client, office: Office) -> None:
    figure = f"/figures/{PACK}/lecture_people/{AT_STREET}"
    assert "40人次" in words(get(reviewer, figure)).replace(" ", "")
    refused = reviewer.post(reverse("ledger:reverse", args=(office.talk.pk,)), {"reason": " "})
    assert refused.status_code == 422
    act(reviewer, "reverse", office.talk, reason="人数记错了")
    assert "40人次" not in words(get(reviewer, figure)).replace(" ", "")
    assert "这一笔已经冲销，不再计数。原因：人数记错了" in page_of(reviewer, office.talk)


def test_both_halves_of_a_correction_name_each_other(reviewer: Client, office: Office, clerk: Client) -> None:
    act(reviewer, "reverse", office.talk, reason="人数记错了")
    office.talk.refresh_from_db()
    draft = actions.add_record(
        kind=office.talk.kind,
        unit=office.talk.unit,
        occurred_on=office.talk.occurred_on,
        data={**TALK, "topic": "用气安全（更正）", "people": 38},
        replaces=office.talk,
        by=office.cast.chen,
    )
    before = words(get(clerk, "/ledger/" + AT_STREET))
    assert "已冲销，见第8笔" in before
    assert "更正还没有入账" in before
    actions.submit_record(record=draft, by=office.cast.chen)
    act(reviewer, "pass", draft)
    act(reviewer, "post", draft)
    page = words(get(clerk, "/ledger/" + AT_STREET))
    assert "更正记在第9笔" in page
    assert "更正第1笔" in page
    assert "更正它的是 用气安全（更正）" in page_of(clerk, office.talk)
    assert "这一张更正了 用气安全" in page_of(clerk, draft)


def test_a_clerk_who_finds_a_mistake_is_told_whom_to_ask(clerk: Client, office: Office) -> None:
    assert "写错了？请何站长" in page_of(clerk, office.talk)


def test_a_reader_is_shown_no_buttons_that_never_work(office: Office, client: Client) -> None:
    client.force_login(office.cast.qin)
    for record in (office.talk, office.submitted, office.draft):
        assert 'class="decide"' not in get(client, reverse("ledger:record", args=(record.pk,)))


# --- the site around them -----------------------------------------------------------------------------------------


def test_queries_do_not_grow_with_what_there_is_to_do(reviewer: Client, office: Office) -> None:
    more = [submitted(office) for _number in range(3)]
    addresses = [TODAY, QUEUE, f"{QUEUE}batch/?record={more[0].pk}", f"/ledger/{AT_STREET}&state=accepted"]
    record = reverse("ledger:record", args=(office.submitted.pk,))
    actions.review_record(record=more.pop(), passed=True, by=office.cast.he)
    before = {address: _queries(reviewer, address) for address in [*addresses, record]}
    more += [submitted(office, people=60 + number) for number in range(4)]
    for one in more[:2]:
        actions.review_record(record=one, passed=True, by=office.cast.he)
    office.post_talks(3)
    addresses[2] = f"{QUEUE}batch/?" + "&".join(f"record={one.pk}" for one in more[2:])
    after = [_queries(reviewer, address) for address in [*addresses, record]]
    assert after == list(before.values()), before
    assert max(after) <= 40, before


def _queries(client: Client, address: str) -> int:
    get(client, address)
    with CaptureQueriesContext(connection) as captured:
        get(client, address)
    return len(captured)


def test_every_page_of_the_desk_is_for_all(reviewer: Client, office: Office) -> None:
    """No script or style inline, one heading, in English too."""
    pages = [TODAY, QUEUE, f"{QUEUE}batch/?record={office.submitted.pk}", f"/ledger/records/{office.submitted.pk}/"]
    for address in pages:
        outline = Outline(get(reviewer, address))
        assert not outline.inline, address
    reviewer.post("/language/", {"language": "en", "next": "/"})
    for address in pages:
        assert "Ledger" in words(get(reviewer, address)), address


def test_the_navigation_lights_the_page_one_is_on() -> None:
    lit = {view: page.view for view in LIT if (page := current_page(view))}
    assert lit == LIT
    assert current_page("web:units") is None


def test_a_record_opened_from_the_queue_stays_with_the_queue(reviewer: Client, office: Office) -> None:
    record = f"/ledger/records/{office.submitted.pk}/"
    assert "台账" in lit_in(get(reviewer, record))
    assert "审核" in lit_in(get(reviewer, f"{record}?queue="))


def lit_in(page: str) -> str:
    """What is lit in the navigation at the side."""
    return words(page.partition('aria-current="page"')[2].partition("</a>")[0])


LIT = {
    "web:today": "web:today",
    "ledger:list": "ledger:list",
    "ledger:record": "ledger:list",
    "ledger:queue": "ledger:queue",
    "ledger:batch": "ledger:queue",
    "figures:figure": "figures:list",
    "reports:read": "reports:list",
}


def test_a_phone_shows_five_places_and_keeps_the_rest_under_more() -> None:
    sections = [Section(f"页{number}", "book", "/", False, tab=number) for number in (3, 1, 6, 2, 5, 4)]
    shown, more = tabs_of([Group("", sections)])
    assert [one.tab for one in shown] == [1, 2, 3, 4]
    assert [one.tab for one in more] == [5, 6]
    assert tabs_of([Group("", sections[:5])])[1] == []


def test_the_period_and_unit_of_the_queue_are_its_own(reviewer: Client, office: Office) -> None:
    """The switches at the top lead to the ledger; the queue holds whatever waits, of any period."""
    assert f"/ledger/?unit=QH&amp;period={PERIOD}" in get(reviewer, f"{QUEUE}?period={PERIOD}")
