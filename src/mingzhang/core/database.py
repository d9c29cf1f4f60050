"""Where the data is and how the database is reached.

DATABASE_URL names any PostgreSQL from version 15. Without it the embedded server of the data folder is used, which
`ensure` starts or joins.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from mingzhang.core.errors import InvalidInput, Refusal
from mingzhang.core.language import gettext as _
from mingzhang.core.postgres import launcher
from mingzhang.core.postgres.binaries import OLDEST
from mingzhang.core.postgres.cluster import DATABASE, ROLE
from mingzhang.core.postgres.places import PORT, Places

SYSTEM_DATA = Path("/var/lib/mingzhang")
DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def data_folder() -> Path:
    """The folder that holds everything this installation keeps: MINGZHANG_DATA, else the usual place of the user's
    programs (XDG Base Directory), else for root /var/lib/mingzhang. Absolute; it need not exist yet."""
    if named := os.environ.get("MINGZHANG_DATA"):
        return Path(named).expanduser().resolve()
    if os.geteuid() == 0:
        return SYSTEM_DATA
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base).resolve() / "mingzhang"


def secret_key() -> str:
    """The signing key of this installation, made once and readable by its owner alone."""
    path = data_folder() / "secret-key"
    if not path.exists():
        Places(path.parent).prepare()
        _write_once(path, secrets.token_urlsafe(50))
    return path.read_text()


def django_settings(*, pool_size: int = 0) -> dict[str, Any]:
    """Django's DATABASES entry. With a `pool_size` the process keeps up to that many connections, each checked
    before use, so that it survives a restart of the database. Raises InvalidInput for an unreadable DATABASE_URL.
    Starts nothing."""
    parts = _external() or _embedded()
    options = {name: value for name, value in parts.items() if name not in DJANGO_NAMES}
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        **{django: str(parts.get(name) or "") for name, django in DJANGO_NAMES.items()},
    }


def ensure(*, durable: bool = True) -> None:
    """Have a database before Django asks for one: start or join the embedded server, or see that the one of
    DATABASE_URL answers. Not `durable` is for tests, see `launcher.join`. Raises Refusal."""
    if parts := _external():
        _check(parts)
    else:
        launcher.join(data_folder(), durable=durable)


def keep_up() -> None:
    """For a process that serves for long: bring the embedded server back should it be lost."""
    if not _external():
        launcher.rejoin_when_it_falls(data_folder())


def _embedded() -> dict[str, Any]:
    places = Places(data_folder())
    return {"dbname": DATABASE, "user": ROLE, "host": places.socket_folder, "port": PORT}


def _external() -> dict[str, Any]:
    """The parts of DATABASE_URL; none when it is not set."""
    try:
        return {
            name: value for name, value in conninfo_to_dict(os.environ.get("DATABASE_URL", "")).items() if value
        }
    except psycopg.ProgrammingError:
        raise InvalidInput(
            _("看不懂 DATABASE_URL。"), remedy=_("请写成 postgresql://用户:密码@主机:端口/数据库。")
        ) from None


def _check(parts: dict[str, Any]) -> None:
    try:
        with psycopg.connect(**{"connect_timeout": 10, **parts}) as connection:
            major = connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        raise Refusal(
            _("连不上 DATABASE_URL 指定的数据库：%(reason)s。") % {"reason": str(error).strip()},
            remedy=_("请检查它是否已启动，地址、用户和密码是否正确。"),
        ) from None
    if major < OLDEST:
        raise Refusal(
            _("PostgreSQL %(major)d 太旧，至少要 %(oldest)d。") % {"major": major, "oldest": OLDEST},
            remedy=_("请升级 PostgreSQL。"),
        )


def _write_once(path: Path, text: str) -> None:
    """Complete or not there; of two writers the first wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
