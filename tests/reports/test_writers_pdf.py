"""The PDF: GB/T 9704-2012 measured on the page, PDF/A, fonts, sameness."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from pypdf import PdfReader

from mingzhang.core.errors import InvalidInput
from mingzhang.reports import fonts
from mingzhang.reports.document import Document, Imprint, Paragraph, Text
from mingzhang.reports.writers import pdf
from tests.reports import samples

MM = 72 / 25.4
PAGE_HEIGHT = 297 * MM
FIRST_BASELINE = 37 * MM + 0.88 * 16


@pytest.fixture(autouse=True)
def bundled_fonts_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MINGZHANG_FONTS", str(tmp_path))
    monkeypatch.setattr(fonts, "FANDOL_FOLDERS", ())


def prose(count: int) -> Paragraph:
    return Paragraph((Text("青禾街道工作总结" * (count // 8)),))


def bare(*blocks: Paragraph, **changes: Any) -> Document:
    return Document(organ="", title="总结", date=date(2026, 7, 6), blocks=blocks, **changes)


def pages(content: bytes) -> list[Any]:
    with pdfplumber.open(io.BytesIO(content)) as opened:
        return [(page.chars, page.lines + page.rects) for page in opened.pages]


def lines(chars: list[Any], size: float = 16) -> dict[float, list[Any]]:
    """Characters of `size` by their baseline, measured from the page's top in points."""
    found: dict[float, list[Any]] = defaultdict(list)
    for char in chars:
        if abs(char["size"] - size) < 0.01:
            found[round(PAGE_HEIGHT - char["matrix"][5], 1)].append(char)
    return dict(sorted(found.items()))


def test_a_full_page_has_22_lines_of_28_characters_from_37_mm_down() -> None:
    chars, _rules = pages(pdf.write(bare(prose(2400))))[1]
    found = lines(chars)
    assert len(found) == 22
    assert {len(line) for line in found.values()} == {28}
    assert next(iter(found)) == pytest.approx(FIRST_BASELINE, abs=0.1)
    steps = [after - before for before, after in zip(list(found), list(found)[1:], strict=False)]
    assert steps == pytest.approx([225 * MM / 22] * 21, abs=0.15)


def test_the_text_is_156_mm_wide_and_28_mm_from_the_left() -> None:
    chars, _rules = pages(pdf.write(bare(prose(2400))))[1]
    assert min(char["x0"] for char in chars) / MM == pytest.approx(28, abs=0.05)
    assert max(char["x1"] for char in chars) / MM == pytest.approx(184, abs=0.1)


def test_the_head_is_35_mm_below_the_type_area_and_the_red_rule_4_mm_below_the_number() -> None:
    document = samples.report(1)
    chars, rules = pages(pdf.write(document))[0]
    head = [char for char in chars if char["size"] > 40]
    assert "".join(char["text"] for char in head) == "青禾街道办事处文件"
    top = PAGE_HEIGHT - head[0]["matrix"][5] - 0.88 * head[0]["size"]
    assert top / MM == pytest.approx(72, abs=0.1)
    number_line = next(line for line in lines(chars).values() if "〔" in {char["text"] for char in line})
    number_bottom = PAGE_HEIGHT - number_line[0]["matrix"][5] + 0.12 * 16
    red = min(rules, key=lambda rule: rule["top"])
    assert (red["top"] - number_bottom) / MM == pytest.approx(4, abs=0.1)
    assert (red["x1"] - red["x0"]) / MM == pytest.approx(156, abs=0.1)
    assert number_line[0]["x0"] / MM == pytest.approx(28 + 156 / 28, abs=0.3)


def test_the_first_page_carries_text() -> None:
    content = PdfReader(io.BytesIO(pdf.write(samples.report(1)))).pages[0].extract_text()
    assert "现将青禾街道" in content


def test_page_numbers_stand_7_mm_below_odd_right_even_left() -> None:
    found = pages(pdf.write(samples.report(3)))
    for number, (chars, _rules) in enumerate(found, start=1):
        dashes = [char for char in chars if char["text"] == "—" and char["top"] > 262 * MM]
        assert len(dashes) == 2
        middle = (dashes[0]["matrix"][5] + 0.38 * 14) / MM
        assert 297 - middle == pytest.approx(262 + 7, abs=0.5)
        edge = 184 - dashes[1]["x1"] / MM if number % 2 else dashes[0]["x0"] / MM - 28
        assert edge == pytest.approx(14 / MM, abs=0.3)


@pytest.mark.parametrize("extra", range(0, 22, 3))
def test_the_imprint_ends_the_last_page_and_covers_nothing(extra: int) -> None:
    imprint = Imprint("青禾街道办事处综合办公室", date(2026, 7, 6), ("县档案馆", "县宣传文化中心"))
    document = bare(*(prose(16) for _each in range(14 + extra)), imprint=imprint, note="联系人：何站长")
    last = pages(pdf.write(document))[-1]
    rules = sorted(rule["top"] for rule in last[1])
    assert len(rules) == 3
    assert rules[-1] / MM == pytest.approx(262, abs=0.3)
    body = [char["bottom"] for char in last[0] if char["size"] == 16]
    assert all(bottom <= rules[0] for bottom in body)


def test_the_sealed_date_stands_four_characters_from_the_right_with_the_name_centred_over_it() -> None:
    document = bare(prose(16))
    sealed = pdf.write(Document("青禾街道办事处", "总结", date(2026, 7, 6), document.blocks))
    chars, _rules = pages(sealed)[0]
    name, day = list(lines(chars).values())[-2:]
    assert (184 * MM - day[-1]["x1"]) == pytest.approx(4 * 15.79, abs=1)
    assert name[0]["x0"] + name[-1]["x1"] == pytest.approx(day[0]["x0"] + day[-1]["x1"], abs=1)


def test_the_unsealed_date_begins_two_characters_right_of_the_name() -> None:
    document = Document("青禾街道办事处综合办公室", "总结", date(2026, 7, 6), (prose(16),), sealed=False)
    chars, _rules = pages(pdf.write(document))[0]
    name, day = list(lines(chars).values())[-2:]
    assert (184 * MM - name[-1]["x1"]) == pytest.approx(2 * 15.79, abs=1)
    assert day[0]["x0"] - name[0]["x0"] == pytest.approx(2 * 15.79, abs=1)


def test_rare_names_are_shown_by_embedded_fonts() -> None:
    reader = PdfReader(io.BytesIO(pdf.write(bare(Paragraph((Text(samples.RARE_NAMES + "䶮赟垚昇"),))))))
    page = reader.pages[0]
    assert samples.RARE_NAMES + "䶮赟垚昇" in page.extract_text()
    for name in page["/Resources"]["/Font"]:  # type: ignore[index]
        descendant = page["/Resources"]["/Font"][name]["/DescendantFonts"][0]  # type: ignore[index]
        assert {"/FontFile2", "/FontFile3"} & set(descendant["/FontDescriptor"])


def test_a_character_no_font_has_is_named() -> None:
    with pytest.raises(InvalidInput, match="😀、क"):
        pdf.write(bare(Paragraph((Text("笑😀क😀"),))))


def test_hostile_text_is_printed_as_it_stands() -> None:
    words = '#panic("x") $1$ <a> *粗* \\ [] {} "引" // 注 \x00'
    text = PdfReader(io.BytesIO(pdf.write(bare(Paragraph((Text(words),)), number=words)))).pages[0].extract_text()
    assert '#panic("x") $1$ <a> *粗* \\ [] {} "引" // 注' in text


def test_equal_documents_give_equal_bytes() -> None:
    assert pdf.write(samples.report(2)) == pdf.write(samples.report(2))


def test_the_file_says_it_is_pdf_a_2b_with_title_and_date() -> None:
    reader = PdfReader(io.BytesIO(pdf.write(samples.report(1))))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()  # type: ignore[index]
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert reader.metadata is not None
    assert reader.metadata.title == samples.report(1).title
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == date(2026, 7, 6)


def test_annexes_begin_new_pages_and_are_announced() -> None:
    document = samples.report(1)
    annex = samples.source_annex(tuple(document.numbers()))
    reader = PdfReader(io.BytesIO(pdf.write(samples.report(1, annexes=(annex, annex)))))
    texts = [page.extract_text() for page in reader.pages]
    assert any("附件：1. 数据来源清单" in text and "2. 数据来源清单" in text for text in texts)
    starts = [text for text in texts if text.startswith(("附件1", "附件2"))]
    assert len(starts) == 2


def test_a_table_row_is_never_torn_between_two_pages() -> None:
    document = samples.report(4)
    annex = samples.source_annex(tuple(document.numbers()))
    texts = [
        page.extract_text() for page in PdfReader(io.BytesIO(pdf.write(samples.report(1, annexes=(annex,))))).pages
    ]
    annexed = [text.splitlines() for text in texts if "账目 （笔）" in text]
    assert len(annexed) >= 2
    assert all(
        lines[index + 1][0].isdigit() for lines in annexed for index, line in enumerate(lines) if "账目 （" in line
    )


def test_an_english_text_keeps_the_page_and_says_it_in_english() -> None:
    document = Document(
        "Qinghe Subdistrict Office",
        "Half-year report",
        date(2026, 7, 6),
        (Paragraph((Text("The office held twelve sessions."),)),),
        addressee="County Office",
        note="Contact: the office",
        language="en",
    )
    text = PdfReader(io.BytesIO(pdf.write(document))).pages[0].extract_text()
    for words in ("County Office:", "6 July 2026", "(Contact: the office)", "twelve sessions"):
        assert words in text
    assert "文件" not in text
