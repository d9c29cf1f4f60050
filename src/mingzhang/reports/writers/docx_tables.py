"""Tables in a docx: heavier rules outside, hairlines between, the header row again on every page.

The XML is written directly: python-docx looks through the whole table for each cell, which long annexes feel.
"""

from __future__ import annotations

from collections.abc import Sequence

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from mingzhang.reports.document import Inlines, Language, Table
from mingzhang.reports.fonts import Face
from mingzhang.reports.writers import layout
from mingzhang.reports.writers.docx_text import TWIPS_PER_POINT, add_inlines, element
from mingzhang.reports.writers.layout import TableLayout

HEAVY, HAIRLINE = 8, 4
LEADING = 1.5
SIDE_PADDING = 80


def table_frame(
    widths: Sequence[int], borders: dict[str, int], *, side_padding: int = SIDE_PADDING
) -> BaseOxmlElement:
    """An empty `w:tbl`: column `widths` and `side_padding` in twips, `borders` (top, bottom, insideH, insideV) in
    eighths of a point."""
    table, properties, columns = element("tbl"), element("tblPr"), element("tblGrid")
    rules, margins = element("tblBorders"), element("tblCellMar")
    for side in ("top", "bottom", "insideH", "insideV"):
        if side in borders:
            rules.append(element(side, val="single", sz=borders[side], space=0, color="000000"))
    for side in ("left", "right"):
        margins.append(element(side, w=side_padding, type="dxa"))
    properties.extend((
        element("tblW", w=sum(widths), type="dxa"),
        element("jc", val="center"),
        rules,
        element("tblLayout", type="fixed"),
        margins,
    ))  # fmt: skip
    columns.extend(element("gridCol", w=width) for width in widths)
    table.extend((properties, columns))
    return table


def add_cell(row: BaseOxmlElement, width: int, parent: Paragraph) -> Paragraph:
    """Append a cell to `row`; gives its one paragraph."""
    cell, properties, paragraph = element("tc"), element("tcPr"), element("p")
    properties.extend((element("tcW", w=width, type="dxa"), element("vAlign", val="center")))
    cell.extend((properties, paragraph))
    row.append(cell)
    return Paragraph(paragraph, parent._parent)


def write_table(after: Paragraph, table: Table, language: Language, style: str) -> None:
    """Write `table` before the paragraph `after`, as wide as the type area; `style` is the id of its letters'."""
    plan = layout.table_layout(table)
    widths = [int(share * layout.TEXT_WIDTH * TWIPS_PER_POINT) for share in plan.shares]
    borders = {"top": HEAVY, "bottom": HEAVY, "insideH": HAIRLINE, "insideV": HAIRLINE}
    frame = table_frame(widths, borders)
    last = len(table.rows)
    for index, cells in enumerate((table.header, *table.rows)):
        strong = index == 0 or (table.total and index == last)
        row = _row(header=index == 0)
        frame.append(row)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            paragraph = add_cell(row, width, after)
            left = index > 0 and plan.left[column]
            _fill(paragraph, cell, plan, style, language, left=left, strong=strong)
    after._p.addprevious(frame)


def _row(*, header: bool) -> BaseOxmlElement:
    row, properties = element("tr"), element("trPr")
    properties.append(element("cantSplit"))
    if header:
        properties.append(element("tblHeader"))
    row.append(properties)
    return row


def _fill(
    paragraph: Paragraph,
    cell: Inlines,
    plan: TableLayout,
    style: str,
    language: Language,
    *,
    left: bool,
    strong: bool,
) -> None:
    paragraph._p.style = style
    paragraph.paragraph_format.line_spacing = Pt(plan.size * LEADING)
    if left:
        paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    add_inlines(paragraph, cell, language, Face.HEI if strong else None)
    if plan.size != layout.TABLE_SIZES[0]:
        for run in paragraph.runs:
            run.font.size = Pt(plan.size)
