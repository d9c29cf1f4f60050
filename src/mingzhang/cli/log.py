"""`mingzhang log`: the log of what was done, its checkpoints, and proofs to take away."""

from __future__ import annotations

import json
from typing import Any

import click
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mingzhang.audit import keys, proofs
from mingzhang.audit.checkpoints import make_checkpoint
from mingzhang.audit.models import Checkpoint, Event
from mingzhang.audit.sequencing import sequence
from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import book_of, only_book_option
from mingzhang.core.digests import show
from mingzhang.core.errors import InvalidInput, NotFound

SHOWN = 50

installation_option = click.option(
    "--installation", is_flag=True, help=_("本系统自己的日志：体系包和密钥，不属于任何账套")
)


@click.group(help=_("操作日志：谁在什么时候做了什么，只增不改。"))
def log() -> None: ...


@log.command(help=_("列出日志，从新到旧。"))
@only_book_option
@installation_option
@click.option("--subject", metavar="REF", help=_("只看和它有关的，如 record:17、person:chen"))
@click.option("--actor", metavar="REF", help=_("只看这个人做的，如 person:chen"))
@click.option("--verb", metavar="VERB", help=_("只看这一种，如 record.post"))
@click.option("--limit", type=click.IntRange(1, 10_000), default=SHOWN, show_default=True, help=_("最多几条"))
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
def show_(book_code: str | None, installation: bool, limit: int, as_json: bool, **asked: str | None) -> None:
    check_migrated()
    wanted = {name: value for name, value in asked.items() if value}
    events = Event.objects.filter(leaf__book=_book(book_code, installation), **wanted)
    rows = [_row(event) for event in events.select_related("leaf").order_by("-leaf__seq")[:limit]]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        said = json.dumps(row["data"], ensure_ascii=False) if row["data"] else ""
        click.echo(
            f"{row['seq']}　{row['at']}　{row['actor']}　{row['verb']}　{row['subject']}　{said}".rstrip("　")
        )


log.add_command(show_, "show")


def _row(event: Event) -> dict[str, Any]:
    return {
        "seq": event.leaf.seq,
        "at": timezone.localtime(event.at).isoformat(timespec="seconds"),
        "actor": event.actor,
        "verb": event.verb,
        "subject": event.subject,
        "data": event.data,
    }


@log.command(help=_("现在就签一个检查点。"))
@only_book_option
@installation_option
def checkpoint(book_code: str | None, installation: bool) -> None:
    check_migrated()
    made = make_checkpoint(book=_book(book_code, installation), reason="asked")
    click.echo(_("签好检查点%(id)s：前%(size)s条，树根 %(root)s。") % _said(made))
    click.echo(_("密钥 %(key)s") % {"key": keys.fingerprint(made.key)})


def _said(made: Checkpoint) -> dict[str, Any]:
    return {"id": made.pk, "size": made.size, "root": show(bytes(made.root))}


@log.command(
    help=_("导出证明（JSON）：某一条在日志里（--event），或者前一个检查点是后一个的开头（--from、--to）。")
)
@only_book_option
@installation_option
@click.option("--event", "seq", type=click.IntRange(1), metavar="SEQ", help=_("日志的第几条"))
@click.option("--from", "first", type=click.IntRange(1), metavar="ID", help=_("较早的检查点"))
@click.option("--to", "second", type=click.IntRange(1), metavar="ID", help=_("较晚的检查点；默认最后一个"))
def proof(
    book_code: str | None, installation: bool, seq: int | None, first: int | None, second: int | None
) -> None:
    check_migrated()
    book = _book(book_code, installation)
    if (seq is None) == (first is None):
        raise InvalidInput(_("--event 和 --from 要写一个，也只写一个。"))
    heads = Checkpoint.objects.filter(book=book).select_related("key").order_by("id")
    if seq is not None:
        found = proofs.inclusion(proofs.event_at(book, seq), _head(heads, second) if second else None)
    else:
        found = _consistency(_head(heads, first), _head(heads, second))
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def _consistency(first: Checkpoint, second: Checkpoint) -> dict[str, Any]:
    if first.size > second.size:
        raise InvalidInput(_("前一个检查点比后一个长。"), remedy=_("请把 --from 和 --to 对调。"))
    return proofs.consistency(first, second)


def _head(heads: QuerySet[Checkpoint], number: int | None) -> Checkpoint:
    found = heads.filter(pk=number).first() if number else heads.last()
    if found is None:
        raise NotFound(_("没有这个检查点。"))
    return found


@log.command(help=_("现在就给等候的记录排位。"))
@only_book_option
@installation_option
def order(book_code: str | None, installation: bool) -> None:
    check_migrated()
    size = sequence(_book(book_code, installation))
    click.echo(_("日志共%(size)s条。") % {"size": size})


def _book(code: str | None, installation: bool) -> str:
    return keys.NO_BOOK if installation else book_of(code).code
