"""`mingzhang rollup`: keeps the sums of large units, so that a whole city is counted as fast as a street."""

from __future__ import annotations

import click
from django.utils.translation import gettext as _

from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import book_of, only_book_option
from mingzhang.figures import rollups


@click.group(help=_("积累大单位的数：只影响快慢，不影响数。"))
def rollup() -> None: ...


@rollup.command(help=_("把上次以后入账的积累进去。可以随时运行，断了再来。"))
@only_book_option
def fold(book_code: str | None) -> None:
    check_migrated()
    reached = rollups.fold(book=book_of(book_code))
    click.echo(_("积累到第 %(position)d 笔。") % {"position": reached})


@rollup.command(help=_("丢掉已积累的，从账目重新积累。"))
@only_book_option
def rebuild(book_code: str | None) -> None:
    check_migrated()
    reached = rollups.rebuild(book=book_of(book_code))
    click.echo(_("积累到第 %(position)d 笔。") % {"position": reached})
