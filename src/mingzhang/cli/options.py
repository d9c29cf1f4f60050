"""Options and values that several commands share."""

from __future__ import annotations

from datetime import date

import click
from django.utils.translation import gettext as _


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
