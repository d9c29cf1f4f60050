"""Options and values that several commands share."""

from __future__ import annotations

from datetime import date

import click
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.organisation.models import Book, Unit
from mingzhang.organisation.queries import book_by_code, unit_by_code


class Day(click.ParamType[date]):
    """A day, written 2026-06-01."""

    name = "YYYY-MM-DD"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day that was written. Fails in words on anything else."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            said = _("“%(given)s”不是日期，请写成 2026-06-01 的样子。")
            self.fail(said % {"given": str(value)[:40]}, param, ctx)


DAY = Day()
by_option = click.option("--by", "username", metavar="USERNAME", required=True, help=_("由谁来做：用户名"))
only_book_option = click.option("--book", "book_code", metavar="CODE", help=_("账套代码；只有一个账套时不用写"))
book_option = click.option("--book", "book_code", metavar="CODE", required=True, help=_("哪个账套：代码"))


def book_of(code: str | None) -> Book:
    """The book with this code, or the only one there is. Raises NotFound, and InvalidInput when several are there
    and none is named."""
    if code is not None:
        return book_by_code(code)
    books = list(Book.objects.order_by("code"))
    if len(books) != 1:
        raise InvalidInput(
            _("账套有%(count)d个，请用 --book 指明。") % {"count": len(books)},
            remedy="、".join(book.code for book in books),
        )
    return books[0]


def unit_of(book_code: str | None, code: str) -> Unit:
    """The unit with this code. Raises as `book_of` does."""
    return unit_by_code(book_of(book_code), code)
