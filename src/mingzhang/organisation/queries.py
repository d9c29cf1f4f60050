"""Every question about books, units and people that is more than a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from mingzhang.core import clock, digests
from mingzhang.core.composed import Composed, Given
from mingzhang.core.errors import NotFound
from mingzhang.core.once import once
from mingzhang.core.workdays import Day, DayKind, WorkCalendar
from mingzhang.organisation.models import (
    Adoption,
    Appointment,
    Book,
    CalendarDay,
    CalendarNotice,
    Person,
    Post,
    Setup,
    Unit,
    UnitSpan,
)
from mingzhang.organisation.roles import Permission, roles_with
from mingzhang.organisation.scopes import AnyOf, Scope, ScopePart, UnitScope
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.wording import language


def book_by_code(code: str) -> Book:
    """Raises NotFound in words."""
    book = Book.objects.filter(code=_clean(code)).first()
    if book is None:
        raise NotFound(_("没有代码为“%(code)s”的账套。") % {"code": code})
    return book


def today_in(book: Book) -> date:
    """The present calendar date where the book is kept."""
    return clock.today(ZoneInfo(book.timezone))


def unit_by_code(book: Book, code: str) -> Unit:
    """Raises NotFound in words. Closed units are found too: their past is still asked about."""
    unit = Unit.objects.filter(book=book, code=_clean(code)).first()
    if unit is None:
        raise NotFound(_("账套“%(book)s”里没有代码为“%(code)s”的单位。") % {"book": book.name, "code": code})
    return unit


def person_by_username(username: str) -> Person:
    """Raises NotFound in words."""
    found = Person.objects.filter(username=Person.normalize_username(_clean(username)))
    person = found.select_related("book").first()
    if person is None:
        raise NotFound(_("没有用户名为“%(username)s”的人员。") % {"username": username})
    return person


def _clean(text: str) -> str:
    """PostgreSQL has no text with NUL in it: such a code is nobody's, not a fault of the server."""
    return text.replace("\x00", "\ufffd")


def root(book: Book) -> Unit:
    """The unit at the top of the book's tree."""
    return Unit.objects.get(book=book, parent=None)


# --- the tree -----------------------------------------------------------------------------------------------------


def children(unit: Unit | Given, on: date | None = None) -> QuerySet[Unit]:
    """The units directly below, by code: as the tree stands now, or as it stood on a day."""
    if on is None or isinstance(unit, Given):
        return Unit.objects.filter(parent=unit, closed_on=None).order_by("code")
    held = UnitSpan.objects.filter(parent=unit, valid__contains=on, ancestors__contains=[unit.id])
    return Unit.objects.filter(id__in=held.values("unit_id")).order_by("code")


def levels_below(unit: Unit) -> dict[int, set[str]]:
    """The levels of each unit directly below and of everything that stands below that one today."""
    found: dict[int, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ancestors[%s], level FROM organisation_unit"
            " WHERE book_id = %s AND ancestors @> ARRAY[%s] AND closed_on IS NULL AND id <> %s",
            [len(unit.ancestors) + 1, unit.book_id, unit.id, unit.id],
        )
        for below, level in cursor.fetchall():
            found.setdefault(below, set()).add(level)
    return found


def tree(unit: Unit, on: date | None = None) -> list[UnitSpan]:
    """The unit and everything below it on a day (default today), as spans with their units, in reading order:
    each parent before its children, siblings by code."""
    held = UnitSpan.objects.filter(ancestors__contains=[unit.id], valid__contains=on or clock.today())
    spans = {span.unit_id: span for span in held.select_related("unit")}
    codes = {unit_id: span.unit.code for unit_id, span in spans.items()}
    return sorted(spans.values(), key=lambda span: [codes.get(above, "") for above in span.ancestors])


def unit_name_on(unit: Unit, day: date) -> str:
    """What the unit was called on a day; the nearest name it bore if it did not exist then."""
    names = _NAMES.ask(unit=unit.pk)
    return next((name for name, days in reversed(names) if days.lower <= day), names[0][0])


_NAMES = Composed(
    lambda: UnitSpan.objects.filter(unit=Given("unit")).order_by("valid").values_list("name", "valid")
)


def existed_on(unit: Unit, day: date) -> bool:
    """Whether the unit existed on a day: what is recorded for any other day would be counted nowhere."""
    return unit.created_on <= day and (unit.closed_on is None or day < unit.closed_on)


def last_change(unit: Unit) -> date:
    """The day of the newest change in the unit's history."""
    newest: UnitSpan = UnitSpan.objects.filter(unit=unit).latest("valid")
    day: date = newest.valid.lower
    return day


def stood_elsewhere_since(unit: Unit, day: date) -> bool:
    """Whether the unit's place in the tree has changed after `day`."""
    since = UnitSpan.objects.filter(unit=unit, valid__overlap=DateRange(day, None))
    return since.exclude(ancestors=unit.ancestors).exists()


def below_since(unit: Unit, day: date) -> QuerySet[Unit]:
    """The units that stood below `unit` on `day` or at any time after."""
    held = UnitSpan.objects.filter(ancestors__contains=[unit.id], valid__overlap=DateRange(day, None))
    return Unit.objects.filter(id__in=held.exclude(unit=unit).values("unit_id")).order_by("code")


@once
def subtree_now(unit: Unit) -> Scope:
    """The unit and what stands below it today, units merged into them included: one part without limits of time."""
    if unit.parent_id is None:
        return Scope(everything=True, book_id=unit.book_id, parts=())
    ids = tuple(_AT_OR_BELOW.ask(unit=[unit.id]))
    return Scope(everything=False, book_id=unit.book_id, parts=(ScopePart(ids, date.min, date.max),))


_AT_OR_BELOW = Composed(
    lambda: Unit.objects.filter(ancestors__contains=Given("unit")).values_list("id", flat=True).order_by("id")
)


def below(unit: Unit) -> UnitScope:
    """`subtree_now` as a condition on rows that have no days."""
    held = subtree_now(unit)
    ids = frozenset[int]() if held.everything else frozenset(held.parts[0].unit_ids)
    return UnitScope(held.book_id, held.everything, ids, (unit.id,))


def unit_now(unit: Unit) -> Scope:
    """The unit alone, whenever."""
    return Scope(everything=False, book_id=unit.book_id, parts=(ScopePart((unit.id,), date.min, date.max),))


@once
def subtree_then(unit: Unit, start: date, end: date) -> Scope:
    """The unit and what stood below it on each day from `start` to `end`, both included. Units with the same
    days share a part; without a reorganisation in the period there is one part."""
    return scopes_then([unit], start, end)[unit.id]


def unit_then(unit: Unit, start: date, end: date) -> Scope:
    """The unit alone, on the days from `start` to `end` on which it existed."""
    return scopes_then([unit], start, end, alone=True)[unit.id]


def scopes_then(units: Iterable[Unit], start: date, end: date, *, alone: bool = False) -> dict[int, Scope]:
    """What `subtree_then`, or with `alone` `unit_then`, says of each unit: one query, however many they are."""
    asked = {unit.id: unit for unit in units}
    whole = {id for id, unit in asked.items() if unit.parent_id is None and not alone}
    parts: dict[int, list[ScopePart]] = {id: [] for id in asked}
    if rest := sorted(asked.keys() - whole):
        with connection.cursor() as cursor:
            cursor.execute(_PARTS_ALONE if alone else _PARTS, {"units": rest, "start": start, "end": end})
            for top, ids, first, last in cursor.fetchall():
                parts[top].append(ScopePart(tuple(ids), first, last))
    return {
        id: Scope(everything=id in whole, book_id=unit.book_id, parts=tuple(parts[id]))
        for id, unit in asked.items()
    }


# A rename, or a move inside the subtree, cuts a unit's history without changing whether it belongs: range_agg
# joins such pieces again.
_PARTS = """
SELECT top, array_agg(unit_id ORDER BY unit_id), lower(days), upper(days) - 1
FROM (
  SELECT top, unit_id, unnest(range_agg(valid * period)) AS days
  FROM unnest(%(units)s::int[]) AS top
  CROSS JOIN daterange(%(start)s, %(end)s, '[]') AS period
  JOIN organisation_unitspan ON ancestors @> ARRAY[top] AND valid && period
  GROUP BY top, unit_id
) AS held
GROUP BY top, days ORDER BY top, days
"""
_PARTS_ALONE = _PARTS.replace("ancestors @> ARRAY[top]", "unit_id = top")


# --- who may see what ---------------------------------------------------------------------------------------------


def holding(on: date | Given | None = None) -> QuerySet[Appointment]:
    """Appointments in force on a day (default today), delegations included, of people who are still here."""
    return Appointment.objects.filter(valid__contains=on or clock.today(), person__is_active=True)


@dataclass(frozen=True, slots=True)
class Seat:
    """A post that a person holds, as far as it opens doors. `parent_id` is what stands above its unit."""

    post_id: int
    unit_id: int
    parent_id: int | None
    roles: frozenset[str]


@once
def seats_of(person: Person, on: date) -> tuple[Seat, ...]:
    """The posts that the person holds on a day in units of their book, in whose place whoever it may be. One
    query."""
    with connection.cursor() as cursor:
        cursor.execute(_SEATS, {"person": person.pk, "book": person.book_id, "day": on})
        return tuple(Seat(post, unit, above, frozenset(roles)) for post, unit, above, roles in cursor.fetchall())


# Every page asks this first: by hand, since composing it costs more than answering it.
_SEATS = """
SELECT post.id, post.unit_id, unit.parent_id, post.roles
  FROM organisation_appointment AS held
  JOIN organisation_person AS person ON person.id = held.person_id AND person.is_active
  JOIN organisation_post AS post ON post.id = held.post_id
  JOIN organisation_unit AS unit ON unit.id = post.unit_id AND unit.book_id = %(book)s
 WHERE held.person_id = %(person)s AND held.valid @> %(day)s::date
 ORDER BY post.id
"""


def visible_units(person: Person, permission: Permission, on: date | None = None) -> UnitScope:
    """The units in which the person holds the permission on a day (default today), as the tree stands now. Two
    queries; resolve once per request."""
    opening = frozenset(roles_with(permission))
    seats = [seat for seat in seats_of(person, on or clock.today()) if not opening.isdisjoint(seat.roles)]
    return _scope(person, seats)


def role_scopes(person: Person, roles: Sequence[str]) -> dict[str, UnitScope]:
    """Where the person holds each of `roles` today, as the tree stands now; roles held nowhere are left out. One
    query, and one for each set of units that is not the whole book."""
    seats = seats_of(person, clock.today())
    held = sorted(role for role in set(roles) if any(role in seat.roles for seat in seats))
    return {role: _scope(person, [seat for seat in seats if role in seat.roles]) for role in held}


def _scope(person: Person, seats: Sequence[Seat]) -> UnitScope:
    tops = tuple(sorted({seat.unit_id for seat in seats}))
    everything = any(seat.parent_id is None for seat in seats)
    below = frozenset[int]() if everything or not tops else _below(tops)
    return UnitScope(person.book_id, everything, below, tops)


@once
def _below(tops: tuple[int, ...]) -> frozenset[int]:
    """The units at and under `tops`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(id) FROM organisation_unit WHERE ancestors && %s::int[]", [list(tops)])
        return frozenset(cursor.fetchone()[0] or ())


def holders(role: str, unit: Unit, on: date | None = None) -> list[Appointment]:
    """Who holds a role for a unit, the nearest first."""
    return holders_of_any([role], unit, on)


def holders_of_any(roles: Sequence[str], unit: Unit, on: date | None = None) -> list[Appointment]:
    """Who holds one of the roles for a unit, the nearest first."""
    found = _HOLDERS.ask(day=on or clock.today(), roles=list(roles), units=unit.ancestors)
    return sorted(found, key=lambda appointment: -unit.ancestors.index(appointment.post.unit_id))


def _holders() -> QuerySet[Appointment]:
    held = holding(Given("day")).filter(post__roles__overlap=Given("roles"))
    above = held.filter(AnyOf(F("post__unit_id"), Given("units")))
    return above.select_related("person", "post__unit").order_by("id")


_HOLDERS = Composed(_holders)


def people_of(unit: Unit, on: date | None = None) -> QuerySet[Person]:
    """The people who hold a post in the unit itself, by name."""
    return Person.objects.filter(Exists(holding(on).filter(person=OuterRef("pk"), post__unit=unit))).order_by(
        "name"
    )


# --- packs --------------------------------------------------------------------------------------------------------


@once
def packs_in_force(book: Book) -> list[PackVersion]:
    """The version of each pack that the book works by: the one adopted last. By pack id. Their `content`, which is
    large, is left in the database: `packs.queries.pack_of` keeps it."""
    return _IN_FORCE.ask(book=book.pk)


def _in_force() -> QuerySet[PackVersion]:
    adopted = Adoption.objects.filter(book=Given("book")).order_by("pack_version__pack", "-id")
    newest = adopted.distinct("pack_version__pack").values("pack_version_id")
    return PackVersion.objects.filter(id__in=newest).defer("content").order_by("pack")


_IN_FORCE = Composed(_in_force)


def adopted_version(book: Book, pack: str, version: str = "") -> PackVersion:
    """The version of the pack that the book works by, or an earlier one that it worked by. Raises NotFound."""
    if version:
        adopted = Adoption.objects.filter(book=book).values("pack_version_id")
        found = PackVersion.objects.filter(id__in=adopted, pack=pack, version=version).defer("content").first()
    else:
        found = next((one for one in packs_in_force(book) if one.pack == pack), None)
    if found is None:
        named = f"{pack}@{version}" if version else pack
        raise NotFound(_("账套“%(book)s”没有用过体系包“%(pack)s”。") % {"book": book.name, "pack": named[:80]})
    return found


def known_levels(book: Book) -> dict[str, str]:
    """The levels of units that the packs in force know, each by the name that the first pack gives it."""
    packs = (pack_of(version.pk) for version in packs_in_force(book))
    names: dict[str, str] = {}
    for pack in packs:
        names = {code: name.text(language()) for code, name in pack.levels.items()} | names
    return names


# --- orphans ------------------------------------------------------------------------------------------------------


def vacant_posts(book: Book, on: date | None = None) -> QuerySet[Post]:
    """Posts of open units that nobody holds."""
    posts = Post.objects.filter(unit__book=book, unit__closed_on=None)
    return posts.exclude(Exists(holding(on).filter(post=OuterRef("pk")))).select_related("unit").order_by("id")


def expired_delegations(book: Book, since: date | None = None) -> QuerySet[Appointment]:
    """Delegations that ran out after `since` (default: in the last 30 days), the latest first."""
    today = clock.today()
    since = since or today - timedelta(days=30)
    ended = Appointment.objects.filter(
        post__unit__book=book,
        stands_in_for__isnull=False,
        valid__endswith__gt=since,
        valid__endswith__lte=today,
    )
    return ended.select_related("person", "post__unit", "stands_in_for__person").order_by("-valid")


def delegations_around(person: Person, on: date) -> list[Appointment]:
    """The delegations that are not over on a day by which somebody stands in for the person, or the person for
    somebody, in the order in which they begin. One query."""
    return _AROUND.ask(person=person.pk, day=on)


def _around() -> QuerySet[Appointment]:
    coming = Appointment.objects.filter(valid__endswith__gt=Given("day"), stands_in_for__isnull=False)
    asked = coming.filter(Q(person=Given("person")) | Q(stands_in_for__person=Given("person")))
    return asked.select_related("person", "post__unit", "stands_in_for__person").order_by("valid", "id")


_AROUND = Composed(_around)


# --- the first run ------------------------------------------------------------------------------------------------


def setup_digest(code: str) -> bytes:
    """What is kept of a set-up code, however it was typed: in groups or not, in small letters or capitals."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return digests.digest(plain.encode())


def setup_opened_by(code: str) -> bool:
    """Whether this is the set-up code in force."""
    kept = Setup.objects.filter(pk=1, book=None).values_list("code_digest", flat=True).first()
    return kept is not None and constant_time_compare(bytes(kept), setup_digest(code))


def needs_setup() -> bool:
    """Whether there is no book yet, so that nobody can sign in."""
    return not Book.objects.exists()


def setup_of(person: Person) -> Setup | None:
    """The set-up that the person's book is still going through."""
    return Setup.objects.filter(book_id=person.book_id, finished_at=None).first()


def setup_in_force(digest: str) -> bool:
    """Whether the code with this digest (as `digests.show` writes it) still opens the set-up."""
    kept = Setup.objects.filter(pk=1, book=None).values_list("code_digest", flat=True).first()
    return kept is not None and constant_time_compare(digests.show(bytes(kept)), digest)


def setup_draft() -> dict[str, str]:
    """What was written about the body so far; nothing before."""
    return Setup.objects.filter(pk=1).values_list("draft", flat=True).first() or {}


# --- the working calendar -----------------------------------------------------------------------------------------


@once
def work_calendar() -> WorkCalendar:
    """The working days of the installation. Two queries."""
    notices = {notice.pk: notice for notice in _NOTICES.ask()}
    rows = _SPECIAL_DAYS.ask()
    days = {day: Day(day, _special(kind), name, str(notices.get(notice, ""))) for day, kind, name, notice in rows}
    return WorkCalendar(days, frozenset(notice.year for notice in notices.values()))


_NOTICES = Composed(lambda: CalendarNotice.objects.order_by("pk"))
_SPECIAL_DAYS = Composed(
    lambda: CalendarDay.objects.values_list("day", "kind", "name", "notice_id").order_by("day")
)


def _special(kind: str) -> DayKind:
    return "make_up" if kind == "make_up" else "holiday"


def calendar_notice(year: int) -> CalendarNotice | None:
    """The notice in force for a year."""
    return CalendarNotice.objects.filter(year=year).select_related("added_by").order_by("-id").first()
