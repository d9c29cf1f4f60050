"""Sets up the demonstration county: its book and pack, units, posts and people, and who signs in as whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import yaml

from mingzhang.demo.recipes import DATA
from mingzhang.organisation import actions, queries
from mingzhang.organisation.models import Appointment, Book, Person, Unit
from mingzhang.packs.models import PackVersion

SEED = 20260101


@dataclass(frozen=True)
class Plan:
    """`data/county.yaml` as it was read."""

    told: dict[str, Any]

    @classmethod
    def read(cls) -> Plan:
        return cls(yaml.safe_load((DATA / "county.yaml").read_text(encoding="utf-8")))

    @property
    def code(self) -> str:
        """The code of the book and of its root unit."""
        return str(self.told["code"])

    @property
    def created_on(self) -> date:
        """The day on which every unit begins."""
        day: date = self.told["created_on"]
        return day

    @property
    def visitors(self) -> list[dict[str, str]]:
        """The people a visitor of the demonstration may sign in as: username, name, unit code, post."""
        visitors: list[dict[str, str]] = self.told["visitors"]
        return visitors

    @property
    def changes(self) -> list[dict[str, Any]]:
        """Reorganisations in the order of their dates."""
        return sorted(self.told["changes"], key=lambda change: change["day"])

    @property
    def mistakes(self) -> list[tuple[str, bool]]:
        """Why a posted sheet is taken back, and whether it is then written anew."""
        return [(one["reason"], one["again"]) for one in self.told["mistakes"]]

    @property
    def return_note(self) -> str:
        """What a reviewer says when returning a sheet."""
        return str(self.told["return_note"])

    def units(self) -> Iterator[actions.UnitRow]:
        """Every unit below the county, parents before children."""
        for number, town in enumerate(self.told["towns"], start=1):
            code = f"{self.code}{number:02d}"
            yield actions.UnitRow(code, town["name"], town["level"], self.code, self.created_on)
            for place, name in enumerate(town["below"], start=1):
                level = "community" if name.endswith("社区") else "village"
                yield actions.UnitRow(f"{code}{place:02d}", name, level, code, self.created_on)

    def posts_of(self, level: str) -> list[dict[str, Any]]:
        """The posts that a unit of `level` has: name and roles."""
        key = {"county": "county", "street": "town", "town": "town"}.get(level, "village")
        posts: list[dict[str, Any]] = self.told["posts"][key]
        return posts


def set_up(plan: Plan, pack: PackVersion, password: str) -> Book:
    """The county with its units, posts and people, working by `pack`. Visitors may sign in with `password`."""
    administrator = actions.NewPerson(**plan.told["administrator"], password=password)
    book = actions.create_book(
        code=plan.code,
        name=plan.told["name"],
        level="county",
        created_on=plan.created_on,
        administrator=administrator,
        by="mingzhang demo",
    )
    admin = queries.person_by_username(administrator.username)
    actions.adopt(book=book, pack_version=pack, by=admin)
    actions.create_units(book=book, rows=plan.units(), by=admin)
    _staff(plan, book, admin, password)
    return book


def _staff(plan: Plan, book: Book, admin: Person, password: str) -> None:
    chance = Random(SEED)  # noqa: S311 - names for a demonstration, not secrets
    visitors = {(visitor["unit"], visitor["post"]): visitor for visitor in plan.visitors}
    for unit in Unit.objects.filter(book=book).order_by("code"):
        for number, post in enumerate(plan.posts_of(unit.level), start=1):
            visitor = visitors.get((unit.code, post["name"]))
            person = actions.create_person(
                book=book,
                username=visitor["username"] if visitor else f"{unit.code.lower()}-{number}",
                name=visitor["name"] if visitor else _name(plan, chance),
                password=password if visitor else None,
                by=admin,
            )
            seat = actions.create_post(unit=unit, name=post["name"], roles=post["roles"], by=admin)
            actions.appoint(person=person, post=seat, start=plan.created_on, by=admin)


def _name(plan: Plan, chance: Random) -> str:
    return f"{chance.choice(plan.told['surnames'])}{chance.choice(plan.told['given'])}"


def reorganise(plan: Plan, book: Book, change: dict[str, Any]) -> None:
    """Carry out one of the plan's changes."""
    admin = queries.person_by_username(plan.told["administrator"]["username"])
    unit = queries.unit_by_code(book, change["unit"])
    match change["do"]:
        case "merge":
            _leave_posts(unit, change["day"], admin)
            into = queries.unit_by_code(book, change["into"])
            actions.merge_unit(unit=unit, into=into, on=change["day"], by=admin)
        case "move":
            parent = queries.unit_by_code(book, change["to"])
            actions.move_unit(unit=unit, parent=parent, on=change["day"], by=admin)
        case "rename":
            actions.rename_unit(unit=unit, name=change["name"], on=change["day"], by=admin)
        case other:
            raise ValueError(f"no such change: {other}")


def _leave_posts(unit: Unit, on: date, admin: Person) -> None:
    """A unit ends only when nobody holds a post in it any more."""
    for seat in Appointment.objects.filter(post__unit=unit):
        actions.end_appointment(appointment=seat, last_day=on - timedelta(days=1), by=admin)
