"""The addresses of findings, and of what came of sheets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from mingzhang.core import clock
from mingzhang.findings import actions
from mingzhang.findings.models import Finding, FindingEvidence, Matter, Measure
from mingzhang.ledger.models import RecordEvidence
from tests.web.matrix import Address, answers
from tests.web.office import AT_STREET, Office

ASSIGNERS = answers(chen=403, qin=403, lu=403)


def finding_of(office: Office) -> Finding:
    """The finding that the street's study session named, in the street."""
    found: Finding = Finding.objects.select_related("book", "unit", "owner").get(record=office.study, round=1)
    return found


def assigned_of(office: Office) -> Finding:
    """The same, which the clerk corrects."""
    found = finding_of(office)
    if found.state != "found":
        return found
    return actions.assign(finding=found, owner=office.cast.chen, by=office.cast.he)


def _at(name: str, *more: object, make: Callable[[Office], Finding] = finding_of) -> Callable[[Office], str]:
    return lambda office: reverse(f"findings:{name}", args=(make(office).pk, *more))


def _measure(office: Office) -> str:
    found = assigned_of(office)
    made = actions.add_measure(finding=found, what="划出车位", by=office.cast.chen)
    assert isinstance(made, Measure)
    return reverse("findings:finish", args=(found.pk, made.pk))


def _file(name: str) -> Callable[[Office], str]:
    def path(office: Office) -> str:
        found = finding_of(office)
        use = RecordEvidence.objects.filter(record=office.talk).select_related("evidence").get()
        made, _fresh = FindingEvidence.objects.get_or_create(
            finding=found, evidence=use.evidence, round=1, stage="before",
            defaults={"name": "车位.jpg", "by": office.cast.chen, "at": clock.now()},
        )  # fmt: skip
        return reverse(f"findings:{name}", args=(found.pk, made.pk))

    return path


def _matter(office: Office) -> str:
    given = {"book": office.cast.book, "unit": office.cast.street, "decided_on": office.study.occurred_on}
    made, _fresh = Matter.objects.get_or_create(
        record=office.study, table="measures", row=0, defaults=given | {"words": "划出车位"}
    )  # fmt: skip
    return reverse("findings:decide_matter", args=(made.pk, "finish"))


def _new(office: Office) -> dict[str, Any]:
    return {
        "unit": "QH", "source": "residents", "category": "facility", "severity": "minor",
        "description": "北门公示栏玻璃破损", "found_on": office.study.occurred_on.isoformat(),
    }  # fmt: skip


def _assigns(office: Office) -> dict[str, Any]:
    return {"finding": [finding_of(office).pk], "to": "QH chen"}


ADDRESSES = [
    Address("findings:list", lambda office: reverse("findings:list") + AT_STREET),
    Address("findings:board", lambda office: reverse("findings:board") + AT_STREET),
    Address("findings:waiting", lambda office: reverse("findings:waiting") + AT_STREET),
    Address("findings:assign_many", lambda office: reverse("findings:assign_many") + AT_STREET, ASSIGNERS),
    Address(
        "findings:assign_many",
        lambda office: reverse("findings:assign_many"),
        answers(302, chen=403, qin=403, lu=403, outsider=422, stranger=422),
        form=_assigns,
    ),
    Address("findings:new", lambda office: reverse("findings:new") + AT_STREET, answers(qin=403)),
    Address(
        "findings:new",
        lambda office: reverse("findings:new"),
        answers(302, qin=403, lu=403, outsider=403, stranger=422),
        form=_new,
    ),
    Address("findings:finding", _at("finding")),
    Address(
        "findings:decide",
        _at("decide", "assign"),
        answers(302, chen=403, qin=403),
        form=lambda office: {"to": "QH chen"},
    ),
    Address("findings:attach", _at("attach", "before"), answers(422, qin=403), form=lambda office: {}),
    Address("findings:file", _file("file")),
    Address("findings:picture", _file("picture")),
    Address(
        "findings:finish",
        _measure,
        answers(302, zhou=403, wei=403, qin=403),
        form=lambda office: {"done_on": "2026-05-20"},
    ),
    Address("findings:came_of", lambda office: reverse("findings:came_of", args=(office.study.pk,))),
    Address(
        "findings:decide_matter",
        _matter,
        answers(302, zhou=403, wei=403, qin=403),
        form=lambda office: {"reason": "划好了"},
    ),
    Address(
        "web:finding_list_file",
        lambda office: reverse("web:finding_list_file", args=("problems", "xlsx")) + AT_STREET,
    ),
    Address("findings:people", lambda _office: reverse("findings:people") + AT_STREET, answers(chen=403, qin=403)),
    Address("web:finding_file", lambda office: reverse("web:finding_file", args=(finding_of(office).pk, "docx"))),
]
