"""What a report template may not say although each of its parts is well formed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from django.utils.translation import gettext as _

from mingzhang.packs import marks
from mingzhang.packs.expressions import suggestion
from mingzhang.packs.faults import Fault, Place
from mingzhang.packs.figure_checks import PERCENT, POINTS
from mingzhang.packs.kind_checks import level_faults
from mingzhang.packs.schema import ReportTemplate
from mingzhang.packs.yaml_source import Mark, Source

# The measure words that a form may stand for.
FORM_MEASURES: Mapping[str, tuple[str, ...]] = {
    "percent": (PERCENT,), "change": (PERCENT, POINTS), "points": (POINTS,)
}  # fmt: skip
_HEADING = ("title", "organ", "addressee", "number")


def report_faults(
    report: ReportTemplate,
    place: Place,
    measures: Mapping[str, str],
    broken: Collection[str],
    levels: Collection[str],
) -> Iterator[Fault]:
    """Everything wrong with `report`. `measures` are those of the figures that could be read, `broken` names the
    others."""
    yield from level_faults(report.levels, place, levels)
    for level in report.organ_by_level.keys() - set(levels):
        wrong = _("pack.yaml 里没有层级“%(level)s”") % {"level": level}
        yield place.fault("organ_by_level", level, wrong=wrong, right=suggestion(level, levels))
    for name in _HEADING:
        yield from _heading_faults(name, getattr(report, name) or "", place)
    for organ in report.organ_by_level.values():
        yield from _heading_faults("organ_by_level", organ, place)
    yield from _body_faults(report.text, place.file.removesuffix("yaml") + "md", measures, broken)


def _heading_faults(name: str, text: str, place: Place) -> Iterator[Fault]:
    segments, faults = marks.parse(text)
    for fault in faults:
        yield place.text_fault(name, column=fault.column, wrong=fault.wrong, right=fault.right)
    for segment in segments:
        if isinstance(segment, marks.FigureMark | marks.TableMark):
            right = _("这里只能用 {unit} {unit_short} {period} {year} {date}")
            yield place.text_fault(name, column=segment.column, wrong=_("这里不能放数据项"), right=right)


def _body_faults(text: str, file: str, measures: Mapping[str, str], broken: Collection[str]) -> Iterator[Fault]:
    segments, faults = marks.parse(text)
    for fault in faults:
        yield _at(file, fault.line, fault.column).fault(wrong=fault.wrong, right=fault.right)
    for segment in segments:
        if isinstance(segment, marks.FigureMark):
            yield from _figure_faults(segment, file, measures, broken)
        elif isinstance(segment, marks.TableMark):
            for figure in segment.figures:
                yield from _unknown(figure, _at(file, segment.line, segment.column), measures, broken)


def _figure_faults(
    mark: marks.FigureMark, file: str, measures: Mapping[str, str], broken: Collection[str]
) -> Iterator[Fault]:
    place = _at(file, mark.line, mark.column)
    yield from _unknown(mark.figure, place, measures, broken)
    needed = FORM_MEASURES.get(mark.form)
    measure = measures.get(mark.figure)
    if needed and measure and measure not in needed:
        wrong = _("写法“%(form)s”要量词是“%(needed)s”的数据项，%(figure)s 的是“%(measure)s”") % {
            "form": mark.form, "needed": _("或").join(needed), "figure": mark.figure, "measure": measure
        }  # fmt: skip
        yield place.fault(wrong=wrong, right=_("换一个数据项，或换一种写法"))


def _unknown(figure: str, place: Place, measures: Mapping[str, str], broken: Collection[str]) -> Iterator[Fault]:
    if figure not in measures and figure not in broken:
        wrong = _("没有数据项“%(figure)s”") % {"figure": figure[:60]}
        yield place.fault(wrong=wrong, right=suggestion(figure[:60], measures))


def _at(file: str, line: int, column: int) -> Place:
    return Place(file, Source(values={(): Mark(line, column)}))
