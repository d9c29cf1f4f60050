"""What a person may do with a finding as it stands, and why not: the buttons of its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingzhang.core.errors import reason_against
from mingzhang.findings import flows
from mingzhang.findings.models import Finding, Transfer
from mingzhang.findings.rules import MOST_REFUSALS, check_user_can
from mingzhang.organisation.place import Place


@dataclass(frozen=True)
class Way:
    """How something that may be done is offered: its name, what it does, an icon, what its form asks for, what the
    words in it are, and whether they must be written. The `main` ones stand first."""

    name: Promise | str
    hint: Promise
    icon: str
    fields: tuple[str, ...] = ()
    words: Promise | str = _("说明（选填）")
    needed: bool = False
    main: bool = False


WHY = _("原因")


def _way(
    verb: str,
    hint: Promise,
    icon: str,
    *fields: str,
    words: Promise | str = "",
    needed: bool = False,
    main: bool = False,
) -> tuple[str, Way]:
    named = words or (WHY if needed else _("说明（选填）"))
    return verb, Way(flows.FINDING.verb_names[verb], hint, icon, fields, named, needed, main)


WAYS = dict(
    [
        _way("accept", _("收下来，写明由谁整改。"), "check", "to", "sponsor", words="-", main=True),
        _way("refuse", _("不归这里管，退给转来的单位。"), "back", needed=True, main=True),
        _way(
            "decide", _("定下由哪个单位、谁来整改，以后不再转。"), "shield", "to", "sponsor", needed=True, main=True
        ),
        _way("assign", _("写明谁来整改、谁领办。"), "user", "to", "sponsor", words=_("要求（选填）"), main=True),
        _way("begin", _("让派办的人知道您已经动手了。"), "pen", words="-", main=True),
        _way(
            "submit",
            _("改好了，请没有参与整改的人来看。"),
            "check",
            words=_("怎样改的"),
            needed=True,
            main=True,
        ),
        _way("verify", _("到现场或者从佐证看过，确实改好了。"), "check", words=_("验收意见（选填）"), main=True),
        _way("send_back", _("没有改好，退回去再改。"), "back", needed=True, main=True),
        _way("close", _("从问题清单上销掉，入一笔账。"), "check2", words=_("销号意见（选填）"), main=True),
        _way("confirm", _("回头去看过，没有再出现。"), "walk", words=_("看到的情况（选填）"), main=True),
        _way(
            "recur",
            _("又出现了，用原来的编号重开，还由原来的人整改。"),
            "back",
            words=_("反弹的情况"),
            needed=True,
            main=True,
        ),
        _way("resume", _("接着改，剩下的工作日接着算。"), "clock", main=True),
        _way("uphold", _("查过了，还是问题，接着改。"), "flag", words=_("理由"), needed=True, main=True),
        _way("dismiss", _("查过了，不算问题，不再整改。"), "x", words=_("理由"), needed=True, main=True),
        _way("extend", _("多给几天，到那一天为止都不算逾期。"), "clock", "until", needed=True),
        _way("suspend", _("有依法的理由才能中止，中止的日子不计。"), "clock", "basis"),
        _way("transfer", _("不归本单位管的，转给该管的单位，由对方接收。"), "right", "unit", needed=True),
        _way("merge", _("和另一个问题是同一件事，并到那个编号下。"), "copy", "into", needed=True),
        _way("split", _("其实是几件事，各给一个编号。"), "plus", "parts", needed=True),
        _way("doubt", _("认为不算问题，由别的领导来定。"), "help", words=_("为什么不算问题"), needed=True),
    ]
)
CLASSIFY = Way(
    _("改类别和程度"),
    _("程度变了，期限跟着重算；期限是定好的，不变。"),
    "pen",
    ("category", "severity"),
    WHY,
    True,
)
# Handing it to somebody else of the same unit is no main thing.
AGAIN = Way(_("换责任人"), _("同一个单位里换一个人整改。"), "user", ("to", "sponsor"), _("要求（选填）"))


@dataclass(frozen=True)
class Act:
    """Something that the state of the finding allows. `reason` says why this person may not do it."""

    verb: str
    way: Way
    reason: str = ""

    @property
    def allowed(self) -> bool:
        return not self.reason

    @property
    def writes(self) -> bool:
        """Whether its form takes words."""
        return self.way.words != "-"


def acts_of(place: Place, finding: Finding) -> list[Act]:
    """What may be done now. What the person's roles give them nowhere is left out."""
    return list(_acts(place, finding))


def _acts(place: Place, finding: Finding) -> Iterator[Act]:
    idle, permissions = _idle(finding), flows.FINDING.permissions(finding.state)
    possible = {verb for verb, permission in permissions.items() if permission in place.held} - idle
    for verb in WAYS:
        if verb in possible:
            reason = reason_against(check_user_can, place.person, finding, verb)
            yield Act(verb, way_of(finding, verb), reason)
    if "assign" in possible:
        yield Act("classify", CLASSIFY, reason_against(check_user_can, place.person, finding, "assign"))


def way_of(finding: Finding, verb: str) -> Way:
    """How a verb is offered."""
    return AGAIN if verb == "assign" and finding.state != "found" else WAYS[verb]


def _idle(finding: Finding) -> set[str]:
    """Answers to questions that nobody asked."""
    outcomes = list(Transfer.objects.filter(finding=finding, round=finding.round).values_list("outcome", flat=True))
    idle = set() if "waiting" in outcomes else {"accept", "refuse"}
    if "accepted" not in outcomes and finding.transfers_refused < MOST_REFUSALS:
        idle.add("decide")
    return idle
