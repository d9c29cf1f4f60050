"""PDF by Typst, as PDF/A-2b: every font embedded, and a character no font has is an error instead of a gap."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

import typst
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.reports.document import Block, Document, Inlines, Paragraph, Table, printed_date
from mingzhang.reports.fonts import FontSet, font_set
from mingzhang.reports.writers import layout, wording
from mingzhang.reports.writers.layout import printable
from mingzhang.reports.writers.titles import title_lines

TEMPLATE = Path(__file__).with_name("gongwen.typ")
STANDARD: Literal["a-2b"] = "a-2b"
MISSING_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")

Json = dict[str, Any]


def write(document: Document) -> bytes:
    """`document` as PDF/A-2b. Equal documents give equal bytes while the fonts are the same.

    Raises InvalidInput naming the characters that none of the fonts can show.
    """
    fonts = font_set()
    try:
        content: bytes = typst.compile(
            TEMPLATE.read_bytes(),
            format="pdf",
            font_paths=fonts.files,
            pdf_standards=STANDARD,
            sys_inputs={"document": json.dumps(_data(document, fonts), ensure_ascii=False)},
        )
    except typst.TypstError as error:
        missing = missing_characters(str(error.diagnostic))
        if not missing:
            raise
        raise InvalidInput(
            _("现有字体里没有这些字：%(characters)s。") % {"characters": "、".join(missing)},
            remedy=_("请把有这些字的字体放进字体目录，再生成一次。"),
        ) from error
    return content


def missing_characters(diagnostic: str) -> list[str]:
    """The characters Typst could not display, each once, in order; unprintable ones as U+XXXX."""
    found = "".join(MISSING_GLYPH.findall(diagnostic))
    plain = ESCAPED.sub(lambda match: chr(int(match[1], 16)), found)
    return [sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in dict.fromkeys(plain)]


def _data(document: Document, fonts: FontSet) -> Json:
    """What gongwen.typ reads. Lengths in points."""
    grid = layout.grid(document.language)
    head = printable(wording.head(document))
    return {
        "language": "en" if document.language == "en" else "zh",
        "date": [document.date.year, document.date.month, document.date.day],
        "fonts": {face.value: families for face, families in fonts.families.items()},
        "thin_title": fonts.thin_title,
        "size": grid.size,
        "pitch": grid.pitch,
        "tracking": grid.tracking,
        "head": {"text": head, "size": layout.head_size(head)},
        "number": printable(document.number),
        "signer": printable(document.signer),
        "title": _title(document.title),
        "addressee": printable(wording.addressee(document)),
        "blocks": [_block(block) for block in document.blocks],
        "annex_list": [printable(line) for line in wording.annex_list(document)],
        "organ": printable(document.organ),
        "printed_date": printed_date(document.date, document.language),
        "sealed": document.sealed,
        "note": printable(wording.note(document)),
        "verification": [printable(line) for line in document.verification],
        "small_print": layout.SMALL_PRINT,
        "annexes": _annexes(document),
        "imprint": _imprint(document),
        "words": _words(document),
    }


def _title(title: str) -> list[str]:
    return list(title_lines(title))


def _words(document: Document) -> Json:
    words = wording.WORDS[document.language]
    return {"signer": words.signer, "annex": words.annex + words.colon}


def _annexes(document: Document) -> list[Json]:
    return [
        {
            "label": wording.annex_label(document.annexes, index, document.language),
            "title": _title(annex.title),
            "blocks": [_block(block) for block in annex.blocks],
        }
        for index, annex in enumerate(document.annexes)
    ]


def _imprint(document: Document) -> Json | None:
    if document.imprint is None:
        return None
    return {
        "copies": printable(wording.copies(document)),
        "issuer": printable(document.imprint.issuer),
        "printed": wording.printed_on(document),
    }


def _block(block: Block) -> Json:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": _text(block.inlines)}
    return {"kind": "heading", "level": block.level, "text": _text(block.inlines)}


def _table(table: Table) -> Json:
    plan = layout.table_layout(table)
    return {
        "kind": "table",
        "caption": printable(table.caption),
        "header": [_text(cell) for cell in table.header],
        "rows": [[_text(cell) for cell in row] for row in table.rows],
        "total": table.total,
        "size": plan.size,
        "shares": plan.shares,
        "left": plan.left,
    }


def _text(inlines: Inlines) -> str:
    return "".join(printable(inline.text) for inline in inlines)
