"""The comparison of self-checks and inspections as a workbook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from xlsxwriter.worksheet import Worksheet

from mingzhang.core.workbooks import Styles, new_workbook, write_row
from mingzhang.inspections.honesty import Compared, Line


def workbook(compared: Compared, title: str, meaning: str) -> bytes:
    """By item, by unit, and what it means. Numbers are numbers."""
    out = io.BytesIO()
    book = new_workbook(out)
    styles = Styles(book)
    for name, lines in ((_("按项"), compared.by_item()), (_("按单位"), compared.by_unit())):
        _table(book.add_worksheet(name), styles, name, [*lines, compared.total])
    sheet = book.add_worksheet(_("说明"))
    sheet.set_column(0, 0, 100)
    for nth, said in enumerate((title, meaning)):
        write_row(sheet, styles, nth, [said])
    book.close()
    return out.getvalue()


def _table(sheet: Worksheet, styles: Styles, name: str, lines: Sequence[Line]) -> None:
    heads = [name, _("自查说合格、检查也看了"), _("检查说不合格"), _("区间下端（%）"), _("区间上端（%）")]
    write_row(sheet, styles, 0, heads, styles.head)
    sheet.set_column(0, 0, 48)
    sheet.set_column(1, 4, 22)
    sheet.freeze_panes(1, 1)
    for nth, line in enumerate(lines, start=1):
        low, high = (Decimal(f"{end * 100:.1f}") for end in line.span)
        write_row(sheet, styles, nth, [line.name, line.taken.cases, line.taken.hits, low, high])
