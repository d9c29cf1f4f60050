"""Taking in what a phone sends. Each operation is taken in once, in a transaction of its own: sent again, from
whichever device and to whichever process, it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.files.base import File
from django.db import connection, transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.digests import show
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.inspections import flows, round_rules
from mingzhang.inspections.actions.finishing import finish
from mingzhang.inspections.actions.rounds import acknowledged, locked
from mingzhang.inspections.answers import NOT_APPLICABLE, clean_value
from mingzhang.inspections.models import Answer, Drop, Noted, Operation, Photo, Round, Statement
from mingzhang.inspections.operations import Sent
from mingzhang.inspections.problems import CANNOT_SEE, decides
from mingzhang.inspections.rounds_query import checklist_of
from mingzhang.ledger.actions.evidence import known_evidence
from mingzhang.ledger.appending import lock_position
from mingzhang.ledger.contents import clean_line, clean_note, needed_note
from mingzhang.ledger.evidence import Kept, keep, look
from mingzhang.ledger.filetypes import IMAGES
from mingzhang.ledger.likeness import Likeness
from mingzhang.ledger.models import Evidence
from mingzhang.organisation.models import Person
from mingzhang.packs.checklist_schema import Item
from mingzhang.packs.queries import pack_of
from mingzhang.packs.validation import TITLE_LENGTH
from mingzhang.packs.wording import language

MOST_PHOTOS = 200
MOST_NOTED = 200


class NotAPicture(InvalidInput):
    """What was sent as a picture is none."""

    status = 415


@transaction.atomic
def take_operation(*, round: Round, sent: Sent, sending: UUID, device: UUID | None, by: Person) -> Round:
    """Take in one operation; `sending` tells what came together. One that is known already changes nothing. Raises
    NotAllowed, StateRefused, InvalidInput."""
    if sent.do == "finish":
        lock_position(round.book)  # before the round, as posting does
    held = locked(round)
    if _is_known(sent.op, held):
        return held
    _CHECKS.get(sent.do, round_rules.check_user_can_write)(by, held)
    made = _operation(held, sent, sending, device, by)
    if made is None:
        return held
    _begin(held)
    _DOINGS[sent.do](held, made, sent)
    _tell(made, held, {"item": sent.text("item")} if "item" in sent.said else {})
    return held


def take_photo(
    *, round: Round, sent: Sent, sending: UUID, device: UUID | None, file: File[bytes], name: str, by: Person
) -> Round:
    """Take in a picture. Its bytes are received before the round is locked, so that a slow upload blocks nobody.
    Raises as `take_operation`, NotAPicture and NoRoom."""
    if _is_known(sent.op, round):
        return round
    round_rules.check_user_can_write(by, round)
    name = clean_line(PurePath(name).name, TITLE_LENGTH, _("文件名"))
    try:
        kept = keep(file, name)
    except InvalidInput as refused:
        raise NotAPicture(refused.message, remedy=refused.remedy) from refused
    if kept.media_type not in IMAGES:
        raise NotAPicture(_("“%(name)s”不是照片。") % {"name": name})
    return _take_photo(round, sent, sending, device, kept, look(kept, ZoneInfo(by.book.timezone)), name, by)


@transaction.atomic
def _take_photo(
    round: Round, sent: Sent, sending: UUID, device: UUID | None, kept: Kept, looks: Likeness | None, name: str,
    by: Person,
) -> Round:  # fmt: skip
    held = locked(round)
    if _is_known(sent.op, held):
        return held
    round_rules.check_user_can_write(by, held)
    _check_room(held)
    item = _item_or_none(held, sent)
    made = _operation(held, sent, sending, device, by)
    if made is None:
        return held
    _begin(held)
    evidence: Evidence = known_evidence(kept, looks, by)
    Photo.objects.create(op=made, round=held, item=item, evidence=evidence, name=name)
    _tell(made, held, {"item": item, "digest": show(kept.digest)})
    return held


def _is_known(op: UUID, round: Round) -> bool:
    """Whether it was taken in before. Raises InvalidInput for the number of something in another round."""
    known = Operation.objects.filter(pk=op).values_list("round", flat=True).first()
    if known is not None and known != round.pk:
        raise InvalidInput(_("这个编号在另一次检查里用过了。"))
    return known is not None


def _operation(round: Round, sent: Sent, sending: UUID, device: UUID | None, by: Person) -> Operation | None:
    """That it was taken in; None where another process did so at the same moment, for another round."""
    made = Operation(
        op=sent.op, round=round, do=sent.do, by=by, device=device, sending=sending, said_at=sent.at,
        received_at=clock.now(),
    )  # fmt: skip
    row = (made.op, round.pk, round.pk, made.do, by.pk, made.device, made.sending, made.said_at, made.received_at)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
        found = cursor.fetchone()
    if found is None:
        _is_known(sent.op, round)
        return None
    made.number = int(found[0])
    made._state.adding = False
    return made


_INSERT = """
INSERT INTO inspections_operation (op, round_id, number, "do", by_id, device, sending, said_at, received_at)
VALUES (%s, %s, 1 + coalesce((SELECT max(number) FROM inspections_operation WHERE round_id = %s), 0),
        %s, %s, %s, %s, %s, %s)
ON CONFLICT (op) DO NOTHING RETURNING number
"""


def _begin(round: Round) -> None:
    if round.state == "planned":
        round.state, round.begun_at = flows.ROUND.target(round.state, "begin"), clock.now()
        round.save(update_fields=["state", "begun_at"])


# --- what is done -------------------------------------------------------------------------------------------------


def _answer(round: Round, made: Operation, sent: Sent) -> None:
    item = checklist_of(round).by_id.get(sent.text("item"))
    if item is None:
        raise InvalidInput(_("检查表里没有这一项。"))
    Answer.objects.create(
        op=made,
        round=round,
        item=item.id,
        value=_value(round, item, sent),
        note=clean_note(sent.text("note"), _("说明")),
        category=_category(round, sent),
        before=sent.uuid("before"),
    )


def _value(round: Round, item: Item, sent: Sent) -> str:
    value = clean_value(item, sent.text("value"))
    if value == NOT_APPLICABLE and decides(round, item):
        named = {"item": item.name.text(language())}
        raise InvalidInput(_("“%(item)s”不能答“不涉及”。") % named, remedy=str(CANNOT_SEE))
    return value


def _note(round: Round, made: Operation, sent: Sent) -> None:
    words = pack_of(round.pack_version_id).findings
    category, severity = sent.text("category"), sent.text("severity")
    if words is None or category not in words.categories_by_id or severity not in words.severities_by_id:
        raise InvalidInput(_("没有这个类别或者程度。"), remedy=_("请从列出的里面选。"))
    if round.noted.count() >= MOST_NOTED:
        raise InvalidInput(_("一次最多记%(most)d个问题。") % {"most": MOST_NOTED})
    Noted.objects.create(
        op=made,
        round=round,
        item=_item_or_none(round, sent),
        words=needed_note(sent.text("words"), _("问题"), _("要写明是什么问题。")),
        category=category,
        severity=severity,
        place=clean_line(sent.text("place"), TITLE_LENGTH, _("地点")),
    )


def _category(round: Round, sent: Sent) -> str:
    """What a problem with an item is put down as, if that was said. Raises InvalidInput for an unknown one."""
    given, words = sent.text("category"), pack_of(round.pack_version_id).findings
    if given and (words is None or given not in words.categories_by_id):
        raise InvalidInput(_("没有这个类别。"), remedy=_("请从列出的里面选。"))
    return given


def _drop(round: Round, made: Operation, sent: Sent) -> None:
    what = sent.uuid("what")
    held = Operation.objects.filter(pk=what, round=round, do__in=("photo", "note")).first() if what else None
    if held is None:
        raise NotFound(_("没有找到要去掉的照片或问题。"))
    Drop.objects.get_or_create(what=held, defaults={"op": made, "round": round})


def _statement(round: Round, made: Operation, sent: Sent) -> None:
    words, agrees = clean_note(sent.text("words"), _("被查单位的话")), sent.answer("agrees")
    said_by = clean_line(sent.text("said_by"), TITLE_LENGTH, _("岗位"))
    if not said_by:
        raise InvalidInput(_("要写明是谁说的，写岗位，不写姓名。"))
    Statement.objects.create(op=made, round=round, words=words, said_by=said_by, agrees=agrees)
    if round.state == "finished":
        acknowledged(round, words, said_by, agrees, made.by, None)


def _finish(round: Round, made: Operation, _sent: Sent) -> None:
    finish(round, made.by)


_DOINGS: dict[str, Callable[[Round, Operation, Sent], None]] = {
    "answer": _answer, "note": _note, "drop": _drop, "statement": _statement, "finish": _finish,
}  # fmt: skip
_CHECKS: dict[str, Callable[[Person, Round], None]] = {
    "statement": round_rules.check_user_can_take_statement,
    "finish": round_rules.check_user_can_finish,
}


def _item_or_none(round: Round, sent: Sent) -> str:
    """The item that a picture or a problem belongs to, if any. Raises InvalidInput for an unknown one."""
    item = sent.text("item")
    if item and item not in checklist_of(round).by_id:
        raise InvalidInput(_("检查表里没有这一项。"))
    return item


def _check_room(round: Round) -> None:
    if round.photos.count() >= MOST_PHOTOS:
        raise InvalidInput(_("一次检查最多放%(most)d张照片。") % {"most": MOST_PHOTOS})


def _tell(made: Operation, round: Round, data: dict[str, str]) -> None:
    append.event(
        book=round.book.code,
        actor=made.by.ref,
        verb=f"round.{made.do}",
        subject=round.ref,
        data={"op": str(made.op), **{name: said for name, said in data.items() if said}},
    )
