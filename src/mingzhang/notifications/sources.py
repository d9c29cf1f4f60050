"""Who hears of what: one line for each kind of event, and one for each thing that stands in a digest as a count."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.audit.models import Event
from mingzhang.ledger import queries as ledger
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import holders_of_any
from mingzhang.organisation.roles import Permission, roles_with
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
    return Heard(people, said % {"title": _short(record.title)}, reverse("ledger:record", args=(record.pk,)))


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
        people(report), said % {"title": _short(report.title)}, reverse("reports:report", args=(report.pk,))
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


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


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
