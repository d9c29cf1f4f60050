"""What a figure may not say although each of its parts is well formed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from django.utils.translation import gettext as _

from mingzhang.packs.expressions import (
    ExpressionError,
    parse_derive,
    parse_value,
    parse_where,
    suggestion,
)
from mingzhang.packs.faults import Fault, Place
from mingzhang.packs.schema import Figure, Pack
from mingzhang.packs.trees import Derive, FieldType

PERCENT = "%"
POINTS = "个百分点"
_COUNTED_ONLY = ("value", "where", "scope", "period")


def counted_faults(figure: Figure, place: Place, pack: Pack, broken_kinds: Collection[str]) -> Iterator[Fault]:
    """Everything wrong with a figure that says `of`. Figures over kinds that could not be read are let pass."""
    line = figure.of or ""
    if line.partition(".")[0] in broken_kinds:
        return
    codes = [known.code for known in pack.lines()]
    if line not in codes:
        wrong = _("没有记录类型或表“%(line)s”") % {"line": line}
        yield place.fault("of", wrong=wrong, right=suggestion(line, codes))
        return
    types = pack.types_of(line)
    yield from _value_faults(figure, place, pack, types)
    if figure.where is not None:
        try:
            parse_where(figure.where, types)
        except ExpressionError as error:
            yield place.text_fault("where", column=error.column, wrong=error.wrong, right=error.right)


def _value_faults(figure: Figure, place: Place, pack: Pack, types: Mapping[str, FieldType]) -> Iterator[Fault]:
    if figure.value is None:
        yield place.fault(wrong=_("缺少 value"), right=_("写作 count、sum(字段) 或 distinct(字段)"))
        return
    try:
        value = parse_value(figure.value, types)
    except ExpressionError as error:
        yield place.text_fault("value", column=error.column, wrong=error.wrong, right=error.right)
        return
    summed = pack.fields_of(figure.of or "")[value.field.name] if value.field else None
    if value.aggregate == "sum" and summed and summed.measure and summed.measure != figure.measure:
        wrong = _("字段 %(field)s 的量词是“%(unit)s”，这里写的是“%(measure)s”") % {
            "field": summed.id, "unit": summed.measure, "measure": figure.measure
        }  # fmt: skip
        yield place.fault("measure", wrong=wrong, right=_("改成“%(unit)s”") % {"unit": summed.measure})


def form_faults(figure: Figure, place: Place) -> Iterator[Fault]:
    """A figure is either counted (`of`) or derived (`derive`), and says nothing that belongs to the other."""
    if (figure.of is None) == (figure.derive is None):
        wrong = _("of 和 derive 要写一个，也只能写一个")
        yield place.fault(wrong=wrong, right=_("从记录里数的写 of 和 value，由别的数据项算的写 derive"))
    elif figure.derive is not None:
        for name in _COUNTED_ONLY:
            if place.has(name):
                wrong = _("由别的数据项算出的，不能写 %(name)s") % {"name": name}
                yield place.key_fault(name, wrong=wrong, right=_("写在它所用的数据项里；期间写作 编号@previous"))


def derived_faults(
    figure: Figure, place: Place, measures: Mapping[str, str], broken: Collection[str]
) -> Iterator[Fault]:
    """Everything wrong with a figure that says `derive`, except cycles. `measures` are those of all figures that
    could be read; figures that name one of `broken`, which could not, are let pass."""
    if not set(_parts(figure)).isdisjoint(broken):
        return
    try:
        tree = parse_derive(figure.derive or "", measures)
    except ExpressionError as error:
        yield place.text_fault("derive", column=error.column, wrong=error.wrong, right=error.right)
        return
    allowed = _derived_measures(tree, measures)
    if allowed and figure.measure not in allowed:
        wrong = _("%(function)s 的结果不能用量词“%(measure)s”") % {
            "function": tree.function, "measure": figure.measure
        }  # fmt: skip
        yield place.fault("measure", wrong=wrong, right=_("改成“%(allowed)s”") % {"allowed": "、".join(allowed)})


def _derived_measures(tree: Derive, measures: Mapping[str, str]) -> Sequence[str]:
    """The measure words that the result may have; none means any."""
    if tree.function == "ratio":
        return ()
    if tree.function == "growth":
        return (PERCENT,)
    own = measures[tree.parts[0].figure]
    return (POINTS,) if own == PERCENT and tree.function == "difference" else (own,)


def cycle_faults(figures: Sequence[tuple[Figure, Place]]) -> Iterator[Fault]:
    """Figures that are made, step by step, of themselves: each cycle once, at one of its figures."""
    places = {figure.id: place for figure, place in figures}
    parts = {figure.id: _parts(figure) for figure, _place in figures}
    while cycle := _cycle(parts):
        wrong = _("数据项绕成了圈：%(cycle)s") % {"cycle": " → ".join(cycle)}
        yield places[cycle[0]].fault("derive", wrong=wrong, right=_("其中一个要从记录里数（of 和 value）"))
        for figure in cycle:
            parts.pop(figure, None)


def _parts(figure: Figure) -> list[str]:
    """The ids named in `derive`, read loosely so that a cycle is found beside other faults."""
    inside = (figure.derive or "").partition("(")[2]
    return re.findall(r"(?<![a-z0-9_@])[a-z][a-z0-9_]*", inside)


def _cycle(parts: Mapping[str, Sequence[str]]) -> list[str]:
    """A way from some figure back to itself, or nothing."""
    try:
        TopologicalSorter(parts).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []
