"""What a page says when something is refused or goes wrong."""

from __future__ import annotations

import logging
import re

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import OperationalError
from django.test import Client, override_settings
from django.test.client import RequestFactory

from mingzhang.access.views import signing
from mingzhang.web import refusals
from tests.cast import Cast
from tests.web.test_pages import words

PART = {"HX-Request": "true"}


def fails(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    """Make the sign-in page fail with `fault`."""

    def dispatch(*_args: object, **_kwargs: object) -> None:
        raise fault

    monkeypatch.setattr(signing.SignIn, "dispatch", dispatch)


def test_a_fault_has_a_number_that_stands_in_the_log_and_needs_no_database(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False
    fails(monkeypatch, RuntimeError("secret inside"))
    with caplog.at_level(logging.ERROR):
        response = client.get("/sign-in/")
    page = words(response.content.decode())
    assert response.status_code == 500
    assert "账上的内容没有改动" in page
    assert "secret inside" not in page
    reference = re.search(r"编号：([0-9A-F]{8})", page)
    assert reference
    lines = [one.getMessage() for one in caplog.records]
    assert [line for line in lines if reference[1] in line] == [f"fault {reference[1]}: GET /sign-in/"]
    part = client.get("/sign-in/", headers=PART).content.decode()
    assert "<html" not in part
    assert "编号：" in part


def test_the_page_of_a_fault_asks_the_database_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        raise RuntimeError
    except RuntimeError:
        response = refusals.server_error(RequestFactory().get("/ledger/"))  # no session, no database in this test
    assert response.status_code == 500


@pytest.mark.parametrize("part", [False, True])
def test_a_database_that_is_away_is_said_to_be_away(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, part: bool
) -> None:
    client.raise_request_exception = False
    fault = OperationalError("connection refused")
    fault.__cause__ = psycopg.OperationalError("connection refused")
    fails(monkeypatch, fault)
    response = client.get("/sign-in/", headers=PART if part else None)
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert "数据库暂时连不上" in response.content.decode()
    assert "connection refused" not in response.content.decode()


def test_a_statement_that_the_database_declines_is_a_fault_of_ours() -> None:
    fault = OperationalError("deadlock detected")
    fault.__cause__ = psycopg.errors.DeadlockDetected("deadlock detected")
    assert not refusals.database_is_away(fault)
    fault.__cause__ = psycopg.errors.AdminShutdown("terminating connection")
    assert refusals.database_is_away(fault)
    assert not refusals.database_is_away(RuntimeError())


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000, DATA_UPLOAD_MAX_NUMBER_FIELDS=20)
def test_what_is_too_large_is_answered_with_413_and_what_to_do(cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    for form in ({"name": "长" * 2000}, {f"f{number}": "1" for number in range(30)}):
        response = client.post("/settings/units/QH/rename/", form)
        assert response.status_code == 413
        assert "填好的内容还在浏览器里" in response.content.decode()
    checked = Client(enforce_csrf_checks=True)
    checked.get("/sign-in/")  # the form with its token
    assert checked.post("/sign-in/", {"username": "x" * 2000}).status_code == 413


def test_what_is_not_there_or_not_allowed_says_where_and_what_to_do_in_both_languages(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.chen)
    missing = words(client.get("/nothing/").content.decode())
    assert "没有找到这一页" in missing
    assert "地址：/nothing/" in missing
    assert "回首页" in missing
    refused = client.get("/settings/")
    assert refused.status_code == 403
    assert "请找本单位的管理员" in words(refused.content.decode())
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Address: /nothing/" in words(client.get("/nothing/").content.decode())


def test_large_type_stays_on_pages_that_refuse(cast: Cast, client: Client) -> None:
    client.cookies["size"] = "large"
    assert 'data-size="large"' in client.get("/nothing/").content.decode()


def test_help_tells_each_role_what_to_do_and_whom_to_ask(cast: Cast, client: Client) -> None:
    client.force_login(cast.chen)
    for topic in ("clerk", "reviewer", "leader", "auditor", "administrator", "keys", "boundary"):
        page = words(client.get(f"/help/{topic}/").content.decode())
        assert "云川县管理员（云川县的管理员）" in page, topic
    assert "不给人打分排队" in words(client.get("/help/boundary/").content.decode())
    assert client.get("/help/unknown/").status_code == 404
