"""The page and the styles of a docx to GB/T 9704-2012, by the fonts' real names.

What makes 22 lines of 28 characters come out: a `lines` grid (a `linesAndChars` grid with negative spacing gives
13 to 15 characters a line in LibreOffice), letters drawn together by a quarter point, no widow control, and
`eastAsia` hints so that Chinese quotation marks and dashes take the Chinese font.
"""

from __future__ import annotations

from dataclasses import dataclass

from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from mingzhang.reports.document import Language
from mingzhang.reports.fonts import Face
from mingzhang.reports.writers import layout
from mingzhang.reports.writers.docx_text import (
    AFTER_SPACING,
    AFTER_SWITCHES,
    NUMBER_STYLE,
    TWIPS_PER_POINT,
    add_text,
    element,
    fonts,
    off_grid,
    spacing,
)

BODY, FLUSH, TITLE, HEAD, ANNEX_LABEL = "公文正文", "公文顶格", "公文标题", "发文机关标志", "附件标识"
CAPTION, CELL, IMPRINT, PAGE_NUMBER = "表题", "表格文字", "版记", "页码"
PAGE_NUMBER_SIZE = 14.0
# Punctuation beyond the margin, and gaps between Chinese and Latin or digits: neither is on the standard's page.
SWITCHED_OFF = ("overflowPunct", "autoSpaceDE", "autoSpaceDN")


@dataclass(frozen=True, slots=True)
class Look:
    """How one paragraph style differs from the text around it. `indent`: first line, in characters."""

    face: Face
    size: float
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY
    indent: int = 0
    pitch: float | None = None
    keep_next: bool = False
    bold: bool = False


def prepare(docx: Docx, language: Language) -> None:
    """Page, grid, defaults and every style the writer uses."""
    _page(docx.sections[0], language)
    docx.settings.odd_and_even_pages_header_footer = True
    _defaults(docx, language)
    for name, look in _looks(language).items():
        _style(docx, name, look, language)
    docx.styles.add_style(NUMBER_STYLE, WD_STYLE_TYPE.CHARACTER)
    _page_numbers(docx.sections[0], language)


def ids(docx: Docx) -> dict[str, str]:
    """Style ids by name, looked up once: python-docx searches every style for each paragraph."""
    return {str(style.name): style.style_id for style in docx.styles}


def _page(section: Section, language: Language) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(layout.TOP_MM), Mm(layout.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(layout.LEFT_MM), Mm(layout.RIGHT_MM)
    below = layout.BOTTOM_MM - layout.PAGE_NUMBER_DROP_MM
    section.footer_distance = Pt(below * layout.POINTS_PER_MM - PAGE_NUMBER_SIZE / 2)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    pitch = int(layout.grid(language).pitch * TWIPS_PER_POINT)
    section._sectPr.append(element("docGrid", type="lines", linePitch=pitch))


def _page_numbers(section: Section, language: Language) -> None:
    """`— 1 —`, odd pages right, even pages left, one character in (7.5)."""
    right = (section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    left = (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)
    for footer, align in (right, left):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = PAGE_NUMBER
        form = paragraph.paragraph_format
        form.alignment = align
        form.left_indent = form.right_indent = Pt(PAGE_NUMBER_SIZE)
        _page_field(paragraph, language)


def _page_field(paragraph: Paragraph, language: Language) -> None:
    add_text(paragraph, "— ", language)
    field = element("fldSimple", instr="PAGE")
    paragraph._p.append(field)
    field.append(add_text(paragraph, "1", language)._r)
    add_text(paragraph, " —", language)


def _defaults(docx: Docx, language: Language) -> None:
    normal = docx.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    grid = layout.grid(language)
    properties = normal.element.get_or_add_rPr()
    _replace_fonts(normal, Face.BODY, language)
    normal.font.size = Pt(grid.size)
    if grid.tracking:
        properties.insert_element_before(spacing(grid.tracking), *AFTER_SPACING)
    properties.append(element("lang", val="en-GB" if language == "en" else "zh-CN", eastAsia="zh-CN"))
    plain = normal.paragraph_format
    plain.space_before = plain.space_after = Pt(0)
    plain.widow_control = False
    plain.line_spacing = 1.0
    for switch in SWITCHED_OFF:
        normal.element.get_or_add_pPr().insert_element_before(element(switch, val=0), *AFTER_SWITCHES)


def _replace_fonts(style: ParagraphStyle, face: Face, language: Language) -> None:
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    properties.insert(0, fonts(face, language))


def _looks(language: Language) -> dict[str, Look]:
    grid = layout.grid(language)
    centre, left = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT
    bold = language == "en"
    headings = {
        f"Heading {level}": Look(face, grid.size, left, indent=2, keep_next=True, bold=bold and level < 3)
        for level, face in enumerate((Face.HEI, Face.KAI, Face.BODY, Face.BODY), start=1)
    }
    return headings | {
        BODY: Look(Face.BODY, grid.size, indent=2),
        FLUSH: Look(Face.BODY, grid.size, left),
        TITLE: Look(Face.TITLE, layout.TITLE_SIZE, centre, pitch=layout.TITLE_PITCH, keep_next=True, bold=bold),
        HEAD: Look(Face.TITLE, layout.HEAD_SIZE_LIMIT, centre, pitch=layout.HEAD_SIZE_LIMIT, bold=bold),
        ANNEX_LABEL: Look(Face.HEI, grid.size, left, bold=bold),
        CAPTION: Look(Face.HEI, 14.0, centre, pitch=24.0, keep_next=True, bold=bold),
        CELL: Look(Face.BODY, layout.TABLE_SIZES[0], centre, pitch=18.0),
        IMPRINT: Look(Face.BODY, layout.IMPRINT_SIZE, left, pitch=26.0),
        PAGE_NUMBER: Look(Face.SONG, PAGE_NUMBER_SIZE, left, pitch=PAGE_NUMBER_SIZE),
    }


def _style(docx: Docx, name: str, look: Look, language: Language) -> None:
    style = docx.styles[name] if name in docx.styles else docx.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.base_style = docx.styles["Normal"]
    _replace_fonts(style, look.face, language)
    style.font.size, style.font.bold, style.font.italic = Pt(look.size), look.bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    _paragraph_format(style, look, language)
    style.quick_style = True


def _paragraph_format(style: ParagraphStyle, look: Look, language: Language) -> None:
    format_ = style.paragraph_format
    format_.space_before = format_.space_after = Pt(0)
    format_.alignment = look.align
    format_.keep_with_next = look.keep_next
    format_.keep_together = False
    format_.widow_control = False
    if look.indent:
        format_.first_line_indent = Pt(look.indent * layout.grid(language).character)
    if look.pitch:
        off_grid(style.element)
        format_.line_spacing = Pt(look.pitch)
