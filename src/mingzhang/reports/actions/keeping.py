"""What the actions on reports share: locking one, keeping a version of its words, telling the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from mingzhang.audit import append as audit
from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.ledger.contents import needed_note
from mingzhang.ledger.queries import position
from mingzhang.organisation.models import Person
from mingzhang.reports import flows
from mingzhang.reports.models import Report, ReportVersion
from mingzhang.reports.prose import Prose


def lock_report(report: Report) -> Report:
    """The report as it stands now, locked until the transaction ends. Raises NotFound."""
    found = Report.objects.select_for_update(of=("self",)).filter(pk=report.pk)
    locked = found.select_related("unit__book", "book", "pack_version").defer("pack_version__content").first()
    if locked is None:
        raise NotFound(_("没有找到这份报告。"))
    return locked


def keep_version(report: Report, prose: Prose, verb: str, by: Person, note: str = "") -> ReportVersion:
    """One more version of the report's words, at the ledger's position now."""
    return ReportVersion.objects.create(
        report=report,
        number=report.version,
        prose=prose.as_json(),
        position=position(report.book),
        verb=verb,
        note=note,
        made_by=by,
        made_at=clock.now(),
    )


def next_version(report: Report, prose: Prose, verb: str, by: Person, note: str = "") -> ReportVersion:
    """Change the words of a report that is kept: the title follows them."""
    report.version += 1
    report.title, report.changed_at = prose.title.replace("\n", ""), clock.now()
    version = keep_version(report, prose, verb, by, note)
    report.save(update_fields=["version", "title", "changed_at"])
    return version


def move(report: Report, verb: str, *also: str) -> None:
    """Move the report on by `verb` of the flow; `also` are further fields that were changed. Raises
    StateRefused."""
    report.state, report.changed_at = flows.after(report, verb), clock.now()
    report.save(update_fields=["state", "changed_at", *also])


def tell(
    report: Report, verb: str, by: Person, data: dict[str, Any], private: Mapping[str, str] | None = None
) -> None:
    """Append the event `report.<verb>`; what people wrote is `private`."""
    audit.event(
        book=report.book.code, actor=by.ref, verb=f"report.{verb}", subject=report.ref, data=data, private=private
    )


def needed(text: str, what: str, missing: str) -> str:
    """What a person must write beside an action. Raises InvalidInput, with the words `missing` when it is empty."""
    return needed_note(text, what, missing, _("请写一句别人看得明白的话。"))
