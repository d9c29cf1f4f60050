"""Addresses that nobody would type: each is answered by a page or a refusal in words, never by a fault."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

from tests.faults.commands import CHINESE
from tests.web import office as offices
from tests.web.office import Office

PAGES = {
    "/ledger/": "unit period page q state kind",
    "/units/": "unit period q",
    "/figures/": "unit period as_of",
    "/figures/street-office/study_own_group/": "unit period as_of page",
    "/reports/": "unit period",
    "/reports/street-office/half-year/": "period as_of",
    "/reports/street-office/half-year/numbers/": "period as_of",
    "/reports/street-office/half-year/numbers/1/": "unit period as_of",
}
VALUES = [
    "",
    "\0",
    "%00",
    "-1",
    "99999999999999999999999999",
    "１２",
    "0000-01",
    "2026-02-30..2026-01-01",
    "0001-01-01..9999-12-31",
    "'; DROP TABLE ledger_entry; --",
    "<script>alert(1)</script>",
    "\ud800",
    "付\u202e款",
    "x" * 4000,
]
NUMBERS = ["0", "-1", "99999999999999999999999999", "1%00", "x"]
BY_NUMBER = [
    "/ledger/records/{}/",
    "/ledger/entries/{}/",
    "/ledger/records/{}/evidence/{}/",
    "/ledger/records/{}/evidence/{}/picture/",
    "/reports/street-office/half-year/numbers/{}/",
    "/figures/street-office/{}/",
    "/reports/street-office/half-year/file.{}",
]


@pytest.fixture
def signed_in(db: None, evidence_folder: Path, client: Client) -> Client:
    office: Office = offices.kept()
    client.force_login(office.cast.he)
    client.raise_request_exception = False
    return client


def fault_at(client: Client, address: str) -> str:
    """What is wrong with the answer; nothing when it is a page, or a refusal in words."""
    response = client.get(address)
    if response.status_code >= 500:
        return f"{response.status_code} at {address[:120]}"
    said = "" if response.streaming else response.content.decode(errors="replace")
    if response.status_code >= 400 and not CHINESE.search(said):
        return f"{response.status_code} without words at {address[:120]}"
    return f"script at {address[:120]}" if "<script>alert(1)" in said else ""


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_any_value_of_any_parameter_is_answered(signed_in: Client, page: str) -> None:
    written = [quote(os.fsencode(value) if value != "\ud800" else b"\xed\xa0\x80") for value in VALUES]
    addresses = [f"{page}?{parameter}={value}" for parameter in PAGES[page].split() for value in written]
    assert [fault for address in addresses if (fault := fault_at(signed_in, address))] == []


@pytest.mark.parametrize("page", BY_NUMBER)
def test_any_number_in_an_address_is_answered(signed_in: Client, page: str) -> None:
    addresses = [
        page.replace("{}", number) + query for number in NUMBERS for query in ("", "?unit=QH&period=2026H1")
    ]
    assert [fault for address in addresses if (fault := fault_at(signed_in, address))] == []
