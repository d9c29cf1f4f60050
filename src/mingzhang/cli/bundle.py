"""`mingzhang bundle`: a signed report in one file that anyone can check elsewhere."""

from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext as _

from mingzhang.cli.migrate import check_migrated
from mingzhang.core.errors import NotFound
from mingzhang.reports.bundles import VERIFIER, name_of
from mingzhang.reports.bundles import bundle as bundle_of
from mingzhang.reports.models import Report


@click.command(help=_("导出签发的报告的核验包：在没有明账的机器上，用 verify_bundle.py 就能核对。"))
@click.argument("report", type=click.IntRange(1), metavar="REPORT")
@click.option(
    "-o", "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=_("写到哪个文件")
)
@click.option("--with-verifier", is_flag=True, help=_("旁边再放一份核对用的 verify_bundle.py"))
def bundle(report: int, out: Path | None, with_verifier: bool) -> None:
    check_migrated()
    found = Report.objects.filter(pk=report).select_related("book", "unit").first()
    if found is None:
        raise NotFound(_("没有第 %(number)s 号报告。") % {"number": report})
    path = out or Path(name_of(found))
    path.write_bytes(bundle_of(found))
    click.echo(path)
    if with_verifier:
        beside = path.with_name(VERIFIER.name)
        beside.write_bytes(VERIFIER.read_bytes())
        click.echo(beside)
