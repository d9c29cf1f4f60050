"""Settings read from the environment refuse what they cannot understand."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

import pytest

from mingzhang.config import environment  # noqa: TID251 - the module under test
from mingzhang.core.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "means"), [("1", True), ("yes", True), ("On", True), ("0", False), ("false", False), ("", True)]
)
def test_a_flag_is_read_in_the_usual_words(text: str, means: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAG", text)
    assert environment.flag("FLAG", default=True) is means


@pytest.mark.parametrize("text", ["2", "maybe", "是", "-"])
def test_a_flag_that_is_neither_yes_nor_no_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAG", text)
    with pytest.raises(InvalidInput, match="FLAG"):
        environment.flag("FLAG", default=True)


@pytest.mark.parametrize("text", ["-1", "11", "1.0", "ten", "９", "9" * 10_000])
def test_a_number_outside_its_bounds_or_no_number_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBER", text)
    with pytest.raises(InvalidInput, match="NUMBER"):
        environment.integer("NUMBER", 3, least=0, most=10)


def test_an_unset_number_has_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBER", raising=False)
    assert environment.integer("NUMBER", 3, least=0, most=10) == 3


def test_names_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTS", "a.example, b.example,")
    assert environment.names("HOSTS", []) == ["a.example", "b.example"]


@pytest.mark.parametrize("text", ["s3", "[]", "{}", '{"BACKEND": "x", "LOCATION": "y"}'])
def test_a_storage_that_is_no_storage_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE", text)
    with pytest.raises(InvalidInput, match="STORE"):
        environment.storage("STORE", {})


def test_a_storage_is_given_as_django_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE", '{"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {"bucket_name": "b"}}')
    assert environment.storage("STORE", {})["OPTIONS"] == {"bucket_name": "b"}


def test_the_command_line_says_which_variable_is_wrong(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mingzhang.cli", "version"],
        env={
            **os.environ,
            "MINGZHANG_DATA": str(tmp_path),
            "MINGZHANG_HTTPS": "perhaps",
            "DJANGO_SETTINGS_MODULE": "mingzhang.config.settings",
        },
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "环境变量 MINGZHANG_HTTPS 的值看不懂。请写 1（是）或 0（否）。\n"


def test_a_sign_in_service_is_named_by_its_address_and_what_it_knows_us_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGZHANG_OIDC_CLIENT_ID", "mingzhang")
    monkeypatch.setenv("MINGZHANG_OIDC_SECRET", "between-us")
    found = environment.sign_in_service("https://login.example/realms/county", "县统一身份")["openid_connect"]
    assert found["OAUTH_PKCE_ENABLED"] is True
    assert found["APPS"][0]["client_id"] == "mingzhang"
    assert environment.origin("https://login.example/realms/county") == ["https://login.example"]
    assert environment.sign_in_service("", "") == {}


@pytest.mark.parametrize(
    ("url", "client_id", "secret"),
    [("login.example", "a", "b"), ("https://login.example", "", "b"), ("https://login.example", "a", "")],
)
def test_half_a_service_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, url: str, client_id: str, secret: str
) -> None:
    monkeypatch.setenv("MINGZHANG_OIDC_CLIENT_ID", client_id)
    monkeypatch.setenv("MINGZHANG_OIDC_SECRET", secret)
    with pytest.raises(InvalidInput):
        environment.sign_in_service(url, "统一登录")


def test_a_role_that_does_not_exist_cannot_be_made_to_have_a_second_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLES", "leader, captain")
    with pytest.raises(InvalidInput, match="leader、clerk"):
        environment.names("ROLES", [], allowed=["leader", "clerk"])


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("", ("", 0, "", "", "smtp")),
        ("smtp://mail.example", ("mail.example", 25, "", "", "smtp")),
        ("smtps://chen%40office:a%2Fb@mail.example", ("mail.example", 465, "chen@office", "a/b", "smtps")),
        ("starttls://chen:x@mail.example:2525", ("mail.example", 2525, "chen", "x", "starttls")),
    ],
)
def test_a_mail_server_is_read_from_its_address(
    text: str, means: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL", text)
    assert astuple(environment.mail_server("MAIL")) == means


@pytest.mark.parametrize(
    "text", ["mail.example", "http://mail.example", "smtp://", "smtp://a:b@c:port", "smtp://a/b"]
)
def test_a_mail_server_that_is_none_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL", text)
    with pytest.raises(InvalidInput, match="MAIL"):
        environment.mail_server("MAIL")
