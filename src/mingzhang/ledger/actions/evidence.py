"""Taking evidence in, and saying which record it supports."""

from __future__ import annotations

from pathlib import PurePath
from zoneinfo import ZoneInfo

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.digests import show
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.ledger import queries, rules
from mingzhang.ledger.actions.events import tell
from mingzhang.ledger.contents import clean_line
from mingzhang.ledger.evidence import Kept, keep, look
from mingzhang.ledger.filetypes import IMAGES
from mingzhang.ledger.likeness import Likeness
from mingzhang.ledger.locks import lock_record
from mingzhang.ledger.models import Evidence, EvidenceImage, Record, RecordEvidence
from mingzhang.organisation.models import Person
from mingzhang.packs.validation import TITLE_LENGTH


def attach_evidence(*, record: Record, file: File[bytes], name: str, by: Person) -> RecordEvidence:
    """Store `file` and let it support a draft or returned `record` under `name`. The bytes are received before the
    record is locked, so that a slow upload blocks nobody; bytes of an upload refused later stay in the store and
    support nothing. Raises NotAllowed, InvalidInput, StateRefused, NoRoom."""
    rules.check_user_can_edit(by, record)
    name = clean_line(PurePath(name).name, TITLE_LENGTH, _("文件名"))
    kept = keep(file, name)
    looks = look(kept, ZoneInfo(by.book.timezone)) if kept.media_type in IMAGES else None
    return _attach(record, kept, looks, name, by)


@transaction.atomic
def _attach(record: Record, kept: Kept, looks: Likeness | None, name: str, by: Person) -> RecordEvidence:
    record = lock_record(record)
    rules.check_user_can_edit(by, record)
    _check_room(record)
    evidence = known_evidence(kept, looks, by)
    return _use(record, evidence, name, by)


def known_evidence(kept: Kept, looks: Likeness | None, by: Person) -> Evidence:
    """The file that is in the store, as the book knows it from now on; once, however often it is given."""
    evidence, _made = Evidence.objects.get_or_create(
        book=by.book,
        digest=kept.digest,
        defaults={"size": kept.size, "media_type": kept.media_type, "added_by": by, "added_at": clock.now()},
    )
    if looks:
        seen = {"hash": looks.hash, "bands": looks.bands, "taken_at": looks.taken_at}
        EvidenceImage.objects.get_or_create(evidence=evidence, defaults=seen)
    return evidence


@transaction.atomic
def attach_existing(*, record: Record, use: RecordEvidence, by: Person) -> RecordEvidence:
    """Let a file that already supports another record, where the person may see it, support a draft or returned
    `record` too. Raises NotAllowed, InvalidInput, StateRefused."""
    record = lock_record(record)
    rules.check_user_can_edit(by, record)
    rules.check_user_can_view_evidence(by, use.record)
    _check_room(record)
    return _use(record, use.evidence, use.name, by)


def _use(record: Record, evidence: Evidence, name: str, by: Person) -> RecordEvidence:
    use, made = RecordEvidence.objects.get_or_create(record=record, evidence=evidence, defaults={"name": name})
    if made:
        _tell("record.attach", record, evidence, by)
    return use


@transaction.atomic
def rename_evidence(*, record: Record, evidence: Evidence, name: str, by: Person) -> RecordEvidence:
    """Call a file of a draft or returned `record` by another name; its ending stays. Raises NotAllowed, NotFound,
    InvalidInput, StateRefused."""
    use = _locked_use(record, evidence, by)
    ending = PurePath(use.name).suffix
    name = clean_line(PurePath(name).name, TITLE_LENGTH - len(ending), _("文件名"))
    if not name.removesuffix(ending):
        raise InvalidInput(_("文件名不能空着。"), remedy=_("请写几个字。"))
    use.name = name if name.endswith(ending) else name + ending
    use.save(update_fields=["name"])
    _tell("record.rename_evidence", use.record, evidence, by)
    return use


@transaction.atomic
def answer_questions(*, record: Record, evidence: Evidence, answer: str, by: Person) -> RecordEvidence:
    """Say in a sentence why a picture that is asked about belongs to a draft or returned `record`; an empty one
    takes it back. Raises NotAllowed, NotFound, InvalidInput, StateRefused."""
    use = _locked_use(record, evidence, by)
    use.answer = clean_line(answer, TITLE_LENGTH, _("说明"))
    use.save(update_fields=["answer"])
    _tell("record.answer_evidence", use.record, evidence, by)
    return use


def _locked_use(record: Record, evidence: Evidence, by: Person) -> RecordEvidence:
    record = lock_record(record)
    rules.check_user_can_edit(by, record)
    use = RecordEvidence.objects.filter(record=record, evidence=evidence).select_related("record").first()
    if use is None:
        raise NotFound(_("这张记录单没有这份佐证。"))
    return use


def _check_room(record: Record) -> None:
    most = queries.kind_of(record).evidence.max
    if record.evidence.count() >= most:
        raise InvalidInput(_("这张记录单最多放 %(most)s 份佐证。") % {"most": most}, remedy=_("请先去掉一份。"))


@transaction.atomic
def detach_evidence(*, record: Record, evidence: Evidence, by: Person) -> None:
    """Let `evidence` no longer support a draft or returned `record`. The bytes stay in the store. Raises
    NotAllowed, NotFound, StateRefused."""
    record = lock_record(record)
    rules.check_user_can_edit(by, record)
    gone, _kinds = RecordEvidence.objects.filter(record=record, evidence=evidence).delete()
    if not gone:
        raise NotFound(_("这张记录单没有这份佐证。"))
    _tell("record.detach", record, evidence, by)


def _tell(verb: str, record: Record, evidence: Evidence, by: Person) -> None:
    tell(record, verb, by, {"digest": show(bytes(evidence.digest))})
