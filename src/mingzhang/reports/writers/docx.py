"""docx by python-docx, for editing on: real font names, real heading styles, the page of GB/T 9704-2012."""

from __future__ import annotations

from collections.abc import Sequence

import docx as python_docx
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph as DocxParagraph

from mingzhang.reports.document import Annex, Block, Document, Heading, Table, printed_date
from mingzhang.reports.fonts import Face
from mingzhang.reports.writers import docx_styles, layout, wording
from mingzhang.reports.writers.docx_imprint import write_imprint
from mingzhang.reports.writers.docx_package import set_properties, to_bytes
from mingzhang.reports.writers.docx_tables import write_table
from mingzhang.reports.writers.docx_text import add_inlines, add_text, border_above, off_grid
from mingzhang.reports.writers.layout import em_width, printable
from mingzhang.reports.writers.titles import title_lines

AFTER_TABLE = 8.0


def write(document: Document) -> bytes:
    """`document` as docx. Equal documents give equal bytes; nothing comes from the clock.

    Every number stands in the character style 数据 inside a bookmark `figure_<mark>`.
    """
    return to_bytes(_Writer(document).docx)


class _Writer:
    """One document on its way into one docx, from top to bottom."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.language = document.language
        self.grid = layout.grid(document.language)
        self.docx: Docx = python_docx.Document()
        docx_styles.prepare(self.docx, document.language)
        self.styles = docx_styles.ids(self.docx)
        set_properties(
            self.docx,
            title=printable("".join(document.title.split("\n"))),
            author=printable(document.organ),
            day=document.date,
            language="en-GB" if document.language == "en" else "zh-CN",
        )
        self._head()
        self._front()
        self._blocks(document.blocks)
        self._annex_list()
        self._signature()
        for index, annex in enumerate(document.annexes):
            self._annex(index, annex)
        self._verification()
        self._imprint()

    def _paragraph(self, text: str, style: str, face: Face | None = None) -> DocxParagraph:
        paragraph = self.docx.add_paragraph()
        paragraph._p.style = self.styles[style]
        if text:
            add_text(paragraph, text, self.language, face)
        return paragraph

    def _space(self, height: float) -> DocxParagraph:
        """An empty line exactly `height` points high."""
        paragraph = self._paragraph("", docx_styles.FLUSH)
        off_grid(paragraph._p)
        paragraph.paragraph_format.line_spacing = Pt(height)
        return paragraph

    def _blank(self, count: int = 1) -> None:
        for _each in range(count):
            self._paragraph("", docx_styles.FLUSH)

    def _head(self) -> None:
        """Head 35 mm down, its number two lines below (7.2.4, 7.2.5)."""
        text = wording.head(self.document)
        if not text:
            return
        size = layout.head_size(printable(text))
        self._space(layout.HEAD_DROP_MM * layout.POINTS_PER_MM)
        head = self._paragraph("", docx_styles.HEAD)
        head.paragraph_format.line_spacing = Pt(size)
        tracking = 0.0 if self.language == "en" else size * layout.HEAD_TRACKING
        run = add_text(head, text, self.language, tracking=tracking)
        run.font.size = Pt(size)
        run.font.color.rgb = RGBColor.from_string(layout.HEAD_RED.upper())
        self._space(2 * self.grid.pitch)
        self._number_line()
        self._red_rule()

    def _number_line(self) -> None:
        """发文字号 centred; beside 签发人 (texts to a superior) it goes left, each one character in (7.2.5)."""
        paragraph = self._paragraph(self.document.number, docx_styles.FLUSH)
        form = paragraph.paragraph_format
        off_grid(paragraph._p)
        form.line_spacing = Pt(self.grid.size)
        if not self.document.signer:
            form.alignment = WD_ALIGN_PARAGRAPH.CENTER
            return
        form.left_indent = Pt(self.grid.character)
        form.tab_stops.add_tab_stop(Pt(layout.TEXT_WIDTH - self.grid.character), WD_TAB_ALIGNMENT.RIGHT)
        add_text(paragraph, "\t", self.language)
        add_text(paragraph, wording.WORDS[self.language].signer, self.language)
        add_text(paragraph, self.document.signer, self.language, Face.KAI)

    def _red_rule(self) -> None:
        """4 mm under the number, as wide as the type area (7.2.7): the upper border of an empty paragraph."""
        self._space(layout.RULE_GAP_MM * layout.POINTS_PER_MM)
        below = self._space(2 * self.grid.pitch)
        border_above(below, layout.RULE_MM * layout.POINTS_PER_MM, layout.HEAD_RED)

    def _front(self) -> None:
        """Title, one empty line, addressee (7.3.1, 7.3.2)."""
        self._title(self.document.title)
        self._blank()
        addressee = wording.addressee(self.document)
        if addressee:
            self._paragraph(addressee, docx_styles.FLUSH)

    def _title(self, title: str) -> None:
        paragraph = self._paragraph("", docx_styles.TITLE)
        for index, line in enumerate(title_lines(title)):
            if index:
                paragraph.add_run().add_break()
            add_text(paragraph, line, self.language)

    def _blocks(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            if isinstance(block, Table):
                self._table(block)
                continue
            style = f"Heading {block.level}" if isinstance(block, Heading) else docx_styles.BODY
            add_inlines(self._paragraph("", style), block.inlines, self.language)

    def _table(self, table: Table) -> None:
        if table.caption:
            self._paragraph(table.caption, docx_styles.CAPTION)
        write_table(self._space(AFTER_TABLE), table, self.language, self.styles[docx_styles.CELL])

    def _annex_list(self) -> None:
        """附件说明: one line down, two characters in, names under one another (7.3.4)."""
        listed = wording.annex_list(self.document)
        if not listed:
            return
        words = wording.WORDS[self.language]
        label = words.annex + words.colon
        hang = (2 + em_width(label)) * self.grid.character
        self._blank()
        for index, line in enumerate(listed):
            paragraph = self._paragraph(line if index else label + line, docx_styles.FLUSH)
            form = paragraph.paragraph_format
            form.left_indent = Pt(hang)
            form.first_line_indent = Pt(0 if index else 2 * self.grid.character - hang)

    def _signature(self) -> None:
        """Name and date (7.3.5), then 附注 (7.3.6). Sealed texts leave two lines for the seal's upper half."""
        if self.document.organ:
            self._blank(2 if self.document.sealed else 1)
            day = printed_date(self.document.date, self.language)
            name_right, day_right = _signature_indents(self.document.organ, day, sealed=self.document.sealed)
            for text, right in ((self.document.organ, name_right), (day, day_right)):
                paragraph = self._paragraph(text, docx_styles.FLUSH)
                paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                paragraph.paragraph_format.right_indent = Pt(right * self.grid.character)
                paragraph.paragraph_format.keep_with_next = text is not day
        note = wording.note(self.document)
        if note:
            self._paragraph(note, docx_styles.BODY)

    def _annex(self, index: int, annex: Annex) -> None:
        """On a new page: label flush left, title on the third line (7.3.7)."""
        label = wording.annex_label(self.document.annexes, index, self.language)
        paragraph = self._paragraph(label, docx_styles.ANNEX_LABEL)
        paragraph.paragraph_format.page_break_before = True
        self._blank()
        self._title(annex.title)
        self._blank()
        self._blocks(annex.blocks)

    def _verification(self) -> None:
        """Where the signed document can be checked: small, flush, after everything else."""
        for index, line in enumerate(self.document.verification):
            paragraph = self._paragraph("", docx_styles.FLUSH)
            off_grid(paragraph._p)
            paragraph.paragraph_format.line_spacing = Pt(layout.SMALL_PRINT_PITCH)
            paragraph.paragraph_format.space_before = Pt(0 if index else self.grid.pitch)
            paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
            add_text(paragraph, line, self.language).font.size = Pt(layout.SMALL_PRINT)

    def _imprint(self) -> None:
        if self.document.imprint is not None:
            style = self.styles[docx_styles.IMPRINT]
            write_imprint(self._space(1), self.document, self.document.imprint, style)


def _signature_indents(name: str, day: str, *, sealed: bool) -> tuple[float, float]:
    """How far name and date stand from the right edge, in characters.

    Sealed: the date four characters in, the name centred over it. Not sealed: the name two characters in, the date
    beginning two characters further right than the name; a date too long for that is itself two characters in.
    """
    name_width, day_width = em_width(name), em_width(day)
    if sealed:
        centre = max(4 + day_width / 2, name_width / 2)
        return centre - name_width / 2, centre - day_width / 2
    start = max(2 + name_width, 4 + day_width)
    return start - name_width, start - 2 - day_width
