"""The `mingzhang` command."""

from __future__ import annotations

import click

from mingzhang.cli.base import Entry, Registry
from mingzhang.core import language

LANGUAGES = ("zh-hans", "en")


def _(message: str) -> str:
    """Marks a message of the table below for the catalogue; it is translated when it is shown."""
    return message


class Commands(Registry):
    """Every command there is. To add one, write its module and name it here."""

    entries = {
        "report": Entry("mingzhang.cli.report:report", _("生成、起草、审核、签发、发布和撤回报告")),
        "reports": Entry("mingzhang.cli.reports:reports", _("列出起草和签发的报告")),
        "demo": Entry("mingzhang.cli.demo:demo", _("装好示范县，生成半年总结，打开网站")),
        "serve": Entry("mingzhang.cli.serve:serve", _("打开网站")),
        "worker": Entry("mingzhang.cli.worker:worker", _("运行后台任务")),
        "job": Entry("mingzhang.cli.job:job", _("看后台任务，再做一次")),
        "setup-code": Entry("mingzhang.cli.setup:setup_code", _("取一个首次设置用的设置码")),
        "migrate": Entry("mingzhang.cli.migrate:migrate", _("新建或更新数据库的表")),
        "pack": Entry("mingzhang.cli.pack:pack", _("检查、安装和列出体系包")),
        "book": Entry("mingzhang.cli.book:book", _("新建和列出账套")),
        "unit": Entry("mingzhang.cli.book:unit", _("新建、调整和列出单位")),
        "person": Entry("mingzhang.cli.book:person", _("登记人员")),
        "post": Entry("mingzhang.cli.book:post", _("设置岗位")),
        "appoint": Entry("mingzhang.cli.book:appoint", _("安排任职")),
        "calendar": Entry("mingzhang.cli.calendar:calendar", _("看工作日历，录入放假通知")),
        "record": Entry("mingzhang.cli.record:record", _("写、提交、审核、入账和冲销记录单")),
        "duties": Entry("mingzhang.cli.duties:duties", _("把责任清单排成任务")),
        "tasks": Entry("mingzhang.cli.duties:tasks", _("列出要办的任务")),
        "explain-deadline": Entry("mingzhang.cli.duties:explain_deadline", _("说明一项任务的期限怎样算出来")),
        "findings": Entry("mingzhang.cli.findings:findings", _("列出问题")),
        "figures": Entry("mingzhang.cli.figures:figures", _("算出一个单位一个时段的数据项")),
        "trace": Entry("mingzhang.cli.figures:trace", _("打开一个数据项，看数的是哪些账目")),
        "rollup": Entry("mingzhang.cli.rollup:rollup", _("积累大单位的数，让全市全县算得更快")),
        "draw": Entry("mingzhang.cli.draw:draw", _("照文件重算一次随机抽取")),
        "draws": Entry("mingzhang.cli.draw:draws", _("列出随机抽取")),
        "bundle": Entry("mingzhang.cli.bundle:bundle", _("导出签发的报告的核验包")),
        "verify": Entry("mingzhang.cli.verify:verify", _("核对账本有没有被改过")),
        "log": Entry("mingzhang.cli.log:log", _("看操作日志，签检查点，导出证明")),
        "key": Entry("mingzhang.cli.key:key", _("看和更换签名密钥")),
        "version": Entry("mingzhang.cli.version:version", _("显示版本")),
    }

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        formatter.write_text(language.gettext(_("明账：像会计记钱账一样记工作账。")))


def _speak(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    language.use_catalogue(value)
    return value


@click.group(cls=Commands)
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default="zh-hans",
    envvar="MINGZHANG_LANG",
    is_eager=True,
    callback=_speak,
    help="zh-hans / en",
)
def main(lang: str) -> None:
    """The entry point. `lang` is the language of everything the command says."""
