"""`mingzhang setup-code`: a new code that opens the first-run wizard."""

from __future__ import annotations

import click
from django.utils.translation import gettext as _

from mingzhang.cli.migrate import check_migrated
from mingzhang.organisation.actions import make_setup_code


@click.command(help=_("取一个新的设置码，在网页上做首次设置；以前的设置码作废。已经有账套时不行。"))
def setup_code() -> None:
    check_migrated()
    click.echo(_("设置码：%(code)s") % {"code": make_setup_code()})
