"""The files of a pack's folder, and nothing else."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from mingzhang.packs.faults import Fault, PackInvalid, Place
from mingzhang.packs.yaml_source import MAX_BYTES

MAX_FILES = 1000

_FOLDERS = re.compile(r"kinds|figures|dashboards|duties|checklists|reports|reports/[a-z][a-z0-9-]*")
_FILES = re.compile(
    r"pack\.yaml|findings\.yaml|README\.md"
    r"|(?:kinds|figures|dashboards|duties|checklists)/[A-Za-z0-9_-]+\.yaml"
    r"|reports/[a-z][a-z0-9-]*/report\.(?:yaml|md)"
)


def read_folder(folder: Path, faults: list[Fault]) -> dict[str, bytes]:
    """The content of every file of the pack by its path from `folder`, in order of path; what has no business
    there goes to `faults`. Symbolic links are refused whatever they point at, hidden files are passed over. Of a
    file that is too long only the beginning is read. Raises PackInvalid when there is no such folder."""
    if not folder.is_dir():
        right = _("给出体系包所在的文件夹")
        raise PackInvalid([Place(shown(str(folder))).fault(wrong=_("没有这个文件夹"), right=right)])
    contents: dict[str, bytes] = {}
    for name, path in _walk(folder, "", faults):
        if len(contents) == MAX_FILES:
            wrong = _("文件太多，最多%(limit)d个") % {"limit": MAX_FILES}
            faults.append(Place(name).fault(wrong=wrong))
            break
        if (content := _read(path, name, faults)) is not None:
            contents[name] = content
    return contents


def _walk(folder: Path, prefix: str, faults: list[Fault]) -> Iterator[tuple[str, Path]]:
    for path in _listed(folder, prefix, faults):
        name = prefix + path.name
        if path.name.startswith("."):
            continue
        if path.is_symlink():
            faults.append(Place(shown(name)).fault(wrong=_("不能是符号链接"), right=_("把文件本身放进来")))
        elif path.is_dir() and _FOLDERS.fullmatch(name):
            yield from _walk(path, f"{name}/", faults)
        elif not path.is_dir() and _FILES.fullmatch(name):
            yield name, path
        else:
            faults.append(Place(shown(name)).fault(wrong=_("不认识的文件"), right=_known_files()))


def _listed(folder: Path, prefix: str, faults: list[Fault]) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        faults.append(Place(prefix or shown(folder.name)).fault(wrong=_unread(error)))
        return []


def _unread(error: OSError) -> str:
    return _("读不出来：%(why)s") % {"why": error.strerror}


def _known_files() -> str:
    return _(
        "可以有 pack.yaml、findings.yaml、kinds/*.yaml、figures/*.yaml、dashboards/*.yaml、duties/*.yaml、"
        "checklists/*.yaml、"
        "reports/名称/report.yaml 和 report.md"
    )


def _read(path: Path, name: str, faults: list[Fault]) -> bytes | None:
    """At most one byte more than a file may have: enough to know that it is too long. A pipe or device is not
    opened."""
    try:
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        wrong = _("不是普通文件")
    except OSError as error:
        wrong = _unread(error)
    faults.append(Place(name).fault(wrong=wrong))
    return None


def shown(name: str) -> str:
    """A file's name as it can be printed, even when it is not UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")
