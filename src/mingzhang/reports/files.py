"""Reports as files: docx, PDF, one self-contained HTML page, and the traces of their numbers as JSON. A draft is
composed; a signed report is written from what was signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from mingzhang.core.errors import InvalidInput
from mingzhang.reports.compose import Composition
from mingzhang.reports.document import Document
from mingzhang.reports.freezing import FORMAT, Json, head_of, numbers_json, trace_rows
from mingzhang.reports.signed import Signed
from mingzhang.reports.writers import docx, html, pdf


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


@dataclass(frozen=True)
class _Printed:
    """What the writers are given: the document, and what goes with its numbers, looked up when a file needs it."""

    document: Document
    head: Json
    numbers: Callable[[], Sequence[Json]]
    more: Json = field(default_factory=dict)


def content_of(made: Composition | Signed, form: str) -> bytes:
    """One file, the same bytes for an equal composition, in the language of the book. `form` is a key of FORMS."""
    printed = _printed(made)
    with override(printed.document.language):
        return _WRITERS[form](printed)


def save(made: Composition | Signed, folder: Path) -> list[Path]:
    """Write every form into `folder`, named after the template; made anew, each replaces its predecessor whole.
    Raises InvalidInput when the folder cannot be written to."""
    name = made.template.id if isinstance(made, Composition) else str(made.body["report"])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_replace(folder / f"{name}.{form.ending}", content_of(made, key)) for key, form in FORMS.items()]
    except OSError as error:
        raise InvalidInput(
            _("写不进“%(folder)s”：%(reason)s。") % {"folder": folder, "reason": error.strerror},
            remedy=_("请换一个能写的文件夹，或腾出空间。"),
        ) from error


def _printed(made: Composition | Signed) -> _Printed:
    if isinstance(made, Signed):
        head = {key: value for key, value in made.body.items() if key not in ("document", "numbers", "format")}
        more = {"document": made.body["document"], "verification": made.verification_json()}
        return _Printed(made.document, head, lambda: made.body["numbers"], more)
    return _Printed(made.document, head_of(made), lambda: numbers_json(made))


def _replace(path: Path, content: bytes) -> Path:
    """Whoever opens `path` finds the old file or the new one, never half of it."""
    coming = path.with_name(f".{path.name}.coming")
    coming.write_bytes(content)
    return coming.replace(path)


def _docx(printed: _Printed) -> bytes:
    return docx.write(printed.document)


def _pdf(printed: _Printed) -> bytes:
    return pdf.write(printed.document)


def _html(printed: _Printed) -> bytes:
    return html.standalone(printed.document, trace_rows(printed.numbers())).encode()


def _json(printed: _Printed) -> bytes:
    said = {"format": FORMAT, **printed.head, "numbers": list(printed.numbers()), **printed.more}
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


_WRITERS: dict[str, Callable[[_Printed], bytes]] = {
    "docx": _docx,
    "pdf": _pdf,
    "html": _html,
    "json": _json,
}
