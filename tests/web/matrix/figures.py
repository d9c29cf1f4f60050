"""The figures' addresses."""

from __future__ import annotations

from django.urls import reverse

from tests.web.matrix import Address, answers
from tests.web.office import AT_STREET, PACK

ADDRESSES = [
    Address("figures:list", lambda office: reverse("figures:list") + AT_STREET, answers(admin=200)),
    Address(
        "figures:figure",
        lambda office: reverse("figures:figure", args=(PACK, "lecture_people")) + AT_STREET,
        answers(admin=200),
    ),
    Address(
        "figures:feeds",
        lambda office: reverse("figures:feeds", args=(PACK, "lecture")) + AT_STREET,
        answers(admin=200),
    ),
]
