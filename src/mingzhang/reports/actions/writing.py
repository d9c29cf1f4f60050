"""Drafting a report: its words, and the figures and sources of its numbers."""

from __future__ import annotations

from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.errors import StateRefused
from mingzhang.core.periods import Period
from mingzhang.organisation.models import Person, Unit
from mingzhang.packs.marks import FigureMark
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import ReportTemplate
from mingzhang.reports import queries, rules
from mingzhang.reports.actions.keeping import keep_version, lock_report, move, needed, next_version, tell
from mingzhang.reports.document import Language
from mingzhang.reports.models import Report
from mingzhang.reports.prose import Cited, Prose, Spot, instantiated, mark_text, plain_words


@transaction.atomic
def create_report(
    *, pack_version: PackVersion, template: ReportTemplate, unit: Unit, period: Period, by: Person
) -> Report:
    """A draft in the template's own words. Raises NotAllowed, StateRefused when the unit already has this
    report for the period, InvalidInput when the template is not made for the unit or the period."""
    rules.check_user_can_create(by, unit)
    rules.check_fits(template, unit, period)
    if standing := queries.standing(unit, pack_version.pack, template.id, period):
        raise _already(standing)
    language: Language = "en" if unit.book.language == "en" else "zh-hans"
    prose, now = instantiated(template, unit, period, language), clock.now()
    report = Report(
        book=unit.book, unit=unit, pack_version=pack_version, pack=pack_version.pack, template=template.id,
        start=period.start, end=period.end, title=prose.title.replace("\n", ""), created_by=by, created_at=now,
        changed_at=now,
    )  # fmt: skip
    _insert(report)
    keep_version(report, prose, "create", by)
    tell(
        report, "create", by, {"unit": unit.code, "template": f"{report.pack}/{template.id}", "period": period.code}
    )
    return report


def _insert(report: Report) -> None:
    """Another may have created the same report a moment ago."""
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError as fault:
        found = queries.standing(report.unit, report.pack, report.template, report.period)
        if found is None:
            raise
        raise _already(found) from fault


def _already(standing: Report) -> StateRefused:
    return StateRefused(
        _("“%(title)s”已经有一份了（第%(number)s号）。") % {"title": standing.title, "number": standing.pk},
        remedy=_("请打开那一份接着写；确实要重来的，先把它撤回。"),
    )


@transaction.atomic
def edit_report(*, report: Report, prose: Prose, seen: int, by: Person) -> Report:
    """Change the report's words; `seen` is the version that they were written upon. Raises NotAllowed,
    StateRefused, InvalidInput."""
    report = _to_write(report, seen, by)
    if prose == queries.prose_of(queries.version_of(report)):
        return report
    rules.check_prose(prose, pack_of(report.pack_version_id))
    _keep(report, prose, "edit", by)
    return report


@transaction.atomic
def bind_number(*, report: Report, spot: Spot, mark: FigureMark, seen: int, by: Person) -> Report:
    """Let a figure stand where a number was typed. Raises NotAllowed,
    StateRefused, InvalidInput, NotFound for a figure that the pack does not have."""
    report = _to_write(report, seen, by)
    prose = queries.prose_of(queries.version_of(report))
    rules.check_figure(pack_of(report.pack_version_id), mark.figure)
    _keep(report, _put(prose, spot, mark_text(mark)), "bind", by)
    return report


@transaction.atomic
def give_source(*, report: Report, spot: Spot, source: str, seen: int, by: Person) -> Report:
    """Say where a typed number comes from; it is kept, and printed with the report. Raises NotAllowed,
    StateRefused, InvalidInput."""
    report = _to_write(report, seen, by)
    given = plain_words(needed(source, _("出处"), _("要写明这个数出自哪里。")))
    prose, key = queries.prose_of(queries.version_of(report)).with_source(given)
    _keep(report, _put(prose, spot, mark_text(Cited(spot.claim.text, key))), "source", by)
    return report


@transaction.atomic
def submit_report(*, report: Report, by: Person) -> Report:
    """Hand the report in for review. Its numbers now stand at the ledger's present position: they are what will be
    reviewed and signed. Raises NotAllowed, StateRefused."""
    report = lock_report(report)
    rules.check_user_can(by, report, "submit")
    prose = queries.prose_of(queries.version_of(report))
    version = next_version(report, prose, "submit", by)
    move(report, "submit")
    tell(report, "submit", by, {"version": version.number, "position": version.position})
    return report


def _to_write(report: Report, seen: int, by: Person) -> Report:
    report = lock_report(report)
    rules.check_user_can(by, report, "edit")
    rules.check_seen(report, seen)
    return report


def _keep(report: Report, prose: Prose, verb: str, by: Person) -> None:
    version = next_version(report, prose, verb, by)
    tell(report, verb, by, {"version": version.number})


def _put(prose: Prose, spot: Spot, mark: str) -> Prose:
    """The words with a mark where the number was typed. Raises StateRefused when it does not stand there now."""
    block = prose.block(spot.block)
    if block is None or spot not in block.unsupported():
        raise StateRefused(_("这个数已经不在原处了。"), remedy=_("请回到报告看看新的内容。"))
    text = block.texts[spot.place]
    changed = text[: spot.claim.start] + mark + text[spot.claim.end :]
    texts = (*block.texts[: spot.place], changed, *block.texts[spot.place + 1 :])
    return prose.with_block(replace(block, texts=texts))
