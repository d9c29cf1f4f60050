"""What a figure counts, in a sentence, from its typed tree and the names its pack gives."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.figures.definitions import Counted, Definition, Derived
from mingzhang.packs.schema import Field, Figure, Pack
from mingzhang.packs.trees import And, Between, Compare, FieldRef, In, Literal, Not, Or, Shift, Value, Where
from mingzhang.packs.wording import language

OPERATORS: dict[str, Promise] = {
    "=": gettext_lazy("“%(left)s”是%(right)s"),
    "!=": gettext_lazy("“%(left)s”不是%(right)s"),
    "<": gettext_lazy("“%(left)s”小于%(right)s"),
    "<=": gettext_lazy("“%(left)s”不超过%(right)s"),
    ">": gettext_lazy("“%(left)s”大于%(right)s"),
    ">=": gettext_lazy("“%(left)s”至少%(right)s"),
}
DATE_OPERATORS: dict[str, Promise] = {
    "<": gettext_lazy("“%(left)s”早于%(right)s"),
    "<=": gettext_lazy("“%(left)s”不晚于%(right)s"),
    ">": gettext_lazy("“%(left)s”晚于%(right)s"),
    ">=": gettext_lazy("“%(left)s”不早于%(right)s"),
}
YES_OR_NO = gettext_lazy("“%(left)s”选了“%(right)s”")
FUNCTIONS: dict[str, Promise] = {
    "ratio": gettext_lazy("%(first)s除以%(second)s"),
    "difference": gettext_lazy("%(first)s减去%(second)s"),
    "growth": gettext_lazy("%(first)s比%(second)s增长的比率"),
}
SHIFTS: dict[Shift, Promise] = {
    "previous": gettext_lazy("上一期的%(figure)s"),
    "same_last_year": gettext_lazy("去年同期的%(figure)s"),
    "year_to_date": gettext_lazy("年初至今的%(figure)s"),
}


def name_of(figure: Figure) -> str:
    """What a figure is called on a page."""
    return figure.name.text(language())


def sentence(definition: Definition, pack: Pack) -> str:
    """How the figure is worked out: “把‘集中学习’的‘参加人数’加起来。只算‘形式’是集中学习的。”"""
    if isinstance(definition, Derived):
        return _derived(definition) + _("。")
    taken = _taken(definition.component.value, pack, definition.figure.of or "")
    where = definition.component.where
    said = taken + _("，扣除冲销。")
    if where:
        words = _Words(pack.fields_of(definition.figure.of or ""))
        said += _("只算%(where)s的。") % {"where": words.where(where)}
    return said + _extent(definition)


def _extent(definition: Counted) -> str:
    return _("只算本单位自己的。") if definition.figure.scope == "unit" else _("连同下级单位。")


def _taken(value: Value, pack: Pack, code: str) -> str:
    line = pack.line(code)
    named = {"kind": line.kind.name.text(language()), "table": line.name.text(language())}
    if value.field is None:
        counted = _("数“%(kind)s”里“%(table)s”的行数") if line.table else _("数“%(kind)s”的笔数")
        return counted % named
    named["field"] = _Words(pack.fields_of(code)).field(value.field)
    if value.aggregate == "sum":
        return _("把“%(kind)s”的“%(field)s”加起来") % named
    return _("数“%(kind)s”里有多少个不同的“%(field)s”") % named


def _derived(definition: Derived) -> str:
    names = [_part(part.figure, shift) for part, shift in definition.parts]
    if definition.tree.function == "total":
        return _("、").join(names) + _("相加")
    return str(FUNCTIONS[definition.tree.function]) % {"first": names[0], "second": names[1]}


def _part(figure: Figure, shift: Shift) -> str:
    name = _("“%(name)s”") % {"name": name_of(figure)}
    return name if shift == "same" else str(SHIFTS[shift]) % {"figure": name}


class _Words:
    """Conditions in words, by the names of `fields`."""

    def __init__(self, fields: dict[str, Field]) -> None:
        self._fields = fields

    def field(self, ref: FieldRef) -> str:
        return self._fields[ref.name].name.text(language())

    def where(self, tree: Where) -> str:
        match tree:
            case Compare():
                return self._compare(tree)
            case In(left=left, values=values):
                options = _("或").join(self._value(left, value) for value in values)
                return str(OPERATORS["="]) % {"left": self.field(left), "right": options}
            case Between(left=left, low=low, high=high):
                ends = {"low": self._value(left, low), "high": self._value(left, high)}
                return _("“%(left)s”在%(low)s到%(high)s之间") % {"left": self.field(left), **ends}
            case Not(inner=inner):
                return _("不是（%(inner)s）") % {"inner": self.where(inner)}
            case And(parts=parts):
                return _("，并且").join(map(self.where, parts))
            case Or(parts=parts):
                return _("（%(any)s）") % {"any": _("，或者").join(map(self.where, parts))}

    def _compare(self, tree: Compare) -> str:
        say = DATE_OPERATORS.get(tree.op, OPERATORS[tree.op]) if tree.left.type == "date" else OPERATORS[tree.op]
        if tree.left.type == "boolean" and tree.op == "=":
            say = YES_OR_NO
        if isinstance(tree.right, FieldRef):
            right = _("“%(name)s”") % {"name": self.field(tree.right)}
        else:
            right = self._value(tree.left, tree.right)
        return str(say) % {"left": self.field(tree.left), "right": right}

    def _value(self, ref: FieldRef, literal: Literal) -> str:
        value = literal.value
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if isinstance(value, str):
            option = self._fields[ref.name].option_names.get(value)
            return option.text(language()) if option else value
        return value.isoformat() if isinstance(value, date) else format(Decimal(value), "f")
