"""The reports' addresses."""

from __future__ import annotations

from django.urls import reverse

from tests.web.matrix import Address, answers
from tests.web.office import AT_STREET, PACK

HALF_YEAR = (PACK, "half-year")

ADDRESSES = [
    Address("reports:list", lambda office: reverse("reports:list") + AT_STREET, answers(admin=200)),
    Address("reports:read", lambda office: reverse("reports:read", args=HALF_YEAR) + AT_STREET, answers(admin=200)),
    Address(
        "reports:numbers",
        lambda office: reverse("reports:numbers", args=HALF_YEAR) + AT_STREET,
        answers(admin=200),
    ),
    Address(
        "reports:number",
        lambda office: reverse("reports:number", args=(*HALF_YEAR, 1)) + AT_STREET,
        answers(admin=200),
    ),
    Address(
        "reports:download",
        lambda office: reverse("reports:download", args=(*HALF_YEAR, "docx")) + AT_STREET,
        answers(admin=200),
    ),
]
