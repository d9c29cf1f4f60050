"""Every address of the site, asked for by everybody: one matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mingzhang.organisation.models import Person
from tests.web.office import PACK, PERIOD, Office

AT_STREET = f"?unit=QH&period={PERIOD}"
# Address by name: how to ask for it about the street, given the office.
PAGES: dict[str, Callable[[Office], str]] = {
    "web:units": lambda office: reverse("web:units") + AT_STREET,
    "ledger:list": lambda office: reverse("ledger:list") + AT_STREET,
    "ledger:record": lambda office: reverse("ledger:record", args=(office.talk.pk,)),
    "ledger:entry": lambda office: reverse("ledger:entry", args=(1,)),
    "ledger:evidence": lambda office: reverse("ledger:evidence", args=_file(office)),
    "ledger:picture": lambda office: reverse("ledger:picture", args=_file(office)),
    "figures:list": lambda office: reverse("figures:list") + AT_STREET,
    "figures:figure": lambda office: reverse("figures:figure", args=(PACK, "lecture_people")) + AT_STREET,
    "reports:list": lambda office: reverse("reports:list") + AT_STREET,
    "reports:read": lambda office: reverse("reports:read", args=(PACK, "half-year")) + AT_STREET,
    "reports:numbers": lambda office: reverse("reports:numbers", args=(PACK, "half-year")) + AT_STREET,
    "reports:number": lambda office: reverse("reports:number", args=(PACK, "half-year", 1)) + AT_STREET,
    "reports:download": lambda office: reverse("reports:download", args=(PACK, "half-year", "docx")) + AT_STREET,
}
# Addresses that speak of nobody's unit: the ways in and out, and the switches of the browser at hand.
OPEN = {"web:home", "web:sign_in", "web:sign_out", "web:type_size", "set_language"}
READS_RECORDS = {name for name in PAGES if name.startswith("ledger:")}


def _file(office: Office) -> tuple[int, int]:
    return office.talk.pk, office.talk.evidence.get().evidence_id


def _statuses(office: Office, client: Client) -> dict[str, int]:
    """What every page answers."""
    answers = {}
    for name, address in PAGES.items():
        response = client.get(address(office))
        answers[name] = response.status_code
        b"".join(response)  # a file is closed when it was read
    return answers


def _as(office: Office, person: Person) -> dict[str, int]:
    client = Client()
    client.force_login(person)
    return _statuses(office, client)


FOUND = dict.fromkeys(PAGES, 200) | {"ledger:entry": 302}


def test_the_matrix_knows_every_address_of_the_site() -> None:
    assert set(_names(get_resolver())) == set(PAGES) | OPEN


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}{pattern.name}"


def test_nobody_is_sent_to_sign_in(office: Office, client: Client) -> None:
    assert _statuses(office, client) == dict.fromkeys(PAGES, 302)
    assert client.get(PAGES["ledger:list"](office))["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("who", ["chen", "he", "wei", "qin"])
def test_the_units_clerk_its_reviewer_the_leader_above_and_the_auditor_see_every_page(
    office: Office, who: str
) -> None:
    assert _as(office, getattr(office.cast, who)) == FOUND


def test_the_administrator_sees_figures_and_reports_but_no_records(office: Office) -> None:
    hidden = dict.fromkeys(READS_RECORDS, 403)
    assert _as(office, office.cast.admin) == FOUND | hidden


@pytest.mark.parametrize("who", ["outsider", "lu", "stranger"])
def test_another_unit_one_below_and_another_book_find_nothing(office: Office, who: str) -> None:
    assert _as(office, getattr(office.cast, who)) == dict.fromkeys(PAGES, 404)


def test_someone_without_a_post_is_told_so(office: Office) -> None:
    assert _as(office, office.cast.unposted) == dict.fromkeys(PAGES, 403)


def test_an_administrator_lands_on_the_figures_and_sees_no_ledger_in_the_navigation(
    office: Office, client: Client
) -> None:
    client.force_login(office.cast.admin)
    response = client.get("/", follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("figures:list"))
    assert reverse("ledger:list") not in response.content.decode()
