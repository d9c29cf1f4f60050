"""`python -m bench`: measure, show a table, write build/bench.json. `make bench` calls it."""

from __future__ import annotations

import os
from pathlib import Path

import click
import django

os.environ.setdefault("MINGZHANG_DATA", str(Path("build/bench").absolute()))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingzhang.config.settings")
django.setup()

from bench import results  # noqa: E402 - models need Django set up
from bench.run import console, run  # noqa: E402
from mingzhang.core import database  # noqa: E402


@click.command()
@click.option(
    "--entries", type=click.IntRange(min=1_000), default=results.FULL_SIZE, help="how many entries to make"
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("build/bench.json"),
    help="where to write",
)
@click.option("--keep", is_flag=True, help="keep the data, or measure again on what was kept")
def main(entries: int, out: Path, keep: bool) -> None:
    """Fails when two ways of counting disagree, not when a bar is missed: that depends on the machine."""
    database.ensure()
    found = list(run(entries, keep=keep))
    results.write(found, out)
    results.show(found, console)


main()
