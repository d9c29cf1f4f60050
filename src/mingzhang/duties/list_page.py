"""责任清单: what the address asks for, and the duties of the unit as the page and its files show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from mingzhang.core.errors import reason_against
from mingzhang.duties.answering import Answer, Seating
from mingzhang.duties.lists import Held, duty_list
from mingzhang.duties.saying import (
    CHANGES,
    basis_said,
    cadence_said,
    closing_said,
    kind_named,
    kind_said,
    said,
)
from mingzhang.ledger.listing import Tab, read_day
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import packs_in_force, today_in
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import check_can
from mingzhang.packs.duty_schema import DUTY_KINDS
from mingzhang.packs.queries import pack_of

VIEWS: dict[str, Promise] = {
    "": gettext_lazy("按类别"),
    "post": gettext_lazy("按岗位"),
    "person": gettext_lazy("按人"),
}


@dataclass(frozen=True)
class Item:
    """A duty of the list in words."""

    held: Held
    answers: Sequence[Answer]
    query: str

    @property
    def name(self) -> str:
        return said(self.held.duty.name)

    @property
    def text(self) -> str:
        return said(self.held.duty.text)

    @property
    def kind(self) -> str:
        return kind_said(self.held.duty.kind)

    @property
    def pack(self) -> str:
        return said(pack_of(self.held.version.pk).name)

    @property
    def basis(self) -> str:
        return basis_said(self.held.duty)

    @property
    def cadence(self) -> str:
        return cadence_said(self.held)

    @property
    def evidence(self) -> str:
        return said(self.held.duty.evidence)

    @property
    def sheet(self) -> str:
        """The kind of sheet that fulfils it."""
        kind = self.held.duty.fulfilled_by
        return kind_named(pack_of(self.held.version.pk), kind) if kind else ""

    @property
    def closing(self) -> str:
        return closing_said(self.held)

    @property
    def helpers(self) -> str:
        return "、".join(said(helper) for helper in self.held.duty.helpers)

    @property
    def mark(self) -> str:
        """What the unit adapted, in a word; empty for what goes by the pack."""
        return str(CHANGES[self.held.adaptation.what]) if self.held.adaptation else ""

    @property
    def reason(self) -> str:
        return self.held.adaptation.reason if self.held.adaptation else ""

    @property
    def withdrawn(self) -> bool:
        return self.held.withdrawn

    @property
    def address(self) -> str:
        return f"{reverse('duties:duty', args=self.held.key)}?{self.query}"


@dataclass(frozen=True)
class Group:
    """Duties of one kind of one pack."""

    pack: str
    kind: str
    items: Sequence[Item]


@dataclass
class Charge:
    """A post or a person, and the duties for which they answer, each with the parts in it. `hint` is the people of
    the post, or the posts of the person."""

    name: str
    hint: str
    held: bool
    items: dict[str, tuple[Item, list[str]]] = field(default_factory=dict)

    def add(self, item: Item, part: str) -> None:
        """One more part."""
        self.items.setdefault(item.address, (item, []))[1].append(part)

    @property
    def lines(self) -> list[tuple[Item, str]]:
        """The duties with the parts in words."""
        return [(item, "、".join(parts)) for item, parts in self.items.values()]


class Asked:
    """What the address asks for. Raises InvalidInput for an unreadable day."""

    def __init__(self, place: Place, query: QueryDict) -> None:
        self.place = place
        self.today = today_in(place.person.book)
        self.on = read_day(query.get("on", "")) or self.today
        self.kind = query.get("kind", "") if query.get("kind") in DUTY_KINDS else ""
        self.pack = query.get("pack", "")[:60]
        self.text = query.get("q", "").strip()[:100]
        self.by = query.get("by", "") if query.get("by") in VIEWS else ""

    @property
    def active(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.kind or self.pack or self.text)

    @property
    def clear(self) -> str:
        """The list without conditions."""
        return self.address(kind="", pack="", q="")

    @property
    def query(self) -> str:
        """The place and the day, for the pages of single duties."""
        return self.place.query if self.on == self.today else f"{self.place.query}&on={self.on}"

    def address(self, **changes: object) -> str:
        """This page with something else asked for."""
        return f"{reverse('duties:duties')}?{self.place.query}{self._rest(changes)}"

    def file(self, form: str) -> str:
        """The same as a file."""
        return f"{reverse('web:duty_list_file', args=(form,))}?{self.place.query}{self._rest({'by': ''})}"

    def files(self) -> list[tuple[str, str]]:
        """The files that there are, by name."""
        return [("Word", self.file("docx")), ("PDF", self.file("pdf")), ("Excel", self.file("xlsx"))]

    def _rest(self, changes: dict[str, object]) -> str:
        on = "" if self.on == self.today else self.on
        held: dict[str, object] = {
            "on": on, "kind": self.kind, "pack": self.pack, "q": self.text, "by": self.by,
        }  # fmt: skip
        asked = {name: value for name, value in {**held, **changes}.items() if value}
        return f"&{urlencode(asked)}" if asked else ""

    def tabs(self) -> list[Tab]:
        """By kind, by post, by person."""
        return [Tab(str(name), None, self.address(by=code), code == self.by) for code, name in VIEWS.items()]

    def kinds(self) -> dict[str, str]:
        """The kinds of duty to choose from."""
        return {code: kind_said(code) for code in DUTY_KINDS}

    def packs(self) -> dict[str, str]:
        """The packs to choose from."""
        return {version.pack: said(pack_of(version.pk).name) for version in packs_in_force(self.place.person.book)}

    def wants(self, item: Item) -> bool:
        """Whether the conditions let it through."""
        fits = (not self.kind or item.held.duty.kind == self.kind) and (
            not self.pack or item.held.version.pack == self.pack
        )
        words = f"{item.name}{item.text}{item.basis}".casefold()
        return fits and self.text.casefold() in words


def items_of(unit: Unit, on: date, query: str) -> list[Item]:
    """The whole list of the unit on a day. Four queries, however long it is."""
    seating = Seating([unit.pk], on)
    return [Item(held, seating.answers(unit.pk, held), query) for held in duty_list(unit, on)]


def asked_items(asked: Asked) -> list[Item]:
    """Those that the conditions let through."""
    return [item for item in items_of(asked.place.unit, asked.on, asked.query) if asked.wants(item)]


def grouped(items: Iterable[Item]) -> list[Group]:
    """By pack, and in it by kind in the order of the kinds."""
    found: dict[tuple[int, str], list[Item]] = {}
    for item in items:
        found.setdefault((item.held.version.pk, item.held.duty.kind), []).append(item)
    packs = list(dict.fromkeys(version for version, _kind in found))
    keys = [(version, kind) for version in packs for kind in DUTY_KINDS if (version, kind) in found]
    return [Group(said(pack_of(version).name), kind_said(kind), found[version, kind]) for version, kind in keys]


def by_post(items: Iterable[Item]) -> list[Charge]:
    """By the post that answers. What waits for a post or role that nobody holds stands first."""
    return _charged(items, _posts)


def by_person(items: Iterable[Item]) -> list[Charge]:
    """By the people who answer. What is nobody's stands first."""
    return _charged(items, _people)


Names = Callable[[Answer], Iterator[tuple[str, str]]]


def _charged(items: Iterable[Item], names: Names) -> list[Charge]:
    vacant: dict[str, Charge] = {}
    found: dict[str, Charge] = {}
    for item in items:
        for answer in item.answers if not item.withdrawn else ():
            charges = found if answer.holders else vacant
            for name, hint in names(answer):
                charges.setdefault(name, Charge(name, hint, bool(answer.holders))).add(item, answer.name)
    return [*vacant.values(), *(found[name] for name in sorted(found))]


def _posts(answer: Answer) -> Iterator[tuple[str, str]]:
    people: dict[str, list[str]] = {}
    for holder in answer.holders:
        people.setdefault(holder.post_name, []).append(holder.name)
    yield from ((post, "、".join(names)) for post, names in people.items())
    if not people:
        yield answer.place, ""


def _people(answer: Answer) -> Iterator[tuple[str, str]]:
    yield from ((holder.name, holder.post_name) for holder in answer.holders)
    if not answer.holders:
        yield answer.place, ""


def why_not_managed(place: Place) -> str:
    """Why the person may not change the list of this unit; empty where they may."""
    return reason_against(check_can, place.person, Permission.DUTY_MANAGE, place.unit)
