"""What is signed, as canonical JSON, and the document back from it. Files of a signed report are written from here
alone: nothing that happens in the ledger later can change a byte of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import override

from mingzhang.core.digests import show
from mingzhang.figures.definitions import definitions
from mingzhang.figures.traces import Trace, traces
from mingzhang.figures.wording import sentence
from mingzhang.organisation.models import Unit
from mingzhang.organisation.queries import unit_name_on
from mingzhang.packs.wording import measure_word
from mingzhang.reports import counting
from mingzhang.reports.compose import Composition, Told
from mingzhang.reports.document import (
    Block,
    Document,
    Heading,
    Inline,
    Inlines,
    Number,
    Paragraph,
    Table,
    Text,
    TraceRow,
    Typed,
)

FORMAT = 1
FIRST_ENTRIES = 5

Json = dict[str, Any]


def body_of(made: Composition, *, report: int, version: int, signer: str) -> Json:
    """Everything that a signature is about: the report, its document, and every number with the request it answers,
    its definition, value and entries. `signer` is a user name."""
    with override(made.document.language):
        numbers = numbers_json(made)
        return head_of(made) | {
            "format": FORMAT,
            "number_in_book": report,
            "words_version": version,
            "signed_by": signer,
            "document": document_json(made.document),
            "numbers": numbers,
            "types": counting.types_of(made),
            "timezone": made.unit.book.timezone,
            "evidence": counting.told(counting.evidence_of(made.unit.book, counting.positions_in(numbers))),
        }


def head_of(made: Composition) -> Json:
    """Which report it is."""
    return {
        "pack": made.pack_version.pack,
        "version": made.pack_version.version,
        "pack_digest": show(bytes(made.pack_version.digest)),
        "report": made.template.id,
        "title": made.document.title.replace("\n", ""),
        "book": made.unit.book.code,
        "unit": made.unit.code,
        "period": made.period.code,
        "position": made.position,
        "date": made.document.date.isoformat(),
    }


def numbers_json(made: Composition) -> list[Json]:
    """Every number with its trace, in reading order. `said` holds the words for it, in the document's language."""
    requests = list(dict.fromkeys(told.request for told in made.numbers))
    opened = traces(requests, as_of=made.position, positions=True)
    names = _Names()
    return [
        {
            "mark": told.mark,
            "block": told.block,
            "text": told.text,
            "said": _said(told, opened[told.request], made, names),
            **opened[told.request].as_json(),
        }
        for told in made.numbers
    ]


class _Names(dict[tuple[Unit, date], str]):
    """What units were called on days, each looked up once."""

    def __missing__(self, key: tuple[Unit, date]) -> str:
        self[key] = unit_name_on(*key)
        return self[key]


def _said(told: Told, opened: Trace, made: Composition, names: _Names) -> Json:
    counted = told.request.period.shifted(told.figure.period)
    return {
        "name": told.figure.name.text(made.document.language),
        "value": told.value.text + measure_word(told.value.measure),
        "definition": sentence(opened.definition, definitions(made.pack_version.pk).pack),
        "unit": names[opened.unit, counted.end],
        "period": counted.label_in(made.document.language),
        "first_entries": positions_of(opened)[:FIRST_ENTRIES],
    }


def positions_of(opened: Trace) -> list[int]:
    """The positions of the entries that a figure, or any part of a derived one, was counted from, each once."""
    if not opened.parts:
        return list(opened.positions)
    return sorted({position for part in opened.parts for position in positions_of(part)})


def trace_rows(numbers: Sequence[Json]) -> list[TraceRow]:
    """The table of traces that goes with a self-contained copy."""
    return [
        TraceRow(
            mark=one["mark"],
            name=one["said"]["name"],
            value=one["said"]["value"],
            definition=one["said"]["definition"],
            unit=one["said"]["unit"],
            period=one["said"]["period"],
            position=one["position"],
            entries=one["entry_count"],
            set_digest=one["set_digest"],
            first_entries=tuple(map(str, one["said"]["first_entries"])),
        )
        for one in numbers
    ]


# --- the document -------------------------------------------------------------------------------------------------


def document_json(document: Document) -> Json:
    """The document without its verification lines."""
    return {
        "organ": document.organ,
        "title": document.title,
        "date": document.date.isoformat(),
        "number": document.number,
        "signer": document.signer,
        "addressee": document.addressee,
        "note": document.note,
        "language": document.language,
        "blocks": [_block_json(block) for block in document.blocks],
    }


def document_from(said: Mapping[str, Any], verification: tuple[str, ...] = ()) -> Document:
    """The inverse of `document_json`, with the lines that say where it can be checked."""
    return Document(
        organ=said["organ"],
        title=said["title"],
        date=date.fromisoformat(said["date"]),
        number=said["number"],
        signer=said["signer"],
        addressee=said["addressee"],
        note=said["note"],
        language=said["language"],
        blocks=tuple(_block(one) for one in said["blocks"]),
        verification=verification,
    )


def _block_json(block: Block) -> Json:
    match block:
        case Heading():
            return {"heading": block.level, "text": _inlines_json(block.inlines)}
        case Paragraph():
            return {"text": _inlines_json(block.inlines)}
    return {
        "header": [_inlines_json(cell) for cell in block.header],
        "rows": [[_inlines_json(cell) for cell in row] for row in block.rows],
        "total": block.total,
    }


def _block(said: Mapping[str, Any]) -> Block:
    if "header" in said:
        rows = tuple(tuple(map(_inlines, row)) for row in said["rows"])
        return Table(tuple(map(_inlines, said["header"])), rows, total=said["total"])
    if "heading" in said:
        return Heading(said["heading"], _inlines(said["text"]))
    return Paragraph(_inlines(said["text"]))


def _inlines_json(inlines: Inlines) -> list[Any]:
    return [_inline_json(inline) for inline in inlines]


def _inline_json(inline: Inline) -> Any:
    match inline:
        case Number():
            return {"number": inline.mark, "figure": inline.figure_id, "text": inline.text}
        case Typed():
            return {"typed": inline.ordinal, "source": inline.source, "text": inline.text}
    return inline.text


def _inlines(said: Sequence[Any]) -> Inlines:
    return tuple(_inline(one) for one in said)


def _inline(said: Any) -> Inline:
    if isinstance(said, str):
        return Text(said)
    if "number" in said:
        return Number(said["text"], said["number"], said["figure"])
    return Typed(said["text"], said["typed"], said["source"])
