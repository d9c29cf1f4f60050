"""Findings come to be: reported by hand, put together, taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed
from mingzhang.findings import flows
from mingzhang.findings.actions.accruing import accrue_findings
from mingzhang.findings.actions.moving import locked, locked_all, move, needed, note
from mingzhang.findings.models import Beginning, Finding
from mingzhang.findings.reckoning import day_of, pauses_of, term_of
from mingzhang.findings.rules import check_user_can, check_user_can_report
from mingzhang.findings.wording import vocabulary
from mingzhang.ledger.appending import lock_position
from mingzhang.ledger.contents import clean_line, needed_note
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.organisation.queries import packs_in_force, root, today_in, work_calendar
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import check_can
from mingzhang.packs.finding_schema import SOURCES, Findings
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.validation import TITLE_LENGTH

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Found:
    """What is known of a new finding. `unit` is where it was found, `origin` the unit that found it (default: the
    same); `asked_for` a day that somebody set."""

    unit: Unit
    source: str
    category: str
    severity: str
    description: str
    found_on: date
    place: str = ""
    asked_for: date | None = None
    origin: Unit | None = None
    record: Record | None = None


@transaction.atomic
def report(*, found: Found, pack: PackVersion, by: Person) -> Finding:
    """Report a finding by hand, in the words of `pack`. Raises NotAllowed, InvalidInput with every word that is not
    of the pack, a day that is to come, no description."""
    check_user_can_report(by, found.unit)
    words = words_of(pack)
    _check_found(found, words, today_in(by.book), pack)
    book = by.book
    lock_position(book)
    finding = new_finding(found, pack, words, by, numbers(book, 1)[0])
    finding.save(force_insert=True)
    note(finding, "report", by=by, before="found", unit=found.unit)
    accrue_findings([finding.pk], book, by)
    return finding


def numbers(book: Book, count: int) -> list[str]:
    """The next `count` numbers of the year, such as 2026-0031; nobody else takes any until the transaction ends."""
    year = today_in(book).year
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [book.pk, year, count])
        last = int(cursor.fetchone()[0])
    return [f"{year}-{number:04d}" for number in range(last - count + 1, last + 1)]


_NUMBER = """
INSERT INTO findings_numbering AS held (book_id, year, last) VALUES (%s, %s, %s)
ON CONFLICT (book_id, year) DO UPDATE SET last = held.last + excluded.last RETURNING last
"""


def words_of(pack: PackVersion) -> Findings:
    """The words of the pack. Raises InvalidInput where it has none."""
    words = pack_of(pack.pk).findings
    if words is None:
        raise InvalidInput(
            _("体系包“%(pack)s”没有问题的词汇。") % {"pack": pack.pack}, remedy=_("请选另一个体系包。")
        )
    return words


def _check_found(found: Found, words: Findings, today: date, pack: PackVersion) -> None:
    problems: dict[str, list[str]] = {}
    for name, given, known in (
        ("category", found.category, words.categories_by_id),
        ("severity", found.severity, words.severities_by_id),
        ("source", found.source, SOURCES),
    ):
        if given not in known:
            problems[name] = [_("没有“%(given)s”。") % {"given": given[:60]}]
    if found.found_on > today:
        problems["found_on"] = [_("发现的日子还没有到。")]
    if found.asked_for and found.asked_for < found.found_on:
        problems["asked_for"] = [_("期限早于发现的日子。")]
    if not any(pack.pk == version.pk for version in packs_in_force(found.unit.book)):
        problems["pack"] = [_("账套没有用这个体系包。")]
    if problems:
        raise InvalidInput(_("登记的问题有%(count)d处不对。") % {"count": len(problems)}, problems=problems)


def new_finding(found: Found, pack: PackVersion, words: Findings, by: Person, number: str) -> Finding:
    """A finding as it is before it is kept, due by its severity."""
    today = today_in(by.book)
    calendar = work_calendar()
    term = term_of(today, words.severities_by_id[found.severity], found.asked_for, calendar)
    return Finding(
        book=by.book, number=number, pack_version=pack, source=found.source, record=found.record,
        origin=found.origin or found.unit, unit=found.unit, category=found.category, severity=found.severity,
        place=clean_line(found.place, TITLE_LENGTH, _("地点")),
        description=needed_note(found.description, _("具体情况"), _("要写明是什么问题。")),
        found_on=found.found_on, counted_from=today, term=term, asked_for=found.asked_for,
        due_on=day_of(today, term, found.asked_for, calendar), reported_by=by, reported_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def keep_from(*, book: Book, since: date, by: Person) -> None:
    """The book keeps findings from `since` on: what sheets of earlier days named was settled in other ways, and
    taking in old sheets opens nothing anew. Raises NotAllowed."""
    check_can(by, Permission.PEOPLE_MANAGE, root(book))
    Beginning.objects.update_or_create(book=book, defaults={"since": since})
    said = {"since": since.isoformat()}
    append.event(book=book.code, actor=by.ref, verb="book.findings_from", subject=f"book:{book.code}", data=said)


@transaction.atomic
def classify(*, finding: Finding, category: str, severity: str, reason: str, by: Person) -> Finding:
    """Say otherwise what it is about and how grave it is; its day is reckoned anew from the severity, unless
    somebody set it. Raises NotAllowed, StateRefused, InvalidInput."""
    finding = locked(finding)
    check_user_can(by, finding, "assign")
    words = vocabulary(finding)
    if words is None or category not in words.categories_by_id or severity not in words.severities_by_id:
        raise InvalidInput(_("没有这个类别或者程度。"), remedy=_("请从体系包里的选。"))
    said = needed(reason, _("改类别、程度的原因"))
    finding.category, finding.severity = category, severity
    if finding.asked_for is None:
        finding.term = words.severities_by_id[severity].correct_within
        reckon_again(finding)
    finding.save()
    note(finding, "classify", by=by, reason=said)
    accrue_findings([finding.pk], finding.book, by)
    return finding


def reckon_again(finding: Finding) -> None:
    """Set its day to what the calendar, the severity and the suspensions of this round say. Time that was granted
    beyond it stays."""
    pauses = pauses_of(finding, today_in(finding.book))
    finding.due_on = day_of(finding.counted_from, finding.term, finding.asked_for, work_calendar(), pauses)
    if finding.until and finding.until <= finding.due_on:
        finding.until = None


@transaction.atomic
def merge(*, findings: Sequence[Finding], into: Finding, reason: str, by: Person) -> Finding:
    """`findings` are the same problem as `into`, which stays. Raises NotAllowed, StateRefused, InvalidInput."""
    said = needed(reason, _("合并的原因"))
    if any(one.pk == into.pk for one in findings) or not findings:
        raise InvalidInput(_("不能合并到它自己。"), remedy=_("请选另一个问题。"))
    held = {one.pk: one for one in locked_all([*findings, into])}
    kept = held.pop(into.pk)
    if kept.state not in ("found", "assigned", "correcting"):
        raise NotAllowed(
            _("要合并到的问题%(number)s已经“%(state)s”。")
            % {"number": kept.number, "state": flows.STATES[kept.state]},
            remedy=_("请选一个还没有提交验收的问题。"),
        )
    check_user_can(by, kept, "merge")
    for one in held.values():
        check_user_can(by, one, "merge")
        one.into = kept
        move(one, "merge", by=by, reason=said)
        note(kept, "take_in", by=by, reason=one.number)
    return kept


@transaction.atomic
def split(*, finding: Finding, descriptions: Sequence[str], reason: str, by: Person) -> list[Finding]:
    """It is really several problems: one for each of `descriptions`, found on the same day and due on the same,
    with numbers of their own. Raises NotAllowed, StateRefused, InvalidInput."""
    finding = locked(finding)
    check_user_can(by, finding, "split")
    said = needed(reason, _("拆分的原因"))
    told = [needed_note(one, _("具体情况"), _("每个问题都要写明具体情况。")) for one in descriptions]
    if not 2 <= len(told) <= MOST_AT_ONCE:
        raise InvalidInput(_("至少拆成两个。"), remedy=_("请写明每个问题的具体情况。"))
    parts = [
        _part(finding, words, number) for words, number in zip(told, numbers(finding.book, len(told)), strict=True)
    ]
    for part in parts:
        part.reported_by, part.reported_at = by, clock.now()
        part.save(force_insert=True)
        note(part, "report", by=by, before="found", unit=part.unit, reason=finding.number)
    move(finding, "split", by=by, reason=said)
    accrue_findings([part.pk for part in parts], finding.book, by)
    return parts


def _part(finding: Finding, description: str, number: str) -> Finding:
    same = (
        "book", "pack_version_id", "source", "origin", "unit", "category", "severity", "place", "post", "found_on",
        "counted_from", "term", "asked_for", "due_on", "until",
    )  # fmt: skip
    kept = {name: getattr(finding, name) for name in same}
    return Finding(**kept, record_id=finding.record_id, number=number, description=description, part_of=finding)
