"""What a browser may be shown of a file without running anything in it: an image made anew, a page of a PDF as an
image, the words and tables of a Word document."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from mingzhang.core.errors import InvalidInput
from mingzhang.ledger.evidence import open_verified
from mingzhang.ledger.filetypes import TYPES
from mingzhang.ledger.models import Evidence

PDF, DOCX = TYPES[".pdf"], TYPES[".docx"]
SECONDS = 15
MOST_XML = 8_000_000
MOST_BLOCKS, MOST_CELLS, MOST_CHARACTERS = 400, 2000, 60_000

_PARAGRAPH, _TABLE, _ROW, _CELL, _TEXT = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "t"))
_BREAKS = frozenset({qn("w:tab"), qn("w:br")})


@dataclass(frozen=True)
class Page:
    """One page of a PDF as PNG, and how many there are."""

    png: bytes
    pages: int


@dataclass(frozen=True)
class Part:
    """A paragraph, or a table by its rows."""

    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def pdf_page(evidence: Evidence, number: int) -> Page:
    """Page `number` of a PDF, from 1; drawn by a program apart, which is given up when it takes too long or too
    much. Raises InvalidInput."""
    with open_verified(evidence) as file:
        try:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-m", "mingzhang.ledger.pdf_page", str(number)],
                input=file.read(),
                capture_output=True,
                timeout=SECONDS,
                check=True,
            )
        except (subprocess.SubprocessError, OSError) as fault:
            raise _unreadable() from fault
    return Page(done.stdout[4:], int.from_bytes(done.stdout[:4], "big"))


def docx_parts(evidence: Evidence) -> list[Part]:
    """The words and tables of a Word document, as far as a preview goes; nothing else in it is opened. Raises
    InvalidInput."""
    with open_verified(evidence) as file:
        try:
            body = parse_xml(_document(file))
            return list(_within_limits(_parts(body)))
        except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, NotImplementedError, RuntimeError) as fault:
            raise _unreadable() from fault


def _unreadable() -> InvalidInput:
    return InvalidInput(_("这份文件不能预览。"), remedy=_("请下载后用办公软件打开。"))


def _document(file: IO[bytes]) -> bytes:
    """The part that holds the text. What a ZIP says of its sizes may be a lie: no more is unpacked than is read."""
    with zipfile.ZipFile(file) as archive, archive.open("word/document.xml") as part:
        xml = part.read(MOST_XML + 1)
    if len(xml) > MOST_XML or b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise ValueError("too large, or not what Word writes")
    return xml


def _parts(body: Any) -> Iterator[Part]:
    for element in body[0] if len(body) else ():
        if element.tag == _PARAGRAPH and (text := _text(element)):
            yield Part(text)
        elif element.tag == _TABLE:
            rows = (tuple(_text(cell) for cell in row.iter(_CELL)) for row in element.iter(_ROW))
            yield Part(rows=tuple(rows))


def _text(element: Any) -> str:
    pieces = (one.text or "" if one.tag == _TEXT else " " for one in element.iter(_TEXT, *_BREAKS))
    return " ".join("".join(pieces).split())


def _within_limits(parts: Iterator[Part]) -> Iterator[Part]:
    characters = cells = 0
    for number, part in enumerate(parts):
        characters += len(part.text)
        cells += sum(map(len, part.rows))
        if number >= MOST_BLOCKS or characters > MOST_CHARACTERS or cells > MOST_CELLS:
            yield Part(_("……后面还有，请下载后看全文。"))
            return
        yield part
