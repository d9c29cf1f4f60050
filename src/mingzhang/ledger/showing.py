"""One record as its page shows it: who did what when, its evidence, and the entries it was posted as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mingzhang.core import digests
from mingzhang.ledger import queries, rules
from mingzhang.ledger.filetypes import IMAGES
from mingzhang.ledger.models import Entry, Record, RecordEvidence
from mingzhang.ledger.queries import Moment
from mingzhang.ledger.remarks import spot_name
from mingzhang.organisation.models import Person
from mingzhang.organisation.roles import ROLE_NAMES
from mingzhang.packs.schema import Kind
from mingzhang.packs.wording import language


@dataclass(frozen=True)
class Head:
    """What stands above a record, and the records it corrects or is corrected by."""

    title: str
    kind: str
    unit: str
    occurred_on: date
    author: str
    state: str
    position: int | None
    reason: str
    replaces: Record | None
    replaced_by: Sequence[Record]


@dataclass(frozen=True)
class Step:
    """One line of the history. `look` and `icon` say the kind by shape as well as by colour; `remarks` are what was
    said about places on the sheet, by their names; `other` is the record that it speaks of."""

    what: str
    who: str = ""
    at: datetime | None = None
    note: str = ""
    remarks: Sequence[tuple[str, str]] = ()
    hint: str = ""
    other: Record | None = None
    look: str = ""
    icon: str = ""


@dataclass(frozen=True)
class File:
    """A piece of evidence; `picture` is the address of a thumbnail when it is an image, `preview` of the page that
    shows it, `digest` reads sha256:…"""

    evidence_id: int
    name: str
    ending: str
    size: int
    address: str
    picture: str
    preview: str
    digest: str
    answer: str
    taken_at: datetime | None

    @property
    def stem(self) -> str:
        """Its name without the ending."""
        return self.name.removesuffix(PurePath(self.name).suffix)


@dataclass(frozen=True)
class Asked:
    """A question about a file of the record as pages put it. `mine` and `its` are the addresses of the two
    pictures; `its` and `other` are empty for one who may not see that record's evidence. The clerk's one answer
    about a file stands under the `last` question about it."""

    what: str
    evidence_id: int
    nth: int
    name: str
    answer: str
    mine: str
    last: bool
    more: int = 0
    its: str = ""
    other: Record | None = None
    other_name: str = ""
    day: date | None = None
    taken_at: datetime | None = None


@dataclass(frozen=True)
class Posted:
    """An entry of the record, reversals included. `digest` reads sha256:…"""

    seq: int
    name: str
    sign: int
    reverses: int | None
    posted_at: datetime
    posted_by: str
    digest: str


def head_of(record: Record, kind: Kind, entries: Sequence[Posted]) -> Head:
    return Head(
        title=record.title,
        kind=kind.name.text(language()),
        unit=record.unit.name,
        occurred_on=record.occurred_on,
        author=record.created_by.name,
        state=record.state,
        position=entries[0].seq if entries else None,
        reason=record.reversal_reason,
        replaces=record.replaces,
        replaced_by=queries.replacements_of(record),
    )


def files_of(record: Record) -> list[File]:
    """The evidence of the record, in the order it was added."""
    return [file_of(use) for use in queries.uses_of(record)]


def file_of(use: RecordEvidence) -> File:
    """One piece of evidence."""
    place = (use.record_id, use.evidence_id)
    return File(
        evidence_id=use.evidence_id,
        name=use.name,
        ending=PurePath(use.name).suffix.removeprefix(".").upper(),
        size=use.evidence.size,
        address=reverse("ledger:evidence", args=place),
        picture=_picture(use),
        preview=reverse("ledger:preview", args=place),
        digest=digests.show(bytes(use.evidence.digest)),
        answer=use.answer,
        taken_at=use.evidence.image.taken_at if hasattr(use.evidence, "image") else None,
    )


def _picture(use: RecordEvidence) -> str:
    if use.evidence.media_type not in IMAGES:
        return ""
    return reverse("ledger:picture", args=(use.record_id, use.evidence_id))


def asked_of(record: Record, viewer: Person) -> list[Asked]:
    """The questions about the evidence of `record`, as `viewer` may see them."""
    questions = queries.questions_of(record, viewer)
    last = {question.nth: question for question in questions}
    return [_asked(question, last[question.nth] is question) for question in questions]


def _asked(question: queries.Question, last: bool) -> Asked:
    other = question.other
    return Asked(
        what=question.what,
        evidence_id=question.use.evidence_id,
        nth=question.nth,
        name=question.use.name,
        answer=question.answer,
        mine=_picture(question.use),
        last=last,
        more=question.more,
        its=_picture(other) if other else "",
        other=other.record if other else None,
        other_name=other.name if other else "",
        day=question.other_day,
        taken_at=question.taken_at,
    )


def posted_of(record: Record, kind: Kind) -> list[Posted]:
    """Every entry that came of the record, reversals too, by position."""
    return [_posted(entry, kind) for entry in queries.lines_of(record)]


def _posted(entry: Entry, kind: Kind) -> Posted:
    table = kind.tables_by_id.get(entry.kind.code.partition(".")[2])
    return Posted(
        seq=entry.seq,
        name=(table.name if table else kind.name).text(language()),
        sign=entry.sign,
        reverses=entry.reverses,
        posted_at=entry.posted_at,
        posted_by=entry.posted_by.name if entry.posted_by else "",
        digest=digests.show(bytes(entry.digest)),
    )


def history_of(record: Record, kind: Kind) -> list[Step]:
    """What happened, in order, and then what is still to come."""
    return [_step(moment, record, kind) for moment in queries.record_history(record)] + _to_come(record, kind)


def _step(moment: Moment, record: Record, kind: Kind) -> Step:
    what, look, icon = {
        "added": (_("填写"), "", "pen"),
        "edited": (_("修改"), "", "pen"),
        "submitted": (pgettext("history", "提交审核"), "", "flag"),
        "passed": (_("审核通过"), "is-good", "check"),
        "returned": (_("退回修改"), "is-back", "back"),
        "sent_back": (_("没有入账，退回修改"), "is-back", "back"),
        "posted": (_("入账"), "is-good", "check"),
        "reversed": (_("冲销"), "is-back", "fix"),
        "replaced": (_("另记一张更正"), "", "fix"),
    }[moment.what]
    if moment.what == "passed" and (record.steps or 0) > 1:
        what = _("第%(step)s步审核通过") % {"step": moment.step}
    if moment.positions:
        what += _("，") + _span(*moment.positions)
    remarks = [(spot_name(record, kind, path), text) for path, text in moment.remarks.items()]
    who = moment.person.name if moment.person else ""
    return Step(what, who, moment.at, moment.note, remarks, look=look, icon=icon, other=moment.other)


def _span(first: int, last: int) -> str:
    if first == last:
        return _("第%(seq)s笔") % {"seq": f"{first:,}"}
    return _("第%(first)s至%(last)s笔") % {"first": f"{first:,}", "last": f"{last:,}"}


def _to_come(record: Record, kind: Kind) -> list[Step]:
    """The steps ahead, with who takes the next one."""
    if record.state in ("posted", "reversed"):
        return []
    ahead = [_step_to_post()]
    if record.state == "submitted":
        return _reviews_to_come(record, kind) + ahead
    if record.state == "accepted":
        return ahead
    first = _("改好后再提交") if record.state == "returned" else _("提交审核")
    return [Step(first, look="is-todo"), *(Step(_("审核"), look="is-todo") for _number in kind.review), *ahead]


def _reviews_to_come(record: Record, kind: Kind) -> list[Step]:
    names = rules.names_said(rules.who_may_review(record))
    done = len(queries.reviewers(record))
    due = _("%(names)s审核") % {"names": names} if names else _("等审核，现在没有人能审核")
    hint = "" if names else _("请管理员安排一位“%(role)s”。") % {"role": ROLE_NAMES[record.due]}
    later = [
        Step(_("%(role)s审核") % {"role": ROLE_NAMES[step.role]}, look="is-todo")
        for step in kind.review[done + 1 :]
    ]
    return [Step(due, look="is-todo", hint=hint), *later]


def _step_to_post() -> Step:
    return Step(_("入账"), look="is-todo", hint=_("入账后只能更正，不能改。"))
