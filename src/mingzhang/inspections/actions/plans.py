"""Planning an inspection, and beginning and ending it. The log names an inspection by its number alone: what is
to be inspected, where and by whom stays with those who may know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotFound, StateRefused
from mingzhang.inspections import flows, queries, rules
from mingzhang.inspections.actions.rounds import call_off_rest, check_none_open, make_rounds
from mingzhang.inspections.models import MOST_DRAWS, Draw, Inspection, Member
from mingzhang.ledger.appending import lock_position
from mingzhang.ledger.contents import clean_line, clean_note, needed_note
from mingzhang.organisation.models import Person, Unit
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of

LONGEST_TITLE, LONGEST_BASIS = 100, 300


@dataclass(frozen=True)
class Plan:
    """What somebody writes of an inspection. `team` are the people who know of it, beside whoever wrote it."""

    title: str
    reason: str
    first: date
    last: date
    announced: bool
    basis: str = ""
    draws: int = 1
    coverage: int | None = None
    checklist: tuple[PackVersion, str] | None = None
    team: Collection[Person] = ()


@transaction.atomic
def draft_inspection(*, unit: Unit, plan: Plan, by: Person) -> Inspection:
    """A new plan. Raises NotAllowed, InvalidInput."""
    rules.check_user_can_plan(by, unit)
    given = _cleaned(plan, unit)
    made = Inspection.objects.create(book=unit.book, unit=unit, made_by=by, made_at=clock.now(), **given)
    _set_team(made, plan.team)
    _tell(made, "draft", by)
    return made


@transaction.atomic
def change_inspection(*, inspection: Inspection, plan: Plan, by: Person) -> Inspection:
    """A plan is written anew until it is approved. Raises NotAllowed, StateRefused, InvalidInput."""
    held = _locked(inspection)
    rules.check_user_can(by, held, "change")
    given = _cleaned(plan, held.unit)
    for name, value in given.items():
        setattr(held, name, value)
    held.save(update_fields=list(given))
    _set_team(held, plan.team)
    _tell(held, "change", by)
    return held


@transaction.atomic
def approve_inspection(*, inspection: Inspection, by: Person) -> Inspection:
    """Somebody other than who wrote it agrees. Raises NotAllowed, StateRefused."""
    held = _locked(inspection)
    rules.check_user_can(by, held, "approve")
    held.approved_by, held.approved_at = by, clock.now()
    return _moved(held, "approve", by, "approved_by", "approved_at")


@transaction.atomic
def start_inspection(*, inspection: Inspection, by: Person) -> Inspection:
    """From now on whoever may view inspections of the unit knows of it. Raises NotAllowed, StateRefused without a
    result to go by."""
    lock_position(inspection.book)  # before anything else, as posting does
    held = _locked(inspection)
    rules.check_user_can(by, held, "start")
    drawn = list(Draw.objects.filter(inspection=held, state="drawn").defer("roster", "result").order_by("number"))
    if not drawn:
        raise StateRefused(_("还没有抽定检查谁。"), remedy=_("请先抽取。"))
    held.started_at = clock.now()
    _moved(held, "start", by, "started_at")
    make_rounds(held, drawn, by)
    return held


@transaction.atomic
def finish_inspection(*, inspection: Inspection, by: Person) -> Inspection:
    """Over: from now on anybody may look the plan, the draws and their results up. Raises NotAllowed,
    StateRefused, also while somebody is still to be inspected."""
    held = _locked(inspection)
    rules.check_user_can(by, held, "finish")
    _check_no_open_draw(held)
    check_none_open(held)
    held.ended_at = clock.now()
    return _moved(held, "finish", by, "ended_at")


@transaction.atomic
def cancel_inspection(*, inspection: Inspection, reason: str, by: Person) -> Inspection:
    """It does not take place. Raises NotAllowed, StateRefused, InvalidInput without a reason."""
    lock_position(inspection.book)  # before anything else, as posting does
    held = _locked(inspection)
    rules.check_user_can(by, held, "cancel")
    _check_no_open_draw(held)
    held.ended_because = needed_note(reason, _("取消的原因"), _("要写明为什么取消。"))
    held.ended_at = clock.now()
    call_off_rest(held.rounds.all(), held.ended_because, by)
    return _moved(held, "cancel", by, "ended_because", "ended_at")


def _check_no_open_draw(inspection: Inspection) -> None:
    if Draw.objects.filter(inspection=inspection, state__in=flows.AWAITING).exists():
        raise StateRefused(_("有一次抽取名单封存了，还没有结果。"), remedy=_("请先抽定，或者写明原因作废。"))


def _locked(inspection: Inspection) -> Inspection:
    found = Inspection.objects.select_for_update(of=("self",)).filter(pk=inspection.pk)
    held = found.select_related("unit__book", "book").first()
    if held is None:
        raise NotFound(_("没有找到这次检查。"))
    return held


def _cleaned(plan: Plan, unit: Unit) -> dict[str, object]:
    """The fields of a plan. Raises InvalidInput."""
    rules.check_window(plan.first, plan.last)
    if not 1 <= plan.draws <= MOST_DRAWS or (plan.coverage is not None and plan.coverage < 1):
        raise InvalidInput(_("次数从1到%(most)d。") % {"most": MOST_DRAWS})
    rules.check_coverage(plan.coverage, plan.draws)
    title = clean_line(plan.title, LONGEST_TITLE, _("名称"))
    if not title:
        raise InvalidInput(_("检查要有名称。"), problems={"title": [_("不能空着。")]})
    version, checklist = plan.checklist or (None, "")
    if version is not None and checklist not in {one.id for one in pack_of(version.pk).checklists}:
        raise InvalidInput(_("没有这份检查表。"), problems={"checklist": [_("请在列出的里面选。")]})
    _check_team(plan.team, unit)
    return {
        "title": title,
        "reason": needed_note(plan.reason, _("为什么查"), _("要写明为什么查。")),
        "basis": clean_note(plan.basis, _("依据"))[:LONGEST_BASIS],
        "first": plan.first,
        "last": plan.last,
        "announced": plan.announced,
        "draws": plan.draws,
        "coverage": plan.coverage,
        "pack_version": version,
        "checklist": checklist,
    }


def _check_team(team: Collection[Person], unit: Unit) -> None:
    known = {one.person_id for one in queries.may_be_told(unit)}
    if unknown := [one.name for one in team if one.pk not in known]:
        raise InvalidInput(
            _("%(people)s不安排也不抽取“%(unit)s”的检查。") % {"people": "、".join(unknown[:5]), "unit": unit.name}
        )


def _set_team(inspection: Inspection, team: Collection[Person]) -> None:
    Member.objects.filter(inspection=inspection).delete()
    wanted = sorted({one.pk for one in team} - {inspection.made_by_id})
    Member.objects.bulk_create(Member(inspection=inspection, person_id=one) for one in wanted)


def _moved(inspection: Inspection, verb: str, by: Person, *fields: str) -> Inspection:
    inspection.state = flows.INSPECTION.target(inspection.state, verb)
    inspection.save(update_fields=["state", *fields])
    told = verb == "cancel" and not inspection.secret
    _tell(inspection, verb, by, **({"reason": inspection.ended_because} if told else {}))
    return inspection


def _tell(inspection: Inspection, verb: str, by: Person, **private: str) -> None:
    append.event(
        book=inspection.book.code,
        actor=by.ref,
        verb=f"inspection.{verb}",
        subject=inspection.ref,
        private=private,
    )
