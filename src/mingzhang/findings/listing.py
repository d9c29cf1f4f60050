"""The list and the board of findings: what was asked in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.findings.flows import STATES
from mingzhang.findings.happened import Happened
from mingzhang.findings.queries import GROUPS, SIZE, Wanted
from mingzhang.findings.wording import source_name, vocabularies
from mingzhang.ledger.listing import Pages, Tab, read_page
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import today_in
from mingzhang.packs.finding_schema import SOURCES, Findings
from mingzhang.packs.schema import FINDING_OUTCOMES, FOLLOW_UP_RESULTS
from mingzhang.packs.wording import language
from mingzhang.ui.templatetags.ui import full_day

GROUP_NAMES: dict[str, Promise] = {
    "open": gettext_lazy("没有销号的"),
    "late": gettext_lazy("逾期的"),
    "soon": gettext_lazy("快到期的"),
    "to_assign": gettext_lazy("待派办"),
    "correcting": gettext_lazy("整改中"),
    "to_verify": gettext_lazy("待验收"),
    "to_close": gettext_lazy("待销号"),
    "to_follow_up": gettext_lazy("待回头看"),
    "closed": gettext_lazy("已销号"),
    "set_aside": gettext_lazy("中止和有异议的"),
    "gone": gettext_lazy("不算、合并、拆分的"),
    "all": gettext_lazy("全部"),
    "ever": gettext_lazy("全部，连不算的"),
}
TABS = ("open", "late", "to_assign", "correcting", "to_verify", "to_close", "to_follow_up", "closed")
MORE = ("soon", "set_aside", "gone", "all")


@dataclass(frozen=True)
class Option:
    """One answer of a filter."""

    code: str
    name: str
    current: bool = False


@dataclass(frozen=True)
class Token:
    """A condition that stands, and the address without it."""

    said: str
    without: str


class Asked:
    """What the address asks for; what it cannot mean is left out."""

    def __init__(self, place: Place, query: QueryDict, view: str = "findings:list") -> None:
        self.place, self.view = place, view
        self.today = today_in(place.person.book)
        self.happened = _happened(query)
        usual = ("all" if self.happened.event == "found" else "ever") if self.happened else "open"
        self.state = query.get("state", "") if query.get("state") in {*GROUPS, *STATES} else usual
        self.alone = query.get("alone") == "1"
        self.pressing = query.get("pressing") == "1"
        self.source = query.get("source", "") if query.get("source") in SOURCES else ""
        self.category = query.get("category", "")[:60]
        self.severity = query.get("severity", "")[:60]
        self.where = query.get("place", "").strip()[:100]
        self.text = query.get("q", "").strip()[:100]
        self.owner = _owner(place, query.get("owner", ""))
        self.page = read_page(query.get("page", ""))

    def wanted(self, state: str = "") -> Wanted:
        """The same for the queries."""
        return Wanted(
            unit=self.place.unit, today=self.today, state=state or self.state, alone=self.alone,
            pressing=self.pressing, category=self.category, severity=self.severity, source=self.source,
            owner=self.owner, place=self.where, text=self.text,
            happened=self.happened,
        )  # fmt: skip

    def address(self, view: str = "", **changes: object) -> str:
        """This page with something else asked for; what is empty is left out, and the page starts over."""
        held: dict[str, object] = {
            "state": "" if self.state == "open" and not self.happened else self.state,
            "alone": "1" if self.alone else "",
            "pressing": "1" if self.pressing else "",
            "source": self.source,
            "category": self.category,
            "severity": self.severity,
            "owner": self.owner.username if self.owner else "",
            "place": self.where,
            "q": self.text,
            **self.days,
        }
        said = {name: value for name, value in {**held, **changes}.items() if value}
        return f"{reverse(view or self.view)}?{self.place.query}{f'&{urlencode(said)}' if said else ''}"

    @cached_property
    def days(self) -> dict[str, str]:
        """What happened on which days, as an address says it; all of it goes when one of it is taken away."""
        if self.happened is None:
            return {}
        how = {"in_time": self.happened.in_time, "again": self.happened.again}
        told = {
            "event": self.happened.event,
            "from": self.happened.first.isoformat(),
            "to": self.happened.last.isoformat(),
            "outcome": self.happened.outcome,
            "result": self.happened.result,
            **{name: "" if answer is None else str(answer).lower() for name, answer in how.items()},
        }
        return {name: value for name, value in told.items() if value}

    @property
    def as_list(self) -> str:
        """The same as a list."""
        return self.address("findings:list")

    @property
    def as_board(self) -> str:
        """The same as a board."""
        return self.address("findings:board", state="")

    @property
    def query(self) -> str:
        """What is asked, as an address carries it: for the files of the list."""
        return self.address().partition("?")[2]

    @property
    def clear(self) -> str:
        """Everything in this state."""
        return self.address(**dict.fromkeys((*CONDITIONS, *self.days), ""))

    @property
    def active(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.tokens)

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """The conditions that stand, each to be taken away."""
        said = {
            "category": _name(self.categories, self.category),
            "severity": _name(self.severities, self.severity),
            "source": source_name(self.source) if self.source else "",
            "owner": _("责任人：%(name)s") % {"name": self.owner.name} if self.owner else "",
            "place": _("地点：%(place)s") % {"place": self.where} if self.where else "",
            "q": f"“{self.text}”" if self.text else "",
            "alone": _("只看本级") if self.alone else "",
            "pressing": _("逾期和快到期的") if self.pressing else "",
        }
        tokens = [Token(words, self.address(**{name: ""})) for name, words in said.items() if words]
        if self.happened:
            tokens.insert(0, Token(happened_said(self.happened), self.address(**dict.fromkeys(self.days, ""))))
        return tokens

    @property
    def state_name(self) -> str:
        """The state that is asked for."""
        return self.name_of(self.state)

    @staticmethod
    def name_of(state: str) -> str:
        """A group or a state by its name."""
        return str(GROUP_NAMES.get(state) or STATES[state])

    def tabs(self) -> list[Tab]:
        """The groups that people ask for every day; the one that is asked for stands there in any case."""
        codes = [*TABS, *([self.state] if self.state not in TABS else [])]
        return [self._tab(code) for code in codes]

    def more(self) -> list[Tab]:
        """The other groups."""
        return [self._tab(code) for code in MORE if code != self.state]

    def _tab(self, code: str) -> Tab:
        return Tab(
            self.name_of(code),
            None,
            self.address(state=code if code != "open" or self.happened else ""),
            code == self.state,
        )

    @cached_property
    def categories(self) -> list[Option]:
        """What findings may be about, in the words of the packs in force."""
        found = {one.id: one.name.text(language()) for words in self._words for one in words.categories}
        return [Option(code, name, code == self.category) for code, name in found.items()]

    @cached_property
    def severities(self) -> list[Option]:
        """How grave they may be."""
        found = {one.id: one.name.text(language()) for words in self._words for one in words.severities}
        return [Option(code, name, code == self.severity) for code, name in found.items()]

    @property
    def sources(self) -> list[Option]:
        """Where they may come from."""
        return [Option(code, source_name(code), code == self.source) for code in SOURCES]

    @cached_property
    def _words(self) -> list[Findings]:
        return [words for _version, words in vocabularies(self.place.person.book)]

    def pages(self, count: int) -> Pages:
        """The pages of a list of so many."""
        of = max(1, -(-count // SIZE))
        page = min(self.page, of)
        before, after = (self.address(page=number) for number in (page - 1, page + 1))
        return Pages(page, of, before if page > 1 else "", after if page < of else "")


CONDITIONS = ("category", "severity", "source", "owner", "place", "q", "alone", "pressing")


def happened_said(asked: Happened) -> str:
    """What happened from when to when, in words."""
    days = {"first": full_day(asked.first), "last": full_day(asked.last)}
    said = {
        "found": _("%(first)s至%(last)s发现的"),
        "closed": _("%(first)s至%(last)s销号的"),
        "followed_up": _("%(first)s至%(last)s回头看过的"),
    }[asked.event]
    how = [FINDING_OUTCOMES.get(asked.outcome), FOLLOW_UP_RESULTS.get(asked.result)]
    words = [one[language() == "en"] for one in how if one]
    if asked.in_time is not None:
        words.append(_("按期") if asked.in_time else _("没有按期"))
    if asked.again is not None:
        words.append(_("反弹后再销号") if asked.again else _("第一次销号"))
    return _("，").join([said % days, *words])


def _happened(query: QueryDict) -> Happened | None:
    """None where it is not asked, or cannot be meant."""
    answers = {"true": True, "false": False}
    try:
        return Happened(
            query.get("event", ""),
            date.fromisoformat(query.get("from", "")), date.fromisoformat(query.get("to", "")),
            query.get("outcome", ""), answers.get(query.get("in_time", "")), answers.get(query.get("again", "")),
            query.get("result", ""),
        )  # fmt: skip
    except ValueError:
        return None


def _name(options: Sequence[Option], code: str) -> str:
    return next((one.name for one in options if one.code == code), code)


def _owner(place: Place, username: str) -> Person | None:
    if not username:
        return None
    return Person.objects.filter(book=place.person.book_id, username=username[:150]).first()
