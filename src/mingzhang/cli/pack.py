"""`mingzhang pack`: check, install and list packs."""

from __future__ import annotations

import os
from pathlib import Path

import click
from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.cli.base import without_database
from mingzhang.cli.migrate import check_migrated
from mingzhang.core import digests
from mingzhang.organisation.actions import adopt
from mingzhang.organisation.queries import book_by_code, person_by_username
from mingzhang.packs import actions, queries
from mingzhang.packs.loader import load


@click.group(help=_("检查、安装和列出体系包。"))
def pack() -> None: ...


@pack.command(help=_("检查文件夹里的体系包，列出所有写错的地方。什么也不安装。"))
@click.argument("folder", type=click.Path(path_type=Path))
@without_database
def check(folder: Path) -> None:
    found = load(folder)
    click.echo(
        _("%(pack)s %(version)s：记录类型%(kinds)d种，数据项%(figures)d个，报告%(reports)d种。没有写错的地方。")
        % {
            "pack": found.id,
            "version": found.version,
            "kinds": len(found.kinds),
            "figures": len(found.figures),
            "reports": len(found.reports),
        }
    )


@pack.command(help=_("安装一个体系包：给出它的文件夹，或自带体系包的编号。有写错的地方就不安装。"))
@click.argument("folder")
@click.option("--book", "book_code", metavar="CODE", help=_("装好后由这个账套启用"))
@click.option("--by", "username", metavar="USERNAME", help=_("由谁启用；和 --book 一起用"))
def install(folder: str, book_code: str | None, username: str | None) -> None:
    if (book_code is None) != (username is None):
        raise click.UsageError(_("--book 和 --by 要一起用。"))
    check_migrated()
    with transaction.atomic():
        installed = actions.install(folder=_folder(folder), by=_operator())
        if book_code and username:
            adopt(book=book_by_code(book_code), pack_version=installed, by=person_by_username(username))
    click.echo(_("%(pack)s已装好。") % {"pack": installed})
    if book_code:
        click.echo(_("账套%(book)s从现在起启用它。") % {"book": book_code})


@pack.command(name="list", help=_("列出装好的体系包和自带的体系包。"))
def list_() -> None:
    check_migrated()
    there = list(queries.installed())
    for version in there:
        click.echo(f"{version}\t{version.installed_at:%Y-%m-%d}\t{digests.show(bytes(version.digest))}")
    for missing in sorted(set(queries.builtin_ids()) - {version.pack for version in there}):
        click.echo(_("%(pack)s\t自带，还没有安装") % {"pack": missing})


def _folder(given: str) -> Path:
    """The folder of that path if there is one, else of the builtin pack of that id. Raises NotFound."""
    return Path(given) if Path(given).is_dir() else queries.builtin_folder(given)


def _operator() -> str:
    """Who runs the command, for the event log."""
    return f"console:{os.environ.get('LOGNAME') or os.environ.get('USER') or ''}"
