"""The named cast: two small books with their people, built by the real actions.

云川县 YC
├─ 青禾街道 QH ── 柳岸社区 QH-01, 新桥社区 QH-02
└─ 石榴街道 SL ── 东园社区 SL-01
平湖县 PH: another book altogether

`mirror` writes the same in 镜湖县 JH, a third book: equal codes of units, other names. It is for letting one
book's people at the other's things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pytest

from mingzhang.organisation import actions, queries
from mingzhang.organisation.models import Book, Person, Unit
from tests.kept import Kept

BEGINNING = date(2023, 1, 1)


@dataclass(frozen=True)
class Cast:
    """Who is who. Nobody has a password: sign in with `client.force_login`."""

    book: Book
    county: Unit
    street: Unit
    community: Unit
    second_community: Unit
    other_street: Unit
    other_community: Unit
    chen: Person
    """Clerk of the street."""
    he: Person
    """Reviewer of the street."""
    zhou: Person
    """Leader of the street, second reviewer."""
    lu: Person
    """Clerk of one community only."""
    wei: Person
    """Leader of the county."""
    qin: Person
    """Auditor of the county."""
    outsider: Person
    """Clerk and reviewer of the other street."""
    admin: Person
    """Administrator of the county."""
    unposted: Person
    """In the book, but holds no post."""
    other_book: Book
    other_county: Unit
    stranger: Person
    """Clerk, reviewer and leader of the other book."""
    other_admin: Person


def build() -> Cast:
    """Writes the cast. Call once in a test's transaction, or take the `cast` fixture."""
    book, admin = open_book("YC", "云川县", "tang")
    county = queries.root(book)
    units = _units(book, admin)
    street, other_street = units["QH"], units["SL"]
    other_book, other_admin = open_book("PH", "平湖县", "song")
    other_county = queries.root(other_book)
    return Cast(
        book=book,
        county=county,
        street=street,
        community=units["QH-01"],
        second_community=units["QH-02"],
        other_street=other_street,
        other_community=units["SL-01"],
        chen=seat(street, "chen", "陈一禾", "宣传干事", ["clerk"], admin),
        he=seat(street, "he", "何站长", "文化站站长", ["reviewer"], admin),
        zhou=seat(street, "zhou", "周书记", "分管领导", ["leader"], admin),
        lu=seat(units["QH-01"], "lu", "陆小满", "社区专干", ["clerk"], admin),
        wei=seat(county, "wei", "魏部长", "县分管领导", ["leader"], admin),
        qin=seat(county, "qin", "秦审计", "审计岗", ["auditor"], admin),
        outsider=seat(other_street, "wu", "吴外街", "宣传干事", ["clerk", "reviewer"], admin),
        admin=admin,
        unposted=actions.create_person(book=book, username="xin", name="辛无岗", password=None, by=admin),
        other_book=other_book,
        other_county=other_county,
        stranger=seat(other_county, "mo", "莫生", "综合岗", ["clerk", "reviewer", "leader"], other_admin),
        other_admin=other_admin,
    )


def mirror(cast: Cast) -> Cast:
    """The cast once more, in a book of its own; `cast` is its other book. Call once in a test's transaction."""
    book, admin = open_book("JH", "镜湖县", "tang-jh")
    county = queries.root(book)
    units = _units(book, admin, "镜湖")

    def again(username: str, unit: Unit) -> Person:
        held = getattr(cast, username).appointments.get().post
        return seat(unit, f"{username}-jh", f"镜湖{username}", f"镜湖{held.name}", held.roles, admin)

    return replace(
        cast,
        book=book,
        county=county,
        street=units["QH"],
        community=units["QH-01"],
        second_community=units["QH-02"],
        other_street=units["SL"],
        other_community=units["SL-01"],
        **{one: again(one, units["QH"]) for one in ("chen", "he", "zhou")},
        **{one: again(one, county) for one in ("wei", "qin")},
        lu=again("lu", units["QH-01"]),
        outsider=again("outsider", units["SL"]),
        admin=admin,
        unposted=actions.create_person(book=book, username="xin-jh", name="镜湖xin", password=None, by=admin),
        other_book=cast.book,
        other_county=cast.county,
        stranger=cast.zhou,
        other_admin=cast.admin,
    )


def open_book(code: str, name: str, username: str) -> tuple[Book, Person]:
    """A book since 2023 with its administrator, who is called after it."""
    person = actions.NewPerson(username, f"{name}管理员")
    book = actions.create_book(
        code=code, name=name, level="county", created_on=BEGINNING, administrator=person, by="tests"
    )
    return book, queries.person_by_username(username)


def seat(unit: Unit, username: str, name: str, post: str, roles: Sequence[str], by: Person) -> Person:
    """A new person who holds a new post in `unit` since 2023."""
    person = actions.create_person(book=unit.book, username=username, name=name, password=None, by=by)
    place = actions.create_post(unit=unit, name=post, roles=roles, by=by)
    actions.appoint(person=person, post=place, start=BEGINNING, by=by)
    return person


def _units(book: Book, admin: Person, before: str = "") -> dict[str, Unit]:
    named = [
        ("QH", "青禾街道", "street", book.code),
        ("SL", "石榴街道", "street", book.code),
        ("QH-01", "柳岸社区", "community", "QH"),
        ("QH-02", "新桥社区", "community", "QH"),
        ("SL-01", "东园社区", "community", "SL"),
    ]
    rows = [actions.UnitRow(code, before + name, *rest, created_on=BEGINNING) for code, name, *rest in named]
    return {unit.code: unit for unit in actions.create_units(book=book, rows=rows, by=admin)}


kept = Kept(build)


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast, in this test's transaction."""
    return kept()
