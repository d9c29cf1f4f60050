"""The addresses of tasks, of handbooks and of handing over."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from mingzhang.core import clock
from mingzhang.duties.models import Task, TaskStep
from mingzhang.organisation.actions import delegate
from mingzhang.organisation.models import Person
from tests.web.matrix import ELSEWHERE, Address, Answers, answers
from tests.web.office import AT_STREET, PERIOD, Office

OWN = f"?period={PERIOD}"
READS = dict.fromkeys(("chen", "he", "zhou", "wei", "qin", "admin", *ELSEWHERE), 200) | {
    "unposted": 403,
    "nobody": 302,
}


def task_of(office: Office, **changes: Any) -> Task:
    """The street's task to hold its studies of May."""
    given: dict[str, Any] = {
        "first": date(2026, 5, 1),
        "last": date(2026, 5, 31),
        "nominal": date(2026, 5, 31),
        "due": date(2026, 5, 29),
        "pack_version": office.pack_version,
        "kind": office.study.kind,
        "handler_role": "clerk",
        "sponsor_role": "leader",
    }
    kept, _made = Task.objects.get_or_create(
        book=office.cast.book,
        unit=office.cast.street,
        pack="street-office",
        duty="street_study",
        period="2026-05",
        defaults=given | changes,
    )
    return kept


def handed_of(office: Office) -> int:
    """The step by which the street's clerk's task was handed over together with all others."""
    cast = office.cast
    made = TaskStep.objects.create(
        task=task_of(office), verb="hand_over", reason="离任。", to=cast.chen, giver=cast.chen, by=cast.zhou,
        at=clock.now(),
    )  # fmt: skip
    return made.pk


def _decide(verb: str) -> Any:
    return lambda office: reverse("duties:decide", args=(task_of(office).pk, verb))


def _extends(common: int) -> Answers:
    return answers(403, zhou=common, wei=common)


def _standing_in(office: Office) -> int:
    cast = office.cast
    held = cast.chen.appointments.get()
    today = clock.today()
    return delegate(appointment=held, to=cast.he, start=today, last_day=today, by=cast.chen).pk


def _delegates(office: Office) -> dict[str, Any]:
    """The clerk's own post: others do not give it away."""
    today = clock.today().isoformat()
    return {"post": office.cast.chen.appointments.get().pk, "to": "he", "first": today, "last": today}


def _to_whom(office: Office) -> dict[str, Any]:
    """The task is the clerk's alone: it is handed to them, and asked of them."""
    Task.objects.filter(pk=task_of(office).pk).update(handler=office.cast.he)
    return {"person": "he", "to": "chen", "last": "2026-06-30", "reason": "离任。"}


def _person(office: Office) -> Person:
    return office.cast.chen


ADDRESSES = [
    Address("duties:list", lambda office: reverse("duties:list") + AT_STREET, answers(admin=200)),
    Address("duties:task", lambda office: reverse("duties:task", args=(task_of(office).pk,)), answers(admin=200)),
    Address(
        "duties:decide",
        _decide("extend"),
        _extends(302),
        form=lambda office: {"until": "2027-06-10", "reason": "停电。"},
    ),
    Address(
        "duties:sign_off",
        lambda office: reverse("duties:sign_off"),
        answers(403, lu=403, outsider=403, zhou=302, wei=302, stranger=302),
        form=lambda office: {"task": task_of(office).pk},
    ),
    Address("duties:absence", lambda office: reverse("duties:absence"), READS),
    Address(
        "duties:absence",
        lambda office: reverse("duties:absence"),
        dict.fromkeys(READS, 422) | {"chen": 302, "unposted": 403, "nobody": 302},
        form=_delegates,
    ),
    Address(
        "duties:absence_end",
        lambda office: reverse("duties:absence_end", args=(_standing_in(office),)),
        dict.fromkeys(READS, 404) | {"chen": 302, "he": 403, "unposted": 403, "nobody": 302},
        form=lambda office: {},
    ),
    Address(
        "duties:hand_over_all",
        lambda office: reverse("duties:hand_over_all"),
        dict.fromkeys(READS, 403) | {"zhou": 302, "wei": 302, "admin": 302, "stranger": 422, "nobody": 302},
        form=_to_whom,
    ),
    Address(
        "duties:hand_over_all",
        lambda office: reverse("duties:hand_over_all"),
        dict.fromkeys(READS, 403) | {"zhou": 200, "wei": 200, "admin": 200, "stranger": 200, "nobody": 302},
    ),
    Address(
        "duties:handed", lambda office: reverse("duties:handed", args=(handed_of(office),)), answers(admin=200)
    ),
    Address(
        "web:handed_docx",
        lambda office: reverse("web:handed_docx", args=(handed_of(office),)),
        answers(admin=200),
    ),
    Address("duties:handbook", lambda office: reverse("duties:handbook") + OWN, READS),
    Address(
        "duties:handbook_of",
        lambda office: reverse("duties:handbook_of", args=(_person(office).username,)) + OWN,
        answers(404, chen=200, zhou=200, wei=200, admin=200),
    ),
    Address(
        "web:handbook_docx",
        lambda office: reverse("web:handbook_docx", args=(_person(office).username,)) + OWN,
        answers(404, chen=200, zhou=200, wei=200, admin=200),
    ),
]
