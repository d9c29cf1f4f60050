"""Who may do what about findings and matters. `check_…` raises with the reason that a disabled button shows."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused, is_allowed
from mingzhang.findings import flows
from mingzhang.findings.models import OPEN, Finding, FindingStep, Matter, Transfer
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import today_in
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import can, check_can

MOST_REFUSALS = 2
# Who does these had no hand in correcting it.
OTHERS_ONLY = frozenset({"verify", "send_back", "close", "confirm", "recur"})


def check_user_can(person: Person, finding: Finding, verb: str) -> None:
    """Whether the person may do `verb` of the flow to the finding as it stands. Raises NotAllowed, StateRefused."""
    permission = Permission(flows.FINDING.permission(finding.state, verb))
    if verb in ("accept", "refuse"):
        check_can(person, permission, waiting_transfer(finding).to)
    elif verb == "decide":
        _check_decides(person, finding)
    else:
        check_can(person, permission, finding.unit)
    if verb in OTHERS_ONLY:
        check_other_hands(person, finding)
    if verb in ("dismiss", "uphold"):
        _check_not_who_doubted(person, finding)
    if verb == "transfer":
        _check_not_settled(finding)


def user_can(person: Person, finding: Finding, verb: str) -> bool:
    """Twin of `check_user_can`."""
    return is_allowed(check_user_can, person, finding, verb)


def check_user_can_report(person: Person, unit: Unit) -> None:
    """Raises NotAllowed."""
    check_can(person, Permission.FINDING_REPORT, unit)


def check_user_can_view(person: Person, finding: Finding) -> None:
    """Whoever sees the findings of its unit, of the unit that found it, or has it in hand. Raises NotAllowed."""
    if person.pk in (finding.owner_id, finding.sponsor_id) or can(person, Permission.FINDING_VIEW, finding.origin):
        return
    waiting = Transfer.objects.filter(finding=finding, outcome="waiting").select_related("to").first()
    if waiting is None or not can(person, Permission.FINDING_VIEW, waiting.to):
        check_can(person, Permission.FINDING_VIEW, finding.unit)


def check_user_can_work(person: Person, finding: Finding) -> None:
    """Writing down measures, the cause, and what came of it, while it is being corrected. Raises NotAllowed,
    StateRefused."""
    check_can(person, Permission.FINDING_CORRECT, finding.unit)
    if finding.state not in ("assigned", "correcting"):
        raise StateRefused(
            _("%(thing)s现在是“%(state)s”，不能再写整改情况。")
            % {"thing": flows.FINDING.thing, "state": flows.STATES[finding.state]},
            remedy=_("派办以后、提交验收以前可以写。"),
        )


def user_can_work(person: Person, finding: Finding) -> bool:
    """Twin of `check_user_can_work`."""
    return is_allowed(check_user_can_work, person, finding)


def check_user_can_attach(person: Person, finding: Finding, stage: str) -> None:
    """Files from before are added by who may report, those from after by who corrects or verifies, as long as it is
    open. Raises NotAllowed, StateRefused."""
    if stage == "before":
        wanted = Permission.FINDING_REPORT
    else:
        wanted = Permission.FINDING_VERIFY if finding.state == "submitted" else Permission.FINDING_CORRECT
    check_can(person, wanted, finding.unit)
    if finding.state not in OPEN:
        raise StateRefused(_("这个问题已经了结，不能再放佐证。"), remedy=_("如果又出现了，请在回头看里重开。"))


def check_owner(owner: Person, unit: Unit) -> None:
    """Whoever answers for it corrects findings of the unit. Raises InvalidInput."""
    if not can(owner, Permission.FINDING_CORRECT, unit):
        raise InvalidInput(
            _("“%(person)s”不能在“%(unit)s”整改问题，当不了责任人。") % {"person": owner.name, "unit": unit.name},
            remedy=_("请选一个在这个单位有经办或审核岗位的人。"),
        )


def check_sponsor(sponsor: Person | None, unit: Unit) -> None:
    """A sponsor leads the unit, or one above. Raises InvalidInput."""
    if sponsor is not None and not can(sponsor, Permission.FINDING_DECIDE, unit):
        raise InvalidInput(
            _("“%(person)s”不是“%(unit)s”或它上级的领导，不能领办。") % {"person": sponsor.name, "unit": unit.name},
            remedy=_("请选一位领导。"),
        )


# --- other hands --------------------------------------------------------------------------------------------------


def check_other_hands(person: Person, finding: Finding) -> None:
    """Who corrected it does not say that it is solved; nor does whoever stands in for them, or for whom they stand
    in, on that day. The database holds the same. Raises NotAllowed."""
    hands = hands_of(finding)
    if person.pk in hands:
        raise NotAllowed(
            _("这个问题您参与了整改，不能由您自己来定。"), remedy=_("请没有参与整改的人来验收、销号、回头看。")
        )
    if same_hand(finding, person, today_in(finding.book)):
        raise NotAllowed(
            _("您和整改的人正在互相代理，不能由您来定。"), remedy=_("请没有参与整改、也不在代理的人来定。")
        )


def hands_of(finding: Finding) -> set[int]:
    """Who corrected it in this round: whoever answers for it, and whoever did something about it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT findings_hands(%s, %s)", [finding.pk, finding.round])
        return {int(row[0]) for row in cursor.fetchall()}


def same_hand(finding: Finding, person: Person, on: date) -> bool:
    """Whether the person corrected it, stands in for one who did, or the other way round: as the database says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT findings_same_hand(%s, %s, %s, %s)", [finding.pk, finding.round, person.pk, on])
        return bool(cursor.fetchone()[0])


def _check_not_who_doubted(person: Person, finding: Finding) -> None:
    doubted = FindingStep.objects.filter(finding=finding, verb="doubt").order_by("-id").first()
    if doubted and doubted.by_id == person.pk:
        raise NotAllowed(_("是您提出来不算问题的，不能由您自己来定。"), remedy=_("请别的领导来定。"))


# --- transfers ----------------------------------------------------------------------------------------------------


def waiting_transfer(finding: Finding) -> Transfer:
    """The transfer that waits for an answer. Raises StateRefused."""
    found = Transfer.objects.filter(finding=finding, outcome="waiting").select_related("to", "giver").first()
    if found is None:
        raise StateRefused(_("没有等着接收的转办。"))
    return found


def _check_not_settled(finding: Finding) -> None:
    """No ping-pong."""
    if finding.decided:
        raise StateRefused(_("由哪个单位整改，上级已经裁定了，不能再转。"), remedy=_("请按裁定整改。"))
    if finding.transfers_refused >= MOST_REFUSALS:
        raise StateRefused(
            _("已经被退回%(count)d次，不能再转。") % {"count": finding.transfers_refused},
            remedy=_("请“%(unit)s”的领导裁定由谁整改。") % {"unit": superior_of(finding).name},
        )
    if Transfer.objects.filter(finding=finding, outcome="waiting").exists():
        raise StateRefused(_("已经转给别的单位，正等着接收。"), remedy=_("请等对方接收或者退回。"))


def check_transfer_to(finding: Finding, to: Unit) -> None:
    """Not to itself, another book, an ended unit, nor to one that has passed it on. Raises InvalidInput,
    StateRefused."""
    if to.pk == finding.unit_id or to.book_id != finding.book_id or to.closed_on is not None:
        raise InvalidInput(_("不能转给这个单位。"), remedy=_("请选另一个还在的单位。"))
    passed = Transfer.objects.filter(finding=finding, round=finding.round, outcome="accepted", giver=to)
    if passed.exists():
        raise StateRefused(
            _("“%(unit)s”已经把它转出来过，不能再转回去。") % {"unit": to.name},
            remedy=_("请“%(unit)s”的领导裁定由谁整改。") % {"unit": common_superior(finding.unit, to).name},
        )


def superior_of(finding: Finding) -> Unit:
    """The nearest unit above all between which it went in this round."""
    found = finding.unit
    for one in Transfer.objects.filter(finding=finding, round=finding.round).select_related("to", "giver"):
        found = common_superior(found, one.to)
        found = common_superior(found, one.giver)
    return found


def common_superior(one: Unit, other: Unit) -> Unit:
    """The nearest unit that stands above both, or is one of them."""
    shared = [above for above in one.ancestors if above in other.ancestors]
    return Unit.objects.get(pk=shared[-1])


def _check_decides(person: Person, finding: Finding) -> None:
    passed = Transfer.objects.filter(finding=finding, round=finding.round, outcome="accepted").exists()
    if finding.transfers_refused < MOST_REFUSALS and not passed:
        raise StateRefused(
            _("由谁整改还没有争议，不用裁定。"),
            remedy=_("被退回%(count)d次以后再裁定。") % {"count": MOST_REFUSALS},
        )
    check_can(person, Permission.FINDING_DECIDE, superior_of(finding))


# --- matters ------------------------------------------------------------------------------------------------------


def check_user_can_matter(person: Person, matter: Matter, verb: str) -> None:
    """Whether the person may do `verb` of the flow to the matter as it stands. Raises NotAllowed, StateRefused."""
    check_can(person, Permission(flows.MATTER.permission(matter.state, verb)), matter.unit)


def user_can_matter(person: Person, matter: Matter, verb: str) -> bool:
    """Twin of `check_user_can_matter`."""
    return is_allowed(check_user_can_matter, person, matter, verb)
