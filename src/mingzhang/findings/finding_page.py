"""Everything that the page of a finding shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from mingzhang.core.errors import NotFound, reason_against
from mingzhang.findings import choosing, naming, queries
from mingzhang.findings.doing import acts_of
from mingzhang.findings.listing import Asked
from mingzhang.findings.models import CLOSED, Closing, Finding, FindingEvidence, FindingStep
from mingzhang.findings.reckoning import explained, is_provisional
from mingzhang.findings.rules import check_user_can_attach, user_can_work
from mingzhang.findings.showing import lines_of, rest_of, stand_of, title_of
from mingzhang.findings.strip import strip_of
from mingzhang.findings.timeline import SEEN, timeline_of
from mingzhang.findings.wording import basis_name, category_name, severity_name, source_name, vocabulary
from mingzhang.ledger.filetypes import IMAGES
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import today_in, work_calendar
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import can
from mingzhang.packs.wording import language

BESIDE = 3  # findings of each column that stand beside the one that is open


@dataclass(frozen=True)
class Given:
    """What was written in one of the page's forms, to be shown again when it was refused, and why it was."""

    verb: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @classmethod
    def of(cls, verb: str, form: QueryDict, problem: str) -> Given:
        """As it came."""
        return cls(verb, {name: form.get(name, "") for name in form}, problem)


@dataclass(frozen=True)
class Shot:
    """A file that shows the finding."""

    use: FindingEvidence

    @property
    def picture(self) -> str:
        """Where its picture is; empty for what is none."""
        if self.use.evidence.media_type not in IMAGES:
            return ""
        return reverse("findings:picture", args=(self.use.finding_id, self.use.pk))

    @property
    def file(self) -> str:
        """Where it is saved from."""
        return reverse("findings:file", args=(self.use.finding_id, self.use.pk))

    @property
    def ending(self) -> str:
        """What kind of file it is, as its name says."""
        return self.use.name.rpartition(".")[2].upper()[:5]


def finding_by_id(place: Place, finding_id: int) -> Finding:
    """Raises NotFound: what one may not see is not told apart from what is not there."""
    rows = queries.visible_to(place.person).select_related(
        *queries.SHOWN, "book", "origin", "record", "into", "part_of", "pack_version", "reported_by"
    )
    found = rows.filter(pk=finding_id).first()
    if found is None:
        raise NotFound(_("没有找到这个问题。"), remedy=_("请从问题列表里重选。"))
    return found


def sees_files(place: Place, finding: Finding) -> bool:
    """Whether the person looks at what shows it: in its unit, in the one that found it, or having it in hand."""
    if place.person.pk in (finding.owner_id, finding.sponsor_id):
        return True
    return any(can(place.person, Permission.EVIDENCE_VIEW, unit) for unit in (finding.unit, finding.origin))


def context_of(place: Place, finding: Finding, given: Given) -> dict[str, Any]:
    """A fixed number of queries for each state."""
    today = today_in(finding.book)
    acts = acts_of(place, finding)
    steps = queries.history_of(finding)
    closings = queries.closings_of(finding)
    closed = next((one for one in closings if one.round == finding.round), None)
    return {
        "finding": finding,
        "title": title_of(finding),
        "rest": rest_of(finding),
        "stand": stand_of(finding, today, work_calendar(), closed.on if closed else None),
        "closed": closed if finding.state in CLOSED else None,
        "category": category_name(finding),
        "severity": severity_name(finding),
        "source": source_name(finding.source),
        "sent_back": sum(step.verb == "send_back" and step.round == finding.round for step in steps),
        "acts": acts,
        "main": [act for act in acts if act.way.main],
        "others": [act for act in acts if not act.way.main],
        "given": given,
        "stray": _stray(given, [act.verb for act in acts if act.allowed], user_can_work(place.person, finding)),
        "today": today,
        "earliest": max(today, finding.deadline) + timedelta(days=1),
        "works": user_can_work(place.person, finding),
        "measures": queries.measures_of(finding),
        "parts": list(finding.parts.order_by("pk")),
        "taken_in": list(finding.merged.order_by("pk")),
        "came_from": _came_from(place, finding),
        "seen": sees_files(place, finding),
        **_why(finding, steps, today),
        **_shots(place, finding),
        **_past(place, finding, steps, closings),
        **_choices(place, finding, {act.verb for act in acts if act.allowed}),
        **_beside(place, finding, today),
    }


def _stray(given: Given, offered: Collection[str], works: bool) -> str:
    """Why something was refused whose form the page no longer offers: it stands at the top."""
    begins = ("measure", "analyse") if works else ()
    if given.verb in offered or given.verb.startswith(("files-", *begins)):
        return ""
    return given.problem


def _why(finding: Finding, steps: Sequence[FindingStep], today: date) -> dict[str, Any]:
    """How the due date comes about, as a row of days and in sentences."""
    pauses = [step for step in steps if step.verb == "suspend" and step.round == finding.round]
    return {
        "strip": strip_of(finding, steps, today) if finding.state not in ("merged", "split") else [],
        "because": explained(finding, today),
        "provisional": is_provisional(finding, today),
        "resting": basis_name(finding, pauses[-1].basis) if pauses and finding.state == "suspended" else "",
    }


def _shots(place: Place, finding: Finding) -> dict[str, Any]:
    """Before and after of the round at hand, and how many files there are of earlier ones."""
    shown = [Shot(use) for use in queries.evidence_of(finding)]
    now = [shot for shot in shown if shot.use.round == finding.round]
    early = [shot for shot in shown if shot.use.round != finding.round]
    return {
        "before": [shot for shot in now if shot.use.stage == "before"],
        "after": [shot for shot in now if shot.use.stage == "after"],
        "early": early,
        "not_before": reason_against(check_user_can_attach, place.person, finding, "before"),
        "not_after": reason_against(check_user_can_attach, place.person, finding, "after"),
    }


def _past(
    place: Place, finding: Finding, steps: Sequence[FindingStep], closings: Sequence[Closing]
) -> dict[str, Any]:
    """The timeline, with the visits that the setting VISITS_OF_FINDINGS tells of, and what comes next."""
    visits: dict[tuple[int, str], tuple[str, str]] = {}
    if any(step.verb in SEEN for step in steps):
        for path in settings.VISITS_OF_FINDINGS:
            visits |= import_string(path)(finding, place.person)
    verifications = list(finding.verifications.select_related("verifier", "corrector").order_by("id"))
    return {
        "history": timeline_of(finding, steps, queries.escalations_of(finding), verifications, visits),
        "next": next_of(finding),
        "closings": closings,
    }


def next_of(finding: Finding) -> dict[str, Any] | None:
    """The step that is still to come: who does it, and by when."""
    if finding.state == "closed" and finding.follow_up_on:
        told = {"what": _("回头看一次"), "icon": "walk", "by": finding.follow_up_on}
        return told | {"who": _("没有参与整改的人去看。反弹了就用原来的编号重开。")}
    said = {
        "found": (_("派办"), _("写明谁来整改、谁领办。")),
        "assigned": (_("整改"), finding.owner.name if finding.owner else ""),
        "correcting": (_("改好以后提交验收"), finding.owner.name if finding.owner else ""),
        "submitted": (_("验收"), _("由没有参与整改的人验收。")),
        "verified": (_("销号"), _("由没有参与整改的领导销号。")),
        "follow_up_due": (_("回头看一次"), _("没有参与整改的人去看。反弹了就用原来的编号重开。")),
        "doubted": (_("定下算不算问题"), _("由提出的人以外的领导来定。")),
    }.get(finding.state)
    if said is None:
        return None
    by = finding.deadline if finding.state in ("assigned", "correcting") else None
    return {"what": said[0], "who": said[1], "icon": "walk" if finding.state in CLOSED else "flag", "by": by}


def _came_from(place: Place, finding: Finding) -> dict[str, Any] | None:
    """The sheet and the row that it came from, or what the setting BEHIND_FINDINGS tells, for those who may open
    it."""
    record = finding.record
    if record is None:
        told = (import_string(path)(finding, place.person) for path in settings.BEHIND_FINDINGS)
        return next(filter(None, told), None)
    sees = can(place.person, Permission.RECORD_VIEW, record.unit)
    row = finding.row + 1 if finding.row is not None else 0
    address = reverse("ledger:record", args=(record.pk,)) if sees else ""
    of = reverse("findings:came_of", args=(record.pk,)) if sees else ""
    return {"title": record.title, "row": row, "address": address, "of": of, "on": record.occurred_on}


def _choices(place: Place, finding: Finding, verbs: AbstractSet[str]) -> dict[str, Any]:
    """What the forms that are open to the person offer."""
    found: dict[str, Any] = {}
    words = vocabulary(finding)
    if "suspend" in verbs and words:
        found["bases"] = [(one.id, one.name.text(language())) for one in words.suspensions]
    if "classify" in verbs and words:
        found["categories"] = [(one.id, one.name.text(language())) for one in words.categories]
        found["severities"] = [(one.id, one.name.text(language())) for one in words.severities]
    if "transfer" in verbs:
        found["units"] = choosing.units_to(finding)
    if verb := naming_verb(verbs):
        reach = naming.reach_of(finding, place.person, verb)
        found["offered"] = reach.offered()
        found["people"] = f"{reverse('findings:people')}?{place.query}&finding={finding.pk}"
        found["leaders"] = choosing.leaders(reach.near)
    return found


def naming_verb(verbs: AbstractSet[str]) -> str:
    """What names somebody who answers for it, of what is open to the person; empty where nothing does."""
    return next((verb for verb in ("accept", "decide", "assign") if verb in verbs), "")


def _beside(place: Place, finding: Finding, today: date) -> dict[str, Any]:
    """The findings beside which it stands, by column, as the board has them."""
    asked = Asked(place, QueryDict())
    columns = queries.board(asked.wanted(), BESIDE)
    lines = lines_of([card for column in columns for card in column.cards], today)
    by_number = {line.finding.pk: line for line in lines}
    groups = [
        {
            "key": column.key,
            "name": asked.name_of(column.key),
            "count": column.count,
            "late": column.late,
            "address": asked.address(state=column.key),
            "lines": [by_number[card.pk] for card in column.cards],
        }
        for column in columns
    ]
    return {"groups": groups, "asked": asked, "back": asked.address()}
