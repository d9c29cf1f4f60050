"""The addresses of the on-site page: a shell that speaks of nobody, for everybody."""

from __future__ import annotations

from django.urls import reverse

from tests.web.matrix import EVERYBODY, Address

ANYBODY = dict.fromkeys(EVERYBODY, 200)

ADDRESSES = [
    Address("inspections:onsite", lambda _office: reverse("inspections:onsite"), ANYBODY),
    Address("inspections:onsite_worker", lambda _office: reverse("inspections:onsite_worker"), ANYBODY),
]
