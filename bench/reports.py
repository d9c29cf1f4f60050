"""A report of more than twenty pages with 200 numbers, from the ledger to its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from pypdf import PdfReader

from bench import pack
from bench.book import Made
from bench.figures import PERIOD
from bench.results import Result, milliseconds
from mingzhang.packs.queries import pack_of
from mingzhang.reports.compose import Composition, compose
from mingzhang.reports.files import save

BAR, PAGES, NUMBERS = 2, 20, 200


def measure(made: Made) -> Iterator[Result]:
    """The street office's half-year report, and what of it is asking the ledger."""
    composing = milliseconds(lambda: _compose(made), runs=5) / 1000
    with TemporaryDirectory() as folder:
        spent = milliseconds(lambda: save(_compose(made), Path(folder)), runs=5) / 1000
        pages = len(PdfReader(Path(folder) / f"{pack.REPORT}.pdf").pages)
    numbers = len(_compose(made).numbers)
    if pages < PAGES or numbers < NUMBERS:
        raise ValueError(f"the report has {pages} pages and {numbers} numbers")
    yield Result(
        f"report of {pages} pages and {numbers} numbers: docx, PDF, HTML and traces", spent, "s",
        f"composing it only: {composing:.3f} s", composing / spent, f"≤ {BAR} s", spent <= BAR,
    )  # fmt: skip


def _compose(made: Made) -> Composition:
    [template] = pack_of(made.pack_version.pk).reports
    return compose(pack_version=made.pack_version, template=template, unit=made.street, period=PERIOD)
