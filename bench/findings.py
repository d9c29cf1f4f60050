"""`python -m bench.findings`: lists and boards of 100,000 findings, asked for by eight at once."""

from __future__ import annotations

import os
from pathlib import Path

import click
import django

os.environ.setdefault("MINGZHANG_DATA", str(Path("build/bench").absolute()))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingzhang.config.settings")
django.setup()

from bench import finding_lists  # noqa: E402 - models need Django set up
from bench.results import show  # noqa: E402
from bench.run import console  # noqa: E402
from mingzhang.core import database  # noqa: E402


@click.command()
@click.option("--findings", "count", type=click.IntRange(min=1), default=100_000, help="how many findings to make")
@click.option("--keep", is_flag=True, help="keep the data, or measure again on what was kept")
def main(count: int, keep: bool) -> None:
    database.ensure()
    show(list(finding_lists.run(count, keep=keep)), console)


main()
