"""The addresses of inspections, of their draws, and of what is public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.urls import reverse

from mingzhang.inspections import actions, queries
from mingzhang.inspections.actions import Plan, Settings
from mingzhang.inspections.models import Draw, Inspection
from mingzhang.organisation.models import Person
from tests import cast as people
from tests.web.matrix import EVERYBODY, Address, Answers, answers
from tests.web.office import AT_STREET, Office

SECRETS = ("今早的粥里有四颗红枣", "第十七页 山高月小")


def inspector(office: Office) -> Person:
    """The inspector of the street."""
    cast = office.cast
    username = f"feng-{cast.book.code.lower()}"
    found = Person.objects.filter(username=username).first()
    return found or people.seat(cast.street, username, "冯督查员", "督查岗", ["inspector"], cast.admin)


def plan_of(office: Office, **changes: Any) -> Inspection:
    """A plan of the street, written by its reviewer, who alone knows of it beside `team`."""
    inspector(office)
    given: dict[str, Any] = {
        "title": "窗口服务检查",
        "reason": "看看办事方不方便",
        "first": date(2026, 7, 8),
        "last": date(2026, 7, 17),
        "announced": True,
        "checklist": (office.pack_version, "service-point"),
        "team": [office.cast.zhou],
    }
    plan = Plan(**(given | changes))
    return actions.draft_inspection(unit=office.cast.street, plan=plan, by=office.cast.he)


def approved(office: Office, **changes: Any) -> Inspection:
    return actions.approve_inspection(inspection=plan_of(office, **changes), by=office.cast.zhou)


def begun(office: Office) -> Draw:
    draw = actions.begin_draw(inspection=approved(office), by=office.cast.zhou)
    sizes = {one.pk: 1 for one in queries.strata_of(draw)}
    return actions.settle_draw(draw=draw, settings=Settings(sizes, 1), by=office.cast.zhou)


def published(office: Office) -> Draw:
    return actions.publish_roster(draw=begun(office), by=office.cast.zhou)


def committed(office: Office) -> Draw:
    return _committed(published(office), office)


def _committed(draw: Draw, office: Office) -> Draw:
    for person, secret in zip((office.cast.zhou, inspector(office)), SECRETS, strict=True):
        actions.commit_secret(draw=draw, secret=secret, by=person)
    return draw


def drawn(office: Office) -> Draw:
    return disclosed(published(office), office)


def disclosed(draw: Draw, office: Office) -> Draw:
    """A draw whose roster is published, after both have committed and said their secrets."""
    draw = _committed(draw, office)
    for person, secret in zip((office.cast.zhou, inspector(office)), SECRETS, strict=True):
        draw = actions.reveal_secret(draw=draw, secret=secret, by=person)
    return draw


def _at(name: str, found: Inspection | Draw, *args: str, rest: str = AT_STREET) -> str:
    numbers = (found.inspection_id, found.number) if isinstance(found, Draw) else (found.pk,)
    return reverse(f"inspections:{name}", args=(*numbers, *args)) + rest


def _reads(name: str, make: Callable[[Office], Inspection | Draw], said: Answers | None = None) -> Address:
    return Address(f"inspections:{name}", lambda office: _at(name, make(office)), said or answers())


def _public(name: str, make: Callable[[Office], Inspection | Draw]) -> Address:
    return Address(
        f"inspections:{name}", lambda office: _at(name, make(office), rest=""), dict.fromkeys(EVERYBODY, 200)
    )


def _moves(
    verb: str, make: Callable[[Office], Inspection], may: dict[str, int], form: dict[str, Any] | None = None
) -> Address:
    return Address(
        "inspections:move",
        lambda office: _at("move", make(office), verb),
        answers(403, **may),
        lambda _office: form or {},
    )


def _acts(
    verb: str, make: Callable[[Office], Draw], may: dict[str, int], form: dict[str, Any] | None = None
) -> Address:
    return Address(
        "inspections:act",
        lambda office: _at("act", make(office), verb),
        answers(403, **may),
        lambda _office: form or {},
    )


def _plan_form(_office: Office) -> dict[str, Any]:
    return {
        "title": "窗口检查", "reason": "看看", "first": "2026-07-08", "last": "2026-07-17", "announced": "yes",
        "draws": "1", "coverage": "", "checklist": "", "basis": "",
    }  # fmt: skip


LEADERS = {"zhou": 302, "wei": 302}
PLANNERS = {"he": 302, **LEADERS}
READ_AND_CHANGE = {"he": 200, "zhou": 200, "wei": 200}
# Before it starts: its author, and the leader of the street who was told. Her county's leader was not.
TEAM = answers(404, he=200, zhou=200)

ADDRESSES = [
    Address("inspections:list", lambda _office: reverse("inspections:list") + AT_STREET),
    Address("inspections:verifier", lambda _office: reverse("inspections:verifier") + AT_STREET),
    Address(
        "inspections:new",
        lambda _office: reverse("inspections:new") + AT_STREET,
        answers(403, **READ_AND_CHANGE),
    ),
    Address(
        "inspections:new",
        lambda _office: reverse("inspections:new") + AT_STREET,
        answers(403, **PLANNERS),
        _plan_form,
    ),
    _reads("inspection", lambda office: approved(office, announced=False), TEAM),
    _reads("checklist", approved),
    _reads("change", plan_of, answers(404, **READ_AND_CHANGE)),
    Address(
        "inspections:change",
        lambda office: _at("change", plan_of(office)),
        answers(404, **PLANNERS),
        _plan_form,
    ),
    _moves("approve", plan_of, {"chen": 404, "qin": 404, **LEADERS}),
    _moves("draw", approved, LEADERS),
    _reads("draw", begun),
    _reads("document", drawn),
    _reads("pool", begun, answers(403, zhou=200, wei=200)),
    Address(
        "inspections:pool",
        lambda office: _at("pool", begun(office)),
        answers(403, **LEADERS),
        lambda _office: {"table": "QH-01\t大厅"},
    ),
    _acts("commit", published, LEADERS, {"secret": SECRETS[0]}),
    _acts("void", published, LEADERS, {"reason": "不抽了"}),
    Address("inspections:open", lambda _office: reverse("inspections:open"), dict.fromkeys(EVERYBODY, 200)),
    Address(
        "inspections:open_verifier",
        lambda _office: reverse("inspections:open_verifier"),
        dict.fromkeys(EVERYBODY, 200),
    ),
    _public("open_inspection", approved),
    _public("open_draw", published),
    _public("open_document", drawn),
    Address(
        "inspections:open_inspection",
        lambda office: _at("open_inspection", approved(office, announced=False), rest=""),
        dict.fromkeys(EVERYBODY, 404),
    ),
]
