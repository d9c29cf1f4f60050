"""Who may do what with a record in its state, and what must hold of its content. `check_…` raises with the reason
that a page shows on the disabled button; its twin answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused, is_allowed
from mingzhang.ledger import flows, queries
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import existed_on, holders, today_in
from mingzhang.organisation.roles import ROLE_NAMES, Permission
from mingzhang.organisation.rules import can, check_can, check_has_role
from mingzhang.packs.schema import Kind

MOST_NAMED = 3


class Stale(StateRefused):
    """Somebody else has written the sheet since it was opened."""


# --- people and states --------------------------------------------------------------------------------------------


def check_user_can_edit(person: Person, record: Record) -> None:
    """Drafts and returned sheets, by whoever records for the unit. Raises NotAllowed, StateRefused."""
    check_can(person, Permission.RECORD_ADD, record.unit)
    flows.check(record, "edit")


def check_user_can_submit(person: Person, record: Record) -> None:
    """Raises NotAllowed, StateRefused."""
    check_can(person, Permission.RECORD_SUBMIT, record.unit)
    flows.check(record, "submit")


def check_user_can_review(person: Person, record: Record) -> None:
    """The step that is due needs its role over the unit, and someone who neither wrote nor submitted the sheet nor
    took an earlier step of it. Raises NotAllowed, StateRefused."""
    flows.check(record, "pass")
    earlier = queries.reviewers(record)
    try:
        check_other_person(person, {record.submitted_by_id, record.created_by_id}, earlier)
        check_has_role(person, record.due, record.unit)
    except NotAllowed as refusal:
        if person.book_id != record.book_id:
            raise
        raise NotAllowed(refusal.message, remedy=_who_reviews(record)) from refusal


def check_other_person(person: Person, authors: set[int | None], earlier: Sequence[int]) -> None:
    """Nobody reviews what they wrote or handed in, nor takes two steps of one sheet. Raises NotAllowed."""
    if person.pk in authors:
        raise NotAllowed(_("自己经办的记录单不能由自己审核。"), remedy=_("请交给另一位审核人。"))
    if person.pk in earlier:
        raise NotAllowed(_("这张记录单的前一步是您审核的，这一步要换一个人。"), remedy=_("请交给另一位审核人。"))


def who_may_review(record: Record) -> list[Person]:
    """Those who hold the role that the step due asks for, the nearest first, without who wrote or handed the sheet
    in and who took an earlier step. Empty when nothing is to be reviewed, and when there is nobody."""
    if record.state != "submitted":
        return []
    out = {record.created_by_id, record.submitted_by_id, *queries.reviewers(record)}
    held = {appointment.person_id: appointment.person for appointment in holders(record.due, record.unit)}
    return [person for key, person in held.items() if key not in out]


def _who_reviews(record: Record) -> str:
    if names := names_said(who_may_review(record)):
        return _("可以审核的人：%(names)s。") % {"names": names}
    return _("现在没有别人能审核，请管理员安排一位“%(role)s”。") % {"role": ROLE_NAMES[record.due]}


def names_said(people: Sequence[Person]) -> str:
    """何站长、周书记、秦主任等6人; empty for nobody."""
    names = _("、").join(person.name for person in people[:MOST_NAMED])
    if len(people) > MOST_NAMED:
        return _("%(names)s等%(count)d人") % {"names": names, "count": len(people)}
    return names


def check_reason(note: str, remarks: Mapping[str, str]) -> None:
    """Whoever returns a sheet says why. Raises InvalidInput."""
    if not note and not remarks:
        raise InvalidInput(_("退回时要写明原因。"), remedy=_("请写清哪里要改，再退回。"))


def check_alike(records: Sequence[Record], most: int) -> None:
    """Sheets are looked through together when they are of one kind. Raises InvalidInput."""
    if not records:
        raise InvalidInput(_("还没有选记录单。"), remedy=_("请先在要一起审核的记录单前打勾。"))
    if len(records) > most:
        raise InvalidInput(_("一次最多一起审核%(most)s张。") % {"most": most}, remedy=_("请分几次。"))
    if len({record.kind_id for record in records}) > 1:
        raise InvalidInput(_("选中的记录单不是同一种。"), remedy=_("请只选同一种记录单，一起看才看得清。"))


def check_user_can_send_back(person: Person, record: Record) -> None:
    """Whoever could post an accepted sheet may return it instead. Raises NotAllowed, StateRefused."""
    check_can(person, Permission.RECORD_POST, record.unit)
    flows.check(record, "return")
    if record.state != "accepted":
        flows.check(record, "post")


def check_user_can_post(person: Person, record: Record) -> None:
    """Raises NotAllowed, StateRefused."""
    check_can(person, Permission.RECORD_POST, record.unit)
    flows.check(record, "post")


def check_user_can_reverse(person: Person, record: Record) -> None:
    """Raises NotAllowed, StateRefused."""
    check_can(person, Permission.RECORD_REVERSE, record.unit)
    flows.check(record, "reverse")


def check_user_can_view(person: Person, record: Record) -> None:
    """Raises NotAllowed."""
    check_can(person, Permission.RECORD_VIEW, record.unit)


def check_user_can_view_evidence(person: Person, record: Record) -> None:
    """Raises NotAllowed."""
    check_can(person, Permission.EVIDENCE_VIEW, record.unit)


def user_can_view_evidence(person: Person, record: Record) -> bool:
    """Whether the person may open the files that support the record."""
    return can(person, Permission.EVIDENCE_VIEW, record.unit)


def _twin(check: Callable[[Person, Record], None]) -> Callable[[Person, Record], bool]:
    return lambda person, record: is_allowed(check, person, record)


user_can_edit = _twin(check_user_can_edit)
user_can_submit = _twin(check_user_can_submit)
user_can_review = _twin(check_user_can_review)
user_can_post = _twin(check_user_can_post)
user_can_send_back = _twin(check_user_can_send_back)
user_can_reverse = _twin(check_user_can_reverse)
user_can_view = _twin(check_user_can_view)


def check_version(record: Record, version: int | None) -> None:
    """Raises Stale when what is to be written was begun from an older state of the sheet. None does not ask."""
    if version is not None and version != record.version:
        raise Stale(_("您打开以后，有人改过这张记录单。"), remedy=_("请看两边哪里不同，再存一次。"))


# --- content ------------------------------------------------------------------------------------------------------


def check_occurred(unit: Unit, day: date) -> None:
    """What has not happened yet, or happened when the unit did not exist, cannot be recorded for it. Raises
    InvalidInput."""
    if day > today_in(unit.book):
        _refuse_day(_("发生日期 %(day)s 还没有到。") % {"day": day}, _("请填写实际发生的日期。"))
    if existed_on(unit, day):
        return
    if day < unit.created_on:
        said = _("“%(unit)s” %(made)s 才设立，%(day)s 时还没有。")
        _refuse_day(said % {"unit": unit.name, "made": unit.created_on, "day": day}, _("请核对日期或单位。"))
    said = _("“%(unit)s”已于 %(closed)s 撤销。") % {"unit": unit.name, "closed": unit.closed_on}
    _refuse_day(said, _("请改记在接收它工作的单位，或核对日期。"))


def _refuse_day(said: str, remedy: str) -> None:
    raise InvalidInput(said, problems={"occurred_on": [said]}, remedy=remedy)


def check_level(kind: Kind, unit: Unit) -> None:
    """Raises InvalidInput when units of this level do not keep such sheets."""
    if kind.levels and unit.level not in kind.levels:
        raise InvalidInput(
            _("“%(unit)s”这一级不用“%(kind)s”记录单。") % {"unit": unit.name, "kind": kind.name.text()},
            remedy=_("请换一个单位或记录单。"),
        )


def check_replaces(replaced: Record, unit: Unit) -> None:
    """A correction takes the place of a reversed record of the same unit. Raises StateRefused, InvalidInput."""
    if replaced.unit_id != unit.pk:
        raise InvalidInput(_("更正的记录单和原来的不在同一个单位。"), remedy=_("请在原单位更正。"))
    if replaced.state != "reversed":
        raise StateRefused(_("要更正的记录单还没有冲销。"), remedy=_("请先冲销它，再记新的一笔。"))


def check_evidence_count(kind: Kind, count: int) -> None:
    """Raises InvalidInput when the sheet has fewer or more files than its kind asks for."""
    least, most = kind.evidence.min, kind.evidence.max
    asked = {"kind": kind.name.text(), "least": least, "most": most, "count": count}
    if count < least:
        said = _("“%(kind)s”至少要有 %(least)s 份佐证，现在有 %(count)s 份。") % asked
        raise InvalidInput(said, problems={"evidence": [said]}, remedy=_("请先添加佐证再提交。"))
    if count > most:
        said = _("“%(kind)s”最多放 %(most)s 份佐证，现在有 %(count)s 份。") % asked
        raise InvalidInput(said, problems={"evidence": [said]}, remedy=_("请去掉一些佐证。"))
