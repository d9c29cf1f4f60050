"""`mingzhang report`: an official report as files, every number with its trace; and the life of a kept one."""

from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext as _

from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import by_option, only_book_option, unit_of
from mingzhang.core.periods import Period
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import person_by_username, unit_by_code
from mingzhang.reports import actions, queries, rules
from mingzhang.reports.files import save
from mingzhang.reports.flows import STATES
from mingzhang.reports.fonts import substitutions
from mingzhang.reports.models import Report
from mingzhang.reports.reading import composed_by_name, offered_by_name
from mingzhang.reports.signed import Signed
from mingzhang.reports.stored import composed, proposal

number_argument = click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))


@click.group(help=_("生成、起草、审核、签发、发布和撤回报告。"))
def report() -> None: ...


@report.command(help=_("按模板生成一个单位一个时段的报告：docx、PDF、网页和溯源数据。"))
@click.argument("template", metavar="TEMPLATE")
@click.option("--unit", "unit_code", metavar="CODE", required=True, help=_("单位代码"))
@click.option("--period", "period_text", metavar="PERIOD", required=True, help=_("时段，如 2026H1、2026"))
@only_book_option
@click.option("--as-of", type=click.IntRange(min=0), metavar="SEQ", help=_("算到账本的第几笔为止；默认到最后一笔"))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help=_("放到哪个文件夹"),
)
def build(
    template: str, unit_code: str, period_text: str, book_code: str | None, as_of: int | None, out: Path
) -> None:
    check_migrated()
    made = composed_by_name(unit_of(book_code, unit_code), Period.parse(period_text), template, as_of)
    for path in save(made, out):
        click.echo(path)
    told = _("%(count)d 个数，每个都能打开；算到第 %(position)d 笔。")
    click.echo(told % {"count": len(made.numbers), "position": made.position}, err=True)
    for one in substitutions():
        said = _("字体替代：没有%(wanted)s，PDF 里用了 %(used)s。")
        click.echo(said % {"wanted": one.wanted, "used": one.used}, err=True)


@report.command(help=_("起草一份报告。"))
@click.argument("template", metavar="TEMPLATE")
@click.option("--unit", "unit_code", metavar="CODE", required=True, help=_("单位代码"))
@click.option("--period", "period_text", metavar="PERIOD", required=True, help=_("时段，如 2026H1、2026"))
@by_option
def create(template: str, unit_code: str, period_text: str, username: str) -> None:
    by = _acting(username)
    unit, period = unit_by_code(by.book, unit_code), Period.parse(period_text)
    offer = offered_by_name(unit, period, template)
    made = actions.create_report(
        pack_version=offer.pack_version, template=offer.template, unit=unit, period=period, by=by
    )
    _tell(made)


@report.command(help=_("提交审核；数字从此定在账上现在的最后一笔。"))
@number_argument
@by_option
def submit(number: int, username: str) -> None:
    by = _acting(username)
    _tell(actions.submit_report(report=queries.report_by_id(by, number), by=by))


@report.command(help=_("审核：通过，或者写明原因退回。"))
@number_argument
@click.option("--pass/--return", "passed", default=None, required=True, help=_("通过，或退回"))
@click.option("--note", default="", help=_("审核意见；退回时必须写"))
@by_option
def review(number: int, passed: bool, note: str, username: str) -> None:
    by = _acting(username)
    found = queries.report_by_id(by, number)
    if passed:
        _tell(actions.review_report(report=found, note=note, by=by))
    else:
        _tell(actions.return_report(report=found, reason=note, by=by))


@report.command(help=_("签发：全文和每个数从此不变，做一个检查点。"))
@number_argument
@by_option
def sign(number: int, username: str) -> None:
    by = _acting(username)
    found = queries.report_by_id(by, number)
    rules.check_user_can(by, found, "sign")
    signed = actions.sign_report(report=found, seen=proposal(found, by).digest, by=by)
    _tell(signed)
    if signature := queries.signature_of(signed):
        told = Signed(signature)
        click.echo(
            _("数到第 %(position)d 笔，正文校验码 %(digest)s") % {"position": told.position, "digest": told.digest}
        )
        click.echo(_("操作日志的校验码 %(root)s") % {"root": told.root})


@report.command(help=_("发布：有权看这个单位报告的人都能看。"))
@number_argument
@by_option
def publish(number: int, username: str) -> None:
    by = _acting(username)
    _tell(actions.publish_report(report=queries.report_by_id(by, number), by=by))


@report.command(help=_("撤回，写明原因；签发过的内容照样留着。"))
@number_argument
@click.option("--reason", required=True, help=_("为什么撤回"))
@by_option
def withdraw(number: int, reason: str, username: str) -> None:
    by = _acting(username)
    _tell(actions.withdraw_report(report=queries.report_by_id(by, number), reason=reason, by=by))


@report.command(help=_("把起草或签发的报告存成文件；签发过的，每次存的字节都一样。"))
@number_argument
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help=_("放到哪个文件夹"),
)
@by_option
def files(number: int, out: Path, username: str) -> None:
    found = queries.report_by_id(_acting(username), number)
    signature = queries.signature_of(found)
    for path in save(Signed(signature) if signature else composed(found), out):
        click.echo(path)


def _acting(username: str) -> Person:
    check_migrated()
    return person_by_username(username)


def _tell(changed: Report) -> None:
    said = _("报告 %(number)s：%(state)s，%(title)s")
    click.echo(said % {"number": changed.pk, "state": STATES[changed.state], "title": changed.title})
