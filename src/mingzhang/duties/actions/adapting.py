"""What a unit does otherwise than its packs say, and who of it answers for what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from pydantic import ValidationError

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.duties.lists import Held, duty_list
from mingzhang.duties.models import Adaptation, Assignment
from mingzhang.duties.rules import check_post_of, check_user_can_manage
from mingzhang.ledger.contents import clean_note, needed_note
from mingzhang.organisation.models import Person, Post, Unit
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.duty_schema import Duty, Part

What = Literal["added", "narrowed", "withdrawn"]


@transaction.atomic
def adapt_duty(
    *,
    unit: Unit,
    pack: str,
    duty: str,
    what: What,
    start: date,
    reason: str,
    by: Person,
    content: dict[str, Any] | None = None,
) -> Adaptation:
    """From `start` on the unit has a duty of its own, one in narrower words, or one less. What it adapted of the
    same duty before ends the day before. `content` is the duty as a pack would write it. Raises NotAllowed,
    NotFound (no such pack or duty), InvalidInput (no reason, unreadable content, a past day)."""
    check_user_can_manage(by, unit)
    said = needed_note(reason, _("原因"), _("调整责任清单要写明原因。"))
    if start < clock.today():
        raise InvalidInput(_("调整从今天或以后的一天起，不能从过去起。"), remedy=_("请改开始的日期。"))
    _check_known(unit, pack, duty, what, start)
    words = _content(what, duty, content)
    _end_before(unit, pack, duty, start)
    adapted = Adaptation.objects.create(
        unit=unit, pack=pack, duty=duty, what=what, valid=DateRange(start, None), content=words, reason=said, by=by,
        at=clock.now(),
    )  # fmt: skip
    _tell(unit, f"duty.{what}", f"{pack}/{duty}", by, said, start)
    return adapted


@transaction.atomic
def end_adaptation(*, adaptation: Adaptation, last: date, reason: str, by: Person) -> None:
    """After `last` the unit goes by its pack again; what would have begun later falls away. Raises NotAllowed,
    InvalidInput."""
    check_user_can_manage(by, adaptation.unit)
    said = clean_note(reason, _("原因"))
    if not said or last < clock.today():
        raise InvalidInput(_("要写明原因，和今天或以后的一天。"))
    if last < adaptation.valid.lower:
        adaptation.delete()
    else:
        adaptation.valid = DateRange(adaptation.valid.lower, last + timedelta(days=1))
        adaptation.save(update_fields=["valid"])
    _tell(adaptation.unit, "duty.as_declared", f"{adaptation.pack}/{adaptation.duty}", by, said, last)


@transaction.atomic
def assign_duty(*, unit: Unit, pack: str, duty: str, part: Part, post: Post | None, by: Person) -> None:
    """Say which post answers for a duty of the unit in one part; None leaves it to the role. Raises NotAllowed,
    NotFound, InvalidInput."""
    check_user_can_manage(by, unit)
    _check_known(unit, pack, duty, "narrowed", clock.today())
    if post is None:
        Assignment.objects.filter(unit=unit, pack=pack, duty=duty, part=part).delete()
    else:
        check_post_of(unit, post)
        Assignment.objects.update_or_create(unit=unit, pack=pack, duty=duty, part=part, defaults={"post": post})
    data = {"duty": f"{pack}/{duty}", "part": part, "post": post.pk if post else None}
    append.event(book=unit.book.code, actor=by.ref, verb="duty.assign", subject=unit.ref, data=data)


def _check_known(unit: Unit, pack: str, duty: str, what: What, on: date) -> None:
    if what == "added":
        if pack not in {version.pack for version in packs_in_force(unit.book)}:
            raise NotFound(_("账套没有用体系包“%(pack)s”。") % {"pack": pack[:60]})
        return
    if not any(_is(held, pack, duty) for held in duty_list(unit, on)):
        raise NotFound(_("“%(unit)s”没有责任事项“%(duty)s”。") % {"unit": unit.name, "duty": duty[:60]})


def _is(held: Held, pack: str, duty: str) -> bool:
    return (held.version.pack, held.duty.id) == (pack, duty)


def _content(what: What, duty: str, content: dict[str, Any] | None) -> dict[str, Any] | None:
    if what == "withdrawn":
        return None
    try:
        read = Duty.model_validate({**(content or {}), "id": duty}, strict=False)
    except ValidationError as error:
        raise InvalidInput(
            _("这项责任事项写得不对：%(what)s") % {"what": error.errors()[0]["msg"]},
            remedy=_("请照体系包里责任事项的写法。"),
        ) from error
    return read.model_dump(mode="json", exclude_defaults=True)


def _end_before(unit: Unit, pack: str, duty: str, start: date) -> None:
    """One that would begin on the same day or later gives way altogether: it was never in force."""
    before = Adaptation.objects.select_for_update().filter(unit=unit, pack=pack, duty=duty)
    before.filter(valid__startswith__gte=start).delete()
    for one in before.filter(valid__contains=start):
        one.valid = DateRange(one.valid.lower, start)
        one.save(update_fields=["valid"])


def _tell(unit: Unit, verb: str, duty: str, by: Person, reason: str, day: date) -> None:
    append.event(
        book=unit.book.code,
        actor=by.ref,
        verb=verb,
        subject=unit.ref,
        data={"duty": duty, "day": day.isoformat()},
        private={"reason": reason},
    )
