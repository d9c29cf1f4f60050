"""A draw as its pages show it. What is published is read from the document itself, so that a page for everybody can
say nothing that the document does not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingzhang.inspections import flows, queries
from mingzhang.inspections.models import Commitment, Draw
from mingzhang.inspections.rosters import SCRIPT, file_name, roster_of
from mingzhang.inspections.saying import DRAW_LOOKS, REASONS, WHY
from mingzhang.inspections.verify_draw import Json, Stratum, strata_of

MOST_SHOWN, MOST_WEIGHED = 400, 20


@dataclass(frozen=True)
class Spot:
    """An object of the pool by its number; `order` is its place in the result, 0 if it was not drawn."""

    number: int
    label: str
    order: int


@dataclass(frozen=True)
class Group:
    """Objects of one unit, or of one stratum where the pool has no places."""

    name: str
    spots: Sequence[Spot]


@dataclass(frozen=True)
class Band:
    """A stratum: how many there are, how many are drawn, and the weights and chances in it."""

    name: str
    count: int
    size: int
    weights: str
    chances: str


@dataclass(frozen=True)
class Kept:
    """A recusal in words."""

    number: int
    where: str
    inspector: str
    reason: str


@dataclass(frozen=True)
class Row:
    """One object that was drawn."""

    order: int
    number: int
    unit: str
    place: str
    weight: int
    because: str
    chance: str
    why: str
    inspectors: Sequence[str]


@dataclass
class DrawPage:
    """What is shown of a draw. `names` say who the inspectors are, by number; without them they are posts."""

    draw: Draw
    names: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def roster(self) -> Json:
        """As it was published, or as it would be now."""
        roster: Json = json.loads(self.draw.roster) if self.draw.roster else roster_of(self.draw)
        return roster

    @cached_property
    def result(self) -> Json | None:
        found: Json | None = json.loads(self.draw.result) if self.draw.result else None
        return found

    @cached_property
    def commitments(self) -> list[Commitment]:
        return queries.commitments_of(self.draw)

    @property
    def state(self) -> str:
        return str(flows.DRAW.states[self.draw.state])

    @property
    def look(self) -> tuple[str, str]:
        return DRAW_LOOKS[self.draw.state]

    @property
    def drawn(self) -> bool:
        return self.result is not None

    @property
    def revealed(self) -> bool:
        """Whether both secrets are shown: never one of them alone."""
        return self.drawn and bool(self.commitments)

    @property
    def objects(self) -> int:
        return len(self.roster["objects"])

    @property
    def wanted(self) -> int:
        return sum(one["size"] for one in self.roster["strata"])

    @property
    def file(self) -> str:
        return file_name(self.draw)

    @property
    def command(self) -> str:
        """How anybody draws it again."""
        return f"python3 {SCRIPT.name} {self.file} --roster {self.draw.roster_digest}"

    @cached_property
    def _order(self) -> dict[int, int]:
        chosen = self.result["chosen"] if self.result else ()
        return {one["object"]: order for order, one in enumerate(chosen, 1)}

    @property
    def shown(self) -> int:
        return min(self.objects, MOST_SHOWN)

    @cached_property
    def groups(self) -> list[Group]:
        """The pool, at most MOST_SHOWN of it."""
        by_unit = any(one["place"] for one in self.roster["objects"])
        strata = {one["id"]: one["name"] for one in self.roster["strata"]}
        found: dict[str, list[Spot]] = {}
        for one in self.roster["objects"][:MOST_SHOWN]:
            label = f"{one['unit']}{one['place']}"
            group = one["unit"] if by_unit else strata[one["stratum"]]
            found.setdefault(group, []).append(Spot(one["number"], label, self._order.get(one["number"], 0)))
        return [Group(name, spots) for name, spots in found.items()]

    @cached_property
    def bands(self) -> list[Band]:
        members: dict[str, list[Json]] = {one["id"]: [] for one in self.roster["strata"]}
        for one in self.roster["objects"]:
            members[one["stratum"]].append(one)
        settled = strata_of(self.roster)
        return [_band(one, members[one["id"]], settled[one["id"]]) for one in self.roster["strata"]]

    @cached_property
    def rows(self) -> list[Row]:
        objects = self.roster["objects"]
        chosen = self.result["chosen"] if self.result else ()
        return [
            Row(
                order=order,
                number=one["object"],
                unit=objects[one["object"] - 1]["unit"],
                place=objects[one["object"] - 1]["place"],
                weight=objects[one["object"] - 1]["weight"],
                because=objects[one["object"] - 1].get("because", ""),
                chance=_said(one["chance"]),
                why=str(WHY[one["why"]]),
                inspectors=[self.inspector(number) for number in one["inspectors"]],
            )
            for order, one in enumerate(chosen, 1)
        ]

    def inspector(self, number: int) -> str:
        """By name inside; by number and post in public."""
        post = self.roster["inspectors"][number - 1]["post"]
        return self.names.get(number) or _("%(number)d号 %(post)s") % {"number": number, "post": post}

    @cached_property
    def inspectors(self) -> list[str]:
        return [self.inspector(one["number"]) for one in self.roster["inspectors"]]

    @cached_property
    def kept(self) -> list[Kept]:
        """The recusals, at most MOST_SHOWN of them."""
        objects = self.roster["objects"]
        return [
            Kept(
                one["object"],
                f"{objects[one['object'] - 1]['unit']}{objects[one['object'] - 1]['place']}",
                self.inspector(one["inspector"]),
                str(REASONS[one["reason"]]),
            )
            for one in self.roster["recusals"][:MOST_SHOWN]
        ]

    @property
    def recusals(self) -> int:
        return len(self.roster["recusals"])

    @property
    def short(self) -> list[str]:
        """Objects that the minimum coverage wanted and found no place for."""
        objects = self.roster["objects"]
        found = self.result["short"] if self.result else ()
        return [f"{objects[number - 1]['unit']}{objects[number - 1]['place']}" for number in found]

    @property
    def coverage(self) -> str:
        """The minimum coverage in words; empty without."""
        said = self.roster["coverage"]
        if not said:
            return ""
        words = _("每个对象至少查%(times)d次，连这一次还抽%(left)d次，来不及的必查。")
        return words % {"times": said["times"], "left": said["left"]}

    @property
    def weights(self) -> str:
        """How weights were reckoned, in words; empty where they were typed."""
        return str(self.roster.get("weights", ""))

    @cached_property
    def weighed(self) -> list[tuple[str, str]]:
        """The objects whose weight was reckoned, each with how: the heaviest first, at most MOST_WEIGHED."""
        found = [one for one in self.roster["objects"] if one.get("because")]
        heavy = sorted(found, key=lambda one: (-one["weight"], one["number"]))[:MOST_WEIGHED]
        return [(f"{one['unit']}{one['place']}", one["because"]) for one in heavy]

    @property
    def previous(self) -> list[Json]:
        """Earlier draws that ended without serving."""
        return [one for one in self.roster["previous"] if one["reason"]]

    @property
    def load(self) -> str:
        """How many objects each inspector has, in words; empty before the draw."""
        if not self.result:
            return ""
        loads = [0] * (len(self.roster["inspectors"]) + 1)
        for one in self.result["chosen"]:
            for number in one["inspectors"]:
                loads[number] += 1
        least, most = min(loads[1:]), max(loads[1:])
        if least == most:
            return ngettext("每人%(count)d个", "每人%(count)d个", most) % {"count": most}
        return _("每人%(least)d到%(most)d个") % {"least": least, "most": most}


def _band(said: Json, members: Sequence[Json], settled: Stratum) -> Band:
    covered = set(settled.covered)
    alike = {(one["weight"], one["number"] in covered): one["number"] for one in members}
    odds = sorted((settled.chance(number) for number in alike.values()), key=lambda pair: pair[0] / pair[1])
    weights = sorted({weight for weight, _covered in alike}) or [0]
    low, high = (odds[0], odds[-1]) if odds else ((0, 1), (0, 1))
    return Band(
        name=said["name"],
        count=len(members),
        size=said["size"],
        weights=str(weights[0]) if len(weights) == 1 else f"{weights[0]}–{weights[-1]}",
        chances=_said(_fraction(low)) if low == high else f"{_said(_fraction(low))}–{_said(_fraction(high))}",
    )


def _fraction(pair: tuple[int, int]) -> str:
    return f"{pair[0]}/{pair[1]}"


def _said(chance: str) -> str:
    return _("必查") if chance == "1/1" else "0" if chance == "0/1" else chance


def page_of(draw: Draw) -> DrawPage:
    """For those who may see who inspects."""
    return DrawPage(draw, {one.number: one.person.name for one in queries.inspectors_of(draw)})
