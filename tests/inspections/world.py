"""The cast with two inspectors, and an inspection of the county on its way to a draw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from mingzhang.inspections import actions, queries
from mingzhang.inspections.actions import Plan, Settings
from mingzhang.inspections.models import Draw, Inspection
from mingzhang.organisation.models import Person
from tests import cast as people
from tests.kept import Kept

PLAN = Plan(
    title="便民服务设施检查",
    reason="上半年问题多",
    first=date(2026, 7, 8),
    last=date(2026, 7, 17),
    announced=True,
)
SECRETS = ("今早的粥里有四颗红枣", "第十七页 山高月小 水落石出")


def moment(text: str) -> datetime:
    """Noon of a day in China."""
    return datetime.fromisoformat(f"{text}T04:00:00").replace(tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """`feng` and `song` are inspectors of the county, `wei` leads it, `li` plans there."""

    cast: people.Cast
    feng: Person
    song: Person
    li: Person

    @property
    def wei(self) -> Person:
        return self.cast.wei

    def drafted(self, **changes: object) -> Inspection:
        plan = replace(PLAN, **changes)  # type: ignore[arg-type]
        return actions.draft_inspection(unit=self.cast.county, plan=plan, by=self.li)

    def approved(self, **changes: object) -> Inspection:
        team = (self.wei, self.feng, self.song)
        return actions.approve_inspection(inspection=self.drafted(team=team, **changes), by=self.wei)

    def begun(self, inspection: Inspection | None = None) -> Draw:
        """A draw of the five units below the county, in two levels, of which three are drawn."""
        draw = actions.begin_draw(inspection=inspection or self.approved(), by=self.feng)
        return self.settled(draw)

    def settled(self, draw: Draw, sizes: tuple[int, ...] = (1, 2), per_object: int = 1, **source: object) -> Draw:
        strata = queries.strata_of(draw)
        wanted = {one.pk: size for one, size in zip(strata, sizes, strict=True)}
        settings = Settings(sizes=wanted, per_object=per_object, **source)  # type: ignore[arg-type]
        return actions.settle_draw(draw=draw, settings=settings, by=self.feng)

    def published(self, draw: Draw | None = None) -> Draw:
        return actions.publish_roster(draw=draw or self.begun(), by=self.feng)

    def committed(self, draw: Draw | None = None) -> Draw:
        draw = draw or self.published()
        for person, secret in zip((self.wei, self.song), SECRETS, strict=True):
            actions.commit_secret(draw=draw, secret=secret, by=person)
        draw.refresh_from_db()
        return draw

    def drawn(self, draw: Draw | None = None) -> Draw:
        draw = draw or self.committed()
        for person, secret in zip((self.wei, self.song), SECRETS, strict=True):
            draw = actions.reveal_secret(draw=draw, secret=secret, by=person)
        return draw


def build() -> World:
    cast = people.build()
    county = cast.county
    return World(
        cast=cast,
        feng=people.seat(county, "feng", "冯督查员", "督查岗一", ["inspector"], cast.admin),
        song=people.seat(county, "song2", "宋巡查员", "督查岗二", ["inspector"], cast.admin),
        li=people.seat(county, "li", "李科长", "综合科科长", ["reviewer"], cast.admin),
    )


kept = Kept(build)
