"""A kept report as its pages show it: where it stands, what can be done next and why not, and each of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingzhang.core.errors import NotFound, Refusal
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place
from mingzhang.reports import flows, queries, rules
from mingzhang.reports.compose import Composition
from mingzhang.reports.document import Document
from mingzhang.reports.files import FORMS
from mingzhang.reports.models import Comment, Report, ReportNumber, Signature
from mingzhang.reports.queries import Moment
from mingzhang.reports.restating import Restated, restated
from mingzhang.reports.showing import Link
from mingzhang.reports.signed import Signed
from mingzhang.reports.stored import composed

LOOKS = {
    "draft": ("is-draft", "pen"),
    "in_review": ("", "flag"),
    "returned": ("is-soon", "back"),
    "reviewed": ("", "check"),
    "signed": ("is-done", "check"),
    "published": ("is-done", "check"),
    "withdrawn": ("is-soon", "fix"),
}
# What comes next in each state; the other verbs stand beside it.
NEXT = {"draft": "submit", "returned": "submit", "in_review": "review", "reviewed": "sign", "signed": "publish"}


@dataclass(frozen=True)
class Act:
    """Something that can be done with the report; `refusal` says why this person cannot."""

    verb: str
    name: str
    address: str
    refusal: str = ""


@dataclass(frozen=True)
class Step:
    """What happened to the report, or is still to come."""

    what: str
    who: str = ""
    at: datetime | None = None
    note: str = ""
    look: str = ""
    icon: str = ""


class Kept:
    """One report for one person: looked up once, told to all its pages."""

    def __init__(self, place: Place, number: int) -> None:
        self.place = place
        self.person: Person = place.person
        self.report: Report = queries.report_by_id(place.person, number)

    @cached_property
    def signature(self) -> Signature | None:
        return queries.signature_of(self.report)

    @cached_property
    def signed(self) -> Signed | None:
        return Signed(self.signature) if self.signature else None

    @cached_property
    def made(self) -> Composition:
        """The words with the numbers of the moment, or of the position at which it was submitted."""
        return composed(self.report)

    @property
    def document(self) -> Document:
        return self.signed.document if self.signed else self.made.document

    @property
    def position(self) -> int:
        return self.signed.position if self.signed else self.made.position

    @cached_property
    def frozen(self) -> list[ReportNumber]:
        return list(ReportNumber.objects.filter(report=self.report).select_related("unit").order_by("mark"))

    @property
    def count(self) -> int:
        return len(self.frozen) if self.signed else len(self.made.numbers)

    @cached_property
    def restated(self) -> Restated | None:
        """What has changed since the signing; None while nothing is signed."""
        return restated(self.report, self.frozen) if self.signed else None

    @cached_property
    def comments(self) -> list[Comment]:
        return queries.comments_on(self.report)

    @property
    def loose(self) -> list[Comment]:
        """Remarks on blocks that are no longer there."""
        held = {block.id for block in self.made.prose.blocks}
        return [comment for comment in self.comments if comment.block not in held]

    @property
    def unresolved(self) -> int:
        return sum(comment.resolved_at is None for comment in self.comments)

    @property
    def unsupported(self) -> int:
        return 0 if self.signed else len(self.made.prose.unsupported())

    @property
    def live(self) -> bool:
        """Whether its numbers still follow the ledger."""
        return self.report.state in flows.WRITTEN

    @cached_property
    def editable(self) -> bool:
        return rules.user_can(self.person, self.report, "edit")

    @cached_property
    def commentable(self) -> bool:
        return rules.user_can_comment(self.person, self.report)

    # --- where things are -----------------------------------------------------------------------------------------

    def address(self, page: str, *more: object) -> str:
        path = reverse(f"reports:{page}", args=(self.report.pk, *more))
        return f"{path}?{self.place.query_at(self.report.unit.code, self.report.period)}"

    @property
    def text_address(self) -> str:
        return self.address("report")

    @property
    def numbers_address(self) -> str:
        return self.address("report_numbers")

    @property
    def versions_address(self) -> str:
        return self.address("versions")

    @property
    def compare_address(self) -> str:
        return self.address("compare")

    @property
    def changes_address(self) -> str:
        return self.address("changes")

    @property
    def head_address(self) -> str:
        return self.address("head")

    @property
    def comment_address(self) -> str:
        return self.address("comment")

    @property
    def list_address(self) -> str:
        return f"{reverse('reports:list')}?{self.place.query_at(self.report.unit.code, self.report.period)}"

    @property
    def files(self) -> list[Link]:
        found = [Link(str(form.name), self.address("file", key)) for key, form in FORMS.items()]
        if self.signature is None:
            return found
        return [
            *found,
            Link(_("核验包"), self.address("bundle")),
            Link(_("核对核验包的程序"), f"{reverse('reports:verifier')}?{self.place.query}"),
        ]

    # --- where it stands ------------------------------------------------------------------------------------------

    @property
    def state_name(self) -> str:
        return str(flows.STATES[self.report.state])

    @property
    def look(self) -> str:
        return LOOKS[self.report.state][0]

    @property
    def icon(self) -> str:
        return LOOKS[self.report.state][1]

    @cached_property
    def next(self) -> Act | None:
        verb = NEXT.get(self.report.state)
        return self._act(verb) if verb else None

    @cached_property
    def others(self) -> list[Act]:
        """What else the person may do in this state."""
        verbs = [
            verb
            for verb in flows.REPORT.verbs(self.report.state)
            if verb not in ("edit", NEXT.get(self.report.state))
        ]  # noqa: E501
        return [act for act in map(self._act, verbs) if not act.refusal]

    def _act(self, verb: str) -> Act:
        name = str(flows.REPORT.verb_names[verb])
        return Act(verb, name, self.address("step", verb), self._refusal(verb))

    def _refusal(self, verb: str) -> str:
        try:
            rules.check_user_can(self.person, self.report, verb)
            if verb == "sign":
                rules.check_supported(self.made.prose)
        except Refusal as refusal:
            return f"{refusal.message}{refusal.remedy}"
        return ""

    @cached_property
    def chain(self) -> list[Step]:
        """Who did what when, and what is still to come."""
        return [_step(moment) for moment in queries.history(self.report)] + list(self._to_come())

    def _to_come(self) -> Iterator[Step]:
        coming = {
            "draft": ("submit", "review", "sign"),
            "returned": ("submit", "review", "sign"),
            "in_review": ("review", "sign"),
            "reviewed": ("sign",),
            "signed": ("publish",),
        }
        for verb in coming.get(self.report.state, ()):
            yield Step(str(flows.REPORT.verb_names[verb]), look="is-todo")


def _step(moment: Moment) -> Step:
    looks = {"review": ("is-good", "check"), "sign": ("is-good", "check"), "publish": ("is-good", "check")}
    looks |= {"return": ("is-back", "back"), "withdraw": ("is-back", "fix"), "submit": ("", "flag")}
    look, icon = looks.get(moment.what, ("", "pen"))
    what = _("起草") if moment.what == "create" else str(flows.REPORT.verb_names[moment.what])
    if moment.times > 1:
        what = ngettext("改了%(count)d次", "改了%(count)d次", moment.times) % {"count": moment.times}
    return Step(what, moment.by.name, moment.at, moment.note, look, icon)


def kept(place: Place, number: int) -> Kept:
    """Raises NotFound, also for a report that the person may not see."""
    return Kept(place, number)


def checked_mark(shown: Kept, mark: int) -> int:
    """Raises NotFound when the report has no such number."""
    if not 1 <= mark <= shown.count:
        raise NotFound(_("这份报告没有第%(mark)s个数。") % {"mark": mark})
    return mark


# --- the list -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A report in the list of a unit's reports."""

    report: Report
    state: str
    look: str
    icon: str
    who: str
    at: datetime
    address: str


@dataclass(frozen=True)
class Group:
    """The reports that stand at one stage."""

    name: str
    rows: list[Row] = field(default_factory=list)


def groups_of(place: Place) -> list[Group]:
    """The unit's reports that the person may read, by stage."""
    stages = [
        (_("在办的"), ("draft", "in_review", "returned", "reviewed")),
        (_("已签发"), ("signed",)),
        (_("已发布"), ("published",)),
        (_("已撤回"), ("withdrawn",)),
    ]
    found = queries.reports_of(place.person, place.unit)
    groups = [Group(name, [_row(one, place) for one in found if one.state in states]) for name, states in stages]
    return [group for group in groups if group.rows]


def _row(report: Report, place: Place) -> Row:
    look, icon = LOOKS[report.state]
    who, at = _last(report)
    path = reverse("reports:report", args=(report.pk,))
    address = f"{path}?{place.query_at(place.unit.code, report.period)}"
    return Row(report, str(flows.STATES[report.state]), look, icon, who, at, address)


def _last(report: Report) -> tuple[str, datetime]:
    if report.withdrawn_by and report.withdrawn_at:
        return report.withdrawn_by.name, report.withdrawn_at
    signature = getattr(report, "signature", None)
    if signature is not None:
        return signature.signed_by.name, signature.signed_at
    return report.created_by.name, report.changed_at
