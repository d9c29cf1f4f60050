"""A figure cut down to one answer of a single choice: “到期任务” of one duty only.

Every figure can be cut by every single choice of what it counts, without the pack saying so. A cut is a figure like
any other, told by its id: `tasks_due:duty=monthly_check`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from mingzhang.core.errors import NotFound
from mingzhang.figures.definitions import Counted, Definition, definitions
from mingzhang.packs.base import Names
from mingzhang.packs.schema import Field, Option, Pack
from mingzhang.packs.trees import And, Compare, FieldRef, Literal, Where

MARK, IS = ":", "="


def cut_id(figure_id: str, field: str, option: str) -> str:
    """The id of the figure cut down to `option` of `field`."""
    return f"{figure_id}{MARK}{field}{IS}{option}"


def whole_of(figure_id: str) -> str:
    """The id of the figure that is cut down; the id itself where nothing is cut."""
    return figure_id.partition(MARK)[0]


def choices_of(definition: Definition, pack: Pack) -> dict[str, Field]:
    """The single choices that the figure may be cut by, by the names that expressions use: those that everything it
    is made of has."""
    if isinstance(definition, Counted):
        fields = pack.fields_of(definition.figure.of or "")
        return {name: field for name, field in fields.items() if field.type == "choice"}
    first, *others = [choices_of(part, pack) for part, _shift in definition.parts]
    return {name: field for name, field in first.items() if all(name in other for other in others)}


def cut(definition: Definition, pack: Pack, said: str) -> Definition | None:
    """The figure cut down by `said` (`duty=monthly_check`); None when there is no such choice."""
    name, _is, answer = said.partition(IS)
    field = choices_of(definition, pack).get(name)
    option = next((option for option in field.options if option.id == answer), None) if field else None
    return _cut(definition, name, option) if option else None


def defined(pack_version_id: int, figure_id: str) -> Definition:
    """What the pack defines as `figure_id`, or the figure before its mark cut down. Raises NotFound."""
    known = definitions(pack_version_id)
    id, mark, said = figure_id.partition(MARK)
    found = cut(known[id], known.pack, said) if mark else known[id]
    if found is None:
        raise NotFound(_("数据项“%(figure)s”不能按“%(said)s”拆开。") % {"figure": id, "said": said[:60]})
    return found


def _cut(definition: Definition, field: str, option: Option) -> Definition:
    figure = definition.figure.model_copy(
        update={
            "id": cut_id(definition.figure.id, field, option.id),
            "name": _named(definition.figure.name, option.name),
        }
    )
    if not isinstance(definition, Counted):
        parts = tuple((_cut(part, field, option), shift) for part, shift in definition.parts)
        return replace(definition, figure=figure, parts=parts)
    only: Where = Compare("=", FieldRef(field, "choice"), Literal(option.id))
    before = definition.component.where
    where = And((before, only)) if before else only
    text = f"{field} = '{option.id}'"
    written = f"({figure.where}) and {text}" if figure.where else text
    component = replace(definition.component, where=where)
    return Counted(figure.model_copy(update={"where": written}), component)


def _named(figure: Names, option: Names) -> Names:
    languages: Iterable[str] = dict.fromkeys((*figure.root, *option.root))
    return Names({code: f"{figure.text(code)}（{option.text(code)}）" for code in languages})
