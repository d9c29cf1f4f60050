"""The addresses of the site as a whole."""

from __future__ import annotations

from django.urls import reverse

from mingzhang.audit.checkpoints import make_checkpoint
from tests.web.matrix import ELSEWHERE, EVERYBODY, OWN_UNIT, Address, answers
from tests.web.office import AT_STREET, Office

# The log is the whole book's: it takes the right over all of it.
LOG = answers(**dict.fromkeys((*OWN_UNIT, "outsider", "lu"), 403), admin=200, stranger=200)


def _checkpoint(office: Office) -> int:
    return make_checkpoint(book=office.cast.book.code, reason="asked").pk


def _proof(office: Office) -> str:
    make_checkpoint(book=office.cast.book.code, reason="asked")
    return reverse("web:proof", args=(1,))


ADDRESSES = [
    # Everybody's own; of no unit.
    Address("web:today", lambda office: reverse("web:today"), answers(outsider=200, lu=200, stranger=200)),
    Address("web:books", lambda office: reverse("web:books") + AT_STREET, answers(admin=200)),
    Address(
        "web:checkpoint",
        lambda office: reverse("web:checkpoint", args=(_checkpoint(office),)),
        answers(**{**dict.fromkeys(ELSEWHERE, 200), "admin": 200, "stranger": 404}),
    ),
    Address("web:log", lambda office: reverse("web:log"), LOG),
    Address("web:proof", _proof, {**LOG, "stranger": 404}),
    Address("web:units", lambda office: reverse("web:units") + AT_STREET, answers(admin=200)),
    Address("web:search", lambda office: reverse("web:search") + AT_STREET + "&q=用气", answers(admin=200)),
    Address("web:help", lambda office: reverse("web:help") + AT_STREET, answers(admin=200)),
    Address(
        "web:help_topic", lambda office: reverse("web:help_topic", args=("keys",)) + AT_STREET, answers(admin=200)
    ),
    # The set-up is over as soon as there is a book.
    Address("web:setup", lambda office: reverse("web:setup"), dict.fromkeys(EVERYBODY, 404)),
]
# Addresses that speak of nobody's unit: the ways in and out, and the switches of the browser at hand.
OPEN = {"web:home", "web:sign_in", "web:sign_out", "web:type_size", "set_language"}
