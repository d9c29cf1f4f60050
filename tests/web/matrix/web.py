"""The addresses of the site as a whole."""

from __future__ import annotations

from django.urls import reverse

from tests.web.matrix import Address, answers
from tests.web.office import AT_STREET

ADDRESSES = [
    # Everybody's own; of no unit.
    Address("web:today", lambda office: reverse("web:today"), answers(outsider=200, lu=200, stranger=200)),
    Address("web:units", lambda office: reverse("web:units") + AT_STREET, answers(admin=200)),
]
# Addresses that speak of nobody's unit: the ways in and out, and the switches of the browser at hand.
OPEN = {"web:home", "web:sign_in", "web:sign_out", "web:type_size", "set_language"}
