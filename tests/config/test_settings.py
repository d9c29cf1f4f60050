"""The site is closed by default and opens by named settings only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

SHOW = """
import json
from mingzhang.config import settings
names = ["DEBUG", "ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "CSRF_TRUSTED_ORIGINS"]
names += ["STORAGES", "PASSWORD_HASHERS", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SECURE_HSTS_SECONDS"]
names += ["SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY", "TRUSTED_PROXIES", "CONTENT_SECURITY_POLICY"]
print(json.dumps({name: getattr(settings, name) for name in names}, default=str))
"""


def settings_with(data: Path, **environment: str) -> Any:
    """The settings of a new process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MINGZHANG_")}
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**kept, "MINGZHANG_DATA": str(data), **environment},
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_by_default_only_this_machine_is_served_and_files_stay_in_the_data_folder(tmp_path: Path) -> None:
    found = settings_with(tmp_path)
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert found["STORAGES"]["evidence"]["OPTIONS"]["location"] == str(tmp_path / "evidence")


def test_behind_https_cookies_travel_encrypted_only(tmp_path: Path) -> None:
    found = settings_with(tmp_path, MINGZHANG_HTTPS="1", MINGZHANG_HOSTS="zhang.example")
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_COOKIE_SECURE"] is True
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://zhang.example"]
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert found["CSRF_COOKIE_NAME"].startswith("__Host-")
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 60 * 60


def test_how_long_a_browser_remembers_https_is_a_setting(tmp_path: Path) -> None:
    assert settings_with(tmp_path, MINGZHANG_HTTPS="1", MINGZHANG_HSTS_DAYS="1")["SECURE_HSTS_SECONDS"] == 86400
    assert settings_with(tmp_path, MINGZHANG_HSTS_DAYS="30")["SECURE_HSTS_SECONDS"] == 0


def test_no_script_reads_a_cookie_and_no_proxy_is_believed_by_default(tmp_path: Path) -> None:
    found = settings_with(tmp_path)
    assert found["SESSION_COOKIE_HTTPONLY"] is True
    assert found["CSRF_COOKIE_HTTPONLY"] is True
    assert found["TRUSTED_PROXIES"] == 0


def test_a_form_may_be_sent_to_the_sign_in_service_and_nowhere_else(tmp_path: Path) -> None:
    service = {"OIDC_URL": "https://login.example/realms/county", "OIDC_CLIENT_ID": "mingzhang", "OIDC_SECRET": "s"}
    found = settings_with(tmp_path, **{f"MINGZHANG_{name}": value for name, value in service.items()})
    assert found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["form-action"] == ["'self'", "https://login.example"]


def test_passwords_are_kept_with_argon2(tmp_path: Path) -> None:
    assert settings_with(tmp_path)["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@pytest.mark.django_db
def test_a_page_may_load_nothing_from_elsewhere_and_nothing_inline(client: Client) -> None:
    policy = client.get("/sign-in/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_refused(client: Client) -> None:
    assert client.get("/sign-in/", headers={"host": "evil.example"}).status_code == 400


def test_uploads_are_bounded() -> None:
    assert settings.EVIDENCE_MAX_BYTES == 50 * 1024 * 1024
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= settings.EVIDENCE_MAX_BYTES


@pytest.mark.django_db
def test_what_is_far_too_large_is_not_even_read(client: Client) -> None:
    response = client.post(
        "/sign-in/", {"username": "x"}, headers={"content-length": str(settings.REQUEST_MAX_BYTES + 1)}
    )
    assert response.status_code == 413
    assert "200 MB" in response.content.decode()
