"""Reading settings from the environment. Junk is refused at start, never guessed at."""

from __future__ import annotations

import json
import os
from typing import Any

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


def names(name: str, default: list[str]) -> list[str]:
    """Texts separated by commas."""
    return [part.strip() for part in text(name, ",".join(default)).split(",") if part.strip()]


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
