"""`mingzhang verify`: whether the books are what was written into them."""

from __future__ import annotations

import json

import click
from django.utils.translation import gettext as _

from mingzhang.audit.findings import Checked
from mingzhang.cli.migrate import check_migrated
from mingzhang.core.errors import Corrupt
from mingzhang.jobs.checking import Outcome, remember
from mingzhang.jobs.checking import verify as check
from mingzhang.organisation.models import Book
from mingzhang.organisation.queries import book_by_code


@click.command(
    help=_(
        "核对账本：从操作记录重新推出校验树，从账目重新算出校验码，验检查点的签名、佐证的内容、签发的报告，抽算数据项。"
        "有一处对不上，退出状态是 6。"
    )
)
@click.option("--book", "book_code", metavar="CODE", help=_("只核对这个账套；默认全部"))
@click.option("--evidence/--no-evidence", default=True, show_default=True, help=_("是否读出每份佐证来核对"))
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
def verify(book_code: str | None, evidence: bool, as_json: bool) -> None:
    check_migrated()
    books = [book_by_code(book_code)] if book_code else list(Book.objects.order_by("code"))
    outcomes = [_checked(book, evidence, aloud=not as_json) for book in (*books, None)]
    if as_json:
        click.echo(json.dumps([one.as_json() for one in outcomes], ensure_ascii=False, indent=2))
    faults = sum(one.faults for one in outcomes)
    if faults:
        raise Corrupt(
            _("有%(count)s处对不上。") % {"count": faults},
            remedy=_("请不要改动数据库，先备份现场，再对照最近的备份和检查点查明原因。"),
        )


def _checked(book: Book | None, evidence: bool, *, aloud: bool) -> Outcome:
    if aloud:
        click.echo(f"{book.name} {book.code}" if book else _("本系统"))
    outcome = check(book, evidence=evidence, told=_tell if aloud else lambda one: None)
    remember(outcome)
    if aloud:
        click.echo("  " + _("用了%(seconds).1f秒") % {"seconds": outcome.seconds})
    return outcome


def _tell(one: Checked) -> None:
    said = _("对得上") if not one.faults else _("%(count)s处对不上") % {"count": one.faults}
    click.echo(f"  {one.name}　{one.count:,}　{said}")
    for difference in one.differences:
        click.echo(f"    {difference.place}：{difference.what}")
    if one.faults > len(one.differences):
        click.echo("    " + _("只列出前%(count)s处。") % {"count": len(one.differences)})
    for note in one.notes:
        click.echo("    " + _("注：%(note)s") % {"note": note})
