"""The settings' addresses: for administrators alone. Those who arrange nothing are refused at the door."""

from __future__ import annotations

from django.urls import reverse

from mingzhang.packs.queries import builtin_pack
from tests.web.matrix import ELSEWHERE, UNPOSTED, Address, answers
from tests.web.office import PACK, Office

DOOR = answers(403, admin=200, **dict.fromkeys((*ELSEWHERE, UNPOSTED), 403))
DONE = answers(403, admin=302, **dict.fromkeys((*ELSEWHERE, UNPOSTED), 403))
VERSION = (PACK, builtin_pack(PACK).version)
OTHER_VERSION = ("work-safety", builtin_pack("work-safety").version)
DAY = "2026-06-01"


def _post(office: Office) -> int:
    return int(office.cast.chen.appointments.get().post_id)


def _seat(office: Office) -> int:
    return int(office.cast.chen.appointments.get().pk)


ADDRESSES = [
    Address("organisation:settings", lambda _o: reverse("organisation:settings"), DOOR),
    Address("organisation:roles", lambda _o: reverse("organisation:roles"), DOOR),
    Address("organisation:units", lambda _o: reverse("organisation:units"), DOOR),
    Address("organisation:units", lambda _o: reverse("organisation:units") + "?below=QH", DOOR),
    Address("organisation:unit", lambda _o: reverse("organisation:unit", args=("QH",)), DOOR),
    Address("organisation:unit_act", lambda _o: reverse("organisation:unit_act", args=("QH", "add")), DOOR),
    Address(
        "organisation:unit_act",
        lambda _o: reverse("organisation:unit_act", args=("QH", "rename")),
        DONE,
        form=lambda _o: {"name": "青苗街道", "on": DAY},
    ),
    Address("organisation:post_act", lambda o: reverse("organisation:post_act", args=(_post(o), "edit")), DOOR),
    Address(
        "organisation:post_act",
        lambda o: reverse("organisation:post_act", args=(_post(o), "appoint")),
        DONE,
        form=lambda _o: {"person": "xin", "start": DAY},
    ),
    Address(
        "organisation:appointment_act",
        lambda o: reverse("organisation:appointment_act", args=(_seat(o), "end")),
        DONE,
        form=lambda _o: {"last_day": DAY},
    ),
    Address("organisation:people", lambda _o: reverse("organisation:people"), DOOR),
    Address("organisation:person", lambda _o: reverse("organisation:person", args=("chen",)), DOOR),
    Address(
        "organisation:person_add",
        lambda _o: reverse("organisation:person_add"),
        DONE,
        form=lambda _o: {"name": "方新来", "username": "fang"},
    ),
    Address(
        "organisation:person_act",
        lambda _o: reverse("organisation:person_act", args=("chen", "deactivate")),
        DONE,
        form=lambda _o: {},
    ),
    Address(
        "organisation:person_act",
        lambda _o: reverse("organisation:person_act", args=("chen", "password")),
        DOOR,
        form=lambda _o: {},
    ),
    Address("organisation:choices", lambda _o: reverse("organisation:choices", args=("units",)) + "?q=青", DOOR),
    Address("organisation:packs", lambda _o: reverse("organisation:packs"), DOOR),
    Address("organisation:pack", lambda _o: reverse("organisation:pack", args=VERSION), DOOR),
    Address(
        "organisation:adopt",
        lambda _o: reverse("organisation:adopt", args=OTHER_VERSION),
        DONE,
        form=lambda _o: {},
    ),
    Address("organisation:calendar", lambda _o: reverse("organisation:calendar"), DOOR),
    Address("organisation:calendar_year", lambda _o: reverse("organisation:calendar_year", args=(2027,)), DOOR),
    # Two books in one installation: no body installs packs for all from a page, or changes everybody's days.
    Address(
        "organisation:calendar_import",
        lambda _o: reverse("organisation:calendar_import"),
        answers(403, admin=409, **dict.fromkeys((*ELSEWHERE, UNPOSTED), 403)),
    ),
    Address(
        "organisation:calendar_import",
        lambda _o: reverse("organisation:calendar_import"),
        answers(403, admin=409, **dict.fromkeys((*ELSEWHERE, UNPOSTED), 403)),
        form=lambda _o: {"year": "2027", "lines": "2027-01-01,放假,元旦", "enter": "1"},
    ),
    Address(
        "organisation:upload",
        lambda _o: reverse("organisation:upload"),
        answers(403, admin=409, **dict.fromkeys((*ELSEWHERE, UNPOSTED), 403)),
    ),
]
