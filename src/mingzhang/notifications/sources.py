"""Who hears of what: one line for each kind of event, and one for each thing that stands in a digest as a count."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.audit.models import Event
from mingzhang.duties.addresses import late_tasks, task_page
from mingzhang.duties.models import Escalation
from mingzhang.duties.queries import duty_of
from mingzhang.findings.addresses import finding_page, late_findings
from mingzhang.findings.models import Finding, FindingEscalation, Transfer
from mingzhang.findings.rules import hands_of
from mingzhang.ledger import queries as ledger
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import holders_of_any
from mingzhang.organisation.roles import Permission, roles_with
from mingzhang.packs.wording import language
from mingzhang.reports.models import Report, ReportReview
from mingzhang.reports.queries import authors

LONGEST_TITLE = 120


@dataclass(frozen=True)
class Heard:
    """What some people are told: a title and a path, and nothing about anybody."""

    people: Iterable[int]
    title: str
    address: str


@dataclass(frozen=True)
class Source:
    """The events of one verb. `at_once`: who wants that is told now, everybody else in the next digest."""

    verb: str
    tells: Callable[[Event], Heard | None]
    at_once: bool = False


@dataclass(frozen=True)
class Standing:
    """Something that waits for a person, as a line of their digest as long as there is any."""

    count: Callable[[Person], int]
    says: Callable[[int], str]
    view: str


# --- records ------------------------------------------------------------------------------------------------------


def _record(event: Event, said: str) -> Heard | None:
    """For those who wrote a record or handed it in."""
    record = Record.objects.filter(pk=_number(event)).first()
    if record is None:
        return None
    people = [person for person in (record.created_by_id, record.submitted_by_id) if person]
    return Heard(people, said % {"title": short(record.title)}, reverse("ledger:record", args=(record.pk,)))


def _returned(event: Event) -> Heard | None:
    return _record(event, _("退回给您：%(title)s"))


def _reversed(event: Event) -> Heard | None:
    return _record(event, _("您记的被冲销了：%(title)s"))


# --- reports ------------------------------------------------------------------------------------------------------


def _report(event: Event, said: str, people: Callable[[Report], Iterable[int]]) -> Heard | None:
    report = Report.objects.select_related("unit").filter(pk=_number(event)).first()
    if report is None:
        return None
    return Heard(
        people(report), said % {"title": short(report.title)}, reverse("reports:report", args=(report.pk,))
    )


def _worked_on(report: Report) -> set[int]:
    """Whoever wrote it or reviewed it."""
    reviewers = ReportReview.objects.filter(version__report=report).values_list("reviewer_id", flat=True)
    return {report.created_by_id, *authors(report), *reviewers}


def _who_may(permission: Permission) -> Callable[[Report], set[int]]:
    """The people nearest to the report's unit who may do the next step and wrote none of it."""

    def found(report: Report) -> set[int]:
        return nearest(report.unit, permission, apart_from=authors(report))

    return found


def nearest(unit: Unit, permission: Permission, *, apart_from: set[int]) -> set[int]:
    """Who else holds the permission in the unit itself, or in the nearest above it where anybody does."""
    held = [one for one in holders_of_any(roles_with(permission), unit) if one.person_id not in apart_from]
    return {one.person_id for one in held if one.post.unit_id == held[0].post.unit_id}


def _report_told(
    said: Callable[[], str], people: Callable[[Report], Iterable[int]]
) -> Callable[[Event], Heard | None]:
    return lambda event: _report(event, said(), people)


def _number(event: Event) -> int:
    return int(event.subject.partition(":")[2])


def short(title: str) -> str:
    """A title that fits on a line."""
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


# --- tasks --------------------------------------------------------------------------------------------------------


def _escalated(event: Event) -> Heard | None:
    """What is put before the same people of a unit on one day, told in one line."""
    named = {"task__in": event.data["tasks"], "unit__book__code": event.book, "unit__code": _code(event)}
    found = list(Escalation.objects.filter(**named).select_related("task__unit").order_by("id"))
    if not found:
        return None
    people = {person for one in found for person in one.people}
    if len(found) > 1:
        said = _("过期没办的任务有%(count)d项，请您过问") % {"count": len(found)}
        return Heard(people, said, late_tasks(_code(event)))
    task = found[0].task
    words = {"unit": task.unit.name, "what": duty_of(task).name.text(language())}
    return Heard(people, short(_("过期没办，请您过问：%(unit)s %(what)s") % words), task_page(task.pk))


def _code(event: Event) -> str:
    return event.subject.partition(":")[2]


# --- findings -----------------------------------------------------------------------------------------------------


def _finding_told(
    said: Callable[[], str], people: Callable[[Finding], Iterable[int]]
) -> Callable[[Event], Heard | None]:
    return lambda event: _finding(event, said(), people)


def _finding(event: Event, said: str, people: Callable[[Finding], Iterable[int]]) -> Heard | None:
    asked = Finding.objects.filter(book__code=event.book, number=_code(event))
    finding = asked.select_related("unit", "book").first()
    if finding is None:
        return None
    words = {"number": finding.number, "what": finding.description}
    return Heard(people(finding), short(said % words), finding_page(finding.pk))


def _owner(finding: Finding) -> set[int]:
    return {finding.owner_id} if finding.owner_id else set()


def _others(permission: Permission) -> Callable[[Finding], set[int]]:
    """The people nearest to the finding's unit who may do the next step and had no hand in it."""

    def found(finding: Finding) -> set[int]:
        return nearest(finding.unit, permission, apart_from=hands_of(finding))

    return found


def _receivers(finding: Finding) -> set[int]:
    waiting = Transfer.objects.filter(finding=finding, outcome="waiting").select_related("to").first()
    return nearest(waiting.to, Permission.FINDING_ASSIGN, apart_from=set()) if waiting else set()


def _findings_escalated(event: Event) -> Heard | None:
    """What is put before the same people of a unit on one day, told in one line."""
    named = {"finding__in": event.data["findings"], "unit__book__code": event.book, "unit__code": _code(event)}
    asked = FindingEscalation.objects.filter(**named, on=event.data["on"])
    found = list(asked.select_related("finding__unit").order_by("id"))
    if not found:
        return None
    people = {person for one in found for person in one.people}
    if len(found) > 1:
        said = _("过期没改好的问题有%(count)d个，请您过问") % {"count": len(found)}
        return Heard(people, said, late_findings(_code(event)))
    finding = found[0].finding
    words = {"unit": finding.unit.name, "number": finding.number, "what": finding.description}
    said = _("过期没改好，请您过问：%(unit)s %(number)s %(what)s") % words
    return Heard(people, short(said), finding_page(finding.pk))


# --- the tables ---------------------------------------------------------------------------------------------------

SOURCES: tuple[Source, ...] = (
    Source("record.return", _returned, at_once=True),
    Source("record.send_back", _returned, at_once=True),
    Source("record.reverse", _reversed),
    Source("report.submit", _report_told(lambda: _("等您审核：%(title)s"), _who_may(Permission.REPORT_REVIEW))),
    Source("report.review", _report_told(lambda: _("等您签发：%(title)s"), _who_may(Permission.REPORT_SIGN))),
    Source("report.return", _report_told(lambda: _("退回给您：%(title)s"), authors), at_once=True),
    Source("report.sign", _report_told(lambda: _("已签发：%(title)s"), _worked_on)),
    Source("report.publish", _report_told(lambda: _("已发布：%(title)s"), _worked_on)),
    Source("task.escalate", _escalated),
    Source("finding.assign", _finding_told(lambda: _("派给您整改：%(number)s %(what)s"), _owner), at_once=True),
    Source("finding.accept", _finding_told(lambda: _("派给您整改：%(number)s %(what)s"), _owner), at_once=True),
    Source("finding.decide", _finding_told(lambda: _("派给您整改：%(number)s %(what)s"), _owner), at_once=True),
    Source(
        "finding.send_back", _finding_told(lambda: _("退回给您重改：%(number)s %(what)s"), _owner), at_once=True
    ),
    Source(
        "finding.recur", _finding_told(lambda: _("反弹了，请重新整改：%(number)s %(what)s"), _owner), at_once=True
    ),
    Source(
        "finding.submit",
        _finding_told(lambda: _("等您验收：%(number)s %(what)s"), _others(Permission.FINDING_VERIFY)),
    ),
    Source(
        "finding.verify",
        _finding_told(lambda: _("等您销号：%(number)s %(what)s"), _others(Permission.FINDING_DECIDE)),
    ),
    Source("finding.transfer", _finding_told(lambda: _("转给您单位整改：%(number)s %(what)s"), _receivers)),
    Source("finding.escalate", _findings_escalated),
    Source("report.withdraw", _report_told(lambda: _("已撤回：%(title)s"), _worked_on)),
)
BY_VERB = {source.verb: source for source in SOURCES}


def _to_review_said(count: int) -> str:
    many = f"{count}+" if count >= ledger.MOST_WAITING else str(count)
    return _("等您审核的记录单：%(count)s张") % {"count": many}


STANDING: tuple[Standing, ...] = (Standing(ledger.waiting_count, _to_review_said, "ledger:queue"),)


def standing_lines(person: Person) -> list[tuple[str, str]]:
    """What waits for the person now, as lines."""
    found = [(one, one.count(person)) for one in STANDING]
    return [(one.says(count), reverse(one.view)) for one, count in found if count]
