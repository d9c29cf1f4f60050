"""What a record kind may not say although each of its parts is well formed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.packs import expressions, values
from mingzhang.packs.checklist_schema import CHECKED
from mingzhang.packs.expressions import suggestion
from mingzhang.packs.faults import Fault, Place
from mingzhang.packs.schema import FOUND, RESERVED_FIELD_IDS, REVIEW_ROLES, TASKS, Field, Kind, When

# Which types of field an attribute belongs to.
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "options": frozenset({"choice", "choices"}),
    "unit": frozenset({"integer", "decimal"}),
    "min": frozenset({"integer", "decimal", "money"}),
    "max": frozenset({"integer", "decimal", "money"}),
    "places": frozenset({"decimal"}),
    "max_length": frozenset({"text", "long_text"}),
    "kind": frozenset({"link"}),
}
NEEDED: Mapping[str, str] = {
    "choice": "options",
    "choices": "options",
    "link": "kind",
    "person": "personal",
    "people": "personal",
}
RESERVED_KINDS = frozenset(code.partition(".")[0] for code in (TASKS, FOUND, CHECKED))
NO_DEFAULT = frozenset({"person", "people", "unit", "link", "file"})
CONDITIONS = frozenset({"choice", "choices", "boolean"})
TITLE_TYPES = frozenset({"text", "integer", "decimal", "money", "date", "choice"})
_TITLE_FIELD = re.compile(r"\{([^{}]*)\}|[{}]")


@dataclass(frozen=True)
class Known:
    """What the pack's parts may refer to. `broken` names the kinds that could not be read: they exist, but nothing
    is known of them, so references to them are let pass."""

    levels: Collection[str]
    kinds: Mapping[str, Kind]
    broken: Collection[str] = field(default=frozenset())


def kind_faults(kind: Kind, place: Place, known: Known) -> Iterator[Fault]:
    """Everything wrong with `kind`, which stands at `place`."""
    if kind.id in RESERVED_KINDS:
        wrong = _("“%(id)s”是保留的名称，不能作记录类型编号") % {"id": kind.id}
        yield place.fault("id", wrong=wrong, right=_("换一个编号，如 %(id)s_sheet") % {"id": kind.id})
    yield from level_faults(kind.levels, place, known.levels)
    for number, step in enumerate(kind.review):
        if step.role not in REVIEW_ROLES:
            wrong = _("没有角色“%(role)s”") % {"role": step.role}
            yield place.fault("review", number, "role", wrong=wrong, right=suggestion(step.role, REVIEW_ROLES))
    if kind.evidence.min > kind.evidence.max:
        yield place.fault("evidence", wrong=_("佐证的下限比上限大"), right=_("min 不能大于 max，max 不写是9"))
    yield from _title_faults(kind, place)
    yield from _fields_faults(kind.fields, place, known)
    yield from _section_faults(kind, place)
    yield from repeated([table.id for table in kind.tables], place.inside("tables"))
    for number, table in enumerate(kind.tables):
        at = place.inside("tables", number)
        yield from _fields_faults(table.fields, at, known)
        yield from _when_faults(table.when, kind.fields, at)


def level_faults(levels: Sequence[str], place: Place, known: Collection[str]) -> Iterator[Fault]:
    """Levels that pack.yaml does not name."""
    for number, level in enumerate(levels):
        if level not in known:
            wrong = _("pack.yaml 里没有层级“%(level)s”") % {"level": level}
            yield place.fault("levels", number, wrong=wrong, right=suggestion(level, known))


def repeated(ids: Sequence[str], place: Place) -> Iterator[Fault]:
    """Ids that stand twice in the list at `place`."""
    seen: set[str] = set()
    for number, own in enumerate(ids):
        if own in seen:
            yield place.fault(number, "id", wrong=_("编号“%(id)s”重复") % {"id": own}, right=_("换一个编号"))
        seen.add(own)


def _title_faults(kind: Kind, place: Place) -> Iterator[Fault]:
    usable = {field.id for field in kind.fields if field.type in TITLE_TYPES}
    for found in _TITLE_FIELD.finditer(kind.title or ""):
        if found.group(1) in usable:
            continue
        wrong = _("标题里不能用“%(text)s”") % {"text": found.group()}
        yield place.text_fault(
            "title", column=found.start() + 1, wrong=wrong, right=suggestion(found.group(1) or "", usable)
        )


def _fields_faults(fields: Sequence[Field], place: Place, known: Known) -> Iterator[Fault]:
    yield from repeated([field.id for field in fields], place.inside("fields"))
    for number, field_ in enumerate(fields):
        at = place.inside("fields", number)
        yield from _id_faults(field_, at)
        yield from _attribute_faults(field_, at)
        yield from repeated([option.id for option in field_.options], at.inside("options"))
        yield from _bound_faults(field_, at)
        yield from _default_faults(field_, at)
        yield from _link_faults(field_, at, known)
        yield from _when_faults(field_.when, fields[:number], at)


def _id_faults(field_: Field, place: Place) -> Iterator[Fault]:
    if field_.id in RESERVED_FIELD_IDS | expressions.RESERVED:
        wrong = _("“%(id)s”是保留的名称，不能作字段编号") % {"id": field_.id}
        yield place.fault("id", wrong=wrong, right=_("换一个编号，如 %(id)s_text") % {"id": field_.id})


def _attribute_faults(field_: Field, place: Place) -> Iterator[Fault]:
    for name, types in ATTRIBUTES.items():
        if place.has(name) and field_.type not in types:
            wrong = _("%(type)s 类型的字段没有 %(name)s") % {"type": field_.type, "name": name}
            right = _("%(name)s 只用于 %(types)s") % {"name": name, "types": "、".join(sorted(types))}
            yield place.key_fault(name, wrong=wrong, right=right)
    needed = NEEDED.get(field_.type)
    if needed and not getattr(field_, needed):
        wrong = _("%(type)s 类型的字段缺少 %(name)s") % {"type": field_.type, "name": needed}
        yield place.fault("type", wrong=wrong, right=_needed_hint(needed))


def _needed_hint(needed: str) -> str:
    return {
        "options": _("列出选项，如 options: [{id: walk, name: {zh-hans: 步行, en: On foot}}]"),
        "kind": _("写明链接到哪种记录，如 kind: visit"),
        "personal": _("写明用途和保存天数，如 personal: {purpose: 便于联系, retention_days: 365}"),
    }[needed]


def _bound_faults(field_: Field, place: Place) -> Iterator[Fault]:
    if field_.min is not None and field_.max is not None and field_.min > field_.max:
        yield place.fault("min", wrong=_("下限比上限大"), right=_("min 不能大于 max"))
    for name in ("min", "max"):
        bound = getattr(field_, name)
        if bound is None:
            continue
        if abs(bound) > values.LARGEST:
            yield place.fault(name, wrong=_("数太大"), right=_("不超过正负%(limit)d") % {"limit": values.LARGEST})
        elif field_.type == "integer" and bound != bound.to_integral_value():
            yield place.fault(name, wrong=_("整数字段的上下限要是整数"), right=_("或把类型改成 decimal"))


def _default_faults(field_: Field, place: Place) -> Iterator[Fault]:
    if field_.default is None or (field_.type in ("choice", "choices") and not field_.options):
        return
    if field_.type in NO_DEFAULT:
        wrong = _("%(type)s 类型的字段不能有默认值") % {"type": field_.type}
        yield place.key_fault("default", wrong=wrong, right=_("删去 default"))
        return
    try:
        values.initial(field_)
    except InvalidInput as refused:
        right = _("日期写作 2026-01-31，或写 today") if field_.type == "date" else ""
        yield place.fault("default", wrong=_("默认值不能用：%(why)s") % {"why": refused.message}, right=right)


def _link_faults(field_: Field, place: Place, known: Known) -> Iterator[Fault]:
    if field_.kind and field_.kind not in known.kinds and field_.kind not in known.broken:
        wrong = _("没有记录类型“%(kind)s”") % {"kind": field_.kind}
        yield place.fault("kind", wrong=wrong, right=suggestion(field_.kind, known.kinds))


def _section_faults(kind: Kind, place: Place) -> Iterator[Fault]:
    taken: set[str] = set()
    for number, section in enumerate(kind.sections):
        for nth, own in enumerate(section.fields):
            at = ("sections", number, "fields", nth)
            if own not in kind.by_id:
                wrong = _("没有字段“%(name)s”") % {"name": own}
                yield place.fault(*at, wrong=wrong, right=suggestion(own, kind.by_id))
            elif own in taken:
                wrong = _("字段“%(name)s”已经在前面的分节里了") % {"name": own}
                yield place.fault(*at, wrong=wrong, right=_("一个字段只放一节"))
            taken.add(own)


def _when_faults(when: When | None, before: Sequence[Field], place: Place) -> Iterator[Fault]:
    """A condition asks an earlier field of the same sheet or row, and for an answer that it can have."""
    if when is None:
        return
    asked = {field_.id: field_ for field_ in before}.get(when.field)
    if asked is None or asked.type not in CONDITIONS:
        usable = [field_.id for field_ in before if field_.type in CONDITIONS]
        wrong = _("前面没有能作条件的字段“%(name)s”") % {"name": when.field}
        right = suggestion(when.field, usable) or _("条件只用写在前面的 choice、choices、boolean 字段")
        yield place.fault("when", "field", wrong=wrong, right=right)
        return
    possible = {True, False} if asked.type == "boolean" else set(asked.option_names)
    if wrong_ones := [answer for answer in when.answers if answer not in possible]:
        said = str(wrong_ones[0]).lower() if isinstance(wrong_ones[0], bool) else wrong_ones[0]
        wrong = _("“%(field)s”没有答案“%(answer)s”") % {"field": when.field, "answer": said}
        right = _("写 true 或 false") if asked.type == "boolean" else suggestion(said, asked.option_names)
        yield place.fault("when", "is", wrong=wrong, right=right)
