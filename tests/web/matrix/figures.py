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
    Address(
        "figures:entries",
        lambda office: reverse("figures:entries", args=(PACK, "lecture_people", "csv")) + AT_STREET,
    ),
    Address("figures:dashboard", lambda office: reverse("figures:dashboard") + AT_STREET, answers(admin=200)),
    Address(
        "figures:dashboard_xlsx",
        lambda office: reverse("figures:dashboard_xlsx") + AT_STREET,
        answers(admin=200),
    ),
    Address(
        "figures:chart",
        lambda office: reverse("figures:chart", args=("heat", "svg")) + AT_STREET,
        answers(admin=200),
    ),
]
