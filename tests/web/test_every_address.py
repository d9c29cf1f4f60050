"""What holds at every address of the site, for whatever stands there. The addresses come from the matrix, so that a
new one is held to it from its first day."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from tests.web import matrix
from tests.web import office as offices
from tests.web.matrix import Address
from tests.web.office import Office

ADDRESSES = matrix.addresses()
# Their addresses hold no number but a secret that cannot be guessed, and whoever was given it may read.
BY_SECRET = {"notifications:feed"}
READS = [one for one in ADDRESSES if one.form is None]
WRITES = [one for one in ADDRESSES if one.form is not None]
# Where a page and what its form sends share an address, both are declared or the page stands for both.
PAGES_WITH_FORMS = {
    "access:password", "access:lost", "account_login", "mfa_authenticate", "mfa_login_webauthn",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_add_webauthn",
    "mfa_edit_webauthn", "mfa_remove_webauthn", "account_reauthenticate", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "ledger:autosave",
    *(name for name in {one.name for one in WRITES} if name.startswith("organisation:")),
}  # fmt: skip
BOTH = PAGES_WITH_FORMS | ({one.name for one in READS} & {one.name for one in WRITES})
HOME, FOREIGN = "青禾街道", "镜湖"


def _allowed(address: Address) -> str:
    """Someone who gets furthest there."""
    order = {200: 0, 302: 1, 204: 1, 201: 1}
    return min(matrix.EVERYBODY[1:], key=lambda who: order.get(address.answers[who], 9))


def test_what_is_written_is_never_written_by_following_a_link(office: Office) -> None:
    clients, wrong = matrix.clients_of(office), []
    for address in (one for one in WRITES if one.name not in BOTH):
        with matrix.undone():
            status = clients[_allowed(address)].get(address.path(office)).status_code
        if status != 405:
            wrong.append((address.name, status))
    assert wrong == []


def test_what_is_read_takes_nothing(office: Office) -> None:
    clients, wrong = matrix.clients_of(office), []
    for address in (one for one in READS if one.name not in BOTH):
        who = _allowed(address)
        with matrix.undone():
            status = clients[who].post(address.path(office)).status_code
        if status != 405 and (address.answers[who] == 200 or status != address.answers[who]):
            wrong.append((address.name, status))
    assert wrong == []


@pytest.mark.slow
def test_what_is_read_says_its_head_without_its_body(office: Office) -> None:
    clients, wrong = matrix.clients_of(office), []
    for address in (one for one in READS if one.name not in BOTH):
        who = _allowed(address)
        with matrix.undone():
            answer = clients[who].head(address.path(office))
            if answer.status_code != address.answers[who] or b"".join(answer):
                wrong.append((address.name, answer.status_code))
    assert wrong == []


def test_every_write_wants_the_token_of_its_page(office: Office) -> None:
    paths = {one.name: one.path(office) for one in WRITES}
    paths |= {one.name: one.path(office) for one in READS if one.name in BOTH}
    paths |= {name: reverse(name) for name in ("web:sign_in", "web:sign_out", "web:type_size", "set_language")}
    client = matrix.client_of(office, "chen", enforce_csrf_checks=True)
    answered = {name: client.post(path).status_code for name, path in paths.items()}
    assert {name: status for name, status in answered.items() if status != 403} == {}


@pytest.mark.parametrize(
    "who", ["chen", *(pytest.param(who, marks=pytest.mark.slow) for who in ("wei", "qin", "admin", "unposted"))]
)
def test_nothing_of_another_book_is_found_by_its_number(office: Office, who: str) -> None:
    foreign = offices.mirror(office)
    client = matrix.client_of(office, who)
    leaked, opened = [], []
    for address in ADDRESSES:
        with matrix.undone():
            home = address.path(office)
        with matrix.undone():
            path = address.path(foreign)
            answer = matrix.answer(foreign, client, address, path)
        is_public = address.answers[matrix.NOBODY] == 200
        if FOREIGN in answer.content.decode(errors="ignore") and not is_public:
            leaked.append((address.name, path))
        # An address with a number of theirs in it: not found, or not allowed. Positions begin at 1 in every book.
        if home != path and answer.status_code not in (403, 404) and not (is_public or address.name in BY_SECRET):
            opened.append((address.name, path, answer.status_code))
    assert leaked == []
    assert opened == []


@pytest.mark.slow
def test_the_mirror_itself_shows_what_must_not_leak(office: Office) -> None:
    foreign = offices.mirror(office)
    client = matrix.client_of(foreign, "chen")
    shown = Counter(
        FOREIGN in matrix.ask(foreign, client, address).content.decode(errors="ignore")
        for address in READS
        if address.answers["chen"] == 200
    )
    assert shown[True] > shown[False]


@pytest.mark.slow
def test_every_answer_tells_the_browser_to_be_careful(office: Office) -> None:
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    for address in ADDRESSES:
        answer = matrix.ask(office, matrix.client_of(office, _allowed(address)), address)
        assert {name: answer.headers.get(name) for name in wanted} == wanted, address.name
        policy = answer.headers["Content-Security-Policy"]
        if answer.headers["Content-Type"].startswith("text/html"):
            for part in ("default-src 'self'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
                assert part in policy, address.name
        assert "default-src" in policy
        assert "unsafe" not in policy
        assert "camera=()" in answer.headers["Permissions-Policy"], address.name
        assert "private" in answer.headers["Cache-Control"], address.name


@pytest.mark.slow
def test_no_page_brings_script_or_style_of_its_own(office: Office) -> None:
    for address in READS:
        answer = matrix.ask(office, matrix.client_of(office, _allowed(address)), address)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = answer.content.decode()
        assert " style=" not in page, address.name
        assert "<style" not in page, address.name
        assert "javascript:" not in page, address.name


def test_a_host_that_is_not_ours_is_answered_nowhere(office: Office, client: Client) -> None:
    for path in ("/", "/sign-in/", reverse("access:password")):
        assert client.get(path, headers={"host": "evil.example"}).status_code == 400


def test_a_host_told_by_a_stranger_is_not_believed(office: Office, client: Client) -> None:
    response = client.get("/sign-in/", headers={"x-forwarded-host": "evil.example"})
    assert b"evil.example" not in response.content


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "https:evil"]
)
@pytest.mark.parametrize("name", ["web:type_size", "set_language"])
def test_no_switch_leads_off_the_site(office: Office, client: Client, name: str, address: str) -> None:
    assert client.post(reverse(name), {"next": address, "language": "en"})["Location"] == "/"


def test_the_unit_switcher_offers_no_way_off_the_site(office: Office) -> None:
    client = matrix.client_of(office, "chen")
    page = client.get(reverse("web:units"), {"unit": "QH", "next": "https://evil.example/"})
    assert not re.search(r'(href|action)="[^"?]*evil', page.content.decode())
