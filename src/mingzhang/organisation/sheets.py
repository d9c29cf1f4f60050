"""The first sheet of an xlsx file as lines of text, as far as a short list of days needs it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from posixpath import join, normpath
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

MARK = b"PK\x03\x04"
MOST_BYTES = 5_000_000
MOST_ROW, MOST_COLUMN = 2_000, 20
# Days are numbers, counted from one of two beginnings; these lie from the year 2000 to 2100.
BEGINNING, BEGINNING_1904 = date(1899, 12, 30), date(1904, 1, 1)
FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
FAULTS = (BadZipFile, zlib.error, ElementTree.ParseError, KeyError, ValueError, IndexError, NotImplementedError)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def is_sheet(content: bytes) -> bool:
    """Whether a file may be xlsx."""
    return content.startswith(MARK)


def lines_of(content: bytes) -> str:
    """Every row as a line, at the number that it has in the sheet, its cells parted by tabs. In the first column a
    number is a day. Raises one of FAULTS."""
    with ZipFile(BytesIO(content)) as archive:
        book = _part(archive, "xl/workbook.xml")
        strings = _strings(archive)
        sheet = _part(archive, _first_sheet(archive, book))
    settings = book.find(f"{MAIN}workbookPr")
    old = settings is not None and settings.get("date1904") in ("1", "true")
    rows: dict[int, dict[int, str]] = {}
    for row, column, said in _cells(sheet, strings):
        if row <= MOST_ROW and column < MOST_COLUMN:
            told = _day(said, BEGINNING_1904 if old else BEGINNING) if column == 0 else said
            rows.setdefault(row, {})[column] = " ".join(told.split())
    return "\n".join(_line(rows.get(number, {})) for number in range(1, max(rows, default=0) + 1))


def _line(cells: dict[int, str]) -> str:
    return "\t".join(cells.get(column, "") for column in range(max(cells, default=-1) + 1))


def _part(archive: ZipFile, name: str) -> ElementTree.Element:
    """One file of the archive. What declares entities, or is too long, is refused before it is read."""
    if archive.getinfo(name).file_size > MOST_BYTES:
        raise ValueError(name)
    with archive.open(name) as file:
        content = file.read(MOST_BYTES + 1)
    text = content.decode("utf-8-sig")
    if len(content) > MOST_BYTES or "<!" in text.replace("<!--", "").replace("<![CDATA[", ""):
        raise ValueError(name)
    return ElementTree.fromstring(text.encode())  # noqa: S314 - without declarations there are no entities


def _first_sheet(archive: ZipFile, book: ElementTree.Element) -> str:
    wanted = next(book.iter(f"{MAIN}sheet")).get(RELATION)
    relations = _part(archive, "xl/_rels/workbook.xml.rels")
    target = next(one.get("Target", "") for one in relations if one.get("Id") == wanted)
    return normpath(join("xl", target)).lstrip("/")


def _strings(archive: ZipFile) -> list[str]:
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist():
        return []
    return [_text(one) for one in _part(archive, name).iter(f"{MAIN}si")]


def _text(element: ElementTree.Element) -> str:
    """What is written, without the readings beside it."""
    parts = [part for child in element if child.tag != f"{MAIN}rPh" for part in child.iter(f"{MAIN}t")]
    return "".join(part.text or "" for part in parts)


def _cells(sheet: ElementTree.Element, strings: list[str]) -> Iterator[tuple[int, int, str]]:
    for cell in sheet.iter(f"{MAIN}c"):
        place = CELL.fullmatch(cell.get("r", ""))
        if place:
            yield int(place[2]), _column(place[1]), _said(cell, strings)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _said(cell: ElementTree.Element, strings: list[str]) -> str:
    inline = cell.find(f"{MAIN}is")
    if inline is not None:
        return _text(inline)
    value = cell.findtext(f"{MAIN}v") or ""
    return strings[int(value)] if cell.get("t") == "s" else value


def _day(said: str, beginning: date) -> str:
    """A number of days as the day it stands for; anything else as it is."""
    if not re.fullmatch(r"\d{5}(\.0+)?", said):
        return said
    found = beginning + timedelta(days=int(said[:5]))
    return found.isoformat() if FIRST <= found <= LAST else said
