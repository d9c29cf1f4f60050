"""Who hears of what, in their inbox."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.audit import append
from mingzhang.audit.models import Verification
from mingzhang.audit.sequencing import sequence
from mingzhang.core import clock
from mingzhang.ledger import actions as ledger
from mingzhang.notifications import actions
from mingzhang.notifications.models import Cursor, Notice
from mingzhang.organisation.models import Person
from tests.web.office import Office


def collect(office: Office) -> int:
    sequence(office.cast.book.code)
    return actions.collect(book=office.cast.book)


def told(person: Person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("id").values_list("title", flat=True))


def report_event(office: Office, verb: str, by: Person) -> None:
    append.event(book="YC", actor=by.ref, verb=verb, subject=office.report.ref)


def test_what_was_there_before_is_told_to_nobody(office: Office) -> None:
    assert collect(office) == 0
    assert not Notice.objects.exists()


def test_a_record_that_is_returned_is_told_to_its_author_once(office: Office) -> None:
    collect(office)
    before = Cursor.objects.get().seq
    ledger.review_record(record=office.submitted, passed=False, note="人数不对。", by=office.cast.he)
    assert collect(office) == 1
    assert told(office.cast.chen) == [f"退回给您：{office.submitted.title}"]
    Cursor.objects.update(seq=before)  # as if it had been broken off before it was written down
    collect(office)
    assert told(office.cast.chen).count(f"退回给您：{office.submitted.title}") == 1


def test_a_record_that_is_taken_back_is_told_to_its_author_and_not_to_who_did_it(office: Office) -> None:
    collect(office)
    ledger.reverse_record(record=office.talk, reason="重复", by=office.cast.he)
    collect(office)
    assert told(office.cast.chen) == [f"您记的被冲销了：{office.talk.title}"]
    assert told(office.cast.he) == []


def test_a_report_is_told_to_who_is_to_review_or_sign_it_nearest_to_the_unit(office: Office) -> None:
    cast = office.cast
    collect(office)
    report_event(office, "report.submit", cast.chen)
    collect(office)
    assert told(cast.he) == told(cast.zhou) == [f"等您审核：{office.report.title}"]
    assert told(cast.wei) == told(cast.chen) == [], (
        "the county's leader is further away; its author reviews nothing"
    )
    report_event(office, "report.review", cast.he)
    collect(office)
    assert told(cast.zhou)[1:] == [f"等您签发：{office.report.title}"]


def test_a_signed_published_or_withdrawn_report_is_told_to_who_worked_on_it(office: Office) -> None:
    collect(office)
    for verb in ("sign", "publish", "withdraw"):
        report_event(office, f"report.{verb}", office.cast.zhou)
    collect(office)
    assert [title[:3] for title in told(office.cast.chen)] == ["已签发", "已发布", "已撤回"]
    assert told(office.cast.zhou) == []


def test_a_difference_in_the_books_is_told_to_auditors_and_administrators(office: Office) -> None:
    collect(office)
    for book, differences in (("YC", 2), ("PH", 3), ("", 0)):
        Verification.objects.create(
            book=book, at=clock.now(), seconds=1, size=1, position=1, differences=differences, checks=[]
        )
    collect(office)
    assert told(office.cast.qin) == told(office.cast.admin) == ["核对账本，有2处对不上"]
    assert told(office.cast.other_admin) == []


def test_the_inbox_shows_what_is_unread_and_opening_reads_it(office: Office, client: Client) -> None:
    collect(office)
    ledger.reverse_record(record=office.talk, reason="重复", by=office.cast.he)
    collect(office)
    client.force_login(office.cast.chen)
    said = client.get(reverse("notifications:inbox")).content.decode()
    assert "您记的被冲销了" in said
    assert 'aria-label="1条没看"' in said
    notice = Notice.objects.get(person=office.cast.chen)
    response = client.get(reverse("notifications:open", args=(notice.pk,)))
    assert response["Location"] == reverse("ledger:record", args=(office.talk.pk,))
    assert "条没看" not in client.get(reverse("notifications:inbox")).content.decode()


def test_all_are_marked_as_read_and_only_ones_own(office: Office, client: Client) -> None:
    people = [office.cast.chen.pk, office.cast.he.pk]
    actions.tell(people=people, key="x:1", kind="x", title="一件事", address="/today/")
    client.force_login(office.cast.chen)
    client.post(reverse("notifications:read_all"))
    assert list(Notice.objects.filter(read_at=None).values_list("person", flat=True)) == [office.cast.he.pk]


def test_who_reviews_sees_what_waits_at_the_head_of_the_inbox(office: Office, client: Client) -> None:
    client.force_login(office.cast.he)
    assert "等您审核的记录单：1张" in client.get(reverse("notifications:inbox")).content.decode()


def test_a_full_inbox_takes_no_more_queries_than_an_empty_one(office: Office, client: Client) -> None:
    client.force_login(office.cast.chen)
    client.get(reverse("notifications:inbox"))
    counts = []
    for more in (1, 200):
        for number in range(more):
            said = {"kind": "x", "title": f"第{number}件", "address": "/today/", "at": clock.now()}
            Notice.objects.create(person=office.cast.chen, key=f"x:{more}.{number}", **said)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(reverse("notifications:inbox")).content.decode()
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert page.count("/open/") == 30
    assert "99+" in page


def test_what_was_read_long_ago_is_forgotten(office: Office) -> None:
    actions.tell(people=[office.cast.chen.pk], key="x:1", kind="x", title="一件事", address="/today/")
    assert actions.forget_old() == 0
    with clock.at(clock.now() + timedelta(days=366)):
        assert actions.forget_old() == 0, "it is unread"
        actions.read(by=office.cast.chen)
        assert actions.forget_old() == 1
