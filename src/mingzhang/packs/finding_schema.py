"""What a pack may say about findings: their categories and severities, and which rows of sheets become one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field as Rule

from mingzhang.packs.base import Id, Model, Names

Source = Literal[
    "self_checks", "inspections", "meetings", "studies", "drills", "residents", "assessments", "tasks",
]  # fmt: skip
# Where findings come from: a closed list, since figures of every pack count by it.
SOURCES: dict[str, tuple[str, str]] = {
    "self_checks": ("自查", "Self-checks"),
    "inspections": ("检查", "Inspections"),
    "meetings": ("会议", "Meetings"),
    "studies": ("学习", "Study sessions"),
    "drills": ("演练", "Drills"),
    "residents": ("居民反映", "Residents"),
    "assessments": ("考核", "Assessments"),
    "tasks": ("任务", "Tasks"),
}


class Category(Model):
    """What a finding is about."""

    id: Id
    name: Names


class FollowUpAfter(Model):
    """How long after closing it is looked at again: so many working days, or so many months."""

    days: Annotated[int, Rule(ge=1, le=366)] | None = None
    months: Annotated[int, Rule(ge=1, le=24)] | None = None


class Severity(Model):
    """How grave a finding is: within how many working days it has to be corrected, and when it is looked at again;
    without `follow_up` it is not."""

    id: Id
    name: Names
    correct_within: Annotated[int, Rule(ge=1, le=366)]
    follow_up: FollowUpAfter | None = None


class Suspension(Model):
    """A lawful reason for which correcting may be suspended."""

    id: Id
    name: Names


class Sorting(Model):
    """Which category or severity a row has: by the answer in `field`, or else `otherwise`. An answer that is not
    among `answers` stands for itself where there is one of that name."""

    otherwise: Id
    field: Id | None = None
    answers: dict[Id, Id] = {}

    def of(self, row: Mapping[str, object], known: Mapping[str, object]) -> str:
        """The one for `row`, among those `known`."""
        said = row.get(self.field) if self.field else None
        if not isinstance(said, str):
            return self.otherwise
        return self.answers.get(said) or (said if said in known else self.otherwise)


class Rows(Model):
    """How the rows of `table`, such as `meeting.resolutions`, become things to do: which field says what it is
    about, in which unit, which post has it in hand, and by when."""

    table: Annotated[str, Rule(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=121)]
    words: Id
    unit: Id | None = None
    post: Id | None = None
    due: Id | None = None


class FindingRows(Rows):
    """How the rows of a table become findings. `done` is a field, a day or yes, that says that it was put right
    when the sheet was written."""

    source: Source
    category: Sorting
    severity: Sorting
    done: Id | None = None


class Findings(Model):
    """findings.yaml: the vocabulary of findings, the tables whose rows become findings, and those whose rows become
    matters to be seen to. `otherwise` is the category of a problem of which nobody says another."""

    categories: Annotated[tuple[Category, ...], Rule(min_length=1, max_length=40)]
    severities: Annotated[tuple[Severity, ...], Rule(min_length=1, max_length=9)]
    otherwise: Id | None = None
    suspensions: tuple[Suspension, ...] = ()
    rows: tuple[FindingRows, ...] = ()
    matters: tuple[Rows, ...] = ()

    @cached_property
    def categories_by_id(self) -> dict[str, Category]:
        """Category id → category."""
        return {one.id: one for one in self.categories}

    @cached_property
    def severities_by_id(self) -> dict[str, Severity]:
        """Severity id → severity."""
        return {one.id: one for one in self.severities}

    @cached_property
    def suspensions_by_id(self) -> dict[str, Suspension]:
        """Reason id → lawful reason."""
        return {one.id: one for one in self.suspensions}

    @cached_property
    def rows_by_table(self) -> dict[str, FindingRows]:
        """Table, as `meeting.problems` → how its rows become findings."""
        return {one.table: one for one in self.rows}

    @cached_property
    def matters_by_table(self) -> dict[str, Rows]:
        """Table, as `meeting.resolutions` → how its rows become matters."""
        return {one.table: one for one in self.matters}
