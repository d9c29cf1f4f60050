"""Which reports there are, for whom, and what is known of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mingzhang.core.composed import Composed, Given
from mingzhang.core.errors import NotFound
from mingzhang.core.periods import Period
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import GivenScope, UnitScope
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import ReportTemplate
from mingzhang.reports.models import Comment, Report, ReportReview, ReportVersion, Signature
from mingzhang.reports.prose import Prose

# With this a report is worked on before everybody may read it: every role that reviews or signs reports carries it.
WORKING = Permission.REPORT_BUILD
MOST_LISTED = 200


def visible_to(person: Person) -> QuerySet[Report]:
    """The reports that the person may read: published ones, and those withdrawn after that, of the units whose
    reports they may view; all others, of the units where they build, review or sign reports."""
    return visible_in(visible_units(person, Permission.REPORT_VIEW), visible_units(person, WORKING))


def visible_in(view: UnitScope | GivenScope, working: UnitScope | GivenScope) -> QuerySet[Report]:
    """As `visible_to`, for somebody who may view reports in `view` and works on them in `working`."""
    return Report.objects.filter(Q(published_at__isnull=False) & view.condition() | working.condition())


def report_by_id(person: Person, number: int) -> Report:
    """Raises NotFound, also for one that the person may not see."""
    found = visible_to(person).filter(pk=number)
    report = found.select_related("unit__book", "unit__parent", "book", "created_by").first()
    if report is None:
        raise NotFound(_("没有找到第 %(number)s 号报告。") % {"number": number})
    return report


def reports_of(person: Person, unit: Unit) -> list[Report]:
    """The unit's own reports that the person may read, the latest period first; at most MOST_LISTED."""
    found = visible_to(person).filter(unit=unit)
    rows = found.select_related("created_by", "signature__signed_by", "published_by", "withdrawn_by")
    return list(rows.defer("signature__body").order_by("-end", "-id")[:MOST_LISTED])


def standing(unit: Unit, pack: str, template: str, period: Period) -> Report | None:
    """The report that already is for this unit, template and period, if it was not withdrawn."""
    asked = {"unit": unit.pk, "pack": pack, "template": template, "start": period.start, "end": period.end}
    return next(iter(_STANDING.ask(**asked)), None)


def _standing() -> QuerySet[Report]:
    asked = {name: Given(name) for name in ("unit", "pack", "template", "start", "end")}
    return Report.objects.filter(**asked).exclude(state="withdrawn").order_by("pk")


_STANDING = Composed(_standing)


def template_of(report: Report) -> ReportTemplate:
    """The template that the report was made from, in the version of its pack."""
    return pack_of(report.pack_version_id).report(report.template)


def version_of(report: Report, number: int | None = None) -> ReportVersion:
    """One version of the report (default: the newest). Raises NotFound."""
    found = ReportVersion.objects.filter(report=report, number=number or report.version)
    version = found.select_related("made_by").first()
    if version is None:
        raise NotFound(_("这份报告没有第%(number)s版。") % {"number": number})
    return version


def prose_of(version: ReportVersion) -> Prose:
    """The words of a version."""
    return Prose.from_json(version.prose)


def versions_of(report: Report) -> list[ReportVersion]:
    """Every version without its words, the first first."""
    found = ReportVersion.objects.filter(report=report).defer("prose")
    return list(found.select_related("made_by").order_by("number"))


def authors(report: Report) -> set[int]:
    """Who wrote or handed in any of its versions, by person number."""
    return set(ReportVersion.objects.filter(report=report).values_list("made_by", flat=True))


def signature_of(report: Report) -> Signature | None:
    """What was signed; None while nothing is."""
    return Signature.objects.filter(report=report).select_related("signed_by", "checkpoint").first()


def comments_on(report: Report, *, unresolved: bool = False) -> list[Comment]:
    """The remarks in the margin, the oldest first."""
    found = Comment.objects.filter(report=report).select_related("by", "resolved_by").order_by("id")
    return list(found.filter(resolved_at=None) if unresolved else found)


# --- who did what when --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """One step in the life of a report. `times` changes one after the other by one person make one step."""

    what: str
    at: datetime
    by: Person
    note: str = ""
    times: int = 1


def history(report: Report) -> list[Moment]:
    """Everything that was done to the report, in order."""
    moments = _writings(report)
    reviews = ReportReview.objects.filter(version__report=report).select_related("reviewer").order_by("id")
    moments += [Moment("review" if one.passed else "return", one.at, one.reviewer, one.note) for one in reviews]
    signature = Signature.objects.filter(report=report).select_related("signed_by").defer("body").first()
    if signature:
        moments.append(Moment("sign", signature.signed_at, signature.signed_by))
    if report.published_at and report.published_by:
        moments.append(Moment("publish", report.published_at, report.published_by))
    if report.withdrawn_at and report.withdrawn_by:
        moments.append(Moment("withdraw", report.withdrawn_at, report.withdrawn_by, report.withdrawal_reason))
    return sorted(moments, key=lambda moment: moment.at)


def _writings(report: Report) -> list[Moment]:
    moments: list[Moment] = []
    for version in versions_of(report):
        verb = version.verb if version.verb in ("create", "submit") else "edit"
        last = moments[-1] if moments else None
        if last and verb == "edit" == last.what and last.by == version.made_by:
            moments[-1] = Moment("edit", version.made_at, version.made_by, times=last.times + 1)
        else:
            moments.append(Moment(verb, version.made_at, version.made_by, version.note))
    return moments
