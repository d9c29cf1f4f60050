"""Units, their history and their posts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mingzhang.core.errors import NotFound
from mingzhang.organisation import actions, forms, queries, rules
from mingzhang.organisation.models import Appointment, Post, Unit, UnitSpan
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.searching import search_units
from mingzhang.organisation.views.doing import Act, Done, act_called, arrange, perform

SHOWN = 200


@require_safe
@placed(Permission.UNIT_MANAGE)
def units(request: HttpRequest, place: Place) -> HttpResponse:
    """The tree, opened branch by branch, or what a search finds. htmx asks for one branch."""
    asked = request.GET.get("q", "").strip()[:100]
    below = request.GET.get("below", "")
    if below:
        found = queries.children(_unit(place, below))
    elif asked:
        found = search_units(place.scope, asked)
    else:
        found = place.units().filter(id__in=place.scope.tops).order_by("code")
    shown = list(_with_children(found)[: SHOWN + 1])
    context = {"asked": asked, "units": shown[:SHOWN], "more": len(shown) > SHOWN, "shown": SHOWN}
    part = below and "HX-Request" in request.headers
    return render(request, "organisation/branch.html" if part else "organisation/units.html", context)


def _with_children(found: QuerySet[Unit]) -> QuerySet[Unit]:
    return found.annotate(has_below=Exists(Unit.objects.filter(parent=OuterRef("pk"), closed_on=None)))


@require_safe
@placed(Permission.UNIT_MANAGE)
def unit(request: HttpRequest, place: Place, code: str) -> HttpResponse:
    """One unit: what it is and was, its posts and who holds them, what stands below it, and what can be done."""
    found = _unit(place, code)
    below = list(_with_children(queries.children(found))[: SHOWN + 1])
    context = {
        "unit": found,
        "level": queries.known_levels(found.book).get(found.level, found.level),
        "above": [one for one in _way(found) if place.scope.contains(one)],
        "spans": UnitSpan.objects.filter(unit=found).select_related("parent").order_by("-valid"),
        "posts": _posts(found),
        "below": below[:SHOWN],
        "more": len(below) > SHOWN,
        "acts": [] if found.closed_on else _offered(place, found),
    }
    return render(request, "organisation/unit.html", context)


def _way(unit: Unit) -> list[Unit]:
    """The units above, from the root down."""
    above = {one.pk: one for one in Unit.objects.filter(id__in=unit.ancestors).exclude(pk=unit.pk)}
    return [above[number] for number in unit.ancestors if number in above]


def _posts(unit: Unit) -> QuerySet[Post]:
    held = queries.holding().select_related("person", "stands_in_for__person").order_by("valid")
    return Post.objects.filter(unit=unit).order_by("name").prefetch_related(Prefetch("appointments", held, "held"))


def _offered(place: Place, unit: Unit) -> list[dict[str, Any]]:
    """The acts that the person may do here; what changes the tree above is for those who arrange the unit above."""
    above = unit.parent is not None and rules.can(place.person, Permission.UNIT_MANAGE, unit.parent)
    return [{"verb": verb, "act": act} for verb, act in UNIT_ACTS.items() if verb not in FROM_ABOVE or above]


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.UNIT_MANAGE)
def unit_act(request: HttpRequest, place: Place, code: str, verb: str) -> HttpResponseBase:
    """Add below, rename, move, merge, close, add a post."""
    found, act = _unit(place, code), act_called(UNIT_ACTS, verb)
    where = found.parent if verb in FROM_ABOVE and found.parent else found
    rules.check_can(place.person, Permission.UNIT_MANAGE, where)
    return perform(request, place, act, found, title=found.name, back=_address(found))


def _unit(place: Place, code: str) -> Unit:
    found = place.units().select_related("parent", "book", "successor").filter(code=code).first()
    if found is None:
        raise NotFound(_("您能安排的单位里，没有代码为“%(code)s”的。") % {"code": code[:40]})
    return found


def _address(unit: Unit) -> str:
    return reverse("organisation:unit", args=(unit.code,))


def _add(place: Place, unit: Unit, given: Mapping[str, Any]) -> Done:
    made = actions.create_unit(parent=unit, **given, by=place.person)
    return Done(_address(made), _("“%(unit)s”建好了。") % {"unit": made.name})


def _rename(place: Place, unit: Unit, given: Mapping[str, Any]) -> Done:
    renamed = actions.rename_unit(unit=unit, name=given["name"], on=given["on"], by=place.person)
    return Done(_address(renamed), _("改名为“%(name)s”了。") % {"name": renamed.name})


def _move(place: Place, unit: Unit, given: Mapping[str, Any]) -> Done:
    moved = actions.move_unit(unit=unit, parent=given["parent"], on=given["on"], by=place.person)
    said = _("“%(unit)s”划到“%(parent)s”下面了。") % {"unit": moved.name, "parent": given["parent"].name}
    return Done(_address(moved), said)


def _merge(place: Place, unit: Unit, given: Mapping[str, Any]) -> Done:
    actions.merge_unit(unit=unit, into=given["into"], on=given["on"], by=place.person)
    said = _("“%(unit)s”并入“%(into)s”了。") % {"unit": unit.name, "into": given["into"].name}
    return Done(_address(given["into"]), said)


def _close(place: Place, unit: Unit, given: Mapping[str, Any]) -> Done:
    actions.close_unit(unit=unit, on=given["on"], by=place.person)
    return Done(_address(unit), _("“%(unit)s”撤销了。") % {"unit": unit.name})


def _add_post(place: Place, unit: Unit, given: Mapping[str, Any]) -> Done:
    post = actions.create_post(unit=unit, name=given["name"], roles=given["roles"], by=place.person)
    return Done(_address(unit), _("岗位“%(post)s”设好了。") % {"post": post.name})


FROM_ABOVE = ("move", "merge", "close")
UNIT_ACTS: dict[str, Act] = {
    "add": Act(
        gettext_lazy("在下面新建单位"),
        gettext_lazy("新单位从设立日期起可以记账。很多单位一起建，用命令 mingzhang unit add 或者首次设置。"),
        forms.UnitForm,
        _add,
    ),
    "post": Act(
        gettext_lazy("设岗位"),
        gettext_lazy("岗位带着角色；角色在本单位和下面的全部单位有效。人到岗位上任职，就有这些角色。"),
        forms.PostForm,
        _add_post,
        weighty=True,
    ),
    "rename": Act(
        gettext_lazy("改名"),
        gettext_lazy("从这一天起叫新名称；以前的记录和报告仍是当时的名称。"),
        forms.RenameUnitForm,
        _rename,
        initial=lambda unit: {"name": unit.name},
    ),
    "move": Act(
        gettext_lazy("划转"),
        gettext_lazy("连同下面的全部单位，从这一天起归另一个单位。以前的数，按当时的隶属关系和现在的都能问。"),
        forms.MoveUnitForm,
        _move,
    ),
    "merge": Act(
        gettext_lazy("合并"),
        gettext_lazy("从这一天起不再单独存在，由接收的单位继续；下面的单位一并转过去。先结束这里的任职。"),
        forms.MergeUnitForm,
        _merge,
        grave=True,
    ),
    "close": Act(
        gettext_lazy("撤销"),
        gettext_lazy("从这一天起不再存在，没有单位继续它的工作。以前的账都在。先安排好下面的单位和这里的任职。"),
        forms.CloseUnitForm,
        _close,
        grave=True,
    ),
}


# --- posts and appointments ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.PEOPLE_MANAGE)
def post_act(request: HttpRequest, place: Place, post_id: int, verb: str) -> HttpResponseBase:
    """Change a post, or seat somebody on it."""
    post = Post.objects.select_related("unit__book").filter(pk=post_id).first()
    if post is None:
        raise NotFound(_("没有这个岗位。"))
    arrange(place, Permission.PEOPLE_MANAGE, post.unit)
    title = f"{post.unit.name} {post.name}"
    return perform(request, place, act_called(POST_ACTS, verb), post, title=title, back=_address(post.unit))


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.PEOPLE_MANAGE)
def appointment_act(request: HttpRequest, place: Place, appointment_id: int, verb: str) -> HttpResponseBase:
    """End an appointment, or have somebody stand in."""
    found = Appointment.objects.select_related("person", "post__unit__book").filter(pk=appointment_id).first()
    if found is None:
        raise NotFound(_("没有这项任职。"))
    arrange(place, Permission.PEOPLE_MANAGE, found.post.unit)
    title = f"{found.person.name}：{found.post.unit.name} {found.post.name}"
    act = act_called(APPOINTMENT_ACTS, verb)
    return perform(request, place, act, found, title=title, back=_address(found.post.unit))


def _edit_post(place: Place, post: Post, given: Mapping[str, Any]) -> Done:
    edited = actions.edit_post(post=post, name=given["name"], roles=given["roles"], by=place.person)
    return Done(_address(post.unit), _("岗位“%(post)s”改好了。") % {"post": edited.name})


def _appoint(place: Place, post: Post, given: Mapping[str, Any]) -> Done:
    made = actions.appoint(post=post, **given, by=place.person)
    return Done(_address(post.unit), _("%(name)s任“%(post)s”了。") % {"name": made.person.name, "post": post.name})


def _end(place: Place, appointment: Appointment, given: Mapping[str, Any]) -> Done:
    actions.end_appointment(appointment=appointment, last_day=given["last_day"], by=place.person)
    said = _("%(name)s在“%(post)s”的最后一天定好了。")
    return Done(
        _address(appointment.post.unit), said % {"name": appointment.person.name, "post": appointment.post.name}
    )


def _delegate(place: Place, appointment: Appointment, given: Mapping[str, Any]) -> Done:
    seat = actions.delegate(appointment=appointment, **given, by=place.person)
    said = _("%(name)s代理“%(post)s”了。") % {"name": seat.person.name, "post": appointment.post.name}
    return Done(_address(appointment.post.unit), said)


POST_ACTS: dict[str, Act] = {
    "edit": Act(
        gettext_lazy("改岗位"),
        gettext_lazy("在岗的人马上有新的角色，没有去掉的角色。"),
        forms.PostForm,
        _edit_post,
        initial=lambda post: {"name": post.name, "roles": post.roles},
        weighty=True,
    ),
    "appoint": Act(
        gettext_lazy("安排任职"),
        gettext_lazy("一个岗位可以有几个人，一个人可以任几个岗位。没有登记过的人，先到“人员”里登记。"),
        forms.AppointForm,
        _appoint,
        weighty=True,
    ),
}
APPOINTMENT_ACTS: dict[str, Act] = {
    "end": Act(
        gettext_lazy("结束任职"),
        gettext_lazy("第二天起没有这个岗位的角色；代理这项任职的，同一天结束。他经手的记录都在。"),
        forms.EndForm,
        _end,
        weighty=True,
    ),
    "delegate": Act(
        gettext_lazy("安排代理"),
        gettext_lazy("代理的人在这几天里有同样的角色，到期自动收回。"),
        forms.DelegateForm,
        _delegate,
        weighty=True,
    ),
}
