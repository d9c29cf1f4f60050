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
book_option = click.option("--book", "book_code", metavar="CODE", required=True, help=_("哪个账套：代码"))


def unit_of(book_code: str | None, code: str) -> Unit:
    """The unit with this code. Raises NotFound, and InvalidInput when several books are there and none is named."""
    if book_code is None:
        codes = list(Book.objects.order_by("code").values_list("code", flat=True))
        if len(codes) != 1:
            raise InvalidInput(
                _("账套有%(count)d个，请用 --book 指明。") % {"count": len(codes)}, remedy="、".join(codes)
            )
        book_code = codes[0]
    return unit_by_code(book_by_code(book_code), code)
