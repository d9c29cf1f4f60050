"""How self-checks compare with inspections: what a unit found right itself, and inspectors later found wrong in the
same item.

A visit is held against the last self-check of the same unit and place by the same checklist that was finished
before it; both within the days asked for. Of each item that both judged, it is counted how often the self-check
said right, and how often of these the visit found wrong: with the Wilson score interval of 95 %, since the cases
are few (E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927,
209–212). In between things may have broken: it is a question to talk about, and no score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from mingzhang.figures.rates import Sample, Span, wilson
from mingzhang.inspections import rounds_query
from mingzhang.inspections.answers import NOT_APPLICABLE, is_wrong
from mingzhang.inspections.models import DONE, Round
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import below
from mingzhang.packs.checklist_schema import Item
from mingzhang.packs.wording import language


class Pair(NamedTuple):
    """An item that a self-check found right and a later visit judged too."""

    item: Item
    self_check: Round
    visit: Round
    wrong: bool


@dataclass(frozen=True)
class Line:
    """What is counted together, of one item or of one unit: found right by the unit itself, and wrong later."""

    key: str
    name: str
    taken: Sample

    @property
    def span(self) -> Span:
        """Between which shares chance alone leaves it."""
        return wilson(self.taken)

    @property
    def interval(self) -> str:
        """The same in percent, as 3%–41%."""
        return f"{round(self.span.low * 100)}%–{round(self.span.high * 100)}%"

    @property
    def left(self) -> str:
        """Where the interval begins when it is drawn, from 0 to 100."""
        return f"{self.span.low * 100:.1f}"

    @property
    def wide(self) -> str:
        """How wide it is drawn."""
        return f"{max(1.0, (self.span.high - self.span.low) * 100):.1f}"

    @property
    def share(self) -> str:
        """As 2/7: of few cases a share in percent says more than is known."""
        return f"{self.taken.hits}/{self.taken.cases}"


@dataclass(frozen=True)
class Compared:
    """What came of it: `visits` with a self-check before them, of `all_visits`."""

    pairs: list[Pair]
    visits: int
    all_visits: int

    @property
    def total(self) -> Line:
        """Everything together."""
        return _line("", _("合计"), self.pairs)

    def by_item(self) -> list[Line]:
        """In the order of the checklist."""
        grouped: dict[str, list[Pair]] = defaultdict(list)
        for pair in self.pairs:
            grouped[pair.item.id].append(pair)
        return [_line(id, pairs[0].item.name.text(language()), pairs) for id, pairs in grouped.items()]

    def by_unit(self) -> list[Line]:
        """In the order of the codes of units: not by what came of it."""
        grouped: dict[Unit, list[Pair]] = defaultdict(list)
        for pair in self.pairs:
            grouped[pair.visit.unit].append(pair)
        return [_line(unit.code, unit.name, grouped[unit]) for unit in sorted(grouped, key=lambda one: one.code)]

    def of(self, item: str, unit: str) -> list[Pair]:
        """The pairs of an item or a unit, those that contradict each other first."""
        found = [
            one for one in self.pairs if item in ("", one.item.id) and unit in ("", one.visit.unit.code)
        ]  # fmt: skip
        return sorted(found, key=lambda one: (not one.wrong, one.visit.unit.code, one.visit.number))


def _line(key: str, name: str, pairs: Iterable[Pair]) -> Line:
    wrong = [pair.wrong for pair in pairs]
    return Line(key, name, Sample(sum(wrong), len(wrong)))


def compare(place: Place, pack: str, checklist: str, first: date, last: date) -> Compared:
    """Self-checks and visits of the unit in the header and below it that the person may see. Three queries."""
    rounds = _rounds(place, pack, checklist, first, last)
    held = _held_against(rounds)
    said = _values({one.pk for pair in held for one in pair})
    pairs = [pair for check, visit in held for pair in _pairs(check, visit, said)]
    order = {id: nth for nth, id in enumerate(_order(rounds))}
    pairs.sort(key=lambda one: order[one.item.id])
    return Compared(pairs, len(held), sum(one.kind == "visit" for one in rounds))


def _rounds(place: Place, pack: str, checklist: str, first: date, last: date) -> list[Round]:
    seen = rounds_query.visible_to(place.person).filter(
        book=place.unit.book, checklist=checklist, pack_version__pack=pack, state__in=DONE,
        finished_on__range=(first, last),
    )  # fmt: skip
    return list(below(place.unit).filter(seen).select_related("unit").order_by("finished_at", "pk"))


def last_checklist(place: Place) -> str:
    """By which checklist, with its pack, the last visit was made that the person may see; empty without any."""
    found = rounds_query.visible_to(place.person).filter(kind="visit", state__in=DONE).order_by("-id")
    last = found.values_list("pack_version__pack", "checklist").first()
    return "/".join(last) if last else ""


def _held_against(rounds: Sequence[Round]) -> list[tuple[Round, Round]]:
    """Each visit with the last self-check before it, where there was one."""
    last: dict[tuple[int, str], Round] = {}
    held = []
    for one in rounds:
        key = one.unit_id, one.place
        if one.kind == "self_check":
            last[key] = one
        elif key in last:
            held.append((last[key], one))
    return held


def _order(rounds: Sequence[Round]) -> Iterable[str]:
    versions = {one.pack_version_id: one for one in rounds}
    for one in sorted(versions.values(), key=lambda one: -one.pack_version_id):
        yield from rounds_query.checklist_of(one).by_id


def _values(rounds: Iterable[int]) -> dict[tuple[int, str], str]:
    """The standing answers: in a finished round, the last one to each item."""
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, [sorted(rounds)])
        return {(round, item): value for round, item, value in cursor.fetchall()}


_VALUES = """
SELECT DISTINCT ON (a.round_id, a.item) a.round_id, a.item, a.value
  FROM inspections_answer AS a JOIN inspections_operation AS o ON o.op = a.op_id
 WHERE a.round_id = ANY(%s) ORDER BY a.round_id, a.item, o.number DESC
"""


def _pairs(check: Round, visit: Round, said: dict[tuple[int, str], str]) -> Iterable[Pair]:
    own = rounds_query.checklist_of(check).by_id
    for item in rounds_query.checklist_of(visit).items():
        mine, theirs = said.get((check.pk, item.id), ""), said.get((visit.pk, item.id), "")
        if item.id not in own or not item.is_judged or {mine, theirs} & {"", NOT_APPLICABLE}:
            continue
        if not is_wrong(own[item.id], mine):
            yield Pair(item, check, visit, is_wrong(item, theirs))
