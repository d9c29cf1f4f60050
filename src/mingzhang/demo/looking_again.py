"""November in the visitors' street: closed findings whose day has come are drawn and looked at again. One has come
back; the last is left to the visitor, if possible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from mingzhang.demo.hand import Hand, draw_of, in_turn, inspection_of
from mingzhang.demo.pictures import picture
from mingzhang.inspections import actions, queries
from mingzhang.inspections.actions import Asked, Plan, Settings
from mingzhang.inspections.models import Inspection, Round
from mingzhang.organisation.models import Person, Unit
from mingzhang.packs.follow_up import AGAIN, GOOD, MEASURES, STILL

TITLE = "销号问题回头看"
PLANNED, PUBLISHED, DRAWN = date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 12)
STARTED, LAST = date(2026, 11, 13), date(2026, 11, 30)
VISITED = tuple(date(2026, 11, day) for day in (16, 16, 17, 18, 19))
VALUE_NAME, VALUE = "清岚县气象站公布的当天最高、最低气温和降水量", "12.8 6.1 1.4"
WEIGHTS = {"grave": 3, "serious": 2, "minor": 1}
# Of each severity so many; the first to be visited has come back.
MOST, BACK = 2, 0
SEEN = "和照片对过，还是好的。"
NOTE = "现场看，又是原来的样子：当时改了，过后没有人管。"
SAID = "这次定下谁每周看一遍，不再靠突击。"


class LookingAgain:
    """What happens, day by day; `inspectors` tells who inspects for the street beside its leader."""

    def __init__(self, street: Unit, leader: Person, visitor: Person, inspectors: Callable[[], Person]) -> None:
        self.street, self.leader, self.visitor, self.inspectors = street, leader, visitor, inspectors
        self.coming: list[tuple[date, Callable[[], None]]] = [
            (PLANNED, self._plan), (PUBLISHED, self._publish), (DRAWN, self._draw), (STARTED, self._start),
            *((on, self._visit(number)) for number, on in enumerate(VISITED)),
        ]  # fmt: skip

    @property
    def _inspection(self) -> Inspection:
        return inspection_of(self.street, TITLE)

    def _plan(self) -> None:
        plan = Plan(
            title=TITLE,
            reason="销了号的问题到了回头看的日子，看有没有反弹。",
            first=STARTED,
            last=LAST,
            announced=True,
            team=[self.leader, self.inspectors()],
        )
        made = actions.draft_inspection(unit=self.street, plan=plan, by=self.visitor)
        actions.approve_inspection(inspection=made, by=self.leader)

    def _publish(self) -> None:
        draw = actions.begin_draw(inspection=self._inspection, by=self.leader)
        asked = Asked(unit=self.street, last=LAST, weights=WEIGHTS)
        draw = actions.set_pool_of_findings(draw=draw, asked=asked, by=self.leader)
        sizes = {one.pk: min(MOST, count) for one, count in queries.counts_of_strata(draw)}
        actions.settle_draw(draw=draw, settings=Settings(sizes, 1, VALUE_NAME, DRAWN), by=self.leader)
        actions.publish_roster(draw=draw, by=self.leader)

    def _draw(self) -> None:
        draw = actions.state_value(draw=draw_of(self._inspection), value=VALUE, by=self.leader)
        actions.confirm_value(draw=draw, value=VALUE, by=self.inspectors())

    def _start(self) -> None:
        actions.start_inspection(inspection=self._inspection, by=self.leader)

    def _visit(self, number: int) -> Callable[[], None]:
        def happens() -> None:
            *seen, _left = in_turn(self._inspection, self.visitor)
            if number < len(seen):
                self._look(seen[number], number == BACK)

        return happens

    def _look(self, found: Round, came_back: bool) -> None:
        hand = Hand(found, found.inspectors.order_by("pk")[0].person)
        if came_back:
            hand.do("answer", item=STILL, value=AGAIN, note=NOTE)
            hand.photo(picture("hall"), "现场.png", STILL)
            hand.do("statement", words=SAID, said_by="社区书记", agrees=True)
        else:
            hand.do("answer", item=STILL, value=GOOD, note=SEEN)
        hand.do("answer", item=MEASURES, value="na")
        hand.do("finish")
