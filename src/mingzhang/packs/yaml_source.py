"""YAML read strictly: plain data, with the line and column that every value was written at.

Only what a careful reader would expect is accepted (the core schema of YAML 1.2.2, section 10.3, without its octal,
hexadecimal and infinite numbers): `true`, `false`, `null`, whole numbers and fractions; everything else, such as
`no`, `on`, `1:30` or a date, is text. Anchors, aliases, tags, merge keys, repeated keys and second documents are
refused while the text is still being scanned, so that a file that would unfold to gigabytes costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml
from django.utils.translation import gettext as _

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_NODES = 50_000

Plain: TypeAlias = "None | bool | int | float | str | list[Plain] | dict[str, Plain]"
Path: TypeAlias = "tuple[str | int, ...]"

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FRACTION = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?([eE][-+]?[0-9]{1,2})?")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
# Everything that YAML 1.2.2 section 5.1 calls unprintable, and the marks that reverse the direction of text.
_CONTROL = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)


class YamlInvalid(Exception):
    """What is wrong with a file as YAML, at `line` and `column`, both from 1."""

    def __init__(self, line: int, column: int, wrong: str, right: str = "") -> None:
        super().__init__(f"{line}:{column}: {wrong}")
        self.line = line
        self.column = column
        self.wrong = wrong
        self.right = right


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a value begins, both from 1. `inside` is how many columns its text begins further right, or None when
    the text runs over several lines and columns in it cannot be told."""

    line: int
    column: int
    inside: int | None = 0


@dataclass(frozen=True)
class Source:
    """A file's data, and the place of each value and of each key by its path."""

    data: Plain = None
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)

    def mark(self, path: Path) -> Mark:
        """Where the value at `path` is, or else the nearest value around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Mark(1, 1))

    def key_mark(self, path: Path) -> Mark:
        """Where the key that `path` ends with is."""
        return self.keys.get(path) or self.mark(path)


def read(content: bytes) -> Source:
    """The data in a YAML file. Raises YamlInvalid."""
    text = decode(content)
    try:
        return _Reader(yaml.parse(text, Loader=_LOADER)).read()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        wrong = _("不是正确的YAML：%(problem)s") % {"problem": error.problem}
        raise YamlInvalid(line, column, wrong, _("看看缩进、冒号后的空格、引号和括号")) from error
    except yaml.YAMLError as error:
        raise YamlInvalid(1, 1, _("不是正确的YAML")) from error


def decode(content: bytes) -> str:
    """UTF-8 text without control characters, of at most `MAX_BYTES`. Raises YamlInvalid."""
    if len(content) > MAX_BYTES:
        raise YamlInvalid(
            1,
            1,
            _("文件有%(size)d字节，太大") % {"size": len(content)},
            _("最多%(limit)d字节") % {"limit": MAX_BYTES},
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(content[: error.start].decode("utf-8", "replace"))
        raise YamlInvalid(line, column, _("不是UTF-8编码"), _("把文件另存为UTF-8")) from error
    if found := _CONTROL.search(text):
        line, column = _place(text[: found.start()])
        wrong = _("有不可见的控制字符U+%(code)04X") % {"code": ord(found.group())}
        raise YamlInvalid(line, column, wrong, _("删去这个字符"))
    return text


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _loader() -> type[yaml.SafeLoader]:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_LOADER = _loader()


class _Reader:
    """Builds data from the parser's events, and stops at the first that is not allowed."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events = events
        self.nodes = 0
        self.values: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}

    def read(self) -> Source:
        data: Plain = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _refused(event, _("一个文件里有几个文档（---）"), _("每个文件只写一个"))
                data = self.node(self.next(), ())
        return Source(data, self.values, self.keys)

    def next(self) -> yaml.Event:
        return next(self.events)

    def node(self, event: yaml.Event, path: Path) -> Plain:
        self.check(event, path)
        self.values[path] = _mark(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        return _scalar(event)

    def check(self, event: yaml.Event, path: Path) -> None:
        self.nodes += 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refused(event, _("不能用锚点和引用（& *）"), _("把内容照写一遍"))
        if getattr(event, "tag", None):
            raise _refused(event, _("不能用类型标签（!）"), _("去掉“!”开头的标签；文字里有“!”时加引号"))
        if len(path) > MAX_DEPTH:
            raise _refused(event, _("嵌套太深"), _("最多%(limit)d层") % {"limit": MAX_DEPTH})
        if self.nodes > MAX_NODES:
            raise _refused(event, _("内容太多"), _("每个文件最多%(limit)d项，拆成几个文件") % {"limit": MAX_NODES})

    def sequence(self, path: Path) -> Plain:
        items: list[Plain] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            items.append(self.node(event, (*path, len(items))))
        return items

    def mapping(self, path: Path) -> Plain:
        items: dict[str, Plain] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            key = self.key(event, path)
            if key in items:
                first = self.keys[*path, key]
                raise _refused(
                    event,
                    _("“%(key)s”写了两次，前一次在第%(line)d行") % {"key": key, "line": first.line},
                    _("只留一处"),
                )
            self.keys[*path, key] = _mark(event)
            items[key] = self.node(self.next(), (*path, key))
        return items

    def key(self, event: yaml.Event, path: Path) -> str:
        self.check(event, path)
        if not isinstance(event, yaml.ScalarEvent):
            raise _refused(event, _("名称不能是列表或一组值"), _("写成“名称: 值”；文字里有花括号时加引号"))
        if event.value == "<<":
            raise _refused(event, _("不能合并另一处的内容（<<）"), _("把内容照写一遍"))
        return str(event.value)


def _refused(event: yaml.Event, wrong: str, right: str) -> YamlInvalid:
    mark = _mark(event)
    return YamlInvalid(mark.line, mark.column, wrong, right)


def _mark(event: yaml.Event) -> Mark:
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        return Mark(1, 1)
    inside: int | None = None
    if isinstance(event, yaml.ScalarEvent) and start.line == end.line:
        inside = 1 if event.style else 0
    return Mark(start.line + 1, start.column + 1, inside)


def _scalar(event: yaml.Event) -> Plain:
    """The value of a scalar: quoted and block scalars are always text."""
    if not isinstance(event, yaml.ScalarEvent):
        raise TypeError(f"not a scalar: {event}")
    text = str(event.value)
    if _CONTROL.search(text):
        raise _refused(event, _("有不可见的控制字符"), _("删去“\\”开头的转义字符"))
    if event.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    return _number(text)


def _number(text: str) -> int | float | str:
    readers: tuple[tuple[re.Pattern[str], Callable[[str], int | float]], ...] = (
        (_INTEGER, int),
        (_FRACTION, float),
    )
    return next((read(text) for pattern, read in readers if pattern.fullmatch(text)), text)
