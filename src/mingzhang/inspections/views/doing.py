"""Moving an inspection or a draw on. A refusal is shown in the form, with what was typed; secrets are not shown
again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mingzhang.core.errors import InvalidInput, NotFound, StateRefused
from mingzhang.inspections import actions, queries
from mingzhang.inspections.actions import Settings
from mingzhang.inspections.models import Draw, Inspection
from mingzhang.inspections.plan_page import Given
from mingzhang.inspections.views import draws, plans
from mingzhang.inspections.weighing import FIGURES
from mingzhang.ledger.listing import read_day
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission

LARGEST = 2**31 - 1


@require_POST
@placed(Permission.INSPECTION_VIEW)
def move(request: HttpRequest, place: Place, number: int, verb: str) -> HttpResponse:
    """Approve, start, finish or cancel an inspection, or begin its next draw."""
    found = queries.inspection_by_id(place.person, number)
    if verb not in MOVES:
        raise NotFound(_("没有这一步。"))
    try:
        made, said = MOVES[verb](found, request.POST, place.person)
    except (InvalidInput, StateRefused) as refusal:
        return plans.show(request, place, found, _given(verb, request.POST, refusal), refusal.status)
    messages.success(request, said)
    if isinstance(made, Draw):
        return redirect(draws.address_of(place, made))
    return redirect(f"{reverse('inspections:inspection', args=(number,))}?{place.query}")


@require_POST
@placed(Permission.INSPECTION_VIEW)
def act(request: HttpRequest, place: Place, number: int, turn: int, verb: str) -> HttpResponse:
    """One step of a draw."""
    found = draws.found_draw(place, number, turn)
    if verb not in ACTS:
        raise NotFound(_("没有这一步。"))
    try:
        said = ACTS[verb](found, request.POST, place.person)
    except (InvalidInput, StateRefused) as refusal:
        found.refresh_from_db()
        return draws.show(request, place, found, _given(verb, request.POST, refusal), status=refusal.status)
    messages.success(request, said)
    return redirect(draws.address_of(place, found))


def _given(verb: str, form: QueryDict, refusal: InvalidInput | StateRefused) -> Given:
    told = [one for said in getattr(refusal, "problems", {}).values() for one in said]
    return Given(verb, "".join([refusal.message, *told, refusal.remedy]), form.get("reason", ""))


# --- inspections --------------------------------------------------------------------------------------------------


def _approve(found: Inspection, _form: QueryDict, by: Person) -> tuple[Inspection, str]:
    return actions.approve_inspection(inspection=found, by=by), _("批准了，可以抽取了。")


def _start(found: Inspection, _form: QueryDict, by: Person) -> tuple[Inspection, str]:
    return actions.start_inspection(inspection=found, by=by), _("检查开始了。")


def _finish(found: Inspection, _form: QueryDict, by: Person) -> tuple[Inspection, str]:
    return actions.finish_inspection(inspection=found, by=by), _("检查结束了，已对外公开。")


def _cancel(found: Inspection, form: QueryDict, by: Person) -> tuple[Inspection, str]:
    return actions.cancel_inspection(inspection=found, reason=form.get("reason", ""), by=by), _("检查取消了。")


def _begin(found: Inspection, _form: QueryDict, by: Person) -> tuple[Draw, str]:
    return actions.begin_draw(inspection=found, by=by), _("先把名单、名额、检查人和回避定好，再封存。")


Move = Callable[[Inspection, QueryDict, Person], tuple[Inspection | Draw, str]]
MOVES: dict[str, Move] = {
    "approve": _approve, "start": _start, "finish": _finish, "cancel": _cancel, "draw": _begin,
}  # fmt: skip


# --- draws --------------------------------------------------------------------------------------------------------


def _settle(found: Draw, form: QueryDict, by: Person) -> str:
    sizes = {one.pk: _whole(form.get(f"size-{one.pk}", ""), one.size) for one in queries.strata_of(found)}
    public = form.get("source") == "public"
    settings = Settings(
        sizes=sizes,
        per_object=_whole(form.get("per_object", ""), found.per_object),
        value_name=form.get("value_name", "") if public else "",
        value_on=_day(form.get("value_on", "")) if public else None,
    )
    actions.settle_draw(draw=found, settings=settings, by=by)
    return _("名额和种子的来源记下了。")


def _inspectors(found: Draw, form: QueryDict, by: Person) -> str:
    wanted = [_whole(one, 0) for one in form.getlist("person")]
    people = Person.objects.filter(book=by.book_id, pk__in=wanted)
    actions.set_inspectors(draw=found, people=list(people), by=by)
    return _("检查人记下了。")


def _weigh(found: Draw, form: QueryDict, by: Person) -> str:
    factors = {key: _whole(form.get(f"factor-{key}", ""), 0) for key in FIGURES}
    held = actions.weigh_pool(draw=found, factors=factors, by=by)
    return _("权重算好了。") if held.weighing else _("权重都是1了。")


def _findings(found: Draw, form: QueryDict, by: Person) -> str:
    inspection = found.inspection
    named = form.get("unit", "").strip()
    asked = actions.Asked(
        unit=queries.unit_named(inspection.unit, named) if named else inspection.unit,
        first=_day(form.get("first", "")),
        last=_day(form.get("last", "")) or inspection.last,
        category=form.get("category", ""),
        severity=form.get("severity", ""),
        weights=_severity_weights(form),
    )
    actions.set_pool_of_findings(draw=found, asked=asked, by=by)
    return _("名单换成了等着回头看的问题。整改过的检查人已经自动回避。")


def _severity_weights(form: QueryDict) -> dict[str, int]:
    """What was typed beside severities; nothing where all weigh one."""
    names = [name for name in form if name.startswith("weight-")]
    typed = {name.removeprefix("weight-"): _whole(form.get(name, ""), 1) for name in names}
    return typed if set(typed.values()) - {1} else {}


def _recuse(found: Draw, form: QueryDict, by: Person) -> str:
    actions.add_recusal(
        draw=found,
        object=_whole(form.get("object", ""), 0),
        inspector=_whole(form.get("inspector", ""), 0),
        reason=form.get("reason", ""),
        note=form.get("note", ""),
        by=by,
    )
    return _("回避记下了。")


def _unrecuse(found: Draw, form: QueryDict, by: Person) -> str:
    actions.remove_recusal(draw=found, recusal=_whole(form.get("recusal", ""), 0), by=by)
    return _("这一条回避去掉了。")


def _publish(found: Draw, _form: QueryDict, by: Person) -> str:
    actions.publish_roster(draw=found, by=by)
    return _("名单封存了，校验码已经公布。")


def _commit(found: Draw, form: QueryDict, by: Person) -> str:
    actions.commit_secret(draw=found, secret=form.get("secret", ""), by=by)
    return _("承诺记下了。这段话没有存，请自己记好，公开时要一字不差。")


def _reveal(found: Draw, form: QueryDict, by: Person) -> str:
    drawn = actions.reveal_secret(draw=found, secret=form.get("secret", ""), by=by)
    return _("抽定了。") if drawn.state == "drawn" else _("公开了，等另一个人公开。")


def _state(found: Draw, form: QueryDict, by: Person) -> str:
    actions.state_value(draw=found, value=form.get("value", ""), by=by)
    return _("填好了，等另一个人核对。")


def _confirm(found: Draw, form: QueryDict, by: Person) -> str:
    actions.confirm_value(draw=found, value=form.get("value", ""), by=by)
    return _("抽定了。")


def _take_back(found: Draw, _form: QueryDict, by: Person) -> str:
    actions.take_back_value(draw=found, by=by)
    return _("收回了，请对照出处重新填写。")


def _void(found: Draw, form: QueryDict, by: Person) -> str:
    actions.void_draw(draw=found, reason=form.get("reason", ""), by=by)
    return _("这次抽取作废了，可以再抽。")


def _redraw(found: Draw, form: QueryDict, by: Person) -> str:
    actions.redraw(draw=found, reason=form.get("reason", ""), by=by)
    return _("这次的结果不用了，可以再抽。")


ACTS: dict[str, Callable[[Draw, QueryDict, Person], str]] = {
    "settle": _settle, "weigh": _weigh, "findings": _findings, "inspectors": _inspectors, "recuse": _recuse,
    "unrecuse": _unrecuse, "publish": _publish, "commit": _commit, "reveal": _reveal, "state": _state,
    "confirm": _confirm, "take_back": _take_back, "void": _void, "redraw": _redraw,
}  # fmt: skip


def _whole(text: str, otherwise: int) -> int:
    """A whole number as it was typed. Raises InvalidInput."""
    said = text.strip()
    if not said:
        return otherwise
    if not (said.isascii() and said.isdecimal()) or len(said) > 10 or int(said) > LARGEST:
        raise InvalidInput(_("“%(said)s”不是一个整数。") % {"said": said[:20]})
    return int(said)


def _day(text: str) -> date | None:
    return read_day(text)
