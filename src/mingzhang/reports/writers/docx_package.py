"""A docx's bytes: the same for the same content, whenever and wherever they are written."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from io import BytesIO

from docx.document import Document as Docx
from docx.opc.constants import RELATIONSHIP_TYPE

EARLIEST = (1980, 1, 1, 0, 0, 0)
UNIX = 3


def set_properties(docx: Docx, *, title: str, author: str, day: date, language: str) -> None:
    """Core properties from the document alone: no clock, no user name."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    core = docx.core_properties
    core.title, core.author, core.last_modified_by = title, author, author
    core.created = core.modified = moment
    core.language, core.comments, core.keywords = language, "", ""
    core.revision = 1


def to_bytes(docx: Docx) -> bytes:
    """The package without the template's thumbnail, every part stamped with zip's first day, in a fixed order."""
    for key, relation in list(docx.part.package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del docx.part.package.rels[key]
    raw, fixed = BytesIO(), BytesIO()
    docx.save(raw)
    with (
        zipfile.ZipFile(raw) as parts,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in sorted(parts.namelist(), key=_order):
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, UNIX
            target.writestr(entry, parts.read(name))
    return fixed.getvalue()


def _order(name: str) -> tuple[bool, str]:
    """`[Content_Types].xml` first, as readers expect."""
    return (name != "[Content_Types].xml", name)
