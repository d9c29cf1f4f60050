"""What a measurement says, how times are taken, and the table of all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection
from rich.console import Console
from rich.table import Table

FULL_SIZE = 10_000_000  # entries; bars that compare with a scan are meant for a ledger of this size


@dataclass(frozen=True)
class Result:
    """One line of build/bench.json. `value` is in `unit`; `ratio` says how many times as fast as `reference`, which
    was measured in the same run; `bar` is what was promised, and `ok` whether it was kept (null without a bar, or
    when the bar is meant for a larger ledger)."""

    name: str
    value: float
    unit: str
    reference: str | None = None
    ratio: float | None = None
    bar: str | None = None
    ok: bool | None = None


def milliseconds(work: Callable[[], object], runs: int = 7) -> float:
    """The median time of `runs` calls, after one that warms up."""
    work()
    return median(_once(work) for _ in range(runs)) * 1000


def _once(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def sql_milliseconds(work: Callable[[], object], runs: int = 15) -> tuple[float, int]:
    """The median time that one call of `work` waits for the database, over all its statements, with sending and
    receiving but without what Python does with the rows; and how many statements it sends."""
    work()
    spent: list[list[float]] = []

    def timed(execute: Callable[..., Any], *arguments: Any) -> Any:
        began = perf_counter()
        try:
            return execute(*arguments)
        finally:
            spent[-1].append(perf_counter() - began)

    with connection.execute_wrapper(timed):
        for _ in range(runs):
            spent.append([])
            work()
    return median(map(sum, spent)) * 1000, len(spent[-1])


def write(results: Sequence[Result], path: Path) -> None:
    """All results as a JSON list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=1) + "\n")


def show(results: Iterable[Result], console: Console) -> None:
    """All results as a table."""
    table = Table()
    for heading in ("measured", "value", "times as fast", "as", "bar", ""):
        table.add_column(heading, justify="right" if heading in {"value", "times as fast"} else "left")
    for one in results:
        ratio = "" if one.ratio is None else short(one.ratio)
        verdict = {True: "[green]kept[/]", False: "[red]missed[/]", None: ""}[one.ok]
        value = f"{short(one.value)} {one.unit}"
        table.add_row(one.name, value, ratio, one.reference or "", one.bar or "", verdict)
    console.print(table)


def short(number: float) -> str:
    """Three digits that count."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"
