"""The closed language of figures: `value`, `where` and `derive`, read into typed trees (`packs.trees`).

Nothing here is evaluated. Figures compile the trees to SQL, the oracle walks them in Python, pages explain them in
words. Grammar (keywords in lower case; a field inside a table's figure may be written `sheet.<field>`):

    value    = "count" | ("sum" | "distinct") "(" field ")"
    where    = all { "or" all }             all  = test { "and" test }
    test     = "not" test | "(" where ")" | field comparison
    comparison = ("=" | "!=" | "<" | "<=" | ">" | ">=") (literal | field)
               | "in" "(" literal { "," literal } ")"  |  "between" literal "and" literal
    literal  = "'text'" | number | "true" | "false" | [ "date" ] "'2026-06-30'"
    derive   = ("ratio" | "difference" | "growth" | "total") "(" ref { "," ref } ")"
    ref      = figure [ "@" ("previous" | "year_to_date" | "same_last_year") ]
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NoReturn, TypeVar, get_args

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.packs.trees import (
    BUILTIN,
    Aggregate,
    And,
    Between,
    Compare,
    Derive,
    FieldRef,
    FieldType,
    FigureRef,
    Function,
    In,
    Literal,
    Not,
    Operator,
    Or,
    Scalar,
    Shift,
    Value,
    Where,
)

T = TypeVar("T")

LONGEST = 4000
DEEPEST = 40
RESERVED = frozenset({"and", "or", "not", "in", "between", "true", "false", "sheet"})
SUMMABLE = frozenset({"integer", "decimal", "money"})
DISTINCT = frozenset({"choice", "text", "unit", "person", "date", "boolean", "integer"})
ORDERED = SUMMABLE | {"date"}
IDENTITIES = frozenset({"person", "unit", "link"})


class ExpressionError(InvalidInput):
    """An expression that cannot be read. `column` counts from 1 in the expression's own text; `wrong` says what is
    the matter there and `right` what would do."""

    def __init__(self, column: int, wrong: str, right: str = "") -> None:
        super().__init__(_("第%(column)d个字符处：%(wrong)s") % {"column": column, "wrong": wrong}, remedy=right)
        self.column = column
        self.wrong = wrong
        self.right = right


def parse_value(text: str, fields: Mapping[str, FieldType]) -> Value:
    """Read `count`, `sum(field)` or `distinct(field)`. Raises ExpressionError."""
    return _Parser(text, {**fields, **BUILTIN}).whole(_Parser.value)


def parse_where(text: str, fields: Mapping[str, FieldType]) -> Where:
    """Read a condition over `fields` and the builtin fields. Raises ExpressionError."""
    return _Parser(text, {**fields, **BUILTIN}).whole(_Parser.where)


def parse_derive(text: str, figures: Mapping[str, str]) -> Derive:
    """Read arithmetic over `figures`, a mapping of figure id to measure word: `total` and `difference` refuse to
    mix measure words (次 and 人次 are never summed). Raises ExpressionError. Cycles are the caller's to find, with
    `references`."""
    return _Parser(text, {}, figures).whole(_Parser.derive)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<name>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)"
    r"|(?P<number>-?[0-9]{1,18}(?:\.[0-9]{1,6})?(?![0-9.]))"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<op><=|>=|!=|=|<|>)"
    r"|(?P<mark>[(),@])"
)


def _tokens(text: str) -> list[_Token]:
    if len(text) > LONGEST:
        raise ExpressionError(LONGEST, _("式子太长"), _("最多%(limit)d个字符") % {"limit": LONGEST})
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            _refuse_character(text, at)
        if match.lastgroup != "space":
            found.append(_Token(str(match.lastgroup), match.group(), at + 1))
        at = match.end()
    return [*found, _Token("end", "", len(text) + 1)]


def _refuse_character(text: str, at: int) -> NoReturn:
    hints = {
        "'": _("文字要用一对单引号括起来"),
        '"': _("文字用单引号，如 'group'"),
        "“": _("文字用半角单引号，如 'group'"),
        "‘": _("文字用半角单引号，如 'group'"),
        "（": _("括号用半角"),
        "）": _("括号用半角"),
        "，": _("逗号用半角"),
        "&": _("“并且”写作 and"),
        "|": _("“或者”写作 or"),
        "!": _("“不等于”写作 !=，“不是”写作 not"),
    }
    raise ExpressionError(at + 1, _("看不懂“%(text)s”") % {"text": text[at : at + 12]}, hints.get(text[at], ""))


def suggestion(wrong: str, known: Collection[str]) -> str:
    """A sentence that names the nearest of `known`, or lists a few when none is near."""
    near = difflib.get_close_matches(wrong, known, n=1)
    if near:
        return _("您要写的是不是“%(near)s”？") % {"near": near[0]}
    return _("可以写：%(known)s") % {"known": "、".join(sorted(known)[:12])} if known else ""


@dataclass
class _Parser:
    text: str
    fields: Mapping[str, FieldType]
    figures: Mapping[str, str] = field(default_factory=dict)
    at: int = 0
    depth: int = 0
    tokens: list[_Token] = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = _tokens(self.text)

    def whole(self, rule: Callable[[_Parser], T]) -> T:
        tree = rule(self)
        if self.now.kind != "end":
            self.refuse(
                _("这里应当结束了，却还有“%(text)s”") % {"text": self.now.text}, _("多个条件用 and 或 or 连起来")
            )
        return tree

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.now
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def accept(self, *texts: str) -> bool:
        if self.now.kind != "text" and self.now.text in texts:
            self.take()
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.refuse(
                _("这里缺“%(want)s”") % {"want": text}
                if self.now.kind == "end"
                else _("“%(text)s”之前缺“%(want)s”") % {"text": self.now.text, "want": text},
            )

    def refuse(self, wrong: str, right: str = "", token: _Token | None = None) -> NoReturn:
        raise ExpressionError((token or self.now).column, wrong, right)

    def unknown(self, said: str, token: _Token, known: Collection[str]) -> NoReturn:
        """Refuse a word that is none of `known`, with the nearest of them."""
        self.refuse(said % {"text": token.text}, suggestion(token.text, known), token)

    def value(self) -> Value:
        token = self.take()
        if token.text == "count":
            return Value("count")
        if token.text not in ("sum", "distinct"):
            self.refuse(
                _("不认识的取值“%(text)s”") % {"text": token.text},
                suggestion(token.text, get_args(Aggregate)),
                token=token,
            )
        self.expect("(")
        at = self.now
        taken = self.field_ref()
        self.expect(")")
        allowed = SUMMABLE if token.text == "sum" else DISTINCT
        if taken.type not in allowed:
            self.refuse(_type_wrong(taken), _type_right(allowed), at)
        return Value("sum" if token.text == "sum" else "distinct", taken)

    def where(self) -> Where:
        parts = [self.all_of()]
        while self.accept("or"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self) -> Where:
        parts = [self.test()]
        while self.accept("and"):
            parts.append(self.test())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def test(self) -> Where:
        self.depth += 1
        if self.depth > DEEPEST:
            self.refuse(_("括号套得太深"), _("最多%(limit)d层") % {"limit": DEEPEST})
        try:
            return self.nested()
        finally:
            self.depth -= 1

    def nested(self) -> Where:
        if self.accept("not"):
            return Not(self.test())
        if self.accept("("):
            tree = self.where()
            self.expect(")")
            return tree
        return self.comparison()

    def comparison(self) -> Where:
        left = self.field_ref()
        operator = self.now
        if operator.kind == "op":
            self.take()
            return self.compare(left, operator)
        if self.accept("in"):
            return self.membership(left)
        if not self.accept("between"):
            hint = _("用 = != < <= > >= in between")
            if left.type == "boolean":
                hint = _("是否型的字段写作 %(field)s = true") % {"field": left.name}
            self.refuse(_("“%(field)s”后面缺比较") % {"field": left.name}, hint)
        return self.between(left, operator)

    def compare(self, left: FieldRef, operator: _Token) -> Compare:
        at = self.now
        right = self.operand(left)
        op = next(known for known in get_args(Operator) if known == operator.text)
        if op not in ("=", "!=") and left.type not in ORDERED:
            self.refuse(_("“%(field)s”不能比大小") % {"field": left.name}, _("用 = 或 in"), operator)
        if left.type == "choices" and (op == "!=" or isinstance(right, FieldRef)):
            self.refuse(
                _("多选的“%(field)s”只能用 = 或 in") % {"field": left.name},
                _("“不含”写作 not %(field)s = '…'") % {"field": left.name},
                token=operator if op == "!=" else at,
            )
        return Compare(op, left, right)

    def membership(self, left: FieldRef) -> In:
        self.expect("(")
        values = [self.literal(left)]
        while self.accept(","):
            values.append(self.literal(left))
        self.expect(")")
        return In(left, tuple(values))

    def between(self, left: FieldRef, operator: _Token) -> Between:
        if left.type not in ORDERED:
            self.refuse(_("“%(field)s”不能比大小") % {"field": left.name}, _("用 = 或 in"), operator)
        low = self.literal(left)
        self.expect("and")
        return Between(left, low, self.literal(left))

    def field_ref(self) -> FieldRef:
        token = self.take()
        if token.kind != "name" or token.text in RESERVED:
            if not token.text:
                self.refuse(_("这里缺一个字段"), suggestion("", self.fields), token)
            self.unknown(_("“%(text)s”不是字段"), token, self.fields)
        known = self.fields.get(token.text)
        if known is None:
            self.refuse(
                _("没有字段“%(text)s”") % {"text": token.text}, suggestion(token.text, self.fields), token=token
            )
        return FieldRef(token.text, known.type)

    def operand(self, left: FieldRef) -> FieldRef | Literal:
        token = self.now
        follows = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        dated = token.text == "date" and follows.kind == "text"
        if token.kind != "name" or token.text in ("true", "false") or dated:
            return self.literal(left)
        right = self.field_ref()
        if right.type != left.type or left.type == "file":
            self.refuse(
                _("“%(left)s”和“%(right)s”不是同一类型，不能比较") % {"left": left.name, "right": right.name},
                _("类型分别是 %(left)s 和 %(right)s") % {"left": left.type, "right": right.type},
                token=token,
            )
        return right

    def literal(self, left: FieldRef) -> Literal:
        if self.now.text == "date" and self.tokens[self.at + 1].kind == "text":
            self.take()
        token = self.take()
        value = _read_literal(token, left.type)
        if value is None:
            self.refuse(*_literal_wrong(token, left), token)
        options = self.fields[left.name].options
        if left.type in ("choice", "choices") and value not in options:
            self.refuse(
                _("“%(field)s”没有选项“%(value)s”") % {"field": left.name, "value": value},
                suggestion(str(value), options),
                token=token,
            )
        return Literal(value)

    def derive(self) -> Derive:
        token = self.take()
        function = next((known for known in get_args(Function) if known == token.text), None)
        if function is None:
            self.refuse(
                _("不认识的算法“%(text)s”") % {"text": token.text},
                suggestion(token.text, get_args(Function)),
                token=token,
            )
        self.expect("(")
        parts = [self.figure_ref()]
        while self.accept(","):
            parts.append(self.figure_ref())
        self.expect(")")
        self.check_arity(function, parts, token)
        self.check_measures(function, parts, token)
        return Derive(function, tuple(parts))

    def check_arity(self, function: str, parts: list[FigureRef], token: _Token) -> None:
        if function != "total" and len(parts) != 2:
            self.refuse(
                _("%(function)s 要两个数据项，这里有%(count)d个") % {"function": function, "count": len(parts)},
                _("写作 %(function)s(a, b)") % {"function": function},
                token=token,
            )

    def check_measures(self, function: str, parts: list[FigureRef], token: _Token) -> None:
        measures = list(dict.fromkeys(self.figures[part.figure] for part in parts))
        if function in ("total", "difference", "growth") and len(measures) > 1:
            self.refuse(
                _("量词不同，不能相加减：%(measures)s") % {"measures": "、".join(measures)},
                _("只用同一个量词的数据项；两个量词之比用 ratio"),
                token=token,
            )

    def figure_ref(self) -> FigureRef:
        token = self.take()
        if token.text not in self.figures:
            if not token.text:
                self.refuse(_("这里缺一个数据项"), suggestion("", self.figures), token)
            self.unknown(_("没有数据项“%(text)s”"), token, self.figures)
        if not self.accept("@"):
            return FigureRef(token.text)
        shifted = self.take()
        shift = next((known for known in get_args(Shift) if known == shifted.text), None)
        if shift is None:
            self.refuse(
                _("不认识的期间“%(text)s”") % {"text": shifted.text},
                suggestion(shifted.text, get_args(Shift)),
                token=shifted,
            )
        return FigureRef(token.text, shift)


def _read_literal(token: _Token, kind: str) -> Scalar | None:
    """The constant that `token` means for a field of this type, or None when it does not fit."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(token.text) if token.kind == "name" else None
    if kind in SUMMABLE:
        return _read_number(token, kind)
    if token.kind != "text" or kind in IDENTITIES or kind == "file":
        return None
    text = token.text[1:-1].replace("''", "'")
    return _read_date(text) if kind == "date" else text


def _read_number(token: _Token, kind: str) -> int | Decimal | None:
    if token.kind != "number":
        return None
    return Decimal(token.text) if "." in token.text or kind != "integer" else int(token.text)


def _read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def _literal_wrong(token: _Token, left: FieldRef) -> tuple[str, str]:
    """What to say of a constant that does not fit the field beside it."""
    given = token.text or _("空白")
    wrong = _("“%(value)s”不能和“%(field)s”比较") % {"value": given, "field": left.name}
    if left.type in SUMMABLE:
        return wrong, _("这里要一个数，如 20")
    if left.type == "date":
        return wrong, _("这里要一个日期，如 '2026-06-30'")
    if left.type == "boolean":
        return wrong, _("这里要 true 或 false")
    if left.type in IDENTITIES:
        return wrong, _("这类字段只能和同类型的字段比较")
    if left.type == "file":
        return wrong, _("附件不能比较")
    return wrong, _("文字用单引号括起来，如 'group'")


def _type_wrong(taken: FieldRef) -> str:
    return _("“%(field)s”的类型是 %(type)s，不能这样取") % {"field": taken.name, "type": taken.type}


def _type_right(allowed: Collection[str]) -> str:
    return _("可以用的类型：%(types)s") % {"types": "、".join(sorted(allowed))}
