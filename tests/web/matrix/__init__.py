"""The permission matrix: every address of the site, asked for by everybody.

Each area declares its addresses in a module of this package; `tests/web/test_who_sees_what.py` asks for all of them
and fails for an address of the site that no module declares.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.web.office import Office

# Who asks. Names of `tests.cast.Cast`, and nobody at all.
NOBODY = "nobody"
OWN_UNIT = ("chen", "he", "zhou")  # clerk, reviewer and leader of the street
ABOVE = ("wei", "qin")  # leader and auditor of the county
ADMINISTRATOR = "admin"
ELSEWHERE = ("outsider", "lu", "stranger")  # another street, the community below, another book
UNPOSTED = "unposted"
EVERYBODY = (NOBODY, *OWN_UNIT, *ABOVE, ADMINISTRATOR, *ELSEWHERE, UNPOSTED)

Answers = Mapping[str, int]


def answers(common: int = 200, **others: int) -> Answers:
    """What each answers about the street's things: `common` for those of the street and above it, 403 for the
    administrator, who reads no records, 404 for those elsewhere, 403 for one without a post, 302 to sign in for
    nobody; `others` names those who differ."""
    usual = dict.fromkeys((*OWN_UNIT, *ABOVE), common) | {ADMINISTRATOR: 403, UNPOSTED: 403, NOBODY: 302}
    return usual | dict.fromkeys(ELSEWHERE, 404) | others


@dataclass(frozen=True)
class Address:
    """One address about the street of the office: its URL name, how to ask for it, and the status that each of
    EVERYBODY is answered with. A write gives its `form`; it is undone after each question."""

    name: str
    path: Callable[[Office], str]
    answers: Answers = field(default_factory=answers)
    form: Callable[[Office], dict[str, Any]] | None = None


AREAS = [found.name for found in pkgutil.iter_modules(__path__)]


def addresses_of(area: str) -> list[Address]:
    """The addresses that a module of this package declares."""
    declared: list[Address] = import_module(f"{__name__}.{area}").ADDRESSES
    return declared


def addresses() -> list[Address]:
    """The addresses that every module of this package declares."""
    return [address for area in AREAS for address in addresses_of(area)]


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written within is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answer(office: Office, client: Client, address: Address, path: str) -> HttpResponse:
    """One answer at `path`, which is where the address leads, with whatever was written undone. It is read to its
    end: a file is then closed."""
    with undone():
        response = client.post(path, address.form(office)) if address.form else client.get(path)
        content = b"".join(response)
    answer = HttpResponse(content, status=response.status_code, headers=dict(response.headers))
    answer.cookies = response.cookies
    return answer


def ask(office: Office, client: Client, address: Address) -> HttpResponse:
    """One answer, with what was made for it undone too."""
    with undone():
        return answer(office, client, address, address.path(office))


def client_of(office: Office, who: str, **options: Any) -> Client:
    """A browser in which `who` is signed in."""
    client = Client(**options)
    if who != NOBODY:
        client.force_login(getattr(office.cast, who))
    return client


def clients_of(office: Office) -> dict[str, Client]:
    """A browser of each of EVERYBODY."""
    return {who: client_of(office, who) for who in EVERYBODY}
