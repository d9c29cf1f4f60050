"""Preparing a draw: its pool, strata, inspectors and recusals, until the roster is published."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotFound, StateRefused
from mingzhang.inspections import poolsheets, queries, rules
from mingzhang.inspections.actions.hands import AWAITING, is_hand, recuse_hands
from mingzhang.inspections.models import (
    Draw,
    Inspection,
    PoolInspector,
    PoolObject,
    Recusal,
    Stratum,
)
from mingzhang.inspections.poolsheets import PoolRow
from mingzhang.inspections.verify_draw import MOST_PER_OBJECT, REASONS
from mingzhang.ledger.contents import clean_line, clean_note
from mingzhang.organisation.models import Appointment, Person, Unit
from mingzhang.organisation.queries import known_levels, subtree_now

BATCH = 5_000
LONGEST_VALUE_NAME = 100


@dataclass(frozen=True)
class Settings:
    """How a draw is to be made: how many of each stratum, how many inspectors for each object, and where the seed
    comes from (with `value_name`: that public value of the day `value_on`; else two people's commitments)."""

    sizes: Mapping[int, int]
    per_object: int
    value_name: str = ""
    value_on: date | None = None


@transaction.atomic
def begin_draw(*, inspection: Inspection, by: Person) -> Draw:
    """The next draw of an inspection. Its pool is that of the last one; the first one's is all units below, by
    level, and all inspectors. Raises NotAllowed, StateRefused."""
    held = Inspection.objects.select_for_update(of=("self",)).select_related("unit__book").get(pk=inspection.pk)
    rules.check_can_begin_draw(by, held)
    last = Draw.objects.filter(inspection=held).order_by("-number").first()
    number = last.number + 1 if last else 1
    draw = Draw(inspection=held, number=number, made_by=by, made_at=clock.now())
    if last:
        draw.per_object, draw.weighing = last.per_object, last.weighing
    draw.save()
    if last:
        _copy_pool(last, draw)
    else:
        fill_pool(draw, [PoolRow(unit, "", "", 1) for unit in _below(held.unit)], {})
        _fill_inspectors(draw, queries.inspectors_for(held.unit))
    tell(draw, "begin", by)
    return draw


@transaction.atomic
def set_pool(*, draw: Draw, table: str, by: Person) -> Draw:
    """The objects anew, from a table: unit, place, stratum, weight. Sizes of strata, and recusals of objects that
    are still there, are kept. Raises NotAllowed, StateRefused, InvalidInput with every line that cannot be
    read."""
    held = opened(draw, by)
    unit = held.inspection.unit
    rows = _as_before(held, poolsheets.read(table, [unit, *_below(unit)]))
    sizes = {one.name: one.size for one in queries.strata_of(held)}
    recused = [(one.object.unit_id, one.object.place, one) for one in queries.recusals_of(held)]
    empty_pool(held)
    found = {(one.unit_id, one.place): one for one in fill_pool(held, rows, sizes)}
    kept = [(found[pk, place], one) for pk, place, one in recused if (pk, place) in found]
    Recusal.objects.bulk_create(
        Recusal(draw=held, object=new, inspector_id=one.inspector_id, reason=one.reason, note=one.note)
        for new, one in kept
    )
    _forget_weighing(held, rows)
    recuse_hands(held)
    tell(held, "pool", by, {"objects": len(rows)})
    return held


def _as_before(draw: Draw, rows: Sequence[PoolRow]) -> list[PoolRow]:
    """The rows with what a table does not tell of objects that were in the pool: the finding that one is, and how
    its weight came about where that was not changed."""
    known = {(one.unit_id, one.place): one for one in PoolObject.objects.filter(draw=draw)}
    found = []
    for row in rows:
        was = known.get((row.unit.pk, row.place))
        because = was.because if was and was.weight == row.weight else ""
        found.append(replace(row, because=because, finding=was.finding_id if was else None))
    return found


def _forget_weighing(draw: Draw, rows: Sequence[PoolRow]) -> None:
    """How weights were reckoned is said no longer where every weight is typed."""
    if draw.weighing and not any(row.because for row in rows):
        draw.weighing = ""
        draw.save(update_fields=["weighing"])


@transaction.atomic
def settle_draw(*, draw: Draw, settings: Settings, by: Person) -> Draw:
    """How it is drawn. Raises NotAllowed, StateRefused, InvalidInput."""
    held = opened(draw, by)
    if not 1 <= settings.per_object <= MOST_PER_OBJECT:
        raise InvalidInput(_("每个对象1到%(most)d名检查人。") % {"most": MOST_PER_OBJECT})
    for stratum, count in queries.counts_of_strata(held):
        size = settings.sizes.get(stratum.pk, stratum.size)
        if not 0 <= size <= count:
            said = {"name": stratum.name, "count": count}
            raise InvalidInput(
                _("“%(name)s”抽0到%(count)d个。") % said,
                problems={f"size-{stratum.pk}": [_("0到%(count)d。") % said]},
            )
        Stratum.objects.filter(pk=stratum.pk).update(size=size)
    held.per_object = settings.per_object
    _set_source(held, settings)
    held.save(update_fields=["per_object", "source", "value_name", "value_on"])
    tell(held, "settle", by)
    return held


def _set_source(draw: Draw, settings: Settings) -> None:
    name = clean_line(settings.value_name, LONGEST_VALUE_NAME, _("哪个公开的数"))
    if bool(name) != (settings.value_on is not None):
        raise InvalidInput(
            _("公开的数要写明是哪个数、哪一天的。"), problems={"value_name": [_("两样都写，或者都不写。")]}
        )
    draw.source = "public" if name else "commitments"
    draw.value_name, draw.value_on = name, settings.value_on


@transaction.atomic
def set_inspectors(*, draw: Draw, people: Collection[Person], by: Person) -> Draw:
    """Who may be drawn to inspect. Recusals of those who are still there are kept. Raises NotAllowed, StateRefused,
    InvalidInput for somebody who is no inspector."""
    held = opened(draw, by)
    wanted = {one.pk for one in people}
    chosen = [one for one in queries.inspectors_for(held.inspection.unit) if one.person_id in wanted]
    if len(chosen) < len(wanted):
        raise InvalidInput(_("有人不是检查人。"), remedy=_("请让管理员给他的岗位加上“检查人”角色。"))
    recused = [(one.inspector.person_id, one) for one in queries.recusals_of(held)]
    Recusal.objects.filter(draw=held).delete()
    PoolInspector.objects.filter(draw=held).delete()
    found = {one.person_id: one for one in _fill_inspectors(held, chosen)}
    Recusal.objects.bulk_create(
        Recusal(draw=held, object_id=one.object_id, inspector=found[pk], reason=one.reason, note=one.note)
        for pk, one in recused
        if pk in found
    )
    recuse_hands(held)
    tell(held, "inspectors", by, {"inspectors": len(chosen)})
    return held


@transaction.atomic
def add_recusal(*, draw: Draw, object: int, inspector: int, reason: str, note: str = "", by: Person) -> Recusal:
    """An inspector, by number in the roster, is kept from an object. Raises NotAllowed, StateRefused,
    InvalidInput."""
    held = opened(draw, by)
    if reason not in REASONS:
        raise InvalidInput(_("请选回避的理由。"), problems={"reason": [_("请在列出的里面选。")]})
    kept_from = PoolObject.objects.filter(draw=held, number=object).first()
    kept_off = PoolInspector.objects.filter(draw=held, number=inspector).first()
    if kept_from is None or kept_off is None:
        raise InvalidInput(_("名单里没有这个编号。"), remedy=_("请写名单里的编号。"))
    if Recusal.objects.filter(object=kept_from, inspector=kept_off).exists():
        raise InvalidInput(_("这一对已经回避了。"))
    made = Recusal.objects.create(
        draw=held, object=kept_from, inspector=kept_off, reason=reason, note=clean_note(note, _("说明"))
    )
    tell(held, "recuse", by, {"object": object, "inspector": inspector, "kind": reason})
    return made


@transaction.atomic
def remove_recusal(*, draw: Draw, recusal: int, by: Person) -> None:
    """The inspector may be given the object after all. Raises NotAllowed, StateRefused, NotFound."""
    held = opened(draw, by)
    found = Recusal.objects.filter(draw=held, pk=recusal).select_related("object", "inspector").first()
    if found is None:
        raise NotFound(_("没有这一条回避。"))
    if is_hand(found.object, found.inspector):
        raise StateRefused(_("他整改过这个问题，不能去回头看。"), remedy=_("这一条回避去不掉。"))
    data = {"object": found.object.number, "inspector": found.inspector.number}
    found.delete()
    tell(held, "unrecuse", by, data)


# --- rows ---------------------------------------------------------------------------------------------------------


def locked(draw: Draw) -> Draw:
    """The draw as it stands, held until the transaction ends."""
    rows = Draw.objects.select_for_update(of=("self",)).filter(pk=draw.pk)
    held = rows.select_related("inspection__unit__book", "inspection__book").first()
    if held is None:
        raise NotFound(_("没有找到这次抽取。"))
    return held


def opened(draw: Draw, by: Person) -> Draw:
    """The same, for somebody who may change it. Raises NotAllowed, StateRefused."""
    held = locked(draw)
    rules.check_user_can_draw(by, held, "change")
    return held


def _below(unit: Unit) -> list[Unit]:
    """The open units below, in order of code."""
    scope = subtree_now(unit)
    units = Unit.objects.filter(book=unit.book_id, closed_on=None)
    found = units if scope.everything else units.filter(pk__in=scope.parts[0].unit_ids)
    return list(found.exclude(pk=unit.pk).order_by("code"))


def empty_pool(draw: Draw) -> None:
    """Take everything out of the pool but the inspectors."""
    for model in (Recusal, PoolObject, Stratum):
        model._default_manager.filter(draw=draw).delete()


def fill_pool(draw: Draw, rows: Sequence[PoolRow], sizes: Mapping[str, int]) -> list[PoolObject]:
    """Number the rows, and make a stratum for each name: what a row does not say goes by its unit's level."""
    levels = known_levels(draw.inspection.book)
    names = [row.stratum or levels.get(row.unit.level, row.unit.level) for row in rows]
    counts = {name: names.count(name) for name in dict.fromkeys(names)}
    strata = {
        name: Stratum.objects.create(draw=draw, code=f"S{place}", name=name, size=min(sizes.get(name, 0), count))
        for place, (name, count) in enumerate(counts.items(), 1)
    }
    objects = [
        PoolObject(
            draw=draw, number=number, unit=row.unit, place=row.place, stratum=strata[name], weight=row.weight,
            because=row.because, finding_id=row.finding,
        )
        for number, (row, name) in enumerate(zip(rows, names, strict=True), 1)
    ]  # fmt: skip
    return PoolObject.objects.bulk_create(objects, batch_size=BATCH)


def _fill_inspectors(draw: Draw, chosen: Sequence[Appointment]) -> list[PoolInspector]:
    return PoolInspector.objects.bulk_create(
        PoolInspector(draw=draw, number=number, person_id=one.person_id, post_id=one.post_id)
        for number, one in enumerate(chosen, 1)
    )


def _copy_pool(last: Draw, draw: Draw) -> None:
    """What stood in the roster before, with those units, findings and inspectors that still are there."""
    rows = [
        PoolRow(one.unit, one.place, one.stratum.name, one.weight, one.because, one.finding_id)
        for one in queries.objects_of(last).select_related("finding")
        if one.unit.closed_on is None and (one.finding is None or one.finding.state in AWAITING)
    ]
    objects = fill_pool(draw, rows, {one.name: one.size for one in queries.strata_of(last)})
    had = {one.person_id for one in queries.inspectors_of(last)}
    still = [one for one in queries.inspectors_for(draw.inspection.unit) if one.person_id in had]
    inspectors = {one.person_id: one for one in _fill_inspectors(draw, still)}
    found = {(one.unit_id, one.place): one for one in objects}
    for one in queries.recusals_of(last):
        new, person = found.get((one.object.unit_id, one.object.place)), inspectors.get(one.inspector.person_id)
        if new and person:
            Recusal.objects.create(draw=draw, object=new, inspector=person, reason=one.reason, note=one.note)
    recuse_hands(draw)


def tell(draw: Draw, verb: str, by: Person, data: Mapping[str, object] | None = None) -> None:
    """An event of the log."""
    append.event(
        book=draw.inspection.book.code,
        actor=by.ref,
        verb=f"draw.{verb}",
        subject=draw.ref,
        data=dict(data or {}),
    )
