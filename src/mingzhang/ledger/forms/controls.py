"""The controls of a sheet as its page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.ledger.forms.given import Given
from mingzhang.ledger.remarks import Remark, spot_in
from mingzhang.packs.schema import Field, Kind, Section, Table, When
from mingzhang.packs.validation import initial_data
from mingzhang.packs.wording import language, measure_word

NUMBERS = frozenset({"integer", "decimal", "money"})
PICKED = frozenset({"person", "people", "unit", "link"})
MOST_RADIOS = 6
SPARE_ROWS = 2

Problems = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Choice:
    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Control:
    """One control. `widget` is text, long, number, date, radios, select, checks, pick, people or file; `many` says
    that several may be picked into its one text. `known` says where a value that was filled in for the person comes
    from. `needs` and `opens` name the control and the answers that it is shown for; `closed` that it is not shown
    now."""

    name: str
    label: str
    widget: str
    value: str = ""
    choices: Sequence[Choice] = ()
    measure: str = ""
    help: str = ""
    optional: bool = False
    limit: int = 0
    find: str = ""
    many: bool = False
    default: str = ""
    day: bool = False
    known: str = ""
    errors: Sequence[str] = ()
    remarks: Sequence[Remark] = ()
    needs: str = ""
    opens: str = ""
    closed: bool = False

    @property
    def id(self) -> str:
        """Of the element, and of the place that an error leads to."""
        return "f-" + self.name.replace(".", "-")

    @property
    def grouped(self) -> bool:
        """Whether it is several boxes under one name."""
        return self.widget in ("radios", "checks")


@dataclass(frozen=True)
class Block:
    """Controls under a heading, or under none."""

    name: str
    help: str
    controls: list[Control]


@dataclass(frozen=True)
class Grid:
    """A repeating table: its columns as the controls of `blank`, a row to be copied, and its rows."""

    id: str
    name: str
    help: str
    most: int
    blank: list[Control]
    rows: list[list[Control]]
    errors: Sequence[str]
    remarks: Sequence[Remark]
    needs: str
    opens: str
    closed: bool

    @property
    def anchor(self) -> str:
        """Where an error of the whole table leads to."""
        return f"f-rows-{self.id}"


@dataclass(frozen=True)
class Wrong:
    """One line of the summary of errors."""

    anchor: str
    label: str
    text: str


@dataclass
class Sheet:
    """A sheet to be filled in."""

    kind: Kind
    given: Given
    problems: Problems = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, Sequence[Remark]] = field(default_factory=dict)
    files: Sequence[tuple[int, str]] = ()
    pack: str = ""
    spare: int = SPARE_ROWS

    def __post_init__(self) -> None:
        self.name = self.kind.name.text(language())
        self.help = said(self.kind.help)
        self.day = self._day()
        self.blocks = list(self._blocks())
        self.grids = [self._grid(table) for table in self.kind.tables]
        self.wrong = list(self._wrong())

    def _day(self) -> Control:
        name = "occurred_on"
        return Control(
            name,
            _("发生日期"),
            "date" if _is_day(self.given.one(name)) else "text",
            value=self.given.one(name),
            known=self.known.get(name, ""),
            errors=self.problems.get(name, ()),
            remarks=self.remarks.get(name, ()),
        )

    def _blocks(self) -> Iterable[Block]:
        placed = {own for section in self.kind.sections for own in section.fields}
        if loose := [one for one in self.kind.fields if one.id not in placed]:
            yield Block("", "", self._controls(loose))
        for section in self.kind.sections:
            yield self._section(section)

    def _section(self, section: Section) -> Block:
        fields = [self.kind.by_id[own] for own in section.fields]
        return Block(section.name.text(language()), said(section.help), self._controls(fields))

    def _controls(self, fields: Sequence[Field]) -> list[Control]:
        return [self._control(one, "data.", "data.") for one in fields]

    def _grid(self, table: Table) -> Grid:
        names = self.given.rows_of(table.id)
        paths = [f"rows.{table.id}.{number}." for number in range(len(names))]
        rows = [
            [self._control(one, f"rows.{table.id}.{row}.", path) for one in table.fields]
            for row, path in zip(names, paths, strict=True)
        ]
        rows = [[_renamed(control, path) for control in row] for row, path in zip(rows, paths, strict=True)]
        taken = len(rows)
        for number in range(taken, min(table.max_rows, taken + self.spare)):
            path = f"rows.{table.id}.{number}."
            rows.append([self._control(one, path, path) for one in table.fields])
        blank = [self._control(one, f"rows.{table.id}.#.", "") for one in table.fields]
        needs, opens = _condition(table.when, "data.")
        return Grid(
            id=table.id,
            name=table.name.text(language()),
            help=said(table.help),
            most=table.max_rows,
            blank=blank,
            rows=rows,
            errors=self.problems.get(f"rows.{table.id}", ()),
            remarks=list(self._remarks_of(table)),
            needs=needs,
            opens=opens,
            closed=self._closed(table.when, "data."),
        )

    def _remarks_of(self, table: Table) -> Iterable[Remark]:
        """What is said about the table, its rows and their cells, each with its place: rows may move meanwhile."""
        path = f"rows.{table.id}"
        for place, remarks in self.remarks.items():
            if place == path or place.startswith(f"{path}."):
                where = spot_in(table, place)
                yield from (replace(one, text=f"{where}{_('：')}{one.text}") if where else one for one in remarks)

    def _control(self, one: Field, beginning: str, path: str) -> Control:
        """The control of a field; its value stands under `beginning`, what is wrong with it under `path`."""
        name, in_row = beginning + one.id, beginning != "data."
        widget = _widget(one, in_row)
        value = self.given.one(name)
        if widget == "date" and value and not _is_day(value):
            widget = "text"
        needs, opens = _condition(one.when, beginning)
        return Control(
            name=name,
            label=one.name.text(language()),
            widget=widget,
            value=value,
            choices=self._choices(one, name) if widget in ("radios", "select", "checks", "file") else (),
            measure=_("元") if one.type == "money" else measure_word(one.unit) or (one.unit or ""),
            help=said(one.help),
            optional=not one.required,
            limit=one.length_limit if one.type in ("text", "long_text") else 0,
            find=self._find(one) if one.type in PICKED else "",
            many=one.type == "people",
            default=_default(one) if in_row else "",
            day=one.type == "date",
            known=self.known.get(name, ""),
            errors=self.problems.get(path + one.id, ()),
            remarks=() if in_row else self.remarks.get(name, ()),
            needs=needs,
            opens=opens,
            closed=self._closed(one.when, beginning),
        )

    def _choices(self, one: Field, name: str) -> list[Choice]:
        chosen = set(self.given.many(name))
        if one.type == "boolean":
            offered = [("true", _("是")), ("false", _("否"))]
        elif one.type == "file":
            offered = [(str(number), called) for number, called in self.files]
        else:
            offered = [(option.id, option.name.text(language())) for option in one.options]
        known = {value for value, _text in offered}
        unknown = [Choice(value, value, chosen=True) for value in self.given.many(name) if value not in known]
        return [*(Choice(value, text, value in chosen) for value, text in offered), *unknown]

    def _find(self, one: Field) -> str:
        sort = "person" if one.type == "people" else one.type
        return find_address(sort, f"{self.pack}/{one.kind}" if one.type == "link" else "")

    def _closed(self, when: When | None, beginning: str) -> bool:
        """Whether a condition does not hold for what stands in the controls now."""
        if when is None:
            return False
        answers = {_word(answer) for answer in when.answers}
        return answers.isdisjoint(self.given.many(beginning + when.field))

    def _wrong(self) -> Iterable[Wrong]:
        for control in [self.day, *(one for block in self.blocks for one in block.controls)]:
            yield from (Wrong(control.id, control.label, text) for text in control.errors)
        for grid in self.grids:
            yield from (Wrong(grid.anchor, grid.name, text) for text in grid.errors)
            for number, row in enumerate(grid.rows, 1):
                for control in row:
                    label = _("%(table)s第%(row)d行，%(column)s") % {
                        "table": grid.name, "row": number, "column": control.label
                    }  # fmt: skip
                    yield from (Wrong(control.id, label, text) for text in control.errors)


def find_address(sort: str, kind: str = "") -> str:
    """Where a control that is looked for asks for what it may point at."""
    return reverse("ledger:find", args=(sort,)) + (f"?kind={kind}" if kind else "")


def said(names: object) -> str:
    """A help text, which may be missing."""
    return names.text(language()) if names is not None and hasattr(names, "text") else ""


def _renamed(control: Control, path: str) -> Control:
    """Rows are numbered anew from 0, as problems count them."""
    own = control.name.rpartition(".")[2]
    needs = path + control.needs.rpartition(".")[2] if control.needs else ""
    return Control(**{**vars(control), "name": path + own, "needs": needs})


def _condition(when: When | None, beginning: str) -> tuple[str, str]:
    if when is None:
        return "", ""
    return beginning + when.field, " ".join(_word(answer) for answer in when.answers)


def _word(answer: bool | str) -> str:
    return str(answer).lower() if isinstance(answer, bool) else answer


def _widget(one: Field, in_row: bool) -> str:
    if one.type in NUMBERS:
        return "number"
    if one.type in PICKED:
        return "people" if one.type == "people" and not in_row else "pick"
    if one.type == "long_text":
        return "long"
    if one.type == "file":
        return "file"
    if one.type == "choices":
        return "checks"
    if one.type in ("choice", "boolean"):
        return "select" if in_row or len(one.options) > MOST_RADIOS else "radios"
    return "date" if one.type == "date" and not in_row else "text"


def _default(one: Field) -> str:
    value = initial_data([one]).get(one.id, "")
    return _word(value) if isinstance(value, bool) else str(value)


def _is_day(text: str) -> bool:
    try:
        return not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
