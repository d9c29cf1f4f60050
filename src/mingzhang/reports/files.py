"""A composed report as files: docx, PDF, one self-contained HTML page, and the traces of its numbers as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from mingzhang.core.digests import show
from mingzhang.core.errors import InvalidInput
from mingzhang.figures.definitions import definitions
from mingzhang.figures.engine import Request
from mingzhang.figures.traces import Trace, traces
from mingzhang.figures.wording import sentence
from mingzhang.organisation.queries import unit_name_on
from mingzhang.packs.wording import measure_word
from mingzhang.reports.compose import Composition, Told
from mingzhang.reports.document import TraceRow
from mingzhang.reports.writers import docx, html, pdf

FORMAT = 1
FIRST_ENTRIES = 5

Traces = dict[Request, Trace]


@dataclass(frozen=True)
class Form:
    """A kind of file: what a reader calls it, its ending and media type."""

    name: str | Promise
    ending: str
    media_type: str


FORMS: dict[str, Form] = {
    "docx": Form("Word", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": Form("PDF", "pdf", "application/pdf"),
    "html": Form(gettext_lazy("网页"), "html", "text/html; charset=utf-8"),
    "json": Form(gettext_lazy("溯源数据"), "trace.json", "application/json"),
}


def content_of(made: Composition, form: str) -> bytes:
    """One file, the same bytes for an equal composition, in the language of the book. `form` is a key of FORMS."""
    opened = traces_of(made) if form in ("html", "json") else {}
    with override(made.document.language):
        return _WRITERS[form](made, opened)


def save(made: Composition, folder: Path) -> list[Path]:
    """Write every form into `folder`, named after the template; made anew, each replaces its predecessor whole.
    Raises InvalidInput when the folder cannot be written to."""
    opened = traces_of(made)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with override(made.document.language):
            return [_replace(folder / f"{made.template.id}.{form.ending}", _WRITERS[key](made, opened))
                    for key, form in FORMS.items()]  # fmt: skip
    except OSError as error:
        raise InvalidInput(
            _("写不进“%(folder)s”：%(reason)s。") % {"folder": folder, "reason": error.strerror},
            remedy=_("请换一个能写的文件夹，或腾出空间。"),
        ) from error


def traces_of(made: Composition) -> Traces:
    """The trace of every request that the report's numbers answer, at the report's position, with the position of
    every entry."""
    return traces(list(dict.fromkeys(told.request for told in made.numbers)), as_of=made.position, positions=True)


def _replace(path: Path, content: bytes) -> Path:
    """Whoever opens `path` finds the old file or the new one, never half of it."""
    coming = path.with_name(f".{path.name}.coming")
    coming.write_bytes(content)
    return coming.replace(path)


def _docx(made: Composition, _opened: Traces) -> bytes:
    return docx.write(made.document)


def _pdf(made: Composition, _opened: Traces) -> bytes:
    return pdf.write(made.document)


def _html(made: Composition, opened: Traces) -> bytes:
    rows = [_row(told, opened[told.request], made) for told in made.numbers]
    return html.standalone(made.document, rows).encode()


def _row(told: Told, opened: Trace, made: Composition) -> TraceRow:
    pack = definitions(made.pack_version.pk).pack
    counted = told.request.period.shifted(told.figure.period)
    return TraceRow(
        mark=told.mark,
        name=told.figure.name.text(made.document.language),
        value=told.value.text + measure_word(told.value.measure),
        definition=sentence(opened.definition, pack),
        unit=unit_name_on(opened.unit, counted.end),
        period=counted.label_in(made.document.language),
        position=opened.position,
        entries=opened.count,
        set_digest=show(opened.set_digest),
        first_entries=tuple(str(position) for position in _positions(opened)[:FIRST_ENTRIES]),
    )


def _positions(opened: Trace) -> list[int]:
    """The positions of the entries that a figure, or any part of a derived one, was counted from, each once."""
    if not opened.parts:
        return list(opened.positions)
    return sorted({position for part in opened.parts for position in _positions(part)})


def _json(made: Composition, opened: Traces) -> bytes:
    document = made.document
    said: dict[str, Any] = {
        "format": FORMAT,
        "pack": made.pack_version.pack,
        "version": made.pack_version.version,
        "pack_digest": show(bytes(made.pack_version.digest)),
        "report": made.template.id,
        "title": document.title.replace("\n", ""),
        "book": made.unit.book.code,
        "unit": made.unit.code,
        "period": made.period.code,
        "position": made.position,
        "date": document.date.isoformat(),
        "numbers": [
            {"mark": told.mark, "text": told.text, **opened[told.request].as_json()} for told in made.numbers
        ],
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


_WRITERS: dict[str, Callable[[Composition, Traces], bytes]] = {
    "docx": _docx,
    "pdf": _pdf,
    "html": _html,
    "json": _json,
}
