"""Every address of the site, asked for by everybody: one matrix."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.web import matrix
from tests.web.matrix import ledger, web
from tests.web.office import Office

ADDRESSES = matrix.addresses()


def test_the_matrix_knows_every_address_of_the_site() -> None:
    assert set(_names(get_resolver())) == {address.name for address in ADDRESSES} | web.OPEN


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}{pattern.name}"


@pytest.mark.parametrize("who", matrix.EVERYBODY)
def test_everybody_finds_what_is_theirs_and_nothing_else(office: Office, who: str) -> None:
    client = matrix.client_of(office, who)
    found = [(address, matrix.ask(office, client, address).status_code) for address in ADDRESSES]
    wrong = [(one.name, status, one.answers[who]) for one, status in found if status != one.answers[who]]
    assert wrong == [], f"{who}: address, found, expected"


def test_nobody_is_sent_to_sign_in_and_back(office: Office, client: Client) -> None:
    assert client.get(ledger.ADDRESSES[0].path(office))["Location"].startswith("/sign-in/?next=")


def test_an_administrator_lands_on_the_figures_and_sees_no_ledger_in_the_navigation(
    office: Office, client: Client
) -> None:
    client.force_login(office.cast.admin)
    response = client.get("/", follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("figures:list"))
    assert reverse("ledger:list") not in response.content.decode()
