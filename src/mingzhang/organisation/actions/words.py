"""What names and codes may look like."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.organisation.models import Person

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_LEVEL = re.compile(r"[a-z][a-z0-9_]{0,39}")
_USERNAME = re.compile(r"[\w][\w.@+-]{0,63}")
LONGEST_NAME = 100


def name_problem(name: str) -> str:
    """What is wrong with a name, or nothing."""
    if not name.strip():
        return _("名称不能为空。")
    if len(name) > LONGEST_NAME:
        return _("名称不能超过%(limit)s个字。") % {"limit": LONGEST_NAME}
    # Control, format, surrogate, private and unassigned characters: invisible, and breakers of documents.
    if any(unicodedata.category(character).startswith("C") for character in name):
        return _("名称里有看不见的控制字符。")
    return ""


def code_problem(code: str) -> str:
    """What is wrong with a code, or nothing."""
    if _CODE.fullmatch(code):
        return ""
    return _("代码只能用字母、数字和 . _ -，以字母或数字开头，最长40个字符。")


def level_problem(level: str) -> str:
    """What is wrong with a unit's level, or nothing."""
    if _LEVEL.fullmatch(level):
        return ""
    return _("级别是小写英文标识，例如 street、community。")


def clean_name(name: str) -> str:
    """The name without outer spaces. Raises InvalidInput."""
    if problem := name_problem(name):
        raise InvalidInput(problem)
    return name.strip()


def clean_username(username: str) -> str:
    """The username in the form it is kept in. Raises InvalidInput."""
    clean = Person.normalize_username(username)
    if not _USERNAME.fullmatch(clean):
        raise InvalidInput(_("用户名只能用文字、数字和 . @ + - _，最长64个字符。"))
    return clean
