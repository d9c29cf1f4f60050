"""Where the data is and how the database is named."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mingzhang.core import database
from mingzhang.core.errors import InvalidInput, Refusal


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("MINGZHANG_DATA", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return folder


def test_the_data_folder_is_the_one_named(data: Path) -> None:
    assert database.data_folder() == data


def test_a_user_keeps_data_where_programs_of_users_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINGZHANG_DATA")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/hezhan")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert database.data_folder() == Path("/home/hezhan/.local/share/mingzhang")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert database.data_folder() == Path("/var/lib/mingzhang")


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(data: Path) -> None:
    key = database.secret_key()
    assert len(key) >= 50
    assert database.secret_key() == key
    assert stat.S_IMODE((data / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in data.glob("secret-key*")] == ["secret-key"]


def test_without_an_address_the_embedded_server_is_named_and_not_started(data: Path) -> None:
    settings = database.django_settings()
    assert (settings["NAME"], settings["USER"], settings["PASSWORD"]) == ("mingzhang", "mingzhang", "")
    assert not data.exists()


def test_an_address_is_taken_apart_with_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p%40ss@db.example:6432/zhang?sslmode=require")
    settings = database.django_settings(pool_size=5)
    assert [settings[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "u", "p@ss", "db.example", "6432", "zhang",
    ]  # fmt: skip
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert settings["OPTIONS"]["pool"]["max_size"] == 5
    assert settings["CONN_HEALTH_CHECKS"] is True


@pytest.mark.parametrize("address", ["mysql://u@h/d", "postgresql://[", "nonsense", "postgresql://h/d?colour=red"])
def test_an_address_that_is_none_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(InvalidInput, match="DATABASE_URL"):
        database.django_settings()


def test_a_database_that_does_not_answer_is_named_in_the_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/zhang")
    with pytest.raises(Refusal, match="连不上.*127.0.0.1"):
        database.ensure()
