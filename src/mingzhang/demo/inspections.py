"""The autumn of the visitors' street: its communities check themselves by a checklist, then some are drawn and
inspected; of those some are done, one is being done, and some are still to come. In November closed findings are
looked at again.

The draw takes its seed from a public value, so that the county is the same each time it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from mingzhang.core import clock
from mingzhang.demo.hand import Hand, draw_of, in_turn, inspection_of
from mingzhang.demo.looking_again import LookingAgain
from mingzhang.demo.pictures import picture
from mingzhang.demo.staff import Staff
from mingzhang.inspections import actions, queries
from mingzhang.inspections.actions import Plan, Settings
from mingzhang.inspections.models import Inspection, Round
from mingzhang.inspections.rounds_query import checklist_of
from mingzhang.organisation.actions import appoint, create_person, create_post
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.organisation.queries import person_by_username
from mingzhang.packs.checklist_schema import Item
from mingzhang.packs.models import PackVersion

TITLE, CHECKLIST = "便民服务场所秋季检查", "service-point"
SELF_CHECKED, PLANNED, PUBLISHED = date(2026, 9, 22), date(2026, 10, 9), date(2026, 10, 13)
DRAWN, STARTED, LAST = date(2026, 10, 15), date(2026, 10, 19), date(2026, 11, 30)
VALUE_NAME, VALUE = "清岚县气象站公布的当天最高、最低气温和降水量", "23.6 14.2 0.0"
DRAWN_OF, PER_OBJECT = 6, 2
# Of a hundred answers: wrong by the unit's own word, and wrong by the inspectors'.
OWN_WRONG, SEEN_WRONG = 6, 14
NOTE = "现场看是这样，已经当面说清。"
SAID = ("知道了，窗口的牌子这周换好。", "北门那段路还要请街道一起协调。")
SEEN = "门前盲道上停着电动车，坐轮椅的进不来。"


class Inspections:
    """What is planned in a street, day by day."""

    def __init__(self, book: Book, staff: Staff, street: Unit, pack: PackVersion, administrator: str) -> None:
        self.book, self.staff, self.street, self.pack = book, staff, street, pack
        self.administrator = administrator
        self.inspector: Person | None = None
        below = Unit.objects.filter(parent=street, closed_on=None).select_related("book").order_by("code")
        self.communities = list(below)
        self.coming: list[tuple[date, Callable[[], None]]] = [
            *((SELF_CHECKED + timedelta(days=n), self._self_check(one)) for n, one in enumerate(self.communities)),
            (PLANNED, self._plan), (PUBLISHED, self._publish), (DRAWN, self._draw), (STARTED, self._start),
            *((STARTED + timedelta(days=2 + 3 * n), self._visit(n)) for n in range(DRAWN_OF)),
            *LookingAgain(street, self._leader, self._planner, lambda: self.inspector or self._leader).coming,
        ]  # fmt: skip

    def play_until(self, day: date) -> None:
        """What happened before `day` and was not played yet."""
        while self.coming and self.coming[0][0] < day:
            on, happens = self.coming.pop(0)
            with clock.at(_moment(on, 10)):
                happens()

    # --- self-checks ----------------------------------------------------------------------------------------------

    def _self_check(self, unit: Unit) -> Callable[[], None]:
        def happens() -> None:
            by = self.staff.clerk(unit)
            made = actions.start_self_check(unit=unit, pack=self.pack, checklist=CHECKLIST, by=by)
            self._go_through(made, by, OWN_WRONG)
            Hand(made, by).do("finish")

        return happens

    def leave_work(self, by: Person) -> None:
        """The visitor has a self-check of the street in hand."""
        made = actions.start_self_check(unit=self.street, pack=self.pack, checklist=CHECKLIST, by=by)
        self._go_through(made, by, OWN_WRONG, most=4)

    # --- the inspection -------------------------------------------------------------------------------------------

    @property
    def _leader(self) -> Person:
        return self.staff.reviewers(self.street, ["leader"])[0]

    @property
    def _planner(self) -> Person:
        return self.staff.reviewers(self.street)[0]

    @property
    def _inspection(self) -> Inspection:
        return inspection_of(self.street, TITLE)

    def _plan(self) -> None:
        self.inspector = self._seat_inspectors()
        plan = Plan(
            title=TITLE,
            reason="夏天收到的意见多在办事不便和设施破损上，看改了没有。",
            first=STARTED,
            last=LAST,
            announced=True,
            checklist=(self.pack, CHECKLIST),
            team=[self._leader, self.inspector],
        )
        made = actions.draft_inspection(unit=self.street, plan=plan, by=self._planner)
        actions.approve_inspection(inspection=made, by=self._leader)

    def _seat_inspectors(self) -> Person:
        """Three who inspect for the street: the visitor beside their own post, and two more. Answers one of
        these."""
        admin = person_by_username(self.administrator)
        post = create_post(unit=self.street, name="督查岗", roles=["inspector"], by=admin)
        others = [
            create_person(book=self.book, username=username, name=name, password=None, by=admin)
            for username, name in (("qinghe-ducha-1", "龚一鸣"), ("qinghe-ducha-2", "樊秋萍"))
        ]
        for person in (self._planner, *others):
            appoint(person=person, post=post, start=PLANNED, by=admin)
        return others[0]

    def _publish(self) -> None:
        draw = actions.begin_draw(inspection=self._inspection, by=self._leader)
        sizes = {one.pk: DRAWN_OF for one in queries.strata_of(draw)}
        settings = Settings(sizes, PER_OBJECT, VALUE_NAME, DRAWN)
        actions.settle_draw(draw=draw, settings=settings, by=self._leader)
        actions.publish_roster(draw=draw, by=self._leader)

    def _draw(self) -> None:
        draw = actions.state_value(draw=draw_of(self._inspection), value=VALUE, by=self._leader)
        actions.confirm_value(draw=draw, value=VALUE, by=self.inspector or self._leader)

    def _start(self) -> None:
        actions.start_inspection(inspection=self._inspection, by=self._leader)

    def _visit(self, number: int) -> Callable[[], None]:
        """The first are finished; one is begun, and the last is still to come: where the visitor goes, if
        possible."""

        def happens() -> None:
            found = in_turn(self._inspection, self._planner)[number]
            by = found.inspectors.order_by("pk")[0].person
            if number < DRAWN_OF - 2:
                self._finish(found, by, number)
            elif number == DRAWN_OF - 2:
                self._go_through(found, by, SEEN_WRONG, most=7)

        return happens

    def _finish(self, found: Round, by: Person, number: int) -> None:
        self._go_through(found, by, SEEN_WRONG)
        hand = Hand(found, by)
        if number == 1:
            hand.photo(picture("hall"), "大门前.png")
            hand.do("note", words=SEEN, category="facility", severity="serious", place="大门前")
        if number == 2:
            hand.do("statement", words=SAID[0], said_by="社区书记", agrees=True)
        hand.do("finish")
        if number == 0:
            clerk = self.staff.clerk(found.unit)
            found.refresh_from_db()
            actions.acknowledge(round=found, words=SAID[1], agrees=True, by=clerk)

    # --- answers --------------------------------------------------------------------------------------------------

    def _go_through(self, round: Round, by: Person, wrong: int, most: int = 100) -> None:
        """Answer the first `most` items; of a hundred answers `wrong` are."""
        luck = Random(f"{round.unit.code}/{round.number}")  # noqa: S311
        hand = Hand(round, by)
        for item in list(checklist_of(round).items())[:most]:
            bad = luck.randrange(100) < wrong
            hand.do("answer", item=item.id, value=_answer(item, bad, luck), note=NOTE if bad else "")


def _answer(item: Item, bad: bool, luck: Random) -> str:
    if item.answer == "yes_no":
        return "no" if bad else "yes"
    if item.answer == "choice":
        return next((one.id for one in item.options if one.wrong == bad), item.options[0].id)
    if item.answer == "number":
        low, high = int(item.min or 0), int(item.max or 5)
        return str(high + 1 + luck.randrange(6)) if bad else str(luck.randrange(low, high + 1))
    return "没有。"


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo("Asia/Shanghai")).astimezone(UTC)
