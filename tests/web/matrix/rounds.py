"""The addresses of rounds: what a phone asks is answered with 401 where nobody is signed in."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from mingzhang.inspections import actions
from mingzhang.inspections.models import Round
from tests.web.matrix import EVERYBODY, NOBODY, Address
from tests.web.office import Office


def self_check(office: Office) -> Round:
    """One of the street, begun by its clerk."""
    return actions.start_self_check(
        unit=office.cast.street, pack=office.pack_version, checklist="service-point", by=office.cast.chen
    )


def _form(_office: Office) -> dict[str, Any]:
    return {"person": "another"}


def _for_phone(**others: int) -> dict[str, int]:
    return dict.fromkeys(EVERYBODY, 404) | {NOBODY: 401} | others


ADDRESSES = [
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
