"""Plays three years back: sheets are handed in, reviewed and posted in the order in which it would have been."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from random import Random
from zoneinfo import ZoneInfo

from django.core.files.base import File

from mingzhang.core import clock
from mingzhang.demo.county import SEED, Plan, reorganise, set_up
from mingzhang.demo.duties import Duties
from mingzhang.demo.findings import Findings
from mingzhang.demo.history import DAY, FIRST_DAY, LAST_DAY, sheets
from mingzhang.demo.inspections import Inspections
from mingzhang.demo.known import Known, KnownSheet, known_half
from mingzhang.demo.pictures import paper, picture
from mingzhang.demo.recipes import Recipe, recipes
from mingzhang.demo.sheets import Desk, Sheet
from mingzhang.demo.staff import Staff
from mingzhang.ledger import actions
from mingzhang.ledger.models import Evidence, Record, RecordEvidence
from mingzhang.ledger.queries import kind_by_code
from mingzhang.organisation import queries
from mingzhang.organisation.models import Book, Unit
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of

Tick = Callable[[int, int], None]
PAPER_NAME = "来电登记办法.pdf"
WEEK = timedelta(days=7)
# A unit about to be merged hands its last sheets in while its people still hold their posts.
WINDING_UP = timedelta(days=21)
REVERSED_A_MONTH = 4


def load(
    plan: Plan, pack_version: PackVersion, password: str, tick: Tick, made_up: dict[str, Recipe] | None = None
) -> Book:
    """Set up the county and play its three years. `tick(weeks done, weeks in all)` is called as it goes. `made_up`
    holds the recipes to invent records by (default: all there are); without any, only what is known is entered."""
    with clock.at(_moment(plan.created_on, 9)):
        book = set_up(plan, pack_version, password)
    player = _Player(plan, book, pack_version, recipes() if made_up is None else made_up)
    with clock.at(_moment(plan.created_on, 9)):
        player.findings.begin(queries.person_by_username(plan.told["administrator"]["username"]))
    weeks = list(_weeks())
    for done, monday in enumerate(weeks, start=1):
        player.play_week(monday)
        tick(done, len(weeks))
    player.leave_work_on_desks()
    return book


def _weeks() -> Iterator[date]:
    """The Mondays on which the week before is posted; the last one is the day after the last."""
    monday = FIRST_DAY + WEEK
    while monday < LAST_DAY:
        yield monday
        monday += WEEK
    yield LAST_DAY


def _moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@dataclass(frozen=True)
class _Waiting:
    """A made-up sheet waiting for its Monday, with the key that names it."""

    key: str
    sheet: Sheet


class _Player:
    def __init__(self, plan: Plan, book: Book, pack_version: PackVersion, made_up: dict[str, Recipe]) -> None:
        pack = pack_of(pack_version.pk)
        self.plan, self.book, self.pack, self.recipes = plan, book, pack, made_up
        self.units = {unit.code: unit for unit in Unit.objects.filter(book=book).select_related("book")}
        self.staff = Staff(book)
        self.duties = Duties(book, self.staff)
        self.findings = Findings(book, self.staff)
        self.kinds = {kind.id: kind_by_code(book, f"{pack.id}/{kind.id}") for kind in pack.kinds}
        self.known: Known = known_half(pack, {code: unit.pk for code, unit in self.units.items()})
        administrator = plan.told["administrator"]["username"]
        self.town = self.units[self.known.unit]
        self.inspections = Inspections(book, self.staff, self.town, pack_version, administrator)
        self.coming = list(self.known.sheets)
        self.changes = list(plan.changes)
        self.waiting = self._made_up()
        self.chance = Random(SEED)  # noqa: S311 - which sheet was a mistake, not a secret
        self.paper: list[tuple[Evidence, str]] = []

    # --- what was handed in -------------------------------------------------------------------------------------

    def _made_up(self) -> dict[date, list[_Waiting]]:
        """Every made-up sheet under the Monday after the day on which it was ready."""
        waiting: dict[date, list[_Waiting]] = defaultdict(list)
        for number, sheet in enumerate(sheets(self.pack, self.recipes, self._desks(), self.known.closed)):
            ready = min(sheet.ready_on, LAST_DAY - DAY)
            monday = min(ready + timedelta(days=7 - ready.weekday()), LAST_DAY)
            waiting[monday].append(_Waiting(f"demo/{number}", sheet))
        return waiting

    def _desks(self) -> list[tuple[Desk, date]]:
        ends = {change["unit"]: change["day"] for change in self.changes if change["do"] == "merge"}
        below = defaultdict(list)
        for unit in self.units.values():
            if unit.parent_id is not None:
                below[unit.parent_id].append(unit.pk)
        return [
            (self._desk(unit, below[unit.pk]), ends[code] - WINDING_UP if code in ends else LAST_DAY - DAY)
            for code, unit in sorted(self.units.items())
        ]

    def _desk(self, unit: Unit, below: list[int]) -> Desk:
        size = Random(unit.code).uniform(0.75, 1.3)  # noqa: S311 - how big an invented place is
        people = tuple(person.pk for person in self.staff.all_of(unit))
        return Desk(unit.code, unit.level, unit.pk, tuple(sorted(below)), people, size)

    # --- one week -----------------------------------------------------------------------------------------------

    def play_week(self, monday: date) -> None:
        """Everything up to `monday`: reorganisations due, the known sheets, then the week's sheets in bulk."""
        while self.changes and self.changes[0]["day"] <= monday:
            change = self.changes.pop(0)
            with clock.at(_moment(change["day"], 8)):
                reorganise(self.plan, self.book, change)
                self.duties.after_change()
        while self.coming and self.coming[0].sheet.ready_on < monday:
            self._hand_in_known(self.coming.pop(0))
        self.inspections.play_until(monday)
        with clock.at(_moment(monday, 10)):
            self._post_week(self.waiting.pop(monday, []))
            self.duties.play_week(monday)
            if monday.day <= 7:
                self._mend_mistakes(monday)
                self.findings.play_month(monday)

    def _post_week(self, waiting: Iterable[_Waiting]) -> None:
        drafts = [self._draft(one) for one in waiting]
        actions.import_records(book=self.book, drafts=drafts, by=self.staff.bookkeeper)

    def _draft(self, waiting: _Waiting) -> actions.Draft:
        sheet = waiting.sheet
        kind, unit = self.pack.kind(sheet.kind), self.units[sheet.unit]
        return actions.Draft(
            source_key=waiting.key,
            kind=self.kinds[sheet.kind],
            unit=unit,
            occurred_on=sheet.occurred_on,
            data=sheet.data,
            rows=sheet.rows,
            author=self.staff.clerk(unit),
            reviewers=self.staff.reviewers(unit, [step.role for step in kind.review]),
            evidence=self._papers() if kind.evidence.min else (),
        )

    def _papers(self) -> list[tuple[Evidence, str]]:
        """One paper serves every made-up record that must have one."""
        if not self.paper:
            use = self._attach(self._first_of_paper_kind(), paper(), PAPER_NAME)
            self.paper.append((use.evidence, use.name))
        return self.paper

    def _first_of_paper_kind(self) -> Record:
        """A draft of the county's own, only there to hold the paper when it is first handed in."""
        kind = next(kind for kind in self.pack.kinds if kind.evidence.min)
        root = self.units[self.book.code]
        return actions.add_record(
            kind=self.kinds[kind.id],
            unit=root,
            occurred_on=FIRST_DAY,
            data={},
            title="样稿",
            by=self.staff.clerk(root),
        )

    def _attach(self, record: Record, content: bytes, name: str) -> RecordEvidence:
        file = File(BytesIO(content), name=name)
        return actions.attach_evidence(record=record, file=file, name=name, by=record.created_by)

    # --- sheet by sheet -----------------------------------------------------------------------------------------

    def _hand_in_known(self, known: KnownSheet) -> None:
        day = known.sheet.ready_on
        with clock.at(_moment(day, 15, self._minute(known))):
            record = self._add(known.sheet)
            for name in known.pictures:
                self._attach(record, picture(name), f"{name}.png")
            if self.pack.kind(known.sheet.kind).evidence.min:
                self._attach(record, paper(), PAPER_NAME)
        with clock.at(_moment(day + DAY, 9, self._minute(known))):
            self._carry_through(record)
        if known.mistake:
            with clock.at(_moment(day + 2 * DAY, 9)):
                actions.reverse_record(record=record, reason=known.mistake, by=self.staff.reviewers(record.unit)[0])

    def _minute(self, known: KnownSheet) -> int:
        """Sheets of one day are not all handed in at the same minute."""
        return len(known.sheet.unit + known.sheet.kind) * 7 % 60

    def _add(self, sheet: Sheet, replaces: Record | None = None) -> Record:
        unit = self.units[sheet.unit]
        return actions.add_record(
            kind=self.kinds[sheet.kind],
            unit=unit,
            occurred_on=sheet.occurred_on,
            data=sheet.data,
            rows=sheet.rows,
            replaces=replaces,
            by=self.staff.clerk(unit),
        )

    def _carry_through(self, record: Record) -> None:
        """Submitted, reviewed by as many as the kind asks, and posted."""
        record = actions.submit_record(record=record, by=record.created_by)
        _name, _slash, code = str(record.kind).partition("/")
        reviewers = self.staff.reviewers(record.unit, [step.role for step in self.pack.kind(code).review])
        for reviewer in reviewers:
            record = actions.review_record(record=record, passed=True, by=reviewer)
        actions.post_record(record=record, by=self.staff.reviewers(record.unit)[0])

    def _mend_mistakes(self, monday: date) -> None:
        """A few sheets of the month before were wrong: taken back, and those that happened written anew."""
        start = monday - timedelta(days=40)
        wrong = Record.objects.filter(book=self.book, state="posted", source_key__isnull=False)
        wrong = wrong.filter(occurred_on__range=(start, monday - timedelta(days=9)), evidence=None)
        wrong = wrong.exclude(unit__code__startswith=self.known.unit).exclude(unit__closed_on__isnull=False)
        chosen = sorted(wrong.values_list("pk", flat=True))
        for pk in self.chance.sample(chosen, min(REVERSED_A_MONTH, len(chosen))):
            self._mend(Record.objects.select_related("unit__book", "kind", "created_by").get(pk=pk))

    def _mend(self, record: Record) -> None:
        reason, again = self.chance.choice(self.plan.mistakes)
        actions.reverse_record(record=record, reason=reason, by=self.staff.bookkeeper)
        if again:
            record.refresh_from_db(fields=["state"])
            kind = str(record.kind).partition("/")[2]
            corrected = Sheet(
                kind, record.unit.code, record.occurred_on, record.occurred_on, record.data, record.rows
            )
            self._carry_through(self._add(corrected, replaces=record))

    # --- the last day -------------------------------------------------------------------------------------------

    def leave_work_on_desks(self) -> None:
        """A visitor finds sheets being written, waiting for review, and returned with a reason."""
        town = self.town
        desks = [(desk, until) for desk, until in self._desks() if desk.code.startswith(town.code)]
        recent = [
            sheet for sheet in sheets(self.pack, self.recipes, desks, self.known.closed) if self._recent(sheet)
        ]
        with clock.at(_moment(LAST_DAY, 16)):
            self.duties.daily_run()
            self.findings.play_month(LAST_DAY, spared=town)
            self.findings.leave_work(town)
            self.inspections.leave_work(self.staff.reviewers(town)[0])
            for number, sheet in enumerate(recent[:12]):
                self._leave(sheet, number % 3)

    def _recent(self, sheet: Sheet) -> bool:
        kind = self.pack.kind(sheet.kind)
        return sheet.occurred_on >= LAST_DAY - WEEK and bool(kind.review) and not kind.evidence.min

    def _leave(self, sheet: Sheet, state: int) -> None:
        record = self._add(sheet)
        if state == 0:
            return
        record = actions.submit_record(record=record, by=record.created_by)
        if state == 2:
            reviewer = self.staff.reviewers(record.unit)[0]
            actions.review_record(record=record, passed=False, note=self.plan.return_note, by=reviewer)
