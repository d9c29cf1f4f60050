"""`mingzhang record`: write record sheets, hand them in, review, post and reverse them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import click
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import DAY, book_option, by_option
from mingzhang.core.digests import show as show_digest
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.ledger import actions, queries
from mingzhang.ledger.flows import STATES
from mingzhang.ledger.models import Entry, Record, RecordEvidence
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import book_by_code, person_by_username, subtree_now, unit_by_code

LONGEST_JSON = 20_000_000
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
number_argument = click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))


@click.group(help=_("写、提交、审核、入账和冲销记录单。"))
def record() -> None: ...


@record.command(help=_("写一张记录单（草稿）。JSON 可以写成 @文件名。"))
@click.option("--kind", "kind_code", metavar="CODE", required=True, help=_("记录类型，如 study"))
@click.option("--unit", "unit_code", metavar="CODE", required=True, help=_("单位代码"))
@click.option("--date", "occurred_on", type=DAY, required=True, help=_("发生日期"))
@click.option("--data", metavar="JSON", default="{}", help=_("各字段的值"))
@click.option("--rows", metavar="JSON", default="{}", help=_("各表的行"))
@click.option("--title", default="", help=_("标题；不写就按类型的格式取"))
@click.option("--evidence", "files", metavar="FILE", type=FILE, multiple=True, help=_("佐证；可以写多次"))
@click.option("--replaces", type=int, metavar="ID", help=_("更正哪一张已冲销的记录单"))
@by_option
@transaction.atomic
def add(
    kind_code: str, unit_code: str, occurred_on: date, data: str, rows: str, title: str, files: tuple[Path, ...],
    replaces: int | None, username: str,
) -> None:  # fmt: skip
    by = _acting(username)
    added = actions.add_record(
        kind=queries.kind_by_code(by.book, kind_code),
        unit=unit_by_code(by.book, unit_code),
        occurred_on=occurred_on,
        data=_json("--data", data),
        rows=_json("--rows", rows),
        title=title,
        replaces=queries.record_by_id(by, replaces) if replaces else None,
        by=by,
    )
    for path in files:
        with path.open("rb") as file:
            actions.attach_evidence(record=added, file=File(file), name=path.name, by=by)
    click.echo(_("记录单 %(number)s 写好了（草稿）：%(title)s") % {"number": added.pk, "title": added.title})


@record.command(help=_("提交审核。"))
@number_argument
@by_option
def submit(number: int, username: str) -> None:
    by = _acting(username)
    _tell_state(actions.submit_record(record=queries.record_by_id(by, number), by=by))


@record.command(help=_("审核：通过，或者写明原因退回。"))
@number_argument
@click.option("--pass/--return", "passed", default=None, required=True, help=_("通过，或退回"))
@click.option("--note", default="", help=_("审核意见；退回时必须写"))
@by_option
def review(number: int, passed: bool, note: str, username: str) -> None:
    by = _acting(username)
    reviewed = actions.review_record(record=queries.record_by_id(by, number), passed=passed, note=note, by=by)
    _tell_state(reviewed)


@record.command(help=_("把审核过的记录单入账；可以给几张，要么都入账，要么都不入账。"))
@click.argument("numbers", metavar="ID…", type=click.IntRange(1, 2**63 - 1), nargs=-1, required=True)
@by_option
def post(numbers: tuple[int, ...], username: str) -> None:
    by = _acting(username)
    records = [queries.record_by_id(by, number) for number in numbers]
    _tell_positions(_("已入账"), actions.post_records(records=records, by=by))


@record.command(help=_("冲销一张已入账的记录单。"))
@number_argument
@click.option("--reason", required=True, help=_("为什么冲销"))
@by_option
def reverse(number: int, reason: str, username: str) -> None:
    by = _acting(username)
    positions = actions.reverse_record(record=queries.record_by_id(by, number), reason=reason, by=by)
    _tell_positions(_("已冲销"), positions)


@record.command(help=_("显示一张记录单、它的经过和账目。"))
@number_argument
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
def show(number: int, as_json: bool) -> None:
    check_migrated()
    found = Record.objects.filter(pk=number).select_related("kind", "unit", "book", "pack_version").first()
    if found is None:
        raise NotFound(_("没有找到第 %(number)s 号记录单。") % {"number": number})
    told = _told(found)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for name, value in told.items():
        click.echo(f"{name}: {value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)}")


@record.command(name="list", help=_("列出记录单，最近发生的在前。"))
@book_option
@click.option("--unit", "unit_code", metavar="CODE", help=_("单位代码；连同它下面的单位"))
@click.option("--state", type=click.Choice(list(STATES)), help=_("只列这种状态的"))
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help=_("最多列多少张"))
def list_(book_code: str, unit_code: str | None, state: str | None, limit: int) -> None:
    check_migrated()
    book = book_by_code(book_code)
    records = Record.objects.filter(book=book).select_related("kind", "unit")
    if unit_code:
        scope = subtree_now(unit_by_code(book, unit_code))
        records = records if scope.everything else records.filter(unit__in=scope.parts[0].unit_ids)
    if state:
        records = records.filter(state=state)
    table = Table(_("号"), _("日期"), _("单位"), _("类型"), _("状态"), _("标题"), box=None)
    for one in records.order_by("-occurred_on", "-pk")[:limit]:
        day, state_name = one.occurred_on.isoformat(), str(STATES[one.state])
        table.add_row(str(one.pk), day, one.unit.name, one.kind.code, state_name, one.title)
    Console(markup=False, emoji=False, highlight=False).print(table)


def _acting(username: str) -> Person:
    check_migrated()
    return person_by_username(username)


def _json(option: str, given: str) -> dict[str, Any]:
    """The JSON object written after `option`, or in the file named there after an @. Fractions are read as
    decimals. Raises InvalidInput."""
    try:
        text = _beginning(Path(given[1:])) if given.startswith("@") else given
        if len(text) > LONGEST_JSON:
            raise InvalidInput(_("%(option)s 太长了。") % {"option": option})
        read = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except OSError as fault:
        raise InvalidInput(_("%(option)s 的文件打不开：%(fault)s") % {"option": option, "fault": fault}) from fault
    except (ValueError, RecursionError) as fault:
        raise InvalidInput(
            _("%(option)s 不是 JSON：%(fault)s") % {"option": option, "fault": str(fault)[:200]}
        ) from fault
    if not isinstance(read, dict):
        raise InvalidInput(_('%(option)s 要写成 {"字段": 值}。') % {"option": option})
    return read


def _beginning(path: Path) -> str:
    """The text of a file, read to the longest that is taken and one more: it may have no end."""
    with path.open(encoding="utf-8") as file:
        return file.read(LONGEST_JSON + 1)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _tell_state(changed: Record) -> None:
    click.echo(_("记录单 %(number)s：%(state)s") % {"number": changed.pk, "state": STATES[changed.state]})


def _tell_positions(what: str, positions: range) -> None:
    said = _("%(what)s：第 %(first)s 笔到第 %(last)s 笔")
    click.echo(said % {"what": what, "first": positions[0], "last": positions[-1]})


def _told(found: Record) -> dict[str, Any]:
    return {
        "id": found.pk,
        "kind": str(found.kind),
        "pack_version": found.pack_version.version,
        "unit": found.unit.code,
        "occurred_on": found.occurred_on.isoformat(),
        "title": found.title,
        "state": found.state,
        "data": found.data,
        "rows": found.rows,
        "replaces": found.replaces_id,
        "reversal_reason": found.reversal_reason,
        "evidence": [_told_use(use) for use in found.evidence.select_related("evidence").order_by("pk")],
        "history": [_told_moment(moment) for moment in queries.record_history(found)],
        "entries": [_told_entry(entry) for entry in found.entries.select_related("kind").order_by("seq")],
    }


def _told_use(use: RecordEvidence) -> dict[str, Any]:
    return {"name": use.name, "digest": show_digest(bytes(use.evidence.digest)), "size": use.evidence.size}


def _told_moment(moment: queries.Moment) -> dict[str, Any]:
    by = moment.person.username if moment.person else None
    return {"what": moment.what, "at": moment.at.isoformat(), "by": by, "note": moment.note}


def _told_entry(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "line": entry.line,
        "kind": str(entry.kind),
        "sign": entry.sign,
        "reverses": entry.reverses,
        "data": entry.data,
        "digest": show_digest(bytes(entry.digest)),
    }
