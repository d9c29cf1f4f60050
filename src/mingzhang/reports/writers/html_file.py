"""What turns a report's fragment into a file of its own: the frame, its style, the table of traces."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mingzhang.reports.document import Language, TraceRow, Typed
from mingzhang.reports.writers.layout import printable

# The file may be opened from a mail or a disk: nothing is fetched, no script runs.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
body { margin: 0; background: #efece4; color: #1b1b1b; }
body { font: 16px/1.75 "Noto Serif SC", "Songti SC", SimSun, serif; }
.gw { max-width: 46em; margin: 0 auto; padding: 1.5em 1em; }
.gw-page, .traces { background: #fff; margin: 0 0 1.25em; padding: 3.5em 3.2em; border: 1px solid #d8d3c6; }
.gw p { margin: 0; text-indent: 2em; text-align: justify; }
.gw .gw-org, .gw .gw-no, .gw .gw-to, .gw .gw-label, .gw-sign p, .gw-foot p, .gw .gw-annexes { text-indent: 0; }
.gw-head { border-bottom: 2px solid #c8160c; margin-bottom: 2.5em; }
.gw .gw-org { color: #c8160c; font-size: 2.3em; font-weight: 700; letter-spacing: .12em; text-align: center; }
.gw-no, .gw-foot p { display: flex; justify-content: space-between; gap: 1em; padding: .4em 1em; }
.gw-no b { font-family: KaiTi, "Kaiti SC", serif; font-weight: 400; }
.gw-no span:only-child { margin: 0 auto; }
.gw-title { font-size: 1.45em; line-height: 1.6; text-align: center; margin: 0 0 1.2em; text-wrap: balance; }
.gw-1, .gw-2, .gw-3, .gw-4 { font-size: 1em; font-weight: 400; margin: 0; text-indent: 2em; }
.gw-1 { font-family: SimHei, "Heiti SC", "Noto Sans SC", sans-serif; font-weight: 700; }
.gw-2 { font-family: KaiTi, "Kaiti SC", serif; }
.gw-t { border-collapse: collapse; width: 100%; margin: .8em 0; font-size: .88em; border-block: 2px solid; }
.gw-t caption { font-weight: 700; padding: .3em; }
.gw-t th, .gw-t td { border: 1px solid #999; padding: .2em .5em; text-align: center; overflow-wrap: anywhere; }
.gw-t .gw-w { text-align: start; }
.gw-sum > * { font-weight: 700; }
.gw-annexes { display: flex; margin-block-start: 1.75em; padding-inline-start: 2em; }
.gw-sign { margin: 3.5em 3em 1.5em auto; width: max-content; max-width: 100%; }
.gw .gw-sign p { text-align: center; }
.gw-foot { border-block: 1px solid; }
.gw-foot p + p { border-block-start: 1px solid; }
.tn { color: inherit; text-decoration: underline dotted; text-underline-offset: .2em; white-space: nowrap; }
.ty { color: inherit; text-decoration: underline; text-decoration-color: #999; text-underline-offset: .2em; }
.gw .gw-ver { margin-top: 2em; text-indent: 0; text-align: start; overflow-wrap: anywhere; }
.gw-ver { font: 11px/1.6 ui-monospace, monospace; color: #555; }
.tn:target, .ty:target, tr:target, li:target { background: #fbeec2; }
.traces { max-width: 90em; margin: 0 auto 2em; font-size: .85em; overflow-x: auto; }
.traces table { border-collapse: collapse; width: 100%; }
.traces th, .traces td { border-block-end: 1px solid #d8d3c6; padding: .4em .6em; text-align: start; }
.traces td, .traces tbody th { vertical-align: top; overflow-wrap: anywhere; }
.traces ul { margin: 0; padding-inline-start: 1.1em; }
.traces code { font-size: .85em; word-break: break-all; }
@media (max-width: 40em) { .gw-page, .traces { padding: 1.5em 1.1em; } .gw .gw-org { font-size: 1.6em; } }
@media (max-width: 40em) { .gw-title br { display: none; } }
@media print { body { background: #fff; } .gw-page, .traces { border: 0; padding: 0; } }
@media print { .tn { text-decoration: none; } }
"""
HEADINGS: dict[Language, tuple[str, ...]] = {
    "zh-hans": (
        "序号",
        "数据项",
        "数值",
        "怎么算",
        "单位",
        "期间",
        "截至第几笔",
        "账目（笔）",
        "清单校验码",
        "前几笔",
    ),
    "en": (
        "No.",
        "Figure",
        "Value",
        "Definition",
        "Unit",
        "Period",
        "As of entry",
        "Entries",
        "Set digest",
        "First ones",
    ),
}
SOURCES: dict[Language, str] = {"zh-hans": "手填的数和出处", "en": "Numbers typed by hand, and their sources"}
CAPTION: dict[Language, str] = {"zh-hans": "数据来源", "en": "Sources of the numbers"}


def page(language: str, title: str, body: str, traces: str) -> str:
    """A whole HTML file around `body` and `traces`, both HTML already; `title` is text."""
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<main>\n{body}\n{traces}\n</main>\n</body>\n</html>\n"
    )


def trace_section(rows: Sequence[TraceRow], language: Language) -> str:
    """The table of traces: a row `t-<mark>` for every number, leading back to `n-<mark>`."""
    header = "".join(f'<th scope="col">{name}</th>' for name in HEADINGS[language])
    body = "\n".join(_row(row) for row in rows)
    table = f"<table><thead><tr>{header}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
    return f'<section class="traces"><h2>{CAPTION[language]}</h2>\n{table}\n</section>'


def source_section(cited: Sequence[Typed], language: Language) -> str:
    """Where each number typed by hand comes from: an item `s-<ordinal>`, leading back to `y-<ordinal>`."""
    if not cited:
        return ""
    items = "".join(
        f'<li id="s-{one.ordinal}"><a href="#y-{one.ordinal}">{_text(one.text)}</a> {_text(one.source)}</li>'
        for one in cited
    )
    return f'\n<section class="traces"><h2>{SOURCES[language]}</h2>\n<ol>{items}</ol>\n</section>'


def _row(row: TraceRow) -> str:
    back = f'<th scope="row"><a href="#n-{row.mark}">{row.mark}</a></th>'
    words = (row.name, row.value, row.definition, row.unit, row.period, str(row.position), str(row.entries))
    cells = "".join(f"<td>{_text(word)}</td>" for word in words)
    first = "".join(f"<li>{_text(line)}</li>" for line in row.first_entries)
    listed = f"<ul>{first}</ul>" if first else ""
    return f'<tr id="t-{row.mark}">{back}{cells}<td><code>{_text(row.set_digest)}</code></td><td>{listed}</td></tr>'


def _text(text: str) -> str:
    return escape(printable(text))
