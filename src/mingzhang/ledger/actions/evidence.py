"""Taking evidence in, and saying which record it supports."""

from __future__ import annotations

from pathlib import PurePath

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append as audit
from mingzhang.core import clock
from mingzhang.core.digests import show
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.ledger import queries, rules
from mingzhang.ledger.contents import clean_line
from mingzhang.ledger.evidence import Kept, keep
from mingzhang.ledger.locks import lock_record
from mingzhang.ledger.models import Evidence, Record, RecordEvidence
from mingzhang.organisation.models import Person
from mingzhang.packs.validation import TITLE_LENGTH


def attach_evidence(*, record: Record, file: File[bytes], name: str, by: Person) -> RecordEvidence:
    """Store `file` and let it support a draft or returned `record` under `name`. The bytes are received before the
    record is locked, so that a slow upload blocks nobody; bytes of an upload refused later stay in the store and
    support nothing. Raises NotAllowed, InvalidInput, StateRefused, NoRoom."""
    rules.check_user_can_edit(by, record)
    name = clean_line(PurePath(name).name, TITLE_LENGTH, _("文件名"))
    return _attach(record, keep(file, name), name, by)


@transaction.atomic
def _attach(record: Record, kept: Kept, name: str, by: Person) -> RecordEvidence:
    record = lock_record(record)
    rules.check_user_can_edit(by, record)
    _check_room(record)
    evidence, _made = Evidence.objects.get_or_create(
        book=by.book,
        digest=kept.digest,
        defaults={"size": kept.size, "media_type": kept.media_type, "added_by": by, "added_at": clock.now()},
    )
    use, _made = RecordEvidence.objects.get_or_create(record=record, evidence=evidence, defaults={"name": name})
    _tell("record.attach", record, evidence, by)
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
    data = {"digest": show(bytes(evidence.digest))}
    audit.event(book=by.book.code, actor=by.ref, verb=verb, subject=record.ref, data=data)
