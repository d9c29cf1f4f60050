"""What a file is, judged by its content and never by its name.

The list is short on purpose: what offices really attach, and nothing that a browser or an office program would run.
HTML, SVG, archives, programs and the old macro-bearing office formats are refused.
"""

from __future__ import annotations

import codecs
import zipfile
from pathlib import PurePath
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from mingzhang.core.errors import InvalidInput

TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".ofd": "application/ofd",
    ".mp4": "video/mp4",
    ".txt": "text/plain",
    ".csv": "text/csv",
}
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})
TEXTS = frozenset({"text/plain", "text/csv"})
MOST_PIXELS = 50_000_000
LONGEST_LIST = 1 << 20  # bytes; an office document of a thousand parts has a tenth of it

_ZIP_MEMBERS = {"word/": ".docx", "xl/": ".xlsx", "ppt/": ".pptx", "OFD.xml": ".ofd"}
_MARKUP = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"<body", b"<head", b"<!--")


def media_type(file: BinaryIO, name: str) -> str:
    """The media type of `file`, which was given as `name`. Raises InvalidInput when the content is of no accepted
    type, is damaged, or is not what the name's ending says."""
    said = PurePath(name).suffix.lower()
    found = _by_content(file)
    if found is None or (said and said not in TYPES):
        raise InvalidInput(
            _("不收这种文件：%(name)s。") % {"name": name[-80:]},
            remedy=_("可以上传 %(endings)s。") % {"endings": "、".join(TYPES)},
        )
    if said and not _agrees(TYPES[said], found):
        raise InvalidInput(
            _("文件名说是 %(said)s，内容是 %(found)s。") % {"said": said, "found": _ending(found)},
            remedy=_("请把文件另存为它真正的格式再上传。"),
        )
    if found in IMAGES:
        _check_image(file)
    return TYPES[said] if said else found


def _agrees(said: str, found: str) -> bool:
    return said == found or (said in TEXTS and found in TEXTS)


def _ending(media: str) -> str:
    return next(ending for ending, known in TYPES.items() if known == media)


def _by_content(file: BinaryIO) -> str | None:
    file.seek(0)
    head = file.read(512)
    if head.startswith(b"\xff\xd8\xff"):
        return TYPES[".jpg"]
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return TYPES[".png"]
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return TYPES[".webp"]
    if head.startswith(b"%PDF-"):
        return TYPES[".pdf"]
    if head[4:8] == b"ftyp" and head[8:11] in (b"iso", b"mp4", b"avc", b"M4V"):
        return TYPES[".mp4"]
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return TYPES[".txt"] if _is_plain_text(file, head) else None


class _Sparing:
    """A file for `zipfile`, which reads the list of contents whole: not more than LONGEST_LIST at once."""

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell, self._read = file.seek, file.tell, file.read

    def read(self, size: int = -1) -> bytes:
        """Raises BadZipFile."""
        if size > LONGEST_LIST:
            raise zipfile.BadZipFile
        return self._read(size if size >= 0 else LONGEST_LIST)


def _office(file: BinaryIO) -> str | None:
    """The type of an office document, which is a ZIP with telling member names."""
    try:
        with zipfile.ZipFile(_Sparing(file)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    for beginning, ending in _ZIP_MEMBERS.items():
        if any(name.startswith(beginning) for name in names):
            return TYPES[ending]
    return None


def _is_plain_text(file: BinaryIO, head: bytes) -> bool:
    beginning = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if beginning.startswith(_MARKUP) or b"\0" in head:
        return False
    return any(_decodes(file, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while block := file.read(1 << 20):
            if any(ord(sign) < 32 and sign not in "\t\n\r\f" for sign in set(decoder.decode(block))):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _check_image(file: BinaryIO) -> None:
    """Raises InvalidInput when the image cannot be read, or would unpack to more than MOST_PIXELS."""
    file.seek(0)
    try:
        with Image.open(file) as image:
            width, height = image.size
            if width * height <= MOST_PIXELS:
                image.verify()
                return
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pass
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as fault:
        raise InvalidInput(_("这张图片打不开，可能已经损坏。"), remedy=_("请重新拍摄或另存后再上传。")) from fault
    raise InvalidInput(
        _("这张图片的像素太多。"),
        remedy=_("请缩小到 %(most)s 万像素以内再上传。") % {"most": MOST_PIXELS // 10_000},
    )
