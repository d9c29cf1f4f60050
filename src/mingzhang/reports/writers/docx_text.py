"""Runs of text in a docx paragraph, and the few properties python-docx has no words for."""

from __future__ import annotations

from math import floor

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.styles import CT_Style
from docx.oxml.text.paragraph import CT_P
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from mingzhang.reports.document import Inlines, Language, Number
from mingzhang.reports.fonts import STANDARD_NAMES, Face
from mingzhang.reports.writers.layout import printable

TWIPS_PER_POINT = 20
EIGHTHS_PER_POINT = 8
NUMBER_STYLE = "数据"
LATIN_FONT = "Times New Roman"
AFTER_SPACING = ("w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:lang")
AFTER_GRID = ("w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr")
AFTER_SWITCHES = ("w:snapToGrid", *AFTER_GRID)
AFTER_BORDERS = ("w:shd", "w:tabs", "w:overflowPunct", "w:autoSpaceDE", "w:autoSpaceDN", *AFTER_SWITCHES)


def element(tag: str, **attributes: str | int) -> BaseOxmlElement:
    """A `w:` element with `w:` attributes."""
    made: BaseOxmlElement = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def fonts(face: Face, language: Language) -> BaseOxmlElement:
    """`w:rFonts` for `face`. The hint makes quotation marks and dashes Chinese ones; English letters take a Latin
    font."""
    family = STANDARD_NAMES[face]
    if language == "en":
        return element("rFonts", ascii=LATIN_FONT, hAnsi=LATIN_FONT, eastAsia=family, cs=LATIN_FONT)
    return element("rFonts", hint="eastAsia", ascii=family, hAnsi=family, eastAsia=family, cs=family)


def spacing(points: float) -> BaseOxmlElement:
    """`w:spacing` of a run: what is added after each character. Rounded down: at −0.2 point 28 characters are 0.2
    point too many for 156 mm, and the line takes 27."""
    return element("spacing", val=floor(points * TWIPS_PER_POINT))


def add_text(
    paragraph: Paragraph,
    text: str,
    language: Language,
    face: Face | None = None,
    *,
    tracking: float = 0.0,
) -> Run:
    """Append a run of `text`; `face` and `tracking` (points) only where they differ from the paragraph's style."""
    run = paragraph.add_run(text if text == "\t" else printable(text))
    properties = run._r.get_or_add_rPr()
    if face is not None:
        properties.insert(0, fonts(face, language))
    elif language != "en":
        properties.insert(0, element("rFonts", hint="eastAsia"))
    if tracking:
        properties.insert_element_before(spacing(tracking), *AFTER_SPACING)
    return run


def add_inlines(paragraph: Paragraph, inlines: Inlines, language: Language, face: Face | None = None) -> None:
    """Append `inlines`, each number in its style and bookmark."""
    for inline in inlines:
        run = add_text(paragraph, inline.text, language, face)
        if isinstance(inline, Number):
            _mark(run, inline)


def _mark(run: Run, number: Number) -> None:
    run._r.get_or_add_rPr().insert(0, element("rStyle", val=NUMBER_STYLE))
    run._r.addprevious(element("bookmarkStart", id=number.mark, name=f"figure_{number.mark}"))
    run._r.addnext(element("bookmarkEnd", id=number.mark))


def off_grid(format_of: CT_P | CT_Style) -> None:
    """Let lines keep the pitch they are given: on the grid it would be rounded up to whole lines."""
    format_of.get_or_add_pPr().insert_element_before(element("snapToGrid", val=0), *AFTER_GRID)


def border_above(paragraph: Paragraph, width: float, colour: str) -> None:
    """A rule `width` points thick over the whole paragraph."""
    borders = element("pBdr")
    eighths = round(width * EIGHTHS_PER_POINT)
    borders.append(element("top", val="single", sz=eighths, space=0, color=colour.upper()))
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *AFTER_BORDERS)
