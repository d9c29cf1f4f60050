"""The fixed words of an official text, in the document's own language (not the reader's interface)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mingzhang.reports.document import Annex, Document, Language, printed_date


@dataclass(frozen=True, slots=True)
class Words:
    signer: str
    annex: str
    colon: str
    copies: str
    comma: str
    full_stop: str
    printed: str
    brackets: tuple[str, str]


WORDS: dict[Language, Words] = {
    "zh-hans": Words("签发人：", "附件", "：", "抄送：", "，", "。", "印发", ("（", "）")),
    "en": Words("Issued by: ", "Annex", ": ", "Copies: ", ", ", ".", "Printed ", ("(", ")")),
}


def head(document: Document) -> str:
    """发文机关标志: the body's name with 文件 (7.2.4); the name alone in English."""
    if not document.organ or document.language == "en" or document.organ.endswith("文件"):
        return document.organ
    return f"{document.organ}文件"


def addressee(document: Document) -> str:
    """主送机关 with its colon (7.3.2)."""
    colon = WORDS[document.language].colon.rstrip()
    return document.addressee and document.addressee.rstrip("：:") + colon


def annex_label(annexes: Sequence[Annex], index: int, language: Language) -> str:
    """附件 when there is one, 附件2 when there are several (7.3.7)."""
    word = WORDS[language].annex
    if len(annexes) == 1:
        return word
    return f"{word} {index + 1}" if language == "en" else f"{word}{index + 1}"


def annex_list(document: Document) -> list[str]:
    """附件说明, one line each, without final punctuation (7.3.4)."""
    titles = [annex.title.replace("\n", "").rstrip("。.；;") for annex in document.annexes]
    if len(titles) < 2:
        return titles
    return [f"{index}. {title}" for index, title in enumerate(titles, start=1)]


def note(document: Document) -> str:
    """附注 in round brackets (7.3.6)."""
    opening, closing = WORDS[document.language].brackets
    return f"{opening}{document.note}{closing}" if document.note else ""


def copies(document: Document) -> str:
    """抄送 line of 版记, closed by a full stop (7.4.2); empty when nobody gets a copy."""
    if document.imprint is None or not document.imprint.copies:
        return ""
    words = WORDS[document.language]
    return words.copies + words.comma.join(document.imprint.copies) + words.full_stop


def printed_on(document: Document) -> str:
    """印发日期 (7.4.3)."""
    if document.imprint is None:
        return ""
    day = printed_date(document.imprint.issued_on, document.language)
    word = WORDS[document.language].printed
    return f"{word}{day}" if document.language == "en" else f"{day}{word}"
