"""HTML: a fragment for the site's pages, where every number is a link, and a self-contained file to send along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from mingzhang.reports.document import (
    Annex,
    Block,
    Document,
    Heading,
    Inline,
    Inlines,
    Language,
    Number,
    Table,
    TraceRow,
    Typed,
    printed_date,
)
from mingzhang.reports.writers import layout, wording
from mingzhang.reports.writers.html_file import page, source_section, trace_section
from mingzhang.reports.writers.layout import printable
from mingzhang.reports.writers.titles import title_lines

Link = Callable[[Number], str]
Around = Callable[[int, str], str]


def _as_it_is(_index: int, block: str) -> str:
    return block


@dataclass(frozen=True)
class Dress:
    """What a fragment wears: `link` gives each number's address; numbers in `restated` are marked 改, and `around`
    may put something round the HTML of the block with that index. `typed` gives the address of a number typed by
    hand. `seal` is what the seal beside the signature says."""

    link: Link
    restated: frozenset[int] = frozenset()
    around: Around = field(default=_as_it_is)
    typed: Callable[[Typed], str] | None = None
    seal: str = ""


def write(document: Document, link: Link | Dress) -> str:
    """`document` as an `<article class="gw">` without style or script; `link` gives each number's address.

    A number is `<a class="tn" id="n-3" href=… data-mark="3" data-figure=…>`.
    """
    dress = link if isinstance(link, Dress) else Dress(link)
    parts = [
        *_head(document),
        _title("h1", document.title),
        _line("gw-to", wording.addressee(document)),
        *(dress.around(index, html) for index, html in enumerate(_blocks(document.blocks, dress))),
        *_annex_list(document),
        *_signature(document, dress.seal),
        _line("gw-note", wording.note(document)),
        *_verification(document),
    ]
    annexes = [_annex(document, index, annex, dress) for index, annex in enumerate(document.annexes)]
    body = "\n".join(part for part in parts if part)
    pages = [f'<div class="gw-page">\n{body}\n</div>', *annexes, *_imprint(document)]
    language = _tag(document.language)
    return f'<article class="gw" lang="{language}">\n' + "\n".join(pages) + "\n</article>"


def standalone(document: Document, trace_table: Sequence[TraceRow]) -> str:
    """One HTML file that needs nothing else: the document, then a table with a row per number that its number leads
    to and that leads back, and where the typed numbers come from."""
    body = write(document, Dress(lambda number: f"#t-{number.mark}", typed=lambda typed: f"#s-{typed.ordinal}"))
    title = printable(document.title.replace("\n", ""))
    traces = trace_section(trace_table, document.language) + source_section(
        list(_cited(document)), document.language
    )
    return page(_tag(document.language), title, body, traces)


def _cited(document: Document) -> Iterator[Typed]:
    return (typed for typed in document.typed() if typed.source)


def _tag(language: Language) -> str:
    return "en" if language == "en" else "zh-Hans"


def _text(text: str) -> str:
    return escape(printable(text))


def _line(name: str, text: str) -> str:
    return f'<p class="{name}">{_text(text)}</p>' if text else ""


def _head(document: Document) -> list[str]:
    head = wording.head(document)
    if not head:
        return []
    number = f"<span>{_text(document.number)}</span>"
    signer = ""
    if document.signer:
        words = wording.WORDS[document.language]
        signer = f"<span>{_text(words.signer)}<b>{_text(document.signer)}</b></span>"
    inner = f'<p class="gw-org">{_text(head)}</p><p class="gw-no">{number}{signer}</p>'
    return [f'<header class="gw-head">{inner}</header>']


def _title(tag: str, title: str) -> str:
    lines = "<br>".join(_text(line) for line in title_lines(title))
    return f'<{tag} class="gw-title">{lines}</{tag}>'


def _blocks(blocks: Iterable[Block], dress: Dress) -> Iterator[str]:
    """A heading may stand two levels below the last, as “1.” under “一、”; its tag never does, for those who go by
    headings."""
    above: list[int] = []
    for block in blocks:
        if isinstance(block, Heading):
            above = [*(level for level in above if level < block.level), block.level]
            tag = f"h{len(above) + 1}"
            yield f'<{tag} class="gw-{block.level}">{_inlines(block.inlines, dress)}</{tag}>'
        elif isinstance(block, Table):
            yield _table(block, dress)
        else:
            yield f"<p>{_inlines(block.inlines, dress)}</p>"


def _inlines(inlines: Inlines, dress: Dress) -> str:
    return "".join(_inline(inline, dress) for inline in inlines)


def _inline(inline: Inline, dress: Dress) -> str:
    text = _text(inline.text)
    if isinstance(inline, Typed):
        return _typed(inline, text, dress)
    if not isinstance(inline, Number):
        return text
    address, figure = escape(dress.link(inline)), escape(inline.figure_id)
    marked = f'id="n-{inline.mark}" href="{address}" data-mark="{inline.mark}" data-figure="{figure}"'
    restated = " is-restated" if inline.mark in dress.restated else ""
    return f'<a class="tn{restated}" {marked}>{text}</a>'


def _typed(typed: Typed, text: str, dress: Dress) -> str:
    if dress.typed is None:
        return text
    kind = "ty is-cited" if typed.source else "ty"
    title = f' title="{_text(typed.source)}"' if typed.source else ""
    return f'<a class="{kind}" id="y-{typed.ordinal}" href="{escape(dress.typed(typed))}"{title}>{text}</a>'


def _table(table: Table, dress: Dress) -> str:
    left = layout.table_layout(table).left
    caption = f"<caption>{_text(table.caption)}</caption>" if table.caption else ""
    header = "".join(f'<th scope="col">{_inlines(cell, dress)}</th>' for cell in table.header)
    last = len(table.rows) - 1
    rows = [_row(row, left, dress, total=table.total and index == last) for index, row in enumerate(table.rows)]
    body = "\n".join(rows)
    return f'<table class="gw-t">{caption}<thead><tr>{header}</tr></thead>\n<tbody>\n{body}\n</tbody></table>'


def _row(row: Sequence[Inlines], left: Sequence[bool], dress: Dress, *, total: bool) -> str:
    first, *rest = row
    cells = [f'<th scope="row">{_inlines(first, dress)}</th>']
    for cell, words in zip(rest, left[1:], strict=True):
        opening = '<td class="gw-w">' if words else "<td>"
        cells.append(f"{opening}{_inlines(cell, dress)}</td>")
    opening = '<tr class="gw-sum">' if total else "<tr>"
    return opening + "".join(cells) + "</tr>"


def _annex_list(document: Document) -> list[str]:
    listed = wording.annex_list(document)
    if not listed:
        return []
    words = wording.WORDS[document.language]
    lines = "<br>".join(_text(line) for line in listed)
    return [f'<p class="gw-annexes"><span>{words.annex}{words.colon}</span><span>{lines}</span></p>']


def _signature(document: Document, seal: str) -> list[str]:
    if not document.organ:
        return []
    day = printed_date(document.date, document.language)
    moment = f'<time datetime="{document.date.isoformat()}">{day}</time>'
    stamp = f'<span class="seal is-solid" role="img" aria-label="{_text(seal)}"><span>{_text(seal)}</span></span>'
    return [f'<div class="gw-sign"><p>{_text(document.organ)}</p><p>{moment}</p>{stamp if seal else ""}</div>']


def _annex(document: Document, index: int, annex: Annex, dress: Dress) -> str:
    label = wording.annex_label(document.annexes, index, document.language)
    blocks = "\n".join(_blocks(annex.blocks, dress))
    inner = f'<p class="gw-label">{_text(label)}</p>\n{_title("h2", annex.title)}\n{blocks}'
    return f'<section class="gw-page gw-annex">\n{inner}\n</section>'


def _imprint(document: Document) -> list[str]:
    if document.imprint is None:
        return []
    copies = wording.copies(document)
    first = f"<p>{_text(copies)}</p>" if copies else ""
    issuer, printed = _text(document.imprint.issuer), wording.printed_on(document)
    return [f'<footer class="gw-foot">{first}<p><span>{issuer}</span><span>{printed}</span></p></footer>']


def _verification(document: Document) -> list[str]:
    lines = "<br>".join(_text(line) for line in document.verification)
    return [f'<p class="gw-ver">{lines}</p>'] if lines else []
