"""The addresses of the site as a whole."""

from __future__ import annotations

from django.urls import reverse

from tests.web.matrix import EVERYBODY, NOBODY, Address, answers
from tests.web.office import AT_STREET

ADDRESSES = [
    Address("web:units", lambda office: reverse("web:units") + AT_STREET, answers(admin=200)),
    Address("web:search", lambda office: reverse("web:search") + AT_STREET + "&q=用气", answers(admin=200)),
    Address("web:help", lambda office: reverse("web:help") + AT_STREET, answers(admin=200)),
    Address(
        "web:help_topic", lambda office: reverse("web:help_topic", args=("keys",)) + AT_STREET, answers(admin=200)
    ),
    # One's own password, whoever one is; the set-up is over as soon as there is a book.
    Address("web:password", lambda office: reverse("web:password"), dict.fromkeys(EVERYBODY, 200) | {NOBODY: 302}),
    Address("web:setup", lambda office: reverse("web:setup"), dict.fromkeys(EVERYBODY, 404)),
]
# Addresses that speak of nobody's unit: the ways in and out, and the switches of the browser at hand.
OPEN = {"web:home", "web:sign_in", "web:sign_out", "web:type_size", "set_language"}
