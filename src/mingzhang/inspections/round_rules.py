"""Who may do what with a round, and what must hold before. `check_…` raises with the reason that a page shows
beside the button; its twin answers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.errors import NotAllowed, StateRefused, is_allowed
from mingzhang.inspections import flows
from mingzhang.inspections.answers import NOT_APPLICABLE
from mingzhang.inspections.models import Round, RoundInspector
from mingzhang.inspections.problems import CANNOT_SEE, decides, wrong_in
from mingzhang.inspections.rounds_query import Reading, checklist_of
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import seats_of
from mingzhang.organisation.roles import Permission, roles_with
from mingzhang.organisation.rules import can, can_somewhere, check_can
from mingzhang.packs.wording import language

SHOWN = 5


def check_user_can_self_check(person: Person, unit: Unit) -> None:
    """Raises NotAllowed."""
    check_can(person, Permission.SELF_CHECK, unit)


def user_can_self_check(person: Person, unit: Unit) -> bool:
    """Twin of `check_user_can_self_check`."""
    return can(person, Permission.SELF_CHECK, unit)


def check_goes_through(person: Person, round: Round) -> None:
    """That it was given to them, and that they still hold a post by which they see inspections. Raises
    NotAllowed."""
    own = RoundInspector.objects.filter(round=round, person=person).exists()
    if not own or not can_somewhere(person, Permission.INSPECTION_VIEW):
        raise NotAllowed(_("这次不是派给您查的。"), remedy=_("由派来查的人记。"))


def check_user_can_write(person: Person, round: Round) -> None:
    """Writing down answers, pictures and problems. Raises NotAllowed, StateRefused."""
    check_goes_through(person, round)
    flows.ROUND.check(round.state, "begin" if round.state == "planned" else "write")


def user_can_write(person: Person, round: Round) -> bool:
    """Twin of `check_user_can_write`."""
    return is_allowed(check_user_can_write, person, round)


def check_user_can_take_statement(person: Person, round: Round) -> None:
    """What the inspected party says is taken down until somebody of theirs has acknowledged. Raises NotAllowed,
    StateRefused."""
    check_goes_through(person, round)
    _check_not_own(round)
    if round.state != "finished":
        flows.ROUND.check(round.state, "begin" if round.state == "planned" else "write")


def check_user_can_finish(person: Person, round: Round) -> None:
    """Raises NotAllowed, StateRefused; see `check_complete`."""
    check_goes_through(person, round)
    flows.ROUND.check(round.state, "finish")


def check_complete(round: Round, reading: Reading) -> None:
    """That every item has one answer, which decides where it has to, and every problem a category. Raises
    StateRefused with the first of which that is not so."""
    checklist = checklist_of(round)
    one_answer = _("每一项都有一个答案才能查完；不涉及的选“不涉及”。")
    unsorted = [one.item for one in wrong_in(round, reading) if not one.category]
    na = {item for item, said in reading.answers.items() if said.value == NOT_APPLICABLE}
    undecided = [item for item in checklist.items() if item.id in na and decides(round, item)]
    for items, said, remedy in (
        ([checklist.by_id[one] for one in reading.conflicts], _("%(items)s%(more)s有两种答案。"), one_answer),
        (reading.unanswered(checklist), _("%(items)s%(more)s还没有答案。"), one_answer),
        (undecided, _("%(items)s%(more)s不能答“不涉及”。"), str(CANNOT_SEE)),
        (unsorted, _("%(items)s%(more)s不合格，还没有选算哪一类问题。"), _("请在这一项下面选好，再查完。")),
    ):
        if items:
            named = "、".join(f"“{one.name.text(language())}”" for one in items[:SHOWN])
            more = _("等%(count)d项") % {"count": len(items)} if len(items) > SHOWN else ""
            raise StateRefused(said % {"items": named, "more": more}, remedy=remedy)


def check_user_can_acknowledge(person: Person, round: Round) -> None:
    """Somebody of the inspected unit itself, who did not inspect it. Raises NotAllowed, StateRefused."""
    _check_not_own(round)
    flows.ROUND.check(round.state, "acknowledge")
    roles = set(roles_with(Permission.SELF_CHECK))
    held = [one for one in seats_of(person, clock.today()) if one.unit_id == round.unit_id]
    if not any(roles & set(one.roles) for one in held):
        raise NotAllowed(
            _("由“%(unit)s”自己的经办人、审核人或领导签认。") % {"unit": round.unit.name},
            remedy=_("他们不在网上的，检查人可以当场记下他们的话。"),
        )
    if RoundInspector.objects.filter(round=round, person=person).exists():
        raise NotAllowed(_("您是检查人，不能替被查的单位签认。"))


def user_can_acknowledge(person: Person, round: Round) -> bool:
    """Twin of `check_user_can_acknowledge`."""
    return is_allowed(check_user_can_acknowledge, person, round)


def _check_not_own(round: Round) -> None:
    if round.kind == "self_check":
        raise StateRefused(_("自查不用签认。"))


def check_user_can_call_off(person: Person, round: Round) -> None:
    """Whoever begins and ends inspections of the unit; of a self-check, whoever may start one there. Raises
    NotAllowed, StateRefused."""
    flows.ROUND.check(round.state, "call_off")
    if round.inspection is None:
        check_can(person, Permission.SELF_CHECK, round.unit)
    else:
        check_can(person, Permission.INSPECTION_DRAW, round.inspection.unit)


def user_can_call_off(person: Person, round: Round) -> bool:
    """Twin of `check_user_can_call_off`."""
    return is_allowed(check_user_can_call_off, person, round)
