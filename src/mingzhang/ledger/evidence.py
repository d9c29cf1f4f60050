"""The store of evidence: bytes kept once under their SHA-256, checked again whenever they are read.

Keys are `ab/cd/<64 hex digits>`. The storage is `STORAGES["evidence"]`: a folder, or anything that django-storages
knows.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from mingzhang.core.digests import SHA2_256, show
from mingzhang.core.errors import Corrupt, InvalidInput, Refusal
from mingzhang.ledger.filetypes import IMAGES, media_type
from mingzhang.ledger.likeness import Likeness, likeness
from mingzhang.ledger.models import Evidence

BLOCK = 256 * 1024
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoRoom(Refusal):
    """The evidence store is full."""

    exit_code = 7
    status = 507


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a file once it is in the store. `digest` is a multihash of 34 bytes."""

    digest: bytes
    size: int
    media_type: str


def keep(file: File[bytes], name: str) -> Kept:
    """Put `file`, given as `name`, into the store; the same bytes are kept once. Nothing is left behind when it is
    refused. Raises NoRoom, and InvalidInput for a file that is empty, over EVIDENCE_MAX_BYTES of the settings, of
    no accepted type, or not what its name says."""
    storage = _storage()
    with _room_or_refusal(), _incoming(storage) as incoming:
        digest, size = _receive(file, incoming)
        kept = Kept(digest, size, media_type(cast(BinaryIO, incoming.file), name))
        _place(storage, key_of(digest), incoming)
        return kept


def look(kept: Kept, zone: ZoneInfo) -> Likeness | None:
    """What an image that was just stored tells to compare it by."""
    with _storage().open(key_of(kept.digest), "rb") as file:
        return likeness(file, zone)


def key_of(digest: bytes) -> str:
    """Where the bytes with this multihash are in the store."""
    plain = digest.removeprefix(SHA2_256).hex()
    return f"{plain[:2]}/{plain[2:4]}/{plain}"


def open_verified(evidence: Evidence) -> IO[bytes]:
    """The bytes of `evidence`, at their beginning, after they were read through and their digest was found right.
    Raises Corrupt when they are missing or are not what was stored."""
    digest = bytes(evidence.digest)
    try:
        file: IO[bytes] = _storage().open(key_of(digest), "rb")
    except FileNotFoundError as fault:
        raise Corrupt(_("佐证不在库里了：%(digest)s。") % {"digest": show(digest)}) from fault
    if _hash_of(file) != digest:
        file.close()
        raise Corrupt(_("佐证的内容与存入时不一样：%(digest)s。") % {"digest": show(digest)})
    file.seek(0)
    return file


def display_image(evidence: Evidence, *, longest: int = 1600) -> bytes:
    """A JPEG made anew from an image, at most `longest` pixels a side, upright, without EXIF, place or any other
    data of the original. Raises InvalidInput when `evidence` is no image, and Corrupt."""
    if evidence.media_type not in IMAGES:
        raise InvalidInput(_("这份佐证不是图片。"))
    with open_verified(evidence) as file, Image.open(file) as image:
        image.draft("RGB", (longest, longest))
        image.thumbnail((longest, longest))  # before it is copied: unpacked, it may take 200 MB
        out = io.BytesIO()
        _on_white(ImageOps.exif_transpose(image)).save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """The pixels alone: whatever else the file carried does not come along."""
    layered = image.convert("RGBA")
    paper = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(paper, layered).convert("RGB")


def _storage() -> Storage:
    return storages["evidence"]


@contextmanager
def _room_or_refusal() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        if fault.errno not in _FULL:
            raise
        raise NoRoom(_("佐证没有存上，存储空间满了。"), remedy=_("请联系管理员清出空间后再上传。")) from fault


class _Incoming(TemporaryUploadedFile):
    """A temporary file beside the store, so that taking it in is a rename. Django's storage moves a file that can
    tell its `temporary_file_path`."""

    def __init__(self, folder: Path | None) -> None:
        File.__init__(self, tempfile.NamedTemporaryFile(dir=folder, prefix="incoming-", delete=False))  # noqa: SIM115


@contextmanager
def _incoming(storage: Storage) -> Iterator[_Incoming]:
    incoming = _Incoming(_folder_beside(storage))
    path = Path(incoming.temporary_file_path())
    try:
        yield incoming
    finally:
        _close_quietly(incoming.file)
        path.unlink(missing_ok=True)


def _close_quietly(file: Any) -> None:
    """Closing flushes: on a full disk that fails a second time, and the first failure is already being told."""
    try:
        file.close()
    except OSError as fault:
        if fault.errno not in _FULL:
            raise


def _folder_beside(storage: Storage) -> Path | None:
    try:
        folder = Path(storage.path("incoming"))
    except NotImplementedError:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _receive(file: File[bytes], incoming: _Incoming) -> tuple[bytes, int]:
    """Copy `file` while counting and hashing. A file that is too large is refused before the rest of it is read."""
    hashing, size = hashlib.sha256(), 0
    for block in file.chunks(BLOCK):
        size += len(block)
        if size > settings.EVIDENCE_MAX_BYTES:
            raise InvalidInput(
                _("文件太大，每个文件最多 %(most)s MB。") % {"most": settings.EVIDENCE_MAX_BYTES // 1024 // 1024},
                remedy=_("请压缩或拆开后再上传。"),
            )
        hashing.update(block)
        incoming.write(block)
    if not size:
        raise InvalidInput(_("文件是空的，没有内容。"), remedy=_("请检查后重新选择文件。"))
    incoming.flush()
    os.fsync(incoming.fileno())
    return SHA2_256 + hashing.digest(), size


def _place(storage: Storage, key: str, incoming: _Incoming) -> None:
    if storage.exists(key):
        return
    incoming.seek(0)
    name = storage.save(key, incoming)
    if name != key:  # someone stored the same bytes at the same moment
        storage.delete(name)


def _hash_of(file: IO[bytes]) -> bytes:
    hashing = hashlib.sha256()
    while block := file.read(BLOCK):
        hashing.update(block)
    return SHA2_256 + hashing.digest()
