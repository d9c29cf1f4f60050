"""The entries that a number was counted from, as a file: CSV, or a workbook."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from mingzhang.core.digests import show
from mingzhang.core.spreadsheets import guarded
from mingzhang.core.workbooks import XLSX, Styles, Value, new_workbook, write_row
from mingzhang.figures.definitions import Counted, definitions
from mingzhang.figures.opening import number_in, summed_field, title_of
from mingzhang.figures.traces import Trace
from mingzhang.figures.wording import name_of
from mingzhang.ledger.models import Entry
from mingzhang.packs.wording import language

MOST = 50_000
CHUNK = 2_000
FORMS = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}


@dataclass(frozen=True)
class Listing:
    """The entries of a trace, one a row, at most MOST of them."""

    found: Trace
    reversals: bool = False

    @property
    def heads(self) -> list[str]:
        return [
            _("数据项"), _("账位"), _("发生日期"), _("单位代码"), _("单位"), _("记录类型"), _("标题"), _("笔数"),
            _("计入的数"), _("冲销的账位"), _("校验码"),
        ]  # fmt: skip

    def rows(self) -> Iterator[list[Value]]:
        """The rows, read a few thousand at a time; where some are left out, a last one says so."""
        given = 0
        for leaf in _leaves(self.found):
            for entry in _entries(leaf, self.reversals):
                if given == MOST:
                    yield [_("只列前%(most)d笔，后面的请在页面上看。") % {"most": MOST}]
                    return
                given += 1
                yield _row(leaf, entry)


def _leaves(found: Trace) -> Iterator[Trace]:
    if isinstance(found.definition, Counted):
        yield found
    for part in found.parts:
        yield from _leaves(part)


def _entries(found: Trace, reversals: bool) -> Iterator[Entry]:
    after = 0
    while page := found.entries(after=after, limit=CHUNK, reversals=reversals):
        yield from page
        after = page[-1].seq


def _row(found: Trace, entry: Entry) -> list[Value]:
    pack = definitions(found.request.pack_version_id).pack
    line = pack.line(found.definition.figure.of or "")
    summed = summed_field(found)
    return [
        f"{name_of(found.definition.figure)} {found.request.period.code}",
        entry.seq,
        entry.occurred_on,
        entry.unit.code,
        entry.unit.name,
        line.name.text(language()),
        title_of(entry, line.fields),
        entry.sign,
        entry.sign * number_in(entry.data, summed) if summed else entry.sign,
        entry.reverses,
        show(bytes(entry.digest)),
    ]


def as_csv(listing: Listing) -> Iterator[bytes]:
    """The listing as CSV, row by row; with a byte order mark, without which Excel misreads Chinese."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield b"\xef\xbb\xbf"
    writer.writerow(listing.heads)
    for row in listing.rows():
        writer.writerow([guarded(value) if isinstance(value, str) else value for value in row])
        if buffer.tell() > 64_000:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def as_xlsx(listing: Listing) -> IO[bytes]:
    """The listing as a workbook in a temporary file, written row by row and kept out of memory."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response that sends it
    book = new_workbook(file, constant_memory=True)
    sheet = book.add_worksheet(_("账目"))
    styles = Styles(book)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 10, 14)
    sheet.set_column(6, 6, 36)
    write_row(sheet, styles, 0, listing.heads, styles.head)
    for nth, row in enumerate(listing.rows(), start=1):
        write_row(sheet, styles, nth, row)
    book.close()
    file.seek(0)
    return file
