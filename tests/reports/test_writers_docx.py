"""The docx: what GB/T 9704-2012 asks, read back from the XML."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import docx
import pytest
from docx.oxml.ns import qn
from docx.section import Section
from docx.styles.style import BaseStyle
from docx.text.paragraph import Paragraph as DocxParagraph

from mingzhang.reports.document import Document, Heading, Paragraph, Text
from mingzhang.reports.writers import docx as writer
from tests.reports import samples


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name).decode()


@pytest.fixture(scope="module")
def content() -> bytes:
    document = samples.report(2)
    annex = samples.source_annex(tuple(document.numbers()))
    return writer.write(samples.report(2, annexes=(annex,)))


@pytest.fixture(scope="module")
def opened(content: bytes) -> docx.document.Document:
    return docx.Document(io.BytesIO(content))


def test_the_page_is_a4_with_the_standards_margins(opened: docx.document.Document) -> None:
    section = opened.sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(margin.mm, 1) for margin in margins if margin is not None] == [37, 28, 26, 35]


def test_the_grid_has_lines_579_twips_apart(content: bytes) -> None:
    grid = re.search(r"<w:docGrid[^>]*>", part(content, "word/document.xml"))
    assert grid
    assert 'w:type="lines"' in grid[0]
    assert 'w:linePitch="579"' in grid[0]


def test_letters_are_drawn_together_and_widow_control_is_off(opened: docx.document.Document) -> None:
    normal = opened.styles["Normal"].element
    assert normal.rPr.find(qn("w:spacing")).get(qn("w:val")) == "-5"
    assert normal.pPr.find(qn("w:widowControl")).get(qn("w:val")) == "0"


def test_every_run_of_chinese_carries_the_east_asian_hint(content: bytes) -> None:
    runs = re.findall(r"<w:r>.*?</w:r>", part(content, "word/document.xml"), re.DOTALL)
    said = [run for run in runs if "<w:t" in run]
    assert len(said) > 100
    assert all('w:hint="eastAsia"' in run for run in said)


@pytest.mark.parametrize(
    ("style", "font", "points"),
    [
        ("公文正文", "仿宋_GB2312", 16),
        ("公文标题", "方正小标宋简体", 22),
        ("发文机关标志", "方正小标宋简体", 58),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("Heading 3", "仿宋_GB2312", 16),
        ("Heading 4", "仿宋_GB2312", 16),
        ("版记", "仿宋_GB2312", 14),
        ("页码", "宋体", 14),
    ],
)
def test_styles_name_the_real_fonts(opened: docx.document.Document, style: str, font: str, points: int) -> None:
    properties = opened.styles[style].element.rPr
    assert properties.find(qn("w:rFonts")).get(qn("w:eastAsia")) == font
    assert properties.find(qn("w:sz")).get(qn("w:val")) == str(2 * points)


def test_every_number_has_its_style_and_bookmark(content: bytes) -> None:
    xml = part(content, "word/document.xml")
    for number in samples.report(2).numbers():
        marked = re.search(rf'<w:bookmarkStart [^>]*w:name="figure_{number.mark}"/>(.*?)<w:bookmarkEnd', xml)
        assert marked
        assert f">{number.text}<" in marked[1]
        assert '<w:rStyle w:val="数据"/>' in marked[1]


def test_page_numbers_are_right_on_odd_and_left_on_even_pages(opened: docx.document.Document) -> None:
    section = opened.sections[0]
    assert opened.settings.odd_and_even_pages_header_footer
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (str(odd.alignment), str(even.alignment)) == ("RIGHT (2)", "LEFT (0)")
    assert [run.text for run in odd.runs] == ["— ", " —"]
    assert odd._p.find(qn("w:fldSimple")).get(qn("w:instr")) == "PAGE"


def test_tables_repeat_their_header_and_keep_rows_whole(content: bytes) -> None:
    xml = part(content, "word/document.xml")
    assert xml.count("<w:tblHeader/>") == 2
    assert xml.count("<w:cantSplit/>") == xml.count("<w:trPr>")


def test_the_imprint_is_tied_to_the_foot_of_the_type_area(content: bytes) -> None:
    xml = part(content, "word/document.xml")
    assert '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>' in xml
    assert "抄送：县宣传文化中心，县档案馆。" in xml
    assert "2026年7月6日印发" in xml


def test_the_red_head_and_number_line_are_there(opened: docx.document.Document) -> None:
    texts = [paragraph.text for paragraph in opened.paragraphs]
    assert "青禾街道办事处文件" in texts
    assert "青街办〔2026〕31号\t签发人：周主任" in texts
    assert "附件：数据来源清单" in texts


def test_properties_come_from_the_document_alone(opened: docx.document.Document) -> None:
    core = opened.core_properties
    assert core.created is not None
    assert core.created.date() == date(2026, 7, 6)
    assert core.modified == core.created
    assert core.author == "青禾街道办事处"


def test_equal_documents_give_equal_bytes() -> None:
    assert writer.write(samples.report(2)) == writer.write(samples.report(2))


def test_every_part_has_the_same_fixed_time(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any("thumbnail" in name for name in package.namelist())


def test_hostile_text_is_kept_as_text_and_controls_are_dropped() -> None:
    hostile = '<w:p/> & "x" \x00\x0b\ufffe ]]> =1+1'
    document = Document("", hostile, date(2026, 7, 6), (Paragraph((Text(hostile),)), Heading(1, (Text(hostile),))))
    opened = docx.Document(io.BytesIO(writer.write(document)))
    assert sum('<w:p/> & "x"  ]]> =1+1' in paragraph.text for paragraph in opened.paragraphs) == 3


def test_the_type_area_holds_22_lines_of_28_characters() -> None:
    """By the measures that a word processor lays it out with: the page, its grid, and the type of a paragraph."""
    prose = Paragraph((Text("青禾街道工作总结" * 300),))
    opened = docx.Document(io.BytesIO(writer.write(Document("", "总结", date(2026, 7, 6), (prose,)))))
    width, height = type_area(opened.sections[0])
    [body] = [
        paragraph for paragraph in opened.paragraphs if paragraph.style and paragraph.style.name == "公文正文"
    ]

    character = twips_of(body, "sz", 20 / 2) + twips_of(body, "spacing")
    assert (28 * character <= width, 29 * character > width) == (True, True)

    line = int(opened.sections[0]._sectPr.find(qn("w:docGrid")).get(qn("w:linePitch")))
    assert (22 * line <= height, 23 * line > height) == (True, True)
    # One line of type is lower than one of the grid and sits on it; nothing pushes lines apart.
    assert twips_of(body, "sz", 20 / 2) < line
    assert body._p.xpath(".//w:snapToGrid") == []
    assert [style.element.xpath("./w:pPr/w:snapToGrid[@w:val='0']") for style in styles_of(body)] == [[], []]
    assert said(body, "pPr", "spacing") == {"before": "0", "after": "0", "line": "240", "lineRule": "auto"}


def type_area(section: Section) -> tuple[float, float]:
    """Width and height within the margins, in twips."""
    page_width, page_height = section.page_width, section.page_height
    margins = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
    assert page_width
    assert page_height
    left, right, top, bottom = (margin.twips for margin in margins if margin is not None)
    return page_width.twips - left - right, page_height.twips - top - bottom


def styles_of(paragraph: DocxParagraph) -> list[BaseStyle]:
    """The paragraph's style and those that it is based on, the nearest first."""
    found: list[BaseStyle] = []
    style = paragraph.style
    while style is not None:
        found.append(style)
        style = style.base_style
    return found


def said(paragraph: DocxParagraph, group: str, name: str) -> dict[str, str]:
    """What is said of the paragraph's type, by its styles and nearer to it, which goes before."""
    near = paragraph._p.xpath(f"./w:r/w:rPr/w:{name}" if group == "rPr" else f"./w:pPr/w:{name}")
    own = [one for style in styles_of(paragraph)[::-1] for one in style.element.xpath(f"./w:{group}/w:{name}")]
    return {key.partition("}")[2]: value for one in [*own, *near] for key, value in one.attrib.items()}


def twips_of(paragraph: DocxParagraph, name: str, each: float = 1) -> float:
    return float(said(paragraph, "rPr", name)["val"]) * each
