"""`mingzhang demo`: from nothing to a living county whose half-year report opens number by number."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from django.db import connection, transaction
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from mingzhang.cli.migrate import alone, make_tables
from mingzhang.cli.serve import free_port, run
from mingzhang.core import database
from mingzhang.core.errors import StateRefused
from mingzhang.core.periods import Period
from mingzhang.demo.county import Plan
from mingzhang.demo.load import load
from mingzhang.demo.signing import signed_report
from mingzhang.ledger.queries import position
from mingzhang.organisation.models import Book
from mingzhang.organisation.queries import unit_by_code
from mingzhang.packs.actions import install
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import builtin_folder
from mingzhang.reports.files import save
from mingzhang.reports.reading import composed_by_name

# What the county works by, and the report that a visitor is shown first.
PACK = "street-office"
REPORT, UNIT, PERIOD = "half-year", "QL01", "2026H1"

console = Console(highlight=False, soft_wrap=True)


@click.command(help=_("装好示范县，生成半年总结，打开网站。再次运行只需几秒。"))
@click.option("--serve/--no-serve", "serving", default=True, help=_("最后打开网站；默认打开"))
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="PORT", help=_("端口")
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/demo"),
    show_default=True,
    help=_("报告放到哪个文件夹"),
)
def demo(serving: bool, port: int, out: Path) -> None:
    with _step(_("建表")):
        make_tables()
    with _step(_("装体系包")):
        version = install(folder=builtin_folder(PACK), by="mingzhang demo")
    plan = Plan.read()
    with alone("demo"):
        book = Book.objects.filter(code=plan.code).first() or _load(plan, version.pk)
    with _step(_("签发半年总结")):
        unit, period = unit_by_code(book, UNIT), Period.parse(PERIOD)
        with alone("demo"):
            signed = signed_report(unit, period, REPORT)
        paths = save(signed or composed_by_name(unit, period, REPORT, None), out)
    _show(plan, book, paths)
    if serving:
        run(port=free_port(port))


def _load(plan: Plan, version_id: int) -> Book:
    """Set up the county in one transaction, so that a demonstration broken off begins anew the next time."""
    password = _password()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with _step(_("装三年的账")), Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(_("一周一周地过"), total=None)

        def tick(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        with transaction.atomic():
            book = load(plan, PackVersion.objects.get(pk=version_id), password, tick)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # the planner should not have to guess at tables that were empty a minute ago
    return book


@contextmanager
def _step(name: str) -> Iterator[None]:
    """Say how long a step took."""
    began = time.monotonic()
    yield
    console.print(f"{name}　{time.monotonic() - began:.1f} s")


def _password_file() -> Path:
    return database.data_folder() / "demo-password"


def _password() -> str:
    """The password of the demonstration's people: made once for each installation, readable by its owner alone."""
    path = _password_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(f"qinglan-{secrets.token_hex(4)}")
    return path.read_text()


def _show(plan: Plan, book: Book, paths: list[Path]) -> None:
    for path in paths:
        console.print(str(path))
    people = Table(title=_("用这些账号登录，密码都是 %(password)s") % {"password": _password_of(book)})
    for heading in (_("用户名"), _("姓名"), _("岗位")):
        people.add_column(heading)
    for visitor in plan.visitors:
        unit = unit_by_code(book, visitor["unit"])
        people.add_row(visitor["username"], visitor["name"], f"{unit.name}{visitor['post']}")
    console.print(people)
    console.print(_("账本已记到第 %(position)d 笔。") % {"position": position(book)})


def _password_of(book: Book) -> str:
    """Raises StateRefused when the file is gone: the database keeps no password that could be shown."""
    try:
        return _password_file().read_text()
    except FileNotFoundError:
        raise StateRefused(
            _("示范县“%(book)s”的密码文件不见了。") % {"book": book.name},
            remedy=_("请用 mingzhang person password 给账号换密码，或删掉数据文件夹重来。"),
        ) from None
