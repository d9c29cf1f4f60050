"""Correcting a finding: measures, their results, the cause, files from before and after, handing it in."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from zoneinfo import ZoneInfo

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.digests import show
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.findings.actions.assigning import drop_transfers
from mingzhang.findings.actions.moving import locked, move, needed, note
from mingzhang.findings.models import STAGES, Finding, FindingEvidence, Measure
from mingzhang.findings.rules import check_owner, check_user_can, check_user_can_attach, check_user_can_work
from mingzhang.ledger.actions.evidence import known_evidence
from mingzhang.ledger.contents import clean_line, clean_note, needed_note
from mingzhang.ledger.evidence import keep, look
from mingzhang.ledger.filetypes import IMAGES
from mingzhang.ledger.models import Evidence, RecordEvidence
from mingzhang.ledger.rules import check_user_can_view_evidence
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import today_in
from mingzhang.packs.validation import TITLE_LENGTH

MOST_FILES = 20


@transaction.atomic
def begin(*, finding: Finding, by: Person) -> Finding:
    """Somebody of the unit set to work. Raises NotAllowed, StateRefused."""
    finding = locked(finding)
    check_user_can(by, finding, "begin")
    drop_transfers(finding, _("已经开始整改"), by)
    return move(finding, "begin", by=by)


@transaction.atomic
def add_measure(*, finding: Finding, what: str, by: Person, by_when: date | None = None) -> Measure:
    """What is going to be done about it. Raises NotAllowed, StateRefused, InvalidInput."""
    finding = locked(finding)
    check_user_can_work(by, finding)
    said = needed_note(what, _("整改措施"), _("要写明做什么。"))
    made = Measure.objects.create(
        finding=finding, round=finding.round, what=said, by_when=by_when, added_by=by, at=clock.now()
    )
    note(finding, "measure", by=by, reason=said, until=by_when)
    return made


@transaction.atomic
def finish_measure(*, measure: Measure, done_on: date, by: Person, result: str = "") -> Measure:
    """It was done. Raises NotAllowed, StateRefused, InvalidInput for a day that is to come, NotFound."""
    finding = locked(measure.finding)
    check_user_can_work(by, finding)
    held = Measure.objects.select_for_update().filter(pk=measure.pk, round=finding.round, done_on=None).first()
    if held is None:
        raise NotFound(_("没有找到这项没有做完的措施。"))
    if done_on > today_in(finding.book):
        raise InvalidInput(_("完成的日子还没有到。"), remedy=_("请填做完的那一天。"))
    held.done_on, held.result = done_on, clean_note(result, _("结果"))
    held.save(update_fields=["done_on", "result"])
    note(finding, "finish_measure", by=by, reason=held.what)
    return held


@transaction.atomic
def analyse(*, finding: Finding, cause: str, systemic: str, by: Person) -> Finding:
    """Why it came about, and what was changed so that it does not come again (具体举措). Raises NotAllowed,
    StateRefused, InvalidInput."""
    finding = locked(finding)
    check_user_can_work(by, finding)
    finding.cause = clean_note(cause, _("原因"))
    finding.systemic = clean_note(systemic, _("举一反三的举措"))
    finding.save(update_fields=["cause", "systemic"])
    note(finding, "analyse", by=by, reason=finding.systemic or finding.cause)
    return finding


@transaction.atomic
def submit(*, finding: Finding, result: str, by: Person) -> Finding:
    """It is solved, as far as those who corrected it can say. What was solved on the spot needs no assignment: then
    whoever says so answers for it. Raises NotAllowed, StateRefused, InvalidInput."""
    finding = locked(finding)
    check_user_can(by, finding, "submit")
    said = needed(result, _("怎样改的"))
    if finding.owner is None:
        check_owner(by, finding.unit)
        finding.owner = by
    drop_transfers(finding, _("已经提交验收"), by)
    finding.submitted_on = today_in(finding.book)
    return move(finding, "submit", by=by, reason=said)


def attach_file(*, finding: Finding, stage: str, file: File[bytes], name: str, by: Person) -> FindingEvidence:
    """Keep `file` as how it looked before or after. The bytes are received before the finding is locked. Raises
    NotAllowed, InvalidInput, StateRefused, NoRoom."""
    _check_stage(stage)
    check_user_can_attach(by, finding, stage)
    name = clean_line(PurePath(name).name, TITLE_LENGTH, _("文件名"))
    kept = keep(file, name)
    looks = look(kept, ZoneInfo(by.book.timezone)) if kept.media_type in IMAGES else None
    with transaction.atomic():
        finding = locked(finding)
        check_user_can_attach(by, finding, stage)
        return _use(finding, stage, known_evidence(kept, looks, by), name, by)


@transaction.atomic
def attach_of_record(*, finding: Finding, use: RecordEvidence, by: Person) -> FindingEvidence:
    """A file of the sheet on which it was found shows how it looked before. Raises NotAllowed, InvalidInput,
    StateRefused."""
    finding = locked(finding)
    check_user_can_attach(by, finding, "before")
    check_user_can_view_evidence(by, use.record)
    if use.record_id != finding.record_id:
        raise InvalidInput(_("这份佐证不是发现问题的那张记录单的。"))
    return _use(finding, "before", use.evidence, use.name, by)


def _check_stage(stage: str) -> None:
    if stage not in STAGES:
        raise InvalidInput(_("要说明是整改前的还是整改后的。"))


def _use(finding: Finding, stage: str, evidence: Evidence, name: str, by: Person) -> FindingEvidence:
    if finding.evidence.filter(round=finding.round).count() >= MOST_FILES:
        raise InvalidInput(_("一个问题最多放%(most)d份佐证。") % {"most": MOST_FILES})
    use, made = FindingEvidence.objects.get_or_create(
        finding=finding, round=finding.round, stage=stage, evidence=evidence,
        defaults={"name": name, "by": by, "at": clock.now()},
    )  # fmt: skip
    if made:
        note(finding, f"show_{stage}", by=by, basis=show(bytes(evidence.digest)))
    return use
