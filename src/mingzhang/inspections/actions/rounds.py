"""Rounds come to be, are called off, and are acknowledged by whoever was inspected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotFound, StateRefused
from mingzhang.inspections import flows, round_rules
from mingzhang.inspections.actions.accruing import accrue_drawn
from mingzhang.inspections.models import (
    DONE,
    OPEN,
    Draw,
    Drawn,
    DrawnInspector,
    Inspection,
    Round,
    RoundInspector,
    RoundNumbering,
)
from mingzhang.ledger.appending import lock_position
from mingzhang.ledger.contents import clean_line, clean_note, needed_note
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.organisation.queries import holding, packs_in_force
from mingzhang.organisation.roles import Permission, roles_with
from mingzhang.packs.follow_up import FOLLOW_UP
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.validation import TITLE_LENGTH

SHOWN = 5
HELD = ("book", "unit__book", "inspection__unit", "pack_version", "drawn__draw", "drawn__object")
LARGE = ("drawn__draw__roster", "drawn__draw__result")


def make_rounds(inspection: Inspection, draws: Iterable[Draw], by: Person) -> list[Round]:
    """One for each object of `draws` that has none, for the inspectors drawn for it. Call inside the transaction
    in which the inspection starts, or in which one is drawn for it that is under way, with the book's last position
    locked. Without a checklist there is nothing to go through but findings that are looked at again."""
    drawn = Drawn.objects.filter(draw__in=[one.pk for one in draws], draw__state="drawn", round=None)
    if inspection.pack_version is None:
        drawn = drawn.filter(object__finding__isnull=False)
    read = drawn.select_related("object__unit", "object__finding__pack_version", "draw__inspection__pack_version")
    objects = list(read.defer("draw__roster", "draw__result").order_by("draw__number", "object__number"))
    if not objects:
        return []
    first, at = _numbers(inspection.book, len(objects)), clock.now()
    made = Round.objects.bulk_create(
        Round(
            book=inspection.book, number=first + place, kind="visit", unit=one.object.unit,
            place=one.object.place, inspection=inspection, drawn=one, made_by=by, made_at=at, **_asked_of(one),
        )
        for place, one in enumerate(objects)
    )  # fmt: skip
    _give(made)
    accrue_drawn(made, by)
    book = inspection.book.code
    append.events(
        append.NewEvent(book, at, by.ref, "round.make", one.ref, {"inspection": inspection.pk}) for one in made
    )
    return made


def _asked_of(drawn: Drawn) -> dict[str, Any]:
    """What is gone through there: of a finding the checklist that looks at it again, in the words of its pack."""
    inspection, finding = drawn.draw.inspection, drawn.object.finding
    if finding is not None:
        return {"pack_version": finding.pack_version, "checklist": FOLLOW_UP.id}
    return {"pack_version": inspection.pack_version, "checklist": inspection.checklist}


def _give(rounds: Sequence[Round]) -> None:
    by_drawn = {one.drawn_id: one for one in rounds}
    rows = DrawnInspector.objects.filter(drawn__in=by_drawn).values_list("drawn", "inspector__person")
    RoundInspector.objects.bulk_create(
        RoundInspector(round=by_drawn[drawn], person_id=person) for drawn, person in rows.order_by("pk")
    )


@transaction.atomic
def start_self_check(
    *, unit: Unit, pack: PackVersion, checklist: str, by: Person, place: str = "", others: Iterable[Person] = ()
) -> Round:
    """A unit goes through a checklist itself: `by`, and `others` who may do so there too. Raises NotAllowed,
    InvalidInput."""
    round_rules.check_user_can_self_check(by, unit)
    _check_checklist(unit, pack, checklist)
    people = {by.pk: by} | {one.pk: one for one in others}
    for person in people.values():
        round_rules.check_user_can_self_check(person, unit)
    made = Round.objects.create(
        book=unit.book, number=_numbers(unit.book, 1), kind="self_check", unit=unit,
        place=clean_line(place, TITLE_LENGTH, _("地点")), pack_version=pack, checklist=checklist, made_by=by,
        made_at=clock.now(),
    )  # fmt: skip
    RoundInspector.objects.bulk_create(RoundInspector(round=made, person=person) for person in people.values())
    tell(made, "make", by)
    return made


def _check_checklist(unit: Unit, pack: PackVersion, checklist: str) -> None:
    known = any(pack.pk == one.pk for one in packs_in_force(unit.book))
    found = pack_of(pack.pk).checklists_by_id.get(checklist) if known else None
    if found is None or found.id == FOLLOW_UP.id:
        raise InvalidInput(_("没有这份检查表。"), problems={"checklist": [_("请在列出的里面选。")]})
    if found.levels and unit.level not in found.levels:
        raise InvalidInput(
            _("这份检查表不是给“%(unit)s”这一级用的。") % {"unit": unit.name},
            problems={"checklist": [_("请在列出的里面选。")]},
        )


def _numbers(book: Book, count: int) -> int:
    """The first of the next `count` numbers; nobody else takes any until the transaction ends."""
    RoundNumbering.objects.get_or_create(book=book, defaults={"last": 0})
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [count, book.pk])
        return int(cursor.fetchone()[0]) - count + 1


_NUMBER = "UPDATE inspections_roundnumbering SET last = last + %s WHERE book_id = %s RETURNING last"


@transaction.atomic
def call_off(*, round: Round, reason: str, by: Person) -> Round:
    """It does not take place, or is not gone on with. What was said in it stays. Raises NotAllowed, StateRefused,
    InvalidInput without a reason."""
    lock_position(round.book)  # before the round, as posting does
    held = locked(round)
    round_rules.check_user_can_call_off(by, held)
    said = needed_note(reason, _("原因"), _("要写明为什么不查了。"))
    _call_off(held, said, by)
    accrue_drawn([held], by)
    return held


def call_off_rest(rounds: QuerySet[Round], reason: str, by: Person) -> None:
    """The same for what is left of an inspection or a draw that ends. Call inside the transaction that ends it,
    with the book's last position locked."""
    found = rounds.select_for_update(of=("self",)).select_related(*HELD).defer(*LARGE)
    held = list(found.order_by("pk"))
    for one in held:
        if one.state in OPEN:
            _call_off(one, reason, by)
    accrue_drawn(held, by)


def _call_off(round: Round, reason: str, by: Person) -> None:
    round.state = flows.ROUND.target(round.state, "call_off")
    round.called_off_by, round.called_off_at, round.called_off_because = by, clock.now(), reason
    round.save(update_fields=["state", "called_off_by", "called_off_at", "called_off_because"])
    tell(round, "call_off", by, reason=reason)


def check_none_finished(draw: Draw) -> None:
    """A result by which somebody was inspected already is not drawn again. Raises StateRefused."""
    if Round.objects.filter(drawn__draw=draw, state__in=DONE).exists():
        raise StateRefused(_("已经有查完的对象，不能重抽。"), remedy=_("不查的对象，请一个一个写明原因。"))


def check_none_open(inspection: Inspection) -> None:
    """Raises StateRefused while somebody is still to be inspected, with the first of them."""
    left = Round.objects.filter(inspection=inspection, state__in=OPEN)
    found = [one.where for one in left.select_related("unit").order_by("number")]
    if found:
        more = _("等%(count)d个对象") % {"count": len(found)} if len(found) > SHOWN else ""
        raise StateRefused(
            _("%(objects)s%(more)s还没有查完。") % {"objects": "、".join(found[:SHOWN]), "more": more},
            remedy=_("请先查完；不查的，写明原因。"),
        )


@transaction.atomic
def acknowledge(*, round: Round, words: str, agrees: bool | None, by: Person) -> Round:
    """Somebody of the inspected unit has seen what was found, and says what they think of it, or nothing. Raises
    NotAllowed, StateRefused, InvalidInput."""
    held = locked(round)
    round_rules.check_user_can_acknowledge(by, held)
    return acknowledged(held, clean_note(words, _("要说的话")), _post_in(by, held.unit), agrees, by, by)


def _post_in(person: Person, unit: Unit) -> str:
    """By which post of the unit somebody speaks for it."""
    held = holding().filter(person=person, post__unit=unit, post__roles__overlap=roles_with(Permission.SELF_CHECK))
    return held.select_related("post").order_by("id")[0].post.name


def acknowledged(
    round: Round, words: str, said_by: str, agrees: bool | None, by: Person, themselves: Person | None
) -> Round:
    """A finished round of somebody else's is acknowledged by the post `said_by`: on the spot, or by `themselves`
    in the product."""
    round.state = flows.ROUND.target(round.state, "acknowledge")
    round.statement, round.said_by, round.agrees = words, said_by, agrees
    round.acknowledged_by, round.acknowledged_at = themselves, clock.now()
    round.save(update_fields=["state", "statement", "said_by", "agrees", "acknowledged_by", "acknowledged_at"])
    tell(round, "acknowledge", by, words=words)
    return round


def locked(round: Round) -> Round:
    """The round as it stands. Raises NotFound."""
    found = Round.objects.select_for_update(of=("self",)).filter(pk=round.pk)
    held = found.select_related(*HELD).defer(*LARGE).first()
    if held is None:
        raise NotFound(_("没有找到这次现场检查或自查。"))
    return held


def tell(round: Round, verb: str, by: Person, **private: str) -> None:
    """An event of the log; what was written is sealed."""
    kept = {name: words for name, words in private.items() if words}
    append.event(book=round.book.code, actor=by.ref, verb=f"round.{verb}", subject=round.ref, private=kept)
