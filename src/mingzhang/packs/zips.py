"""A pack as a zip file from outside: taken apart with care, then checked like any folder."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.packs.actions import install
from mingzhang.packs.files import MAX_FILES
from mingzhang.packs.loader import HEAD_FILE, load
from mingzhang.packs.models import PackVersion
from mingzhang.packs.schema import Pack

MAX_ZIP_BYTES = 5 << 20
MAX_UNPACKED_BYTES = 20 << 20


def check_zip(file: IO[bytes]) -> Pack:
    """The pack in a zip file. Raises InvalidInput for what is no such file, PackInvalid with every fault of the
    pack."""
    with _unpacked(file) as folder:
        return load(folder)


def install_zip(file: IO[bytes], *, by: str) -> PackVersion:
    """Install the pack in a zip file. Raises as `check_zip` and `install` do."""
    with _unpacked(file) as folder:
        return install(folder=folder, by=by)


@contextmanager
def _unpacked(file: IO[bytes]) -> Iterator[Path]:
    """A folder with the pack's files, for the time of the block. Names are ours to make: nothing is written outside
    it; what is written is counted, since a zip may say anything about its sizes."""
    if file.seek(0, 2) > MAX_ZIP_BYTES:
        raise InvalidInput(_("文件太大，最多%(limit)dMB。") % {"limit": MAX_ZIP_BYTES >> 20})
    file.seek(0)
    try:
        with ZipFile(file) as archive, TemporaryDirectory(prefix="mingzhang-pack-") as folder:
            _unpack(archive, Path(folder))
            yield Path(folder)
    except (BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise InvalidInput(_("这不是能打开的zip文件。"), remedy=_("请重新压缩，不要加密。")) from error


def _unpack(archive: ZipFile, folder: Path) -> None:
    members = [one for one in archive.infolist() if not one.is_dir() and not _hidden(one)]
    if len(members) > MAX_FILES:
        raise InvalidInput(_("文件太多，最多%(limit)d个") % {"limit": MAX_FILES})
    top = _top([PurePosixPath(one.filename) for one in members])
    left = MAX_UNPACKED_BYTES
    for member in members:
        target = folder / _inside(member, top)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source:
            content = source.read(left + 1)
        left -= len(content)
        if left < 0:
            raise InvalidInput(_("解开以后太大，最多%(limit)dMB。") % {"limit": MAX_UNPACKED_BYTES >> 20})
        target.write_bytes(content)


def _hidden(member: ZipInfo) -> bool:
    """What archivers of some systems add."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(member.filename).parts if part != "..")


def _top(names: list[PurePosixPath]) -> PurePosixPath:
    """The folder in the archive in which pack.yaml lies; the archive itself when it lies in none."""
    heads = sorted((name.parent for name in names if name.name == HEAD_FILE), key=lambda one: len(one.parts))
    return heads[0] if heads else PurePosixPath()


def _inside(member: ZipInfo, top: PurePosixPath) -> PurePosixPath:
    """Where a member belongs. Raises InvalidInput for a name that leads elsewhere, and for a link."""
    name = PurePosixPath(member.filename)
    link = stat.S_ISLNK(member.external_attr >> 16)
    if link or name.is_absolute() or ".." in name.parts or "\\" in member.filename or not name.is_relative_to(top):
        raise InvalidInput(_("压缩包里有不该有的文件“%(name)s”。") % {"name": member.filename[:80]})
    return name.relative_to(top)
