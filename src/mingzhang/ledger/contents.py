"""What is written on a sheet, checked against its kind: a draft may be incomplete, what is handed in may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.ledger import queries
from mingzhang.ledger.models import Evidence, Record
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.packs.schema import Kind
from mingzhang.packs.validation import TITLE_LENGTH, Data, clean, title_of
from mingzhang.packs.values import Resolver, Unfit, clean_text

LONGEST_NOTE = 2000
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Content:
    """A sheet's fields, its tables' rows, and its title, as they are kept."""

    data: Data
    rows: dict[str, list[Data]]
    title: str


def full_content(record: Record, data: Mapping[str, Any], rows: Mapping[str, Any], title: str) -> Content:
    """The content of a sheet to be handed in. Raises InvalidInput with everything that does not fit."""
    return content(queries.kind_of(record), data, rows, title, resolve=InBook(record.book))


def draft_content(record: Record, data: Mapping[str, Any], rows: Mapping[str, Any], title: str) -> Content:
    """The content of a draft: what is there must fit, but it may be incomplete. Raises InvalidInput."""
    return content(queries.kind_of(record), data, rows, title, resolve=InBook(record.book), draft=True)


def content(
    kind: Kind,
    data: Mapping[str, Any],
    rows: Mapping[str, Any],
    title: str,
    *,
    resolve: Resolver,
    draft: bool = False,
) -> Content:
    """What is written, checked against `kind`. A sheet without a title gets one from the kind's template. Raises
    InvalidInput with everything that does not fit."""
    cleaned = clean(kind, data, rows, resolve=resolve, draft=draft)
    title = clean_line(title, TITLE_LENGTH, _("标题")) or title_of(kind, cleaned.data)
    return Content(cleaned.data, cleaned.rows, title)


def clean_note(note: str, what: str) -> str:
    """What a person writes beside an action. Raises InvalidInput."""
    return _clean(note, LONGEST_NOTE, what, lines=True)


def needed_note(note: str, what: str, missing: str, remedy: str = "") -> str:
    """What a person must write beside an action. Raises InvalidInput, with the words `missing` when it is empty."""
    given = clean_note(note, what)
    if not given:
        raise InvalidInput(missing, remedy=remedy)
    return given


def clean_line(text: str, limit: int, what: str) -> str:
    """One line of text. Raises InvalidInput."""
    return _clean(text, limit, what, lines=False)


def _clean(text: str, limit: int, what: str, *, lines: bool) -> str:
    try:
        return clean_text(text, limit, lines=lines) or ""
    except Unfit as fault:
        raise InvalidInput(_("%(what)s：%(fault)s。") % {"what": what, "fault": fault.message}) from fault


class InBook:
    """Answers whether what a sheet points at is in its book; each thing is looked up once."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known: dict[tuple[str, int | str, str], int | None] = {}
        self._people: dict[int | str, list[int]] = {}

    def look_ahead(self, units: Iterable[int | str]) -> None:
        """Look many units up at once, those that are there by id and those by code, before they are asked for."""
        asked = set(units)
        codes = {reference for reference in asked if isinstance(reference, str)}
        for field, wanted in (("pk", asked - codes), ("code", codes)):
            found = Unit.objects.filter(book=self._book, **{f"{field}__in": wanted}).values_list(field, "pk")
            self._known |= {("unit", reference, ""): pk for reference, pk in found}

    def person(self, reference: int | str) -> int | None:
        """By id or username."""
        return self._look("person", reference, "")

    def people(self, references: Sequence[int | str]) -> Mapping[int | str, Sequence[int]]:
        """By id, username or name: whoever has left took part in what was done before."""
        asked = [one for one in dict.fromkeys(references) if one not in self._people]
        if asked:
            self._people |= self._find_people(asked)
        return self._people

    def _find_people(self, asked: Sequence[int | str]) -> dict[int | str, list[int]]:
        names = {one: Person.normalize_username(one) for one in asked if isinstance(one, str)}
        numbers = [one for one in asked if isinstance(one, int) and one <= LARGEST_ID]
        wanted = Q(pk__in=numbers) | Q(username__in=names.values()) | Q(name__in=names)
        found = Person.objects.filter(wanted, book=self._book).order_by("pk").values_list("pk", "username", "name")
        by_username = {username: [pk] for pk, username, _name in found}
        by_name: dict[str, list[int]] = {}
        for pk, _username, name in found:
            by_name.setdefault(name, []).append(pk)
        known = {pk: [pk] for pk, _username, _name in found}
        return {
            one: by_username.get(names[one]) or by_name.get(one, []) if isinstance(one, str) else known.get(one, [])
            for one in asked
        }

    def unit(self, reference: int | str) -> int | None:
        """By id or code."""
        return self._look("unit", reference, "")

    def record(self, reference: int | str, kind: str) -> int | None:
        """By number; `kind` is the code of its kind."""
        return self._look("record", reference, kind)

    def file(self, reference: int | str) -> int | None:
        """By the number of its evidence."""
        return self._look("file", reference, "")

    def _look(self, sort: str, reference: int | str, kind: str) -> int | None:
        key = (sort, reference, kind)
        if key not in self._known:
            self._known[key] = self._find(sort, reference, kind)
        return self._known[key]

    def _find(self, sort: str, reference: int | str, kind: str) -> int | None:
        by_name = isinstance(reference, str)
        rows: QuerySet[Any]
        if sort == "person":
            rows = Person.objects.filter(**{"username" if by_name else "pk": reference})
        elif sort == "unit":
            rows = Unit.objects.filter(**{"code" if by_name else "pk": reference})
        elif by_name:
            return None
        elif sort == "record":
            rows = Record.objects.filter(pk=reference, kind__code=kind)
        else:
            rows = Evidence.objects.filter(pk=reference)
        found: int | None = rows.filter(book=self._book).values_list("pk", flat=True).first()
        return found
