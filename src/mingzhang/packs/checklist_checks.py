"""What a checklist may not say although each of its parts is well formed."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _

from mingzhang.packs.checklist_schema import Checklist, Item, Suggestion
from mingzhang.packs.expressions import suggestion
from mingzhang.packs.faults import Fault, Place
from mingzhang.packs.finding_schema import Findings
from mingzhang.packs.follow_up import FOLLOW_UP
from mingzhang.packs.kind_checks import level_faults


def problem_faults(checklist: Checklist, place: Place, words: Findings | None) -> Iterator[Fault]:
    """What is wrong with how its problems are put down in `words`, without which they would be lost."""
    if words is None:
        if any(item.is_judged for item in checklist.items()):
            wrong = _("查出的问题没有类别可归：体系包里没有 findings.yaml")
            yield place.fault("parts", wrong=wrong, right=_("写 findings.yaml，写明问题的类别和程度"))
        return
    for part, section in enumerate(checklist.parts):
        for number, item in enumerate(section.items):
            if item.finding:
                spot = place.inside("parts", part, "items", number, "finding")
                yield from _suggestion_faults(item.finding, words, spot)


def checklist_faults(checklist: Checklist, place: Place, levels: Collection[str]) -> Iterator[Fault]:
    """Everything wrong with `checklist` by itself."""
    if checklist.id == FOLLOW_UP.id:
        wrong = _("编号“%(id)s”留给了回头看") % {"id": checklist.id}
        yield place.fault("id", wrong=wrong, right=_("换一个编号"))
    yield from level_faults(checklist.levels, place, levels)
    seen: set[str] = set()
    for part, section in enumerate(checklist.parts):
        for number, item in enumerate(section.items):
            spot = place.inside("parts", part, "items", number)
            if item.id in seen:
                wrong = _("编号“%(id)s”重复") % {"id": item.id}
                yield spot.fault("id", wrong=wrong, right=_("换一个编号"))
            seen.add(item.id)
            yield from _item_faults(item, spot)


def _item_faults(item: Item, place: Place) -> Iterator[Fault]:
    if item.answer == "choice":
        yield from _option_faults(item, place)
    elif item.options:
        yield place.fault("options", wrong=_("只有 choice 才有选项"), right=_("写 answer: choice，或去掉 options"))
    if item.answer != "number":
        for name in ("unit", "min", "max"):
            if getattr(item, name) is not None:
                yield place.fault(name, wrong=_("只有 number 才写 unit、min、max"), right=_("去掉它"))
    elif item.min is not None and item.max is not None and item.min > item.max:
        yield place.fault("min", wrong=_("最小的比最大的还大"), right=_("对调 min 和 max"))
    if item.answer == "text" and item.finding:
        yield place.fault("finding", wrong=_("文字看不出有没有问题"), right=_("去掉 finding"))


def _suggestion_faults(said: Suggestion, words: Findings, place: Place) -> Iterator[Fault]:
    for part, given, known in (
        ("category", said.category, words.categories_by_id),
        ("severity", said.severity, words.severities_by_id),
    ):
        if given is not None and given not in known:
            yield place.fault(part, wrong=_("没有“%(id)s”") % {"id": given}, right=suggestion(given, known))


def _option_faults(item: Item, place: Place) -> Iterator[Fault]:
    ids = [option.id for option in item.options]
    if len(ids) < 2:
        yield place.fault(wrong=_("选择要有两个以上的选项"), right=_("在 options 里写"))
    if len(set(ids)) < len(ids):
        yield place.fault("options", wrong=_("选项的编号重复"), right=_("换一个编号"))
    if item.finding and not any(option.wrong for option in item.options):
        yield place.fault("finding", wrong=_("没有哪个选项算有问题"), right=_("在选项里写 wrong: true"))
