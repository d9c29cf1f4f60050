"""What a pack may say: record kinds, figures, reports, dashboards and duties, as frozen typed objects.

A pack is read from YAML by `packs.loader`, which also checks what one object cannot know about another. It is
kept as plain data in `PackVersion.content` and comes back through `Pack.from_content`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, ConfigDict
from pydantic import Field as Rule

from mingzhang.core.digests import canonical_json
from mingzhang.packs.base import (
    HyphenId,
    Id,
    Model,
    Names,
    PeriodKind,
    Shift,
    Version,
    Word,
    Words,
)
from mingzhang.packs.checklist_schema import (
    CHECKED,
    DRAWN,
    DRAWN_OUTCOMES,
    DRAWN_WHY,
    ROUND_KINDS,
    Checklist,
)
from mingzhang.packs.duty_schema import DUTY_KINDS, Duty, Part
from mingzhang.packs.finding_schema import SOURCES, Findings
from mingzhang.packs.follow_up import FOLLOW_UP
from mingzhang.packs.trees import FieldType as FieldKnown

FieldType = Literal[
    "text", "long_text", "integer", "decimal", "date", "choice", "choices", "boolean",
    "person", "people", "unit", "money", "link", "file",
]  # fmt: skip
Scope = Literal["unit", "subtree"]

# The roles that a review step may ask for: those to which `organisation.roles` gives the permission to review.
REVIEW_ROLES = ("reviewer", "leader")
RESERVED_FIELD_IDS = frozenset({"sheet", "unit", "occurred_on", "posted_on"})

TEXT_LENGTH = 200
LONG_TEXT_LENGTH = 20_000


def _floats_as_text(value: Any) -> Any:
    """Fractions are kept as text, because two JSON writers may print a float differently."""
    return repr(value) if isinstance(value, float) else value


DefaultValue = Annotated[
    bool | int | str | Annotated[tuple[str, ...], Rule(strict=False)], BeforeValidator(_floats_as_text)
]


class Option(Model):
    """One answer that a choice offers."""

    id: Id
    name: Names


class Personal(Model):
    """Why a field holds personal data, and for how many days it is kept."""

    purpose: Names
    retention_days: Annotated[int, Rule(ge=1, le=36_500)]


class When(Model):
    """That a field or a table is asked for only where `field`, which stands before it, has one of the answers
    `any`: the id of an option, or true or false. A pack writes `{field: solved, is: true}` or `{…, is: [a, b]}`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    field: Id
    answer: bool | Id | Annotated[tuple[Id, ...], Rule(strict=False, min_length=1)] = Rule(alias="is")

    @property
    def answers(self) -> tuple[bool | str, ...]:
        """The answers that open what stands under this condition."""
        return self.answer if isinstance(self.answer, tuple) else (self.answer,)

    def holds(self, data: Mapping[str, object]) -> bool:
        """Whether cleaned `data` gives one of the answers; of a multiple choice, whether one of them was chosen."""
        given = data.get(self.field)
        return any(answer in given if isinstance(given, list) else answer == given for answer in self.answers)


class Field(Model):
    """One thing that a sheet or a table row asks for. `unit` is the measure word of a number (人次, 份). Under a
    condition, `when`, that does not hold it is not asked for: then it is not required, and what is given is
    dropped."""

    id: Id
    name: Names
    type: FieldType
    required: bool = False
    help: Names | None = None
    default: DefaultValue | None = None
    options: tuple[Option, ...] = ()
    unit: Word | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    places: Annotated[int, Rule(ge=0, le=6)] | None = None
    max_length: Annotated[int, Rule(ge=1, le=LONG_TEXT_LENGTH)] | None = None
    kind: Id | None = None
    personal: Personal | None = None
    when: When | None = None

    @cached_property
    def option_names(self) -> dict[str, Names]:
        """Option id → name."""
        return {option.id: option.name for option in self.options}

    @cached_property
    def options_by_text(self) -> dict[str, str]:
        """Option id, by the id and by the option's name in every language."""
        by_name = {name: option.id for option in reversed(self.options) for name in option.name.root.values()}
        return by_name | {option.id: option.id for option in self.options}

    @property
    def known(self) -> FieldKnown:
        """What an expression may know of it: of people who took part, how many they were."""
        type = "integer" if self.type == "people" else self.type
        return FieldKnown(type, tuple(option.id for option in self.options))

    @property
    def length_limit(self) -> int:
        """The most characters that a text may have."""
        return self.max_length or (LONG_TEXT_LENGTH if self.type == "long_text" else TEXT_LENGTH)

    @property
    def decimal_places(self) -> int:
        """Digits after the point: 2 for money, as declared (else 2) for a decimal, none for an integer."""
        if self.type == "integer":
            return 0
        return 2 if self.places is None or self.type == "money" else self.places

    @property
    def measure(self) -> str | None:
        """The measure word of its values, if it has one: 元 for money, 人 for people, else `unit`."""
        return {"money": "元", "people": "人"}.get(self.type, self.unit)


class Table(Model):
    """A repeating table of a sheet. Each row is posted as a line of its own, of kind `<kind>.<table>`."""

    id: Id
    name: Names
    help: Names | None = None
    max_rows: Annotated[int, Rule(ge=1, le=2000)] = 200
    spawns: Literal["task", "finding"] | None = None
    when: When | None = None
    fields: Annotated[tuple[Field, ...], Rule(min_length=1)]

    @cached_property
    def by_id(self) -> dict[str, Field]:
        """Field id → field."""
        return {field.id: field for field in self.fields}


class ReviewStep(Model):
    """A review by somebody who has `role` over the record's unit; no person takes two steps of one record."""

    role: str


class Section(Model):
    """Fields of a sheet that stand together under a heading. Fields in no section stand before the first."""

    name: Names
    help: Names | None = None
    fields: Annotated[tuple[Id, ...], Rule(min_length=1)]


class EvidenceRule(Model):
    """How many files must and may support a record."""

    min: Annotated[int, Rule(ge=0, le=50)] = 0
    max: Annotated[int, Rule(ge=0, le=50)] = 9


class Kind(Model):
    """记录类型: what a record sheet asks for, and how it is reviewed."""

    id: Id
    name: Names
    help: Names | None = None
    levels: tuple[Id, ...] = ()
    title: Annotated[str, Rule(max_length=500)] | None = None
    review: Annotated[tuple[ReviewStep, ...], Rule(max_length=3)] = ()
    evidence: EvidenceRule = EvidenceRule()
    fields: tuple[Field, ...] = ()
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Field]:
        """Field id → field of the sheet."""
        return {field.id: field for field in self.fields}

    @cached_property
    def tables_by_id(self) -> dict[str, Table]:
        """Table id → table."""
        return {table.id: table for table in self.tables}


class Figure(Model):
    """数据项: either counted from entries (`of`, `value`, `where`) or derived from other figures (`derive`)."""

    id: Id
    name: Names
    help: Names | None = None
    measure: Word
    of: str | None = None
    value: Words | None = None
    where: Words | None = None
    derive: Words | None = None
    scope: Scope = "subtree"
    period: Shift = "same"


class ReportTemplate(Model):
    """A report: its heading from report.yaml and its body, `text`, from report.md. `id` is the folder's name. Units
    of a level in `organ_by_level` sign by that name instead of `organ`."""

    id: HyphenId
    name: Names
    levels: tuple[Id, ...] = ()
    periods: Annotated[tuple[PeriodKind, ...], Rule(min_length=1)]
    title: Words
    organ: Words
    organ_by_level: dict[Id, Words] = {}
    addressee: Words | None = None
    number: Words | None = None
    text: str


class DashboardFigure(Model):
    """A column of a dashboard. `name` is its short head; `bands` are where the colour changes, from low to high, in
    percent for a figure in percent; `open` names the figure that counts what is not done yet."""

    figure: Id
    name: Names | None = None
    better: Literal["higher", "lower", "none"] = "none"
    bands: Annotated[tuple[Decimal, ...], Rule(max_length=5)] = ()
    open: Id | None = None


class DashboardGroup(Model):
    """Figures that are read side by side. `interval` is a share of a sample, shown with its 95% interval."""

    id: Id
    name: Names
    interval: Id | None = None
    figures: Annotated[tuple[DashboardFigure, ...], Rule(min_length=1, max_length=12)]


class Dashboard(Model):
    """What a unit and the units below it are looked at by. `headline` are the key figures on top, `trend` is drawn
    by month."""

    id: HyphenId
    name: Names
    levels: tuple[Id, ...] = ()
    headline: Annotated[tuple[Id, ...], Rule(min_length=1, max_length=6)]
    trend: Id
    groups: Annotated[tuple[DashboardGroup, ...], Rule(min_length=1, max_length=6)]


class Line(NamedTuple):
    """A kind of entry: the sheet itself (`table` is None) or one of its tables."""

    code: str
    kind: Kind
    table: Table | None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The line's own fields."""
        return self.table.fields if self.table else self.kind.fields

    @property
    def name(self) -> Names:
        """What the line is called."""
        return self.table.name if self.table else self.kind.name


def _builtin(id: str, type: FieldType, chinese: str, english: str) -> Field:
    return Field(id=id, name=Names({"zh-hans": chinese, "en": english}), type=type)


BUILTIN_FIELDS = {
    "unit": _builtin("unit", "unit", "单位", "Unit"),
    "occurred_on": _builtin("occurred_on", "date", "发生日期", "Date"),
    "posted_on": _builtin("posted_on", "date", "入账日期", "Posted on"),
}


# What the tasks of a pack's duties are posted as: a kind of entry that no sheet stands behind. A task has one entry
# at a time, on the day by which it had to be done, from the day on which its period begins.
TASKS = "duties.tasks"
OUTCOMES = {
    "pending": ("未到期", "Not yet due"),
    "on_time": ("按期办结", "Done on time"),
    "late": ("逾期办结", "Done late"),
    "excused": ("免办", "Excused"),
    "overdue": ("逾期未办", "Overdue"),
}


def _choice(id: str, chinese: str, english: str, options: Iterable[Option]) -> Field:
    return Field(id=id, name=Names({"zh-hans": chinese, "en": english}), type="choice", options=tuple(options))


def _named(names: Mapping[str, tuple[str, str]]) -> Iterator[Option]:
    return (Option(id=id, name=Names({"zh-hans": one, "en": other})) for id, (one, other) in names.items())


def _tasks(duties: Sequence[Duty]) -> Line:
    fields = (
        _choice("duty", "责任事项", "Duty", (Option(id=duty.id, name=duty.name) for duty in duties)),
        _choice("kind", "事项类别", "Kind of duty", _named(DUTY_KINDS)),
        _choice("outcome", "办理情况", "Outcome", _named(OUTCOMES)),
        _builtin("period", "text", "期间", "Period"),
    )
    return Line(TASKS, Kind(id="duties", name=Names({"zh-hans": "任务", "en": "Tasks"}), fields=fields), None)


# What findings are posted as: that one was found, closed and looked at again, each on its own day. See
# docs/adr/0028-findings.md.
FOUND, CLOSED, FOLLOWED_UP = "findings.found", "findings.closed", "findings.followed_up"
FINDING_OUTCOMES = {
    "open": ("未销号", "Open"),
    "overdue": ("逾期未销号", "Overdue"),
    "suspended": ("中止整改", "Suspended"),
    "closed": ("已销号", "Closed"),
}
FOLLOW_UP_RESULTS = {"confirmed": ("没有反弹", "Confirmed"), "recurred": ("反弹", "Recurred")}


def _findings(said: Findings) -> Iterator[Line]:
    sort = (
        _choice("category", "类别", "Category", (Option(id=one.id, name=one.name) for one in said.categories)),
        _choice("severity", "程度", "Severity", (Option(id=one.id, name=one.name) for one in said.severities)),
        _choice("source", "来源", "Source", _named(SOURCES)),
        _builtin("finding", "text", "问题编号", "Number of the finding"),
    )
    days = Field(
        id="days", name=Names({"zh-hans": "用了几个工作日", "en": "Working days"}), type="integer", unit="天"
    )
    own: dict[str, tuple[str, str, tuple[Field, ...]]] = {
        FOUND: ("问题", "Findings", (_choice("outcome", "办理情况", "Outcome", _named(FINDING_OUTCOMES)),)),
        CLOSED: ("销号", "Findings closed", (
            _builtin("in_time", "boolean", "按期", "In time"), days,
            _builtin("again", "boolean", "反弹后再销号", "Closed again"),
        )),
        FOLLOWED_UP: ("回头看", "Follow-ups", (_choice("result", "结果", "Result", _named(FOLLOW_UP_RESULTS)),)),
    }  # fmt: skip
    for code, (chinese, english, fields) in own.items():
        name = Names({"zh-hans": chinese, "en": english})
        yield Line(code, Kind(id="findings", name=name, fields=(*sort, *fields)), None)


def _counted(id: str, chinese: str, english: str, unit: str = "项") -> Field:
    return Field(id=id, name=Names({"zh-hans": chinese, "en": english}), type="integer", unit=unit)


def _rounds() -> Iterator[Line]:
    shared = (
        _builtin("checklist", "text", "检查表", "Checklist"),
        _builtin("announced", "boolean", "预告", "Announced"),
        _builtin("round", "text", "检查编号", "Number of the round"),
    )
    own: dict[str, tuple[str, str, tuple[Field, ...]]] = {
        DRAWN: ("抽中的检查对象", "Objects drawn", (
            _choice("why", "为什么抽中", "Why drawn", _named(DRAWN_WHY)),
            _choice("outcome", "查了没有", "Outcome", _named(DRAWN_OUTCOMES)),
        )),
        CHECKED: ("查完的检查表", "Checklists gone through", (
            _choice("kind", "检查还是自查", "Visit or self-check", _named(ROUND_KINDS)),
            _counted("items", "看了", "Items looked at"),
            _counted("right", "合格", "Right"),
            _counted("wrong", "不合格", "Wrong"),
            _counted("not_applicable", "不涉及", "Not applicable"),
            _counted("findings", "记下的问题", "Findings", "个"),
        )),
    }  # fmt: skip
    for code, (chinese, english, fields) in own.items():
        name = Names({"zh-hans": chinese, "en": english})
        yield Line(code, Kind(id="inspections", name=name, fields=(*fields, *shared)), None)


class PackHead(Model):
    """What pack.yaml says. `levels` names the levels of units that the pack knows, `parts` those in which somebody
    answers for a duty; `notes` say, for example, which duties were left out and why."""

    id: HyphenId
    version: Version
    language: Literal["zh-hans", "en"] = "zh-hans"
    name: Names
    about: Names | None = None
    notes: tuple[Names, ...] = ()
    levels: Annotated[dict[Id, Names], Rule(min_length=1)]
    parts: dict[Part, Names] = {}


class Pack(PackHead):
    """体系包: one version of a responsibility system."""

    kinds: tuple[Kind, ...] = ()
    figures: tuple[Figure, ...] = ()
    reports: tuple[ReportTemplate, ...] = ()
    dashboards: tuple[Dashboard, ...] = ()
    duties: tuple[Duty, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    findings: Findings | None = None

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> Pack:
        """The pack that `content()` was taken from."""
        return cls.model_validate_json(canonical_json(content))

    def content(self) -> dict[str, Any]:
        """The whole pack as plain JSON data, without what was left at its default: so a later version of Mingzhang
        that knows more fields gives the same pack the same digest. Defaults in this module must not change."""
        return self.model_dump(mode="json", exclude_defaults=True, by_alias=True)

    def kind(self, code: str) -> Kind:
        """The kind of sheets `code`, such as `visit`. Raises KeyError."""
        return self._kinds[code]

    def lines(self) -> tuple[Line, ...]:
        """Every kind of entry: each sheet, followed by its tables; last, where there are duties, their tasks, what
        becomes of findings, and rounds."""
        return tuple(self._lines.values())

    def line(self, code: str) -> Line:
        """The kind of entry `code`, such as `visit`, `visit.problems` or `duties.tasks`. Raises KeyError."""
        return self._lines[code]

    def fields_of(self, code: str) -> dict[str, Field]:
        """What an expression over entries of kind `code` may name: the line's own fields, for a table also the
        sheet's as `sheet.<field>`, and the builtins `unit`, `occurred_on`, `posted_on`. Raises KeyError."""
        line = self._lines[code]
        sheet = {f"sheet.{field.id}": field for field in line.kind.fields} if line.table else {}
        return {field.id: field for field in line.fields} | sheet | BUILTIN_FIELDS

    def types_of(self, code: str) -> dict[str, FieldKnown]:
        """`fields_of` as `packs.expressions` wants it. Raises KeyError."""
        return {name: field.known for name, field in self.fields_of(code).items()}

    def figure(self, id: str) -> Figure:
        """The figure `id`. Raises KeyError."""
        return self.figures_by_id[id]

    def report(self, id: str) -> ReportTemplate:
        """The report template `id`. Raises KeyError."""
        return {report.id: report for report in self.reports}[id]

    @cached_property
    def figures_by_id(self) -> dict[str, Figure]:
        """Figure id → figure."""
        return {figure.id: figure for figure in self.figures}

    @cached_property
    def duties_by_id(self) -> dict[str, Duty]:
        """Duty id → duty."""
        return {duty.id: duty for duty in self.duties}

    @cached_property
    def checklists_by_id(self) -> dict[str, Checklist]:
        """Checklist id → checklist, the one by which findings are looked at again among them."""
        return {checklist.id: checklist for checklist in (*self.checklists, FOLLOW_UP)}

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        return {kind.id: kind for kind in self.kinds}

    @cached_property
    def _lines(self) -> dict[str, Line]:
        lines: dict[str, Line] = {}
        for kind in self.kinds:
            lines[kind.id] = Line(kind.id, kind, None)
            lines |= {f"{kind.id}.{table.id}": Line(f"{kind.id}.{table.id}", kind, table) for table in kind.tables}
        lines |= {TASKS: _tasks(self.duties)} if self.duties else {}
        lines |= {line.code: line for line in _findings(self.findings)} if self.findings else {}
        return lines | ({line.code: line for line in _rounds()} if self.checklists else {})
