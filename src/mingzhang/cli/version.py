"""`mingzhang version`."""

from __future__ import annotations

import click

from mingzhang import __version__
from mingzhang.cli.base import without_database


@click.command()
@without_database
def version() -> None:
    """The version of this program, alone on a line."""
    click.echo(__version__)
