"""From plain data to the schema's objects: whatever pydantic refuses, said in words and pointed at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from mingzhang.packs.base import Model
from mingzhang.packs.expressions import suggestion
from mingzhang.packs.faults import Fault, Place
from mingzhang.packs.yaml_source import Path, Plain

M = TypeVar("M", bound=Model)


def build(model: type[M], data: Plain, place: Place, faults: list[Fault]) -> M | None:
    """`data`, which stands at `place`, as a `model`. When it does not fit, adds every reason to `faults` and
    returns None."""
    try:
        return model.model_validate_json(json.dumps(data))
    except ValidationError as error:
        problems = [problem for problem in error.errors(include_url=False) if not _follows(problem)]
        faults += {_fault(model, problem, place) for problem in problems}
        return None


def _follows(problem: ErrorDetails) -> bool:
    """Whether a list is called too short only because items in it, which are blamed themselves, did not count."""
    return problem["type"] == "too_short" and len(problem["input"]) >= problem["ctx"]["min_length"]


def _fault(model: type[Model], problem: ErrorDetails, place: Place) -> Fault:
    path = _written_path(problem["loc"])
    if problem["type"] == "missing":
        right = _("补上“%(name)s: …”") % {"name": path[-1]}
        return place.fault(*path, wrong=_("缺少“%(name)s”") % {"name": path[-1]}, right=right)
    if problem["type"] == "extra_forbidden":
        known = sorted(_known_at(model, path[:-1]))
        wrong = _("这里没有“%(name)s”这一项") % {"name": path[-1]}
        return place.key_fault(*path, wrong=wrong, right=suggestion(str(path[-1]), known))
    wrong, right = _said(problem)
    if path[-1:] == ("default",):
        wrong, right = _("默认值写得不对"), _("写文字、数、true 或 false，多选写成列表")
    if path[-1:] == ("is",):
        wrong, right = _("条件写得不对"), _("写选项的编号、true 或 false；几个里有一个就行的，写成列表")
    if problem["loc"][-1:] == ("[key]",):
        return place.key_fault(*path, wrong=wrong, right=right)
    return place.fault(*path, wrong=wrong, right=right)


def _written_path(loc: Path) -> Path:
    """Pydantic's location without what it adds of its own: `[key]`, and the members of a union under `default` or
    `is`."""
    path = tuple(step for step in loc if step != "[key]")
    for union in ("default", "is"):
        if union in path:
            return path[: path.index(union) + 1]
    return path


def _known_at(model: type[BaseModel], path: Path) -> set[str]:
    """The names that may be written in the object at `path`."""
    for step in path:
        if isinstance(step, str):
            annotation = _fields(model)[step].annotation
            model = next(_models_in(annotation), model)
    return set(_fields(model))


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of `model` by the names that are written."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _said(problem: ErrorDetails) -> tuple[str, str]:
    """What is wrong and what would be right, for a value that does not fit."""
    given = str(problem["input"])[:40]
    limits = problem.get("ctx", {})
    kind = problem["type"]
    if kind == "literal_error":
        choices = re.findall(r"'([^']+)'", str(limits["expected"]))
        return _("不能写“%(given)s”") % {"given": given}, suggestion(given, choices)
    if kind == "string_pattern_mismatch":
        return _("“%(given)s”写法不对") % {"given": given}, _pattern_hint(str(limits["pattern"]))
    if kind in _limit_words():
        return _limit_words()[kind] % limits, ""
    return next((said for prefix, said in _type_words() if kind.startswith(prefix)), (str(problem["msg"]), ""))


def _pattern_hint(pattern: str) -> str:
    if "\\." in pattern:
        return _('版本号写作三个数，如 "1.0.0"')
    if "_]" in pattern:
        return _("编号以小写字母开头，只用小写字母、数字和下划线")
    if "{2,3}" in pattern:
        return _("语言写作 zh-hans、en")
    return _("编号以小写字母开头，只用小写字母、数字和连字符")


def _limit_words() -> dict[str, str]:
    return {
        "string_too_short": _("不能空着"),
        "string_too_long": _("太长，最多%(max_length)d个字符"),
        "too_short": _("至少要%(min_length)d项"),
        "too_long": _("太多，最多%(max_length)d项"),
        "greater_than_equal": _("不能小于%(ge)s"),
        "less_than_equal": _("不能大于%(le)s"),
    }


def _type_words() -> tuple[tuple[str, tuple[str, str]], ...]:
    return (
        ("string_type", (_("这里要一段文字"), _("数字当文字用时加引号"))),
        ("int_", (_("这里要一个整数"), _("如 20，不加引号和单位"))),
        ("decimal_", (_("这里要一个数"), _("如 20 或 0.5，不加引号和单位"))),
        ("bool_type", (_("这里写 true 或 false"), "")),
        ("tuple_type", (_("这里要一个列表"), _("每项前写“- ”，或写在方括号里"))),
        ("dict_type", (_("这里要文字，或一组“名称: 值”"), _("如 {zh-hans: 走访, en: Visit}"))),
        ("model_type", (_("这里要一组“名称: 值”"), "")),
    )
