"""Which inspections there are, for whom, and what is known of one and its draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from mingzhang.core.composed import Given
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.inspections.models import (
    Commitment,
    Draw,
    Drawn,
    DrawnInspector,
    Inspection,
    Member,
    PoolInspector,
    PoolObject,
    Recusal,
    Stratum,
)
from mingzhang.organisation.models import Appointment, Book, Person, Unit
from mingzhang.organisation.queries import holding, visible_units
from mingzhang.organisation.roles import Permission, roles_with
from mingzhang.organisation.scopes import GivenScope, UnitScope
from mingzhang.packs.checklist_schema import Checklist
from mingzhang.packs.queries import pack_of

# --- who may know -------------------------------------------------------------------------------------------------


def visible_to(person: Person) -> QuerySet[Inspection]:
    """The inspections that the person may know of, of the units whose inspections they may view: announced ones
    once they are approved, before that whoever plans there; unannounced ones once they have started, before that
    their team alone."""
    view, plan = (visible_units(person, one) for one in (Permission.INSPECTION_VIEW, Permission.INSPECTION_PLAN))
    return visible_in(view, plan, person)


def visible_in(
    view: UnitScope | GivenScope, plan: UnitScope | GivenScope, person: Person | Given
) -> QuerySet[Inspection]:
    """As `visible_to`, for somebody who may view inspections in `view` and plans them in `plan`."""
    known = Q(started_at__isnull=False) | of_team(person) | Q(announced=True) & ~Q(state="drafted")
    planned = Q(announced=True) & plan.condition()
    return Inspection.objects.filter(view.condition(), known | planned)


def of_team(person: Person | Given) -> Q:
    """That somebody planned it, was told of it, or was drawn to inspect."""
    own = Member.objects.filter(inspection=OuterRef("pk"), person=person)
    assigned = DrawnInspector.objects.filter(
        inspector__person=person, inspector__draw__inspection=OuterRef("pk"), inspector__draw__state="drawn"
    )
    return Q(made_by=person) | Q(Exists(own)) | Q(Exists(assigned))


def public() -> QuerySet[Inspection]:
    """What anybody may know without signing in: announced inspections once they are approved, unannounced ones once
    they are over."""
    announced = Q(announced=True) & Q(approved_by__isnull=False)
    return Inspection.objects.filter(announced | Q(state="finished"))


def inspection_by_id(person: Person, number: int) -> Inspection:
    """Raises NotFound, also for one that the person may not know of."""
    found = visible_to(person).filter(pk=number)
    inspection = found.select_related("unit__book", "book", "made_by", "approved_by").first()
    if inspection is None:
        raise NotFound(_("没有找到第 %(number)s 号检查。") % {"number": number})
    return inspection


def public_by_id(number: int) -> Inspection:
    """Raises NotFound, also for one that is not public."""
    inspection = public().filter(pk=number).select_related("unit", "book").first()
    if inspection is None:
        raise NotFound(_("没有找到第 %(number)s 号检查。") % {"number": number})
    return inspection


def inspections_of(person: Person, units: UnitScope, state: str = "") -> QuerySet[Inspection]:
    """Those of `units` that the person may know of, the latest first."""
    found = units.filter(visible_to(person)).select_related("unit").order_by("-last", "-id")
    return found.filter(state=state) if state else found


def team_of(inspection: Inspection) -> list[Person]:
    """Who was told of it, by name."""
    return list(Person.objects.filter(pk__in=inspection.members.values("person")).order_by("name", "pk"))


def may_be_told(unit: Unit) -> list[Appointment]:
    """Who could belong to the team of an inspection of the unit: whoever plans or draws there. Each person once,
    the nearest first."""
    roles = sorted({*roles_with(Permission.INSPECTION_PLAN), *roles_with(Permission.INSPECTION_DRAW)})
    held = holding().filter(post__roles__overlap=roles, post__unit_id__in=unit.ancestors)
    found = sorted(
        held.select_related("person", "post__unit").order_by("id"),
        key=lambda one: -unit.ancestors.index(one.post.unit_id),
    )
    return list({one.person_id: one for one in reversed(found)}.values())[::-1]


def unit_named(unit: Unit, named: str) -> Unit:
    """The unit itself or one below, by code, or by name where one alone bears it. Raises InvalidInput."""
    below = Unit.objects.filter(book=unit.book_id, ancestors__contains=[unit.pk])
    found = list(below.filter(code=named)) or list(below.filter(name=named)[:2])
    if len(found) != 1:
        said = _("叫“%(unit)s”的不止一个，请写单位代码。") if found else _("没有单位“%(unit)s”。")
        raise InvalidInput(said % {"unit": named[:40]}, remedy=_("请写单位代码，或者完整的名称。"))
    return found[0]


def inspectors_for(unit: Unit) -> list[Appointment]:
    """Who may inspect for the unit: the inspectors of it, above it and below it, each once."""
    above, below = Q(post__unit_id__in=unit.ancestors), Q(post__unit__ancestors__contains=[unit.pk])
    held = holding().filter(above | below, post__roles__contains=["inspector"])
    found = held.select_related("person", "post__unit").order_by("post__unit__code", "post__name", "id")
    return list({one.person_id: one for one in found}.values())


# --- a draw -------------------------------------------------------------------------------------------------------


def draw_by_number(inspection: Inspection, number: int) -> Draw:
    """Raises NotFound."""
    people = ("made_by", "published_by", "value_by", "confirmed_by", "ended_by", "inspection__unit")
    found = Draw.objects.filter(inspection=inspection, number=number).select_related(*people).first()
    if found is None:
        raise NotFound(_("这次检查没有第 %(number)s 次抽取。") % {"number": number})
    return found


def draws_of(inspection: Inspection) -> list[Draw]:
    """Every draw, the first first, without what is large."""
    found = Draw.objects.filter(inspection=inspection).defer("roster", "result").select_related("ended_by")
    return list(found.order_by("number"))


def draws_left(inspection: Inspection) -> int:
    """How many of the planned draws are still to come."""
    return inspection.draws - Draw.objects.filter(inspection=inspection, state="drawn").count()


def visits_of(inspection: Inspection) -> dict[tuple[int, str], int]:
    """How often each object was drawn so far, by unit and place; draws that were drawn again do not count."""
    drawn = Drawn.objects.filter(draw__inspection=inspection, draw__state="drawn")
    rows = drawn.values_list("object__unit", "object__place").annotate(times=Count("pk"))
    return {(unit, place): times for unit, place, times in rows}


def strata_of(draw: Draw) -> list[Stratum]:
    """In the order in which they were named."""
    return list(Stratum.objects.filter(draw=draw).order_by("id"))


def counts_of_strata(draw: Draw) -> list[tuple[Stratum, int]]:
    """Each stratum with the number of its objects."""
    found = Stratum.objects.filter(draw=draw).annotate(count=Count("members")).order_by("id")
    return [(one, one.count) for one in found]


def objects_of(draw: Draw) -> QuerySet[PoolObject]:
    """The pool by number."""
    return PoolObject.objects.filter(draw=draw).select_related("unit", "stratum").order_by("number")


def inspectors_of(draw: Draw) -> list[PoolInspector]:
    """The pool of inspectors by number."""
    found = PoolInspector.objects.filter(draw=draw).select_related("person", "post__unit")
    return list(found.order_by("number"))


def recusals_of(draw: Draw) -> list[Recusal]:
    """By object and inspector."""
    found = Recusal.objects.filter(draw=draw).select_related("object__unit", "inspector__person")
    return list(found.order_by("object__number", "inspector__number"))


def commitments_of(draw: Draw) -> list[Commitment]:
    """In the order in which they were made."""
    return list(Commitment.objects.filter(draw=draw).select_related("person").order_by("slot"))


def lacking(draw: Draw, people: int) -> list[PoolObject]:
    """The objects for which so few inspectors are left by recusals that `per_object` cannot be had."""
    recused = Recusal.objects.filter(draw=draw).values("object").annotate(count=Count("pk"))
    short = recused.filter(count__gt=people - draw.per_object).values_list("object", flat=True)
    return list(PoolObject.objects.filter(pk__in=list(short)).select_related("unit").order_by("number"))


def drawn_of(draw: Draw) -> list[Drawn]:
    """What was drawn, by number, with its inspectors read along."""
    found = Drawn.objects.filter(draw=draw).select_related("object__unit", "object__stratum")
    return list(found.prefetch_related("inspectors__person", "inspectors__post").order_by("object__number"))


def checklist_of(inspection: Inspection) -> Checklist | None:
    """The checklist that is gone by, in the version of its pack that was chosen."""
    if inspection.pack_version_id is None:
        return None
    return pack_of(inspection.pack_version_id).checklists_by_id.get(inspection.checklist)


def public_draws(inspections: Iterable[Inspection]) -> dict[int, list[Draw]]:
    """The draws of public inspections whose roster is published, by inspection."""
    found = Draw.objects.filter(inspection__in=[one.pk for one in inspections]).exclude(state="drafted")
    draws: dict[int, list[Draw]] = {}
    for one in found.defer("roster", "result").order_by("inspection", "number"):
        draws.setdefault(one.inspection_id, []).append(one)
    return draws


def public_page(first: int, size: int) -> Sequence[Inspection]:
    """Some of the public inspections, the latest first."""
    found = public().select_related("unit", "book").order_by("-last", "-id")
    return list(found[first : first + size])


def every_draw(book: Book) -> QuerySet[Draw]:
    """For whoever runs the installation: the draws of a book, without what is large."""
    found = Draw.objects.filter(inspection__book=book).defer("roster", "result")
    return found.select_related("inspection__book", "inspection__unit").order_by("inspection", "number")
