"""Everything that the page of one duty of a unit shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.core.errors import NotFound
from mingzhang.duties.answering import Seating
from mingzhang.duties.doing import Way
from mingzhang.duties.list_page import Item, why_not_managed
from mingzhang.duties.lists import Held, duty_list, duty_lists, words_of
from mingzhang.duties.models import Adaptation, Task
from mingzhang.duties.saying import CHANGES, EVERY, PARTS, levels_said, part_role, part_said, role_said, said
from mingzhang.duties.wording import lines_of
from mingzhang.ledger.listing import read_day
from mingzhang.organisation.models import Post, Unit
from mingzhang.organisation.place import Place, visible
from mingzhang.organisation.queries import holding, today_in
from mingzhang.organisation.roles import Permission
from mingzhang.packs.duty_schema import Duty
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Pack

MOST_UNITS = 50
MOST_TASKS = 60
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Given:
    """What was written in one of the page's forms, to be shown again when it was refused, and why it was."""

    verb: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Level:
    """A duty that units below have: it, or one that carries it out. `units` of them have it by their level."""

    name: str
    levels: str
    units: int
    changed: int
    withdrawn: int


@dataclass(frozen=True)
class Below:
    """A unit below, and a duty of its list that is this one or carries it out."""

    unit: Unit
    item: Item


@dataclass(frozen=True)
class Choice:
    """The posts that may answer in one part; `chosen` is the one that was named."""

    part: str
    name: str
    role: str
    chosen: str


@dataclass(frozen=True)
class Past:
    """What was adapted: from when to when, by whom, why, and the words then."""

    adaptation: Adaptation
    what: str
    look: str
    words: str


def held_by(unit: Unit, pack: str, code: str, on: date) -> Held:
    """The duty as the unit has it on a day; one that begins later as it will be then. Raises NotFound."""
    days = [on]
    later = Adaptation.objects.filter(unit=unit, pack=pack, duty=code, valid__startswith__gt=on)
    days += [one.valid.lower for one in later.order_by("valid")]
    for day in days:
        for held in duty_list(unit, day):
            if held.key == (pack, code):
                return held
    raise NotFound(
        _("“%(unit)s”没有责任事项“%(duty)s”。") % {"unit": unit.name, "duty": code[:60]},
        remedy=_("请从责任清单里重选，或者换一个单位。"),
    )


def day_asked(place: Place, text: str) -> date:
    """The day of which the page speaks. Raises InvalidInput."""
    return read_day(text) or today_in(place.person.book)


def context_of(place: Place, held: Held, on: date, given: Given) -> dict[str, Any]:
    """A fixed number of queries."""
    seating = Seating([place.unit.pk], on)
    item = Item(held, seating.answers(place.unit.pk, held), place.query)
    today = day_asked(place, "")
    return {
        "item": item,
        "duty": held.duty,
        "pack": said(pack_of(held.version.pk).name),
        "on": on,
        "past_day": on if on != today else None,
        "given": given,
        "back": f"{reverse('duties:duties')}?{place.query}",
        "history": [_past(one) for one in _adaptations(place.unit, held.key)],
        **_tasks(place, held, on.year, today),
        **_cascade(place, held, on),
        **_acts(place, held, seating, given),
    }


def _adaptations(unit: Unit, key: tuple[str, str]) -> QuerySet[Adaptation]:
    found = Adaptation.objects.filter(unit=unit, pack=key[0], duty=key[1])
    return found.select_related("by").order_by("-valid", "-id")


def _past(one: Adaptation) -> Past:
    look = {"added": "is-good", "withdrawn": "is-back"}.get(one.what, "")
    words = words_of(one)
    return Past(one, str(CHANGES[one.what]), look, said(words.text) if words else "")


def _tasks(place: Place, held: Held, year: int, today: date) -> dict[str, Any]:
    pack, code = held.key
    found = Task.objects.filter(unit=place.unit, pack=pack, duty=code, due__year=year)
    shown = found.exclude(state="withdrawn").select_related("unit", "kind", "handler").order_by("due", "pk")
    return {"lines": lines_of(list(shown[:MOST_TASKS]), place.person, today), "year": year}


# --- the levels above and below -----------------------------------------------------------------------------------


def _cascade(place: Place, held: Held, on: date) -> dict[str, Any]:
    pack = pack_of(held.version.pk)
    duties = [duty for duty in pack.duties if held.duty.id in (duty.id, duty.parent)]
    codes = [duty.id for duty in duties] or [held.duty.id]
    below = _below(place)
    counts = dict(below.values_list("level").annotate(count=Count("pk")).order_by())
    adapted = Adaptation.objects.filter(unit__in=below, pack=pack.id, duty__in=codes, valid__contains=on)
    changed = _counted(adapted)
    levels = [_level(pack, duty, counts, changed) for duty in duties]
    return {
        "levels": [level for level in levels if level.units],
        "adapted": [(one, CHANGES[one.what]) for one in _first(adapted)],
        "more_adapted": sum(changed.values()) > MOST_UNITS,
        **_who_below(place, pack, duties or [held.duty], on),
        "above": _above(place, pack, held.duty),
    }


def _below(place: Place) -> QuerySet[Unit]:
    """The open units below that the person may see."""
    under = visible(place.scope).filter(ancestors__contains=[place.unit.pk], closed_on=None)
    return under.exclude(pk=place.unit.pk)


def _who_below(place: Place, pack: Pack, duties: Sequence[Duty], on: date) -> dict[str, Any]:
    """Who answers in each of the first units below. Four queries and one for the units."""
    levels, codes = {level for duty in duties for level in duty.levels}, {duty.id for duty in duties}
    found = list(_below(place).filter(level__in=levels).select_related("book").order_by("code")[: MOST_UNITS + 1])
    units = found[:MOST_UNITS]
    seating, lists = Seating([unit.pk for unit in units], on), duty_lists(units, on)
    rows = [
        Below(unit, Item(held, seating.answers(unit.pk, held), place.query_at(unit.code, place.period)))
        for unit in units
        for held in lists[unit.pk]
        if held.version.pack == pack.id and held.duty.id in codes
    ]
    return {"below": rows, "more_below": len(found) > MOST_UNITS}


def _counted(adapted: QuerySet[Adaptation]) -> dict[tuple[str, str], int]:
    rows = adapted.values_list("duty", "what").annotate(count=Count("pk")).order_by()
    return {(duty, what): count for duty, what, count in rows}


def _first(adapted: QuerySet[Adaptation]) -> Sequence[Adaptation]:
    return list(adapted.select_related("unit").order_by("unit__code", "duty")[:MOST_UNITS])


def _level(pack: Pack, duty: Duty, counts: Mapping[str, int], changed: Mapping[tuple[str, str], int]) -> Level:
    return Level(
        name=said(duty.name),
        levels=levels_said(pack, duty),
        units=sum(counts.get(level, 0) for level in duty.levels),
        changed=changed.get((duty.id, "narrowed"), 0),
        withdrawn=changed.get((duty.id, "withdrawn"), 0),
    )


def _above(place: Place, pack: Pack, duty: Duty) -> dict[str, str] | None:
    """The duty of a level above that this one carries out, and where that unit has it, if one may see it."""
    parent = pack.duties_by_id.get(duty.parent or "")
    if parent is None:
        return None
    nearest = Unit.objects.filter(pk__in=place.unit.ancestors[:-1], level__in=parent.levels)
    unit = nearest.select_related("book").order_by("-ancestors__len").first()
    address = ""
    if unit and place.scope.contains(unit):
        address = f"{reverse('duties:duty', args=(pack.id, parent.id))}?{place.query_at(unit.code, place.period)}"
    return {"name": said(parent.name), "unit": unit.name if unit else "", "address": address}


# --- what may be done ---------------------------------------------------------------------------------------------


def _acts(place: Place, held: Held, seating: Seating, given: Given) -> dict[str, Any]:
    today = day_asked(place, "")
    if Permission.DUTY_MANAGE not in place.held:
        return {"ways": {}}
    why = why_not_managed(place)
    lasting = lasting_of(place.unit, held.key)
    return {
        "why_not": why,
        "ways": {} if why else _ways(lasting),
        "lasting": lasting,
        "today": today,
        "restored_from": today + DAY if lasting else None,
        "every": EVERY.items() if held.duty.every else (),
        "choices": [] if why else _choices(place.unit, held, seating, given),
        "posts": [] if why else _posts(place.unit),
    }


def lasting_of(unit: Unit, key: tuple[str, str]) -> Adaptation | None:
    """The adaptation that stands until somebody ends it, from today or from a day to come."""
    found: Adaptation | None = _adaptations(unit, key).filter(valid__endswith=None).first()
    return found


WAYS = {
    "assign": Way(gettext_lazy("定由谁负责"), gettext_lazy("定到岗位，换人不用改；空着的照角色。"), "user"),
    "narrow": Way(
        gettext_lazy("改写"), gettext_lazy("只改本单位的。从那天起的任务照新写的办，以前的不动。"), "pen"
    ),
    "withdraw": Way(gettext_lazy("撤下"), gettext_lazy("本单位从那天起不办这一项，清单上划掉，写着原因。"), "x"),
    "restore": Way(gettext_lazy("恢复体系包的写法"), gettext_lazy("本单位的调整到前一天为止。"), "back"),
}
NO_MORE = Way(gettext_lazy("不再做这一项"), gettext_lazy("这是本单位自己增加的，从那天起没有了。"), "x")


def _ways(lasting: Adaptation | None) -> dict[str, Way]:
    """What may be done, by verb. To end what the unit added itself is not to restore anything."""
    added = lasting is not None and lasting.what == "added"
    return {verb: NO_MORE if added and verb == "restore" else WAYS[verb] for verb in _verbs(lasting)}


def _verbs(lasting: Adaptation | None) -> list[str]:
    if lasting is None:
        return ["assign", "narrow", "withdraw"]
    if lasting.what == "withdrawn":
        return ["restore"]
    if lasting.what == "added":
        return ["assign", "narrow", "restore"]
    return ["assign", "narrow", "withdraw", "restore"]


def _choices(unit: Unit, held: Held, seating: Seating, given: Given) -> list[Choice]:
    found = []
    pack = pack_of(held.version.pk)
    for part in PARTS:
        post = seating.named.get((unit.pk, *held.key, part))
        role = role_said(part_role(held.duty, part))
        chosen = given.form.get(part, "") if given.verb == "assign" else str(post.pk) if post else ""
        found.append(Choice(part, part_said(pack, part), role, chosen))
    return found


def _posts(unit: Unit) -> list[tuple[str, str]]:
    """The posts of the unit and of those above it, the nearest first, each with who holds it."""
    posts = Post.objects.filter(unit__in=unit.ancestors).select_related("unit").order_by("id")
    held: dict[int, list[str]] = {}
    for post, name in holding().filter(post__in=posts).order_by("id").values_list("post_id", "person__name"):
        held.setdefault(post, []).append(name)
    near = sorted(posts, key=lambda post: -unit.ancestors.index(post.unit_id))
    return [(str(post.pk), _post_said(post, unit, held.get(post.pk, []))) for post in near]


def _post_said(post: Post, unit: Unit, people: Sequence[str]) -> str:
    where = "" if post.unit_id == unit.pk else post.unit.name
    who = "、".join(people) or _("空缺")
    return _("%(where)s%(post)s（%(who)s）") % {"where": where, "post": post.name, "who": who}
