"""Workbooks (xlsx): numbers as numbers, days as days, and texts as texts whatever they begin with."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import IO, TypeAlias

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from mingzhang.core.spreadsheets import is_dangerous

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Value: TypeAlias = "str | int | Decimal | date | None"


def new_workbook(file: IO[bytes], *, constant_memory: bool = False) -> Workbook:
    """One in memory, or with `constant_memory` written row by row. No text in it becomes a formula or a link."""
    kept = {"constant_memory": True} if constant_memory else {"in_memory": True}
    return Workbook(file, {**kept, "strings_to_formulas": False, "strings_to_urls": False})


class Styles:
    """The formats of a workbook's cells."""

    def __init__(self, book: Workbook) -> None:
        self.head: Format = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self.text: Format = book.add_format({"quote_prefix": True})
        self.whole: Format = book.add_format({"num_format": "#,##0"})
        self.fraction: Format = book.add_format({"num_format": "#,##0.00"})
        self.share: Format = book.add_format({"num_format": "0.0%"})
        self.wrapped: Format = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})


def write_row(
    sheet: Worksheet, styles: Styles, nth: int, row: Sequence[Value], style: Format | None = None
) -> None:
    """A row of cells: numbers as numbers, days as days, and texts as texts whatever they begin with."""
    for column, value in enumerate(row):
        if isinstance(value, str):
            sheet.write_string(nth, column, value, style or (styles.text if is_dangerous(value) else None))
        elif isinstance(value, date):
            sheet.write_datetime(nth, column, value, style or styles.day)
        elif value is not None:
            plain = styles.whole if isinstance(value, int) else styles.fraction
            sheet.write_number(nth, column, value, style or plain)


def add_table(
    book: Workbook,
    styles: Styles,
    name: str,
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[Value]],
    style: Format | None = None,
) -> None:
    """A sheet with one table: `columns` are the heads with their widths in characters."""
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, (_head, width) in enumerate(columns):
        sheet.set_column(column, column, width)
    write_row(sheet, styles, 0, [head for head, _width in columns], styles.head)
    last = 0
    for last, row in enumerate(rows, start=1):
        write_row(sheet, styles, last, row, style)
    sheet.autofilter(0, 0, last, len(columns) - 1)


def of_one_table(name: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Value]]) -> bytes:
    """A workbook of one table whose texts are wrapped."""
    file = io.BytesIO()
    book = new_workbook(file)
    styles = Styles(book)
    add_table(book, styles, name, columns, rows, styles.wrapped)
    book.close()
    return file.getvalue()
