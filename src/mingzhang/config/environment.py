"""Reading settings from the environment. Junk is refused at start, never guessed at."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from mingzhang.core.errors import InvalidInput
from mingzhang.core.language import gettext as _

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str) -> str:
    """The variable's text; `default` when it is unset or blank."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    """1 or 0, true or false, yes or no, on or off. Raises InvalidInput for anything else."""
    value = text(name, "1" if default else "0").lower()
    if value not in YES | NO:
        raise _unreadable(name, _("请写 1（是）或 0（否）。"))
    return value in YES


def integer(name: str, default: int, *, least: int, most: int) -> int:
    """A whole number from `least` to `most`. Raises InvalidInput for anything else."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and least <= int(value[:20]) <= most):
        raise _unreadable(name, _("请写 %(least)d 到 %(most)d 的整数。") % {"least": least, "most": most})
    return int(value)


def names(name: str, default: list[str], *, allowed: list[str] | None = None) -> list[str]:
    """Texts separated by commas, each one of `allowed` where that is given. Raises InvalidInput."""
    found = [part.strip() for part in text(name, ",".join(default)).split(",") if part.strip()]
    if allowed is not None and not set(found) <= set(allowed):
        raise _unreadable(name, _("可以写的有：%(allowed)s，用逗号分隔。") % {"allowed": "、".join(allowed)})
    return found


def sign_in_service(url: str, name: str) -> dict[str, Any]:
    """The body's own sign-in service (OpenID Connect), as allauth wants it; nothing without its address. Raises
    InvalidInput when only half of it is set."""
    if not url:
        return {}
    origin(url)
    client, secret = text("MINGZHANG_OIDC_CLIENT_ID", ""), text("MINGZHANG_OIDC_SECRET", "")
    if not client or not secret:
        missing = "MINGZHANG_OIDC_SECRET" if client else "MINGZHANG_OIDC_CLIENT_ID"
        raise _unreadable(missing, _("写了 MINGZHANG_OIDC_URL，这一项也要写。"))
    app = {"provider_id": "office", "name": name, "client_id": client, "secret": secret}
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [{**app, "settings": {"server_url": url}}]}}


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. Without a host none is sent. `tls` is smtps, starttls or smtp."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    tls: str = "smtp"


def mail_server(name: str) -> MailServer:
    """`smtp://user:password@host:port`, with smtps:// or starttls:// where it is encrypted; user, password and port
    may be left out. Raises InvalidInput for anything else."""
    given = text(name, "")
    if not given:
        return MailServer()
    usual = {"smtp": 25, "smtps": 465, "starttls": 587}
    try:
        parts = urlsplit(given)
        port = parts.port or usual[parts.scheme]
        server = parts.hostname or ""
    except (ValueError, KeyError):
        server = ""
    if not server or parts.path.strip("/") or parts.query:
        raise _unreadable(name, _("请写成 smtps://用户:密码@主机:端口，不加密的用 smtp，先连再加密的用 starttls。"))
    return MailServer(server, port, unquote(parts.username or ""), unquote(parts.password or ""), parts.scheme)


def origin(url: str) -> list[str]:
    """The scheme and host of the sign-in service; nothing without one. Raises InvalidInput for anything else."""
    if not url:
        return []
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.netloc:
        raise _unreadable("MINGZHANG_OIDC_URL", _("请写完整的网址，以 https:// 开头。"))
    return [f"{parts.scheme}://{parts.netloc}"]


def storage(name: str, default: dict[str, Any]) -> dict[str, Any]:
    """An item of Django's STORAGES as JSON: `{"BACKEND": …, "OPTIONS": {…}}`. Raises InvalidInput for anything
    else."""
    given = text(name, "")
    if not given:
        return default
    try:
        value = json.loads(given)
    except ValueError:
        value = None
    if not isinstance(value, dict) or "BACKEND" not in value or value.keys() - {"BACKEND", "OPTIONS"}:
        raise _unreadable(name, _('请写成 {"BACKEND": "…", "OPTIONS": {…}}。'))
    return value


def _unreadable(name: str, remedy: str) -> InvalidInput:
    return InvalidInput(_("环境变量 %(name)s 的值看不懂。") % {"name": name}, remedy=remedy)
