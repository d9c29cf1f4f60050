"""Every address of the site, asked for by everybody: one matrix."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.web import matrix
from tests.web.matrix import Address, ledger, web
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


@pytest.mark.parametrize("area", matrix.AREAS)
def test_everybody_finds_what_is_theirs_and_nothing_else(office: Office, area: str) -> None:
    clients = matrix.clients_of(office)
    wrong = [
        (address.name, who, status, address.answers[who])
        for address in matrix.addresses_of(area)
        for who, status in _statuses(office, clients, address)
        if status != address.answers[who]
    ]
    assert wrong == [], "address, who, found, expected"


def _statuses(office: Office, clients: dict[str, Client], address: Address) -> list[tuple[str, int]]:
    """What each is answered with at the same address."""
    with matrix.undone():
        path = address.path(office)
        return [(who, matrix.answer(office, one, address, path).status_code) for who, one in clients.items()]


def test_nobody_is_sent_to_sign_in_and_back(office: Office, client: Client) -> None:
    assert client.get(ledger.ADDRESSES[0].path(office))["Location"].startswith("/sign-in/?next=")


def test_an_administrator_lands_on_the_figures_and_sees_no_ledger_in_the_navigation(
    office: Office, client: Client
) -> None:
    client.force_login(office.cast.admin)
    response = client.get("/", follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("figures:list"))
    assert reverse("ledger:list") not in response.content.decode()
