"""The operating-system account that the server runs under: our own, or under root a system user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from mingzhang.core.errors import Refusal
from mingzhang.core.language import gettext as _

SYSTEM_USER = "mingzhang-pg"


class Identity(TypedDict, total=False):
    """The arguments of `subprocess` that change to another user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """Who runs the server. `borrowed` says that it is not the user we are."""

    name: str
    uid: int
    gid: int
    borrowed: bool

    @property
    def identity(self) -> Identity:
        """What makes `subprocess` run as this account."""
        if not self.borrowed:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Hand `path` to the account."""
        if self.borrowed:
            os.chown(path, self.uid, self.gid)


def own_name() -> str:
    """The login name of the user we are. Raises Refusal where the system knows no name for it."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise Refusal(
            _("系统里没有当前用户（编号 %(uid)d）的登记，内置数据库不能启动。") % {"uid": os.geteuid()},
            remedy=_("请换一个有登记的用户，或用 DATABASE_URL 指定数据库。"),
        ) from None


def server_account() -> Account:
    """PostgreSQL refuses to run as root, so root lends it a system user, made when first needed."""
    name = own_name()
    if os.geteuid() != 0:
        return Account(name, os.geteuid(), os.getegid(), borrowed=False)
    entry = _system_user()
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, borrowed=True)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _add_system_user()
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise Refusal(
            _("没能新建运行数据库的系统用户 %(name)s。") % {"name": SYSTEM_USER},
            remedy=_("请用普通用户运行，或用 DATABASE_URL 指定数据库。"),
        ) from None


def _add_system_user() -> None:
    """Failure shows when the user is then not there; another process may have made it meanwhile."""
    if command := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin"):
        options = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run([command, *options, SYSTEM_USER], capture_output=True, check=False)  # noqa: S603
