"""Reports beside each other: each number beside its earlier periods, and two versions of the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mingzhang.core.periods import Period, Shift
from mingzhang.figures.engine import Request, Value, evaluate
from mingzhang.figures.saying import change, said
from mingzhang.figures.wording import name_of
from mingzhang.organisation.models import Unit
from mingzhang.packs.wording import measure_word
from mingzhang.reports.compose import Composition
from mingzhang.reports.document import Block, Inline, Number, Table, plain, runs

EARLIER: tuple[Shift, ...] = ("previous", "same_last_year")
ALIKE = 0.5


@dataclass(frozen=True)
class Compared:
    """A number beside what it was in the period before and in the same period of the year before."""

    mark: int
    name: str
    text: str
    unit: str
    period: Period
    measure: str
    now: str
    previous: str
    last_year: str
    since_previous: str
    since_last_year: str


def compared(made: Composition, kept: dict[int, Value] | None = None) -> list[Compared]:
    """Every request of the report once, beside the periods before, all from one statement at the report's position.
    `kept` are values that were frozen, by mark."""
    asked: dict[Request, int] = {}
    for told in made.numbers:
        asked.setdefault(told.request, told.mark)
    earlier = {(request, shift): _earlier(request, shift) for request in asked for shift in EARLIER}
    values = evaluate(list(dict.fromkeys(earlier.values())), as_of=made.position)
    units = Unit.objects.in_bulk({request.unit_id for request in asked})
    rows = []
    for request, mark in asked.items():
        told = made.numbers[mark - 1]
        now = (kept or {}).get(mark, told.value)
        previous, last_year = (values[earlier[request, shift]].number for shift in EARLIER)
        measure = told.value.measure
        rows.append(
            Compared(
                mark=mark,
                name=name_of(told.figure),
                text=told.text,
                unit=units[request.unit_id].name,
                period=request.period,
                measure=measure_word(measure),
                now=said(now.number, measure),
                previous=said(previous, measure),
                last_year=said(last_year, measure),
                since_previous=change(now.number, previous, measure),
                since_last_year=change(now.number, last_year, measure),
            )
        )
    return rows


def _earlier(request: Request, shift: Shift) -> Request:
    period = request.period.shifted(shift)
    return Request(request.figure_id, request.pack_version_id, request.unit_id, period, request.alone)


# --- two versions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bit:
    """Words of a block: alike on both sides, or only on this one; `number` tells a counted number."""

    text: str
    changed: bool = False
    number: bool = False


@dataclass(frozen=True)
class Side:
    """A block as it stands in one of the versions."""

    kind: str
    bits: tuple[Bit, ...]


@dataclass(frozen=True)
class Pair:
    """A block in both versions, side by side; None where a version does not have it."""

    before: Side | None
    after: Side | None

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        sides = (self.before, self.after)
        return None in sides or any(bit.changed for side in sides if side for bit in side.bits)


def paired(before: Composition, after: Composition) -> list[Pair]:
    """Two versions block by block: blocks are matched by their lasting ids, and words within a block by
    likeness."""
    old = {block.id: made for block, made in zip(before.prose.blocks, before.document.blocks, strict=True)}
    new = {block.id: made for block, made in zip(after.prose.blocks, after.document.blocks, strict=True)}
    pairs = []
    for id in _order(list(old), list(new)):
        left, right = _tokens(old.get(id)), _tokens(new.get(id))
        marked = _marked(left, right) if left and right else (_all(left), _all(right))
        kinds = (_kind(old.get(id)), _kind(new.get(id)))
        sides = [Side(kind, bits) if kind else None for kind, bits in zip(kinds, marked, strict=True)]
        pairs.append(Pair(sides[0], sides[1]))
    return pairs


def _order(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The ids of both in reading order, those that went before those that came."""
    for operation, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield from old[a:b]
        if operation != "equal":
            yield from new[c:d]


Token = tuple[str, bool]


def _tokens(block: Block | None) -> list[Token]:
    """The characters of a block, and its numbers whole."""
    if block is None:
        return []
    if isinstance(block, Table):
        return [(f"{plain(cell)}　", any(isinstance(one, Number) for one in cell)) for cell in runs(block)]
    return [token for inline in block.inlines for token in _of(inline)]


def _of(inline: Inline) -> list[Token]:
    if isinstance(inline, Number):
        return [(inline.text, True)]
    return [(sign, False) for sign in inline.text]


def _kind(block: Block | None) -> str:
    return type(block).__name__.lower() if block is not None else ""


def _all(tokens: Sequence[Token]) -> tuple[Bit, ...]:
    return tuple(_joined((token, True) for token in tokens))


def _marked(old: Sequence[Token], new: Sequence[Token]) -> tuple[tuple[Bit, ...], tuple[Bit, ...]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.quick_ratio() < ALIKE and old != new:
        return _all(old), _all(new)
    left = [(token, op != "equal") for op, a, b, _c, _d in matcher.get_opcodes() for token in old[a:b]]
    right = [(token, op != "equal") for op, _a, _b, c, d in matcher.get_opcodes() for token in new[c:d]]
    return tuple(_joined(left)), tuple(_joined(right))


def _joined(told: Iterator[tuple[Token, bool]] | Sequence[tuple[Token, bool]]) -> Iterator[Bit]:
    """Neighbouring words of one sort made one; a number stays by itself."""
    words, was = "", False
    for (text, number), changed in told:
        if words and (number or changed != was):
            yield Bit(words, was)
            words = ""
        if number:
            yield Bit(text, changed, number=True)
        else:
            words, was = words + text, changed
    if words:
        yield Bit(words, was)
