"""The addresses of rounds: what a phone asks is answered with 401 where nobody is signed in."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from mingzhang.inspections import actions
from mingzhang.inspections.models import Round
from tests.inspections.rounds import Phone
from tests.web.matrix import EVERYBODY, NOBODY, Address, answers
from tests.web.office import AT_STREET, Office


def self_check(office: Office) -> Round:
    """One of the street, begun by its clerk."""
    return actions.start_self_check(
        unit=office.cast.street, pack=office.pack_version, checklist="service-point", by=office.cast.chen
    )


def _at(name: str, found: Round, *more: object) -> str:
    return reverse(f"inspections:{name}", args=(found.number, *more)) + AT_STREET


def _pictured(office: Office) -> str:
    found = self_check(office)
    return _at("picture", found, Phone(office.cast.chen).photo(found))


def _form(_office: Office) -> dict[str, Any]:
    return {"person": "another"}


def _for_phone(**others: int) -> dict[str, int]:
    return dict.fromkeys(EVERYBODY, 404) | {NOBODY: 401} | others


CHECKERS = {"chen": 200, "he": 200, "zhou": 200, "wei": 200}
ADDRESSES = [
    Address("inspections:rounds", lambda _office: reverse("inspections:rounds") + AT_STREET),
    Address("inspections:round", lambda office: _at("round", self_check(office))),
    Address("inspections:picture", _pictured),
    Address(
        "inspections:round_act",
        lambda office: _at("round_act", self_check(office), "call_off"),
        answers(403, chen=302, he=302, zhou=302, wei=302),
        lambda _office: {"reason": "改天再查"},
    ),
    Address(
        "inspections:self_check",
        lambda _office: reverse("inspections:self_check") + AT_STREET,
        answers(403, **CHECKERS),
    ),
    Address(
        "inspections:self_check",
        lambda _office: reverse("inspections:self_check") + AT_STREET,
        answers(403, **dict.fromkeys(CHECKERS, 302)),
        lambda _office: {"checklist": "street-office/service-point", "place": ""},
    ),
    Address("inspections:honesty", lambda _office: reverse("inspections:honesty") + AT_STREET),
    Address("inspections:honesty_file", lambda _office: reverse("inspections:honesty_file") + AT_STREET),
    Address(
        "inspections:onsite_rounds",
        lambda _office: reverse("inspections:onsite_rounds"),
        dict.fromkeys(EVERYBODY, 200) | {NOBODY: 401},
    ),
    Address(
        "inspections:sync",
        lambda office: reverse("inspections:sync", args=(self_check(office).number,)),
        _for_phone(chen=422),
        _form,
    ),
    Address(
        "inspections:photo",
        lambda office: reverse("inspections:photo", args=(self_check(office).number,)),
        _for_phone(chen=409),
        _form,
    ),
]
