"""One finding, and everything that is done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mingzhang.core.errors import InvalidInput, NotFound, StateRefused
from mingzhang.findings import actions
from mingzhang.findings.addresses import finding_page
from mingzhang.findings.choosing import sponsor_said, unit_said
from mingzhang.findings.finding_page import Given, context_of, finding_by_id
from mingzhang.findings.models import Finding, Measure
from mingzhang.findings.naming import named, reach_of
from mingzhang.ledger.listing import read_day
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.ui.templatetags.ui import full_day


@require_safe
@placed(Permission.FINDING_VIEW)
def finding(request: HttpRequest, place: Place, finding_id: int) -> HttpResponse:
    """What is wrong where, who puts it right until when and why then, what was done, and what may be done now."""
    return show(request, place, finding_by_id(place, finding_id))


def show(
    request: HttpRequest, place: Place, found: Finding, given: Given | None = None, status: int = 200
) -> HttpResponse:
    """The page, with what was `given` in one of its forms when that was refused."""
    return render(request, "findings/finding.html", context_of(place, found, given or Given()), status=status)


@require_POST
@placed(Permission.FINDING_VIEW)
def decide(request: HttpRequest, place: Place, finding_id: int, verb: str) -> HttpResponse:
    """Do `verb`. A refusal is shown in the form, with what was typed."""
    if verb not in VERBS:
        raise NotFound(_("没有这一页。"))
    found = finding_by_id(place, finding_id)
    try:
        said = VERBS[verb](found, request.POST, place.person)
    except (InvalidInput, StateRefused) as refusal:
        given = Given.of(verb, request.POST, str(refusal))
        return show(request, place, finding_by_id(place, finding_id), given, refusal.status)
    messages.success(request, said)
    return redirect(finding_page(found.pk))


@require_POST
@placed(Permission.FINDING_VIEW)
def finish(request: HttpRequest, place: Place, finding_id: int, measure_id: int) -> HttpResponse:
    """A measure was done."""
    found = finding_by_id(place, finding_id)
    measure = Measure.objects.filter(finding=found, pk=measure_id).select_related("finding__book").first()
    if measure is None:
        raise NotFound(_("没有找到这项没有做完的措施。"))
    try:
        done_on = _day(request.POST, "done_on", _("要写明哪一天做完的。"))
        result = request.POST.get("result", "")
        actions.finish_measure(measure=measure, done_on=done_on, result=result, by=place.person)
    except (InvalidInput, StateRefused, NotFound) as refusal:
        given = Given.of(f"measure-{measure_id}", request.POST, str(refusal))
        return show(request, place, found, given, refusal.status)
    messages.success(request, _("这项措施做完了。"))
    return redirect(f"{finding_page(found.pk)}#h-measures")


# --- what the forms say -------------------------------------------------------------------------------------------


def _day(form: QueryDict, name: str, why: str) -> date:
    day = read_day(form.get(name, ""))
    if day is None:
        raise InvalidInput(why)
    return day


def _reason(form: QueryDict) -> str:
    return form.get("reason", "")


def _assign(finding: Finding, form: QueryDict, by: Person) -> str:
    unit, owner = named(reach_of(finding, by, "assign"), form.get("to", ""))
    sponsor = sponsor_said(by, form.get("sponsor", ""))
    actions.assign(finding=finding, owner=owner, unit=unit, sponsor=sponsor, note=_reason(form), by=by)
    return _("派给%(name)s了。") % {"name": owner.name}


def _begin(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.begin(finding=finding, by=by)
    return _("开始整改了。")


def _submit(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.submit(finding=finding, result=_reason(form), by=by)
    return _("提交验收了，等没有参与整改的人来看。")


def _verify(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.verify(finding=finding, remark=_reason(form), by=by)
    return _("验收通过了，等领导销号。")


def _send_back(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.send_back(finding=finding, reason=_reason(form), by=by)
    return _("退回去重改了。")


def _close(finding: Finding, form: QueryDict, by: Person) -> str:
    closing = actions.close(finding=finding, remark=_reason(form), by=by)
    if closing.follow_up_on is None:
        return _("销号了。")
    return _("销号了，%(day)s回头看一次。") % {"day": full_day(closing.follow_up_on)}


def _confirm(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.follow_up(finding=finding, result="confirmed", remark=_reason(form), by=by)
    return _("记下了：没有反弹。")


def _recur(finding: Finding, form: QueryDict, by: Person) -> str:
    again = actions.follow_up(finding=finding, result="recurred", remark=_reason(form), by=by)
    said = {"number": again.number, "day": full_day(again.deadline)}
    return _("用原来的编号%(number)s重开了，%(day)s到期。") % said


def _extend(finding: Finding, form: QueryDict, by: Person) -> str:
    until = _day(form, "until", _("要写明延到哪一天。"))
    actions.extend(finding=finding, until=until, reason=_reason(form), by=by)
    return _("延期到%(day)s。") % {"day": full_day(until)}


def _suspend(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.suspend(finding=finding, basis=form.get("basis", ""), reason=_reason(form), by=by)
    return _("中止整改了，中止的日子不计。")


def _resume(finding: Finding, form: QueryDict, by: Person) -> str:
    again = actions.resume(finding=finding, reason=_reason(form), by=by)
    return _("恢复整改了，%(day)s到期。") % {"day": full_day(again.deadline)}


def _transfer(finding: Finding, form: QueryDict, by: Person) -> str:
    to = unit_said(by, form.get("unit", ""))
    actions.transfer(finding=finding, to=to, reason=_reason(form), by=by)
    return _("转给%(unit)s了，等对方接收。") % {"unit": to.name}


def _accept(finding: Finding, form: QueryDict, by: Person) -> str:
    _unit, owner = named(reach_of(finding, by, "accept"), form.get("to", ""))
    actions.accept_transfer(finding=finding, owner=owner, sponsor=sponsor_said(by, form.get("sponsor", "")), by=by)
    return _("收下了，由%(name)s整改。") % {"name": owner.name}


def _refuse(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.refuse_transfer(finding=finding, reason=_reason(form), by=by)
    return _("没有接收，退给转来的单位了。")


def _decide(finding: Finding, form: QueryDict, by: Person) -> str:
    unit, owner = named(reach_of(finding, by, "decide"), form.get("to", ""))
    sponsor = sponsor_said(by, form.get("sponsor", ""))
    actions.decide_transfer(finding=finding, unit=unit, owner=owner, sponsor=sponsor, reason=_reason(form), by=by)
    return _("定了，由%(unit)s整改。") % {"unit": unit.name}


def _merge(finding: Finding, form: QueryDict, by: Person) -> str:
    number = form.get("into", "").strip()[:20]
    into = Finding.objects.filter(book=by.book_id, number=number).select_related("book", "unit").first()
    if into is None:
        raise InvalidInput(
            _("没有找到编号是“%(number)s”的问题。") % {"number": number}, remedy=_("请写成2026-0031这样。")
        )
    actions.merge(findings=[finding], into=into, reason=_reason(form), by=by)
    return _("并到问题%(number)s下面了。") % {"number": into.number}


def _split(finding: Finding, form: QueryDict, by: Person) -> str:
    told = [line for line in form.get("parts", "").splitlines() if line.strip()]
    parts = actions.split(finding=finding, descriptions=told, reason=_reason(form), by=by)
    return _("拆成了%(numbers)s。") % {"numbers": "、".join(part.number for part in parts)}


def _doubt(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.doubt(finding=finding, reason=_reason(form), by=by)
    return _("提出来了，等别的领导来定。")


def _dismiss(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.decide_doubt(finding=finding, is_problem=False, reason=_reason(form), by=by)
    return _("定了，不算问题。")


def _uphold(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.decide_doubt(finding=finding, is_problem=True, reason=_reason(form), by=by)
    return _("定了，还是问题，接着改。")


def _classify(finding: Finding, form: QueryDict, by: Person) -> str:
    category, severity = form.get("category", ""), form.get("severity", "")
    again = actions.classify(finding=finding, category=category, severity=severity, reason=_reason(form), by=by)
    return _("改了类别和程度，%(day)s到期。") % {"day": full_day(again.deadline)}


def _measure(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.add_measure(
        finding=finding, what=form.get("what", ""), by_when=read_day(form.get("by_when", "")), by=by
    )
    return _("加了一项措施。")


def _analyse(finding: Finding, form: QueryDict, by: Person) -> str:
    actions.analyse(finding=finding, cause=form.get("cause", ""), systemic=form.get("systemic", ""), by=by)
    return _("原因和举措存好了。")


VERBS: dict[str, Callable[[Finding, QueryDict, Person], str]] = {
    "accept": _accept,
    "analyse": _analyse,
    "assign": _assign,
    "begin": _begin,
    "classify": _classify,
    "close": _close,
    "confirm": _confirm,
    "decide": _decide,
    "dismiss": _dismiss,
    "doubt": _doubt,
    "extend": _extend,
    "measure": _measure,
    "merge": _merge,
    "recur": _recur,
    "refuse": _refuse,
    "resume": _resume,
    "send_back": _send_back,
    "split": _split,
    "submit": _submit,
    "suspend": _suspend,
    "transfer": _transfer,
    "uphold": _uphold,
    "verify": _verify,
}
