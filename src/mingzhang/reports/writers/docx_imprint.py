"""版记 in a docx: a text box tied to the lower edge of the type area.

A floating table is not held to the page's foot by every reader (LibreOffice sets it where it stands); a text box
is, and pushes the text away from it. Inside it, a table of one column draws the three rules (GB/T 9704-2012 7.4.1).
"""

from __future__ import annotations

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from mingzhang.reports.document import Document, Imprint, Language
from mingzhang.reports.writers import layout, wording
from mingzhang.reports.writers.docx_tables import add_cell, table_frame
from mingzhang.reports.writers.docx_text import EIGHTHS_PER_POINT, TWIPS_PER_POINT, add_text, element
from mingzhang.reports.writers.layout import em_width

EMU_PER_POINT = 12700
LINE = 26.0
END_OF_BOX = 1.0

BOX = """
<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
<mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0"
 relativeHeight="1" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="0">
<wp:simplePos x="0" y="0"/>
<wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>
<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>
<wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>
<wp:wrapTopAndBottom/><wp:docPr id="{identity}" name="{name}" descr="{name}"/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>
<wps:txbx><w:txbxContent/></wps:txbx>
<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:noAutofit/></wps:bodyPr></wps:wsp>
</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent>
"""
BOX_IDENTITY = 900_001


def write_imprint(anchor: Paragraph, document: Document, data: Imprint, style: str) -> None:
    """Tie the box to `anchor`, the last paragraph of the text."""
    copies = wording.copies(document)
    rows = _copies_lines(copies) + 1
    rules = sum(layout.IMPRINT_RULES_MM) * layout.POINTS_PER_MM
    box = parse_xml(
        BOX.format(
            width=round(layout.TEXT_WIDTH * EMU_PER_POINT),
            height=round((rows * LINE + END_OF_BOX + rules) * EMU_PER_POINT),
            identity=BOX_IDENTITY,
            name=style,
        )
    )
    content = box.find(f".//{qn('w:txbxContent')}")
    content.extend((_table(anchor, document, data, copies, style), _last_paragraph()))
    anchor.add_run()._r.append(box)


def _copies_lines(copies: str) -> int:
    """How many lines 抄送 takes, after the first three characters in."""
    if not copies:
        return 0
    room = (layout.TEXT_WIDTH - 2 * layout.IMPRINT_SIZE) / layout.IMPRINT_SIZE - 3
    return max(1, -int(-(em_width(copies) - 3) // room))


def _table(anchor: Paragraph, document: Document, data: Imprint, copies: str, style: str) -> BaseOxmlElement:
    width = round(layout.TEXT_WIDTH * TWIPS_PER_POINT)
    heavy, thin, _heavy = (
        round(rule * layout.POINTS_PER_MM * EIGHTHS_PER_POINT) for rule in layout.IMPRINT_RULES_MM
    )
    padding = round(layout.IMPRINT_SIZE * TWIPS_PER_POINT)
    frame = table_frame([width], {"top": heavy, "insideH": thin, "bottom": heavy}, side_padding=padding)
    if copies:
        paragraph = _row(frame, width, anchor, style)
        paragraph.paragraph_format.left_indent = Pt(3 * layout.IMPRINT_SIZE)
        paragraph.paragraph_format.first_line_indent = Pt(-3 * layout.IMPRINT_SIZE)
        add_text(paragraph, copies, document.language)
    _issuer(_row(frame, width, anchor, style), data.issuer, wording.printed_on(document), document.language)
    return frame


def _row(frame: BaseOxmlElement, width: int, anchor: Paragraph, style: str) -> Paragraph:
    row = element("tr")
    frame.append(row)
    paragraph = add_cell(row, width, anchor)
    paragraph._p.style = style
    return paragraph


def _issuer(paragraph: Paragraph, issuer: str, printed: str, language: Language) -> None:
    right = layout.TEXT_WIDTH - 2 * layout.IMPRINT_SIZE
    paragraph.paragraph_format.tab_stops.add_tab_stop(Pt(right), WD_TAB_ALIGNMENT.RIGHT)
    for text in (issuer, "\t", printed):
        add_text(paragraph, text, language)


def _last_paragraph() -> BaseOxmlElement:
    """A text box must end in a paragraph; this one takes next to no room."""
    paragraph, properties = element("p"), element("pPr")
    height = round(END_OF_BOX * TWIPS_PER_POINT)
    properties.append(element("spacing", before=0, after=0, line=height, lineRule="exact"))
    paragraph.append(properties)
    return paragraph
