"""What is wrong in a pack, and where: every fault names the file, the line, what it is and what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.packs.yaml_source import Path, Plain, Source


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong. `line` and `column` count from 1; `where` is the dotted path inside the file."""

    file: str
    line: int
    column: int
    where: str
    wrong: str
    right: str

    def __str__(self) -> str:
        said = f"{self.where}：{self.wrong}" if self.where else self.wrong
        return f"{self.file}:{self.line}:{self.column}: {said}" + (f"。{self.right}" if self.right else "")


class PackInvalid(InvalidInput):
    """A pack that does not hold together, with all that is wrong with it in `faults`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__(
            _("体系包有%(count)d处写错。") % {"count": len(self.faults)},
            problems=_by_place(self.faults),
        )

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {fault}" for fault in self.faults)])


def _by_place(faults: Sequence[Fault]) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    for fault in faults:
        problems.setdefault(f"{fault.file}:{fault.line}:{fault.column}", []).append(str(fault))
    return problems


@dataclass(frozen=True)
class Place:
    """A part of a pack's file, from which faults can be pointed at. `base` is the part's own path in the file."""

    file: str
    source: Source = field(default_factory=Source)
    base: Path = ()

    def inside(self, *path: str | int) -> Place:
        """The part at `path` below this one."""
        return Place(self.file, self.source, (*self.base, *path))

    def has(self, *path: str | int) -> bool:
        """Whether something was written at `path`."""
        return (*self.base, *path) in self.source.values

    def fault(self, *path: str | int, wrong: str, right: str = "") -> Fault:
        """A fault of the value at `path`."""
        full = (*self.base, *path)
        mark = self.source.mark(full)
        return Fault(self.file, mark.line, mark.column, self.dotted(full), wrong, right)

    def key_fault(self, *path: str | int, wrong: str, right: str = "") -> Fault:
        """A fault of the key that `path` ends with."""
        full = (*self.base, *path)
        mark = self.source.key_mark(full)
        return Fault(self.file, mark.line, mark.column, self.dotted(full), wrong, right)

    def text_fault(self, *path: str | int, column: int, wrong: str, right: str = "") -> Fault:
        """A fault at `column`, from 1, of the text at `path`."""
        full = (*self.base, *path)
        mark = self.source.mark(full)
        shift = 0 if mark.inside is None else mark.inside + column - 1
        return Fault(self.file, mark.line, mark.column + shift, self.dotted(full), wrong, right)

    def dotted(self, path: Path) -> str:
        """`fields.people.min`: a list's items by their own ids where they have one, else by number from 0."""
        data, parts = self.source.data, []
        for step in path:
            data = _step(data, step)
            parts.append(_own_id(data) or str(step) if isinstance(step, int) else step)
        return ".".join(parts)


def _step(data: Plain, step: str | int) -> Plain:
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return data.get(step) if isinstance(data, dict) and isinstance(step, str) else None


def _own_id(data: Plain) -> str:
    own = data.get("id") if isinstance(data, dict) else None
    return own if isinstance(own, str) else ""
