"""Events said as sentences: who did what to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from mingzhang.audit.commitments import opened, read
from mingzhang.audit.models import Event
from mingzhang.organisation.models import Book, Person, Post, Unit

VERBS = {
    "record.add": gettext_lazy("新写了记录单"),
    "record.edit": gettext_lazy("改了记录单"),
    "record.attach": gettext_lazy("添了佐证"),
    "record.detach": gettext_lazy("去掉了佐证"),
    "record.submit": gettext_lazy("提交了记录单"),
    "record.pass": gettext_lazy("审核通过了记录单"),
    "record.return": gettext_lazy("退回了记录单"),
    "record.post": gettext_lazy("把记录单记入账本"),
    "record.reverse": gettext_lazy("冲销了记录单"),
    "record.import": gettext_lazy("导入了记录单"),
    "record.send_back": gettext_lazy("把待入账的记录单退了回去"),
    "record.rename_evidence": gettext_lazy("改了佐证的名称"),
    "record.answer_evidence": gettext_lazy("说明了佐证"),
    "report.create": gettext_lazy("新建了报告"),
    "report.edit": gettext_lazy("改了报告"),
    "report.submit": gettext_lazy("把报告送审"),
    "report.review": gettext_lazy("审核通过了报告"),
    "report.return": gettext_lazy("退回了报告"),
    "report.sign": gettext_lazy("签发了报告"),
    "report.publish": gettext_lazy("发布了报告"),
    "report.withdraw": gettext_lazy("撤回了报告"),
    "report.bind": gettext_lazy("给报告里的数找到了依据"),
    "report.source": gettext_lazy("给报告里的数写了出处"),
    "report.comment": gettext_lazy("在报告边上写了意见"),
    "report.resolve": gettext_lazy("处理了报告边上的意见"),
    "unit.create": gettext_lazy("新建了单位"),
    "unit.rename": gettext_lazy("改了单位名称"),
    "unit.move": gettext_lazy("调整了单位的隶属"),
    "unit.merge": gettext_lazy("合并了单位"),
    "unit.close": gettext_lazy("撤销了单位"),
    "person.create": gettext_lazy("登记了人员"),
    "person.rename": gettext_lazy("改了姓名"),
    "person.password": gettext_lazy("重设了密码"),
    "person.password_reset": gettext_lazy("重设了密码"),
    "person.deactivate": gettext_lazy("停用了人员"),
    "person.reactivate": gettext_lazy("恢复了人员"),
    "person.sign_in": gettext_lazy("登录"),
    "person.sign_out": gettext_lazy("退出"),
    "person.sign_in_refused": gettext_lazy("登录没有成功"),
    "person.sign_in_ended": gettext_lazy("结束了自己的登录"),
    "person.second_step_added": gettext_lazy("加了第二步验证"),
    "person.second_step_removed": gettext_lazy("去掉了第二步验证"),
    "person.second_step_renewed": gettext_lazy("换了第二步验证"),
    "person.second_steps_taken_away": gettext_lazy("取消了别人的第二步验证"),
    "post.create": gettext_lazy("设了岗位"),
    "post.edit": gettext_lazy("改了岗位"),
    "post.appoint": gettext_lazy("安排了任职"),
    "post.end": gettext_lazy("结束了任职"),
    "post.delegate": gettext_lazy("安排了代理"),
    "post.end_delegation": gettext_lazy("提前结束了代理"),
    "task.excuse": gettext_lazy("准予任务免办"),
    "task.reinstate": gettext_lazy("撤回了任务免办"),
    "task.extend": gettext_lazy("准予任务延期"),
    "task.sign_off": gettext_lazy("签字办结了任务"),
    "task.hand_over": gettext_lazy("把任务交给了别人"),
    "task.open": gettext_lazy("记录单冲销，任务重开"),
    "task.recorded": gettext_lazy("任务办了一部分"),
    "task.done": gettext_lazy("任务办完了"),
    "task.make": gettext_lazy("记录单入账，排出后续任务"),
    "task.withdraw": gettext_lazy("记录单冲销，撤下后续任务"),
    "ledger.accrue": gettext_lazy("记下任务和问题办得怎样"),
    "tasks.generate": gettext_lazy("排了任务"),
    "tasks.hand_over": gettext_lazy("一起移交了任务"),
    "pack.adopt": gettext_lazy("启用了体系包"),
    "person.reminders": gettext_lazy("改了自己的提醒设置"),
    "person.feed": gettext_lazy("换了或停用了自己的日历地址"),
    "book.terms": gettext_lazy("改了任务提醒的天数"),
    "book.findings_from": gettext_lazy("定了从哪天起管问题"),
    "task.escalate": gettext_lazy("把过期的任务报给上一级"),
    "finding.report": gettext_lazy("登记了问题"),
    "finding.classify": gettext_lazy("改了问题的类别或程度"),
    "finding.assign": gettext_lazy("派办了问题"),
    "finding.begin": gettext_lazy("开始整改"),
    "finding.measure": gettext_lazy("定了整改措施"),
    "finding.finish_measure": gettext_lazy("做完了整改措施"),
    "finding.analyse": gettext_lazy("写了问题的原因和举措"),
    "finding.show_before": gettext_lazy("放了整改前的佐证"),
    "finding.show_after": gettext_lazy("放了整改后的佐证"),
    "finding.submit": gettext_lazy("提交了验收"),
    "finding.send_back": gettext_lazy("退回重改"),
    "finding.verify": gettext_lazy("验收了问题"),
    "finding.close": gettext_lazy("给问题销号"),
    "finding.fall_due": gettext_lazy("到了回头看的日子"),
    "finding.confirm": gettext_lazy("回头看，没有反弹"),
    "finding.recur": gettext_lazy("回头看反弹，用原来的编号重开"),
    "finding.extend": gettext_lazy("准予问题延期"),
    "finding.suspend": gettext_lazy("中止了整改"),
    "finding.resume": gettext_lazy("恢复了整改"),
    "finding.transfer": gettext_lazy("把问题转给别的单位"),
    "finding.accept": gettext_lazy("接收了转来的问题"),
    "finding.refuse": gettext_lazy("没有接收转来的问题"),
    "finding.drop_transfer": gettext_lazy("撤回了转办"),
    "finding.decide": gettext_lazy("裁定了由谁整改"),
    "finding.merge": gettext_lazy("合并了问题"),
    "finding.take_in": gettext_lazy("并入了另一个问题"),
    "finding.split": gettext_lazy("拆分了问题"),
    "finding.doubt": gettext_lazy("提出不算问题"),
    "finding.dismiss": gettext_lazy("同意不算问题"),
    "finding.uphold": gettext_lazy("认定还是问题"),
    "finding.withdraw": gettext_lazy("记录单冲销，撤下问题"),
    "finding.sheet_reversed": gettext_lazy("记录单冲销，问题留下"),
    "finding.take_over": gettext_lazy("重记的记录单接着用原来的问题"),
    "finding.escalate": gettext_lazy("把过期的问题报给上一级"),
    "matter.make": gettext_lazy("记录单入账，列出要办的事"),
    "matter.hand": gettext_lazy("把事交给人办"),
    "matter.finish": gettext_lazy("办完了事"),
    "matter.reopen": gettext_lazy("重新办"),
    "matter.drop": gettext_lazy("不再办"),
    "matter.withdraw": gettext_lazy("记录单冲销，撤下要办的事"),
    "book.hook": gettext_lazy("改了提醒网关"),
    "job.run": gettext_lazy("让后台任务现在就做"),
    "book.create": gettext_lazy("开立了账套"),
    "calendar.import": gettext_lazy("录入了放假通知"),
    "inspection.draft": gettext_lazy("起草了检查"),
    "inspection.change": gettext_lazy("改了检查计划"),
    "inspection.approve": gettext_lazy("批准了检查"),
    "inspection.start": gettext_lazy("开始了检查"),
    "inspection.finish": gettext_lazy("结束了检查"),
    "inspection.cancel": gettext_lazy("取消了检查"),
    "draw.begin": gettext_lazy("准备抽取"),
    "draw.pool": gettext_lazy("改了抽取的名单"),
    "draw.findings": gettext_lazy("从待回头看的问题里取了名单"),
    "draw.weigh": gettext_lazy("按数定了权重"),
    "draw.settle": gettext_lazy("改了名额或种子的来源"),
    "draw.inspectors": gettext_lazy("改了检查人的名单"),
    "draw.recuse": gettext_lazy("添了一条回避"),
    "draw.unrecuse": gettext_lazy("去掉了一条回避"),
    "draw.publish": gettext_lazy("封存了抽取的名单"),
    "draw.commit": gettext_lazy("为抽取承诺了一段话"),
    "draw.reveal": gettext_lazy("公开了承诺的话"),
    "draw.state": gettext_lazy("填写了公开的数"),
    "draw.confirm": gettext_lazy("核对公开的数，抽定了"),
    "draw.take_back": gettext_lazy("收回了填写的数"),
    "draw.void": gettext_lazy("作废了一次抽取"),
    "draw.redraw": gettext_lazy("不用一次抽取的结果，重抽"),
    "round.make": gettext_lazy("安排了一次现场检查或自查"),
    "round.answer": gettext_lazy("答了检查表的一项"),
    "round.photo": gettext_lazy("放了一张现场照片"),
    "round.note": gettext_lazy("记了一个当场发现的问题"),
    "round.drop": gettext_lazy("去掉了一张照片或一个问题"),
    "round.statement": gettext_lazy("记了被查单位的话"),
    "round.finish": gettext_lazy("查完了"),
    "round.acknowledge": gettext_lazy("签认了检查结果"),
    "round.call_off": gettext_lazy("不查了"),
}
# What an event adds that is worth a word, by the name it has there.
FACTS = {
    "reason": gettext_lazy("原因：%s"),
    "note": gettext_lazy("意见：%s"),
    "step": gettext_lazy("第%s步"),
    "cycle": gettext_lazy("第%s次提交"),
    "occurred_on": gettext_lazy("发生在%s"),
    "on": gettext_lazy("自%s起"),
    "name": gettext_lazy("名称：%s"),
    "start": gettext_lazy("自%s起"),
    "last_day": gettext_lazy("到%s止"),
    "position": gettext_lazy("数到第%s笔"),
}


@dataclass(frozen=True)
class Told:
    """One event for people."""

    seq: int
    at: datetime
    who: str
    what: str
    subject: str
    address: str
    facts: Sequence[str]
    proof: str


def told(book: Book, events: Sequence[Event]) -> list[Told]:
    """The events of a page as sentences. A fixed number of queries."""
    names = _names(book, {ref for event in events for ref in (event.actor, event.subject)})
    words = opened(value for event in events for value in event.data.values())
    return [_told(event, names, words) for event in events]


def _told(event: Event, names: Mapping[str, str], words: Mapping[str, str]) -> Told:
    return Told(
        seq=event.leaf.seq,
        at=event.at,
        who=names.get(event.actor, event.actor),
        what=str(VERBS.get(event.verb, event.verb)),
        subject="" if event.subject == event.actor else _named(event.subject, names),
        address=_address(event.subject),
        facts=list(_facts(event.data, words)),
        proof=reverse("web:proof", args=(event.leaf.seq,)),
    )


def _facts(data: Mapping[str, Any], words: Mapping[str, str]) -> Iterable[str]:
    if "first" in data:
        yield _positions(data["first"], data["last"])
    for name, said in FACTS.items():
        if name in data:
            value = data[name]
            if read(value):
                value = words.get(value, _("（文字已抹除）"))
            yield str(said) % value


def _positions(first: int, last: int) -> str:
    if first == last:
        return _("第%(first)s笔") % {"first": first}
    return _("第%(first)s至%(last)s笔") % {"first": first, "last": last}


def _names(book: Book, refs: set[str]) -> dict[str, str]:
    """What people call those of `refs` that have a name of their own."""
    found: dict[str, str] = {}
    people = Person.objects.filter(book=book, username__in=_ids(refs, "person"))
    found |= {f"person:{username}": name for username, name in people.values_list("username", "name")}
    units = Unit.objects.filter(book=book, code__in=_ids(refs, "unit"))
    found |= {f"unit:{code}": name for code, name in units.values_list("code", "name")}
    posts = Post.objects.filter(unit__book=book, pk__in=[one for one in _ids(refs, "post") if one.isdigit()])
    found |= {f"post:{pk}": name for pk, name in posts.values_list("pk", "name")}
    return found


def _ids(refs: set[str], kind: str) -> list[str]:
    return [rest for ref in refs for sort, _colon, rest in [ref.partition(":")] if sort == kind]


def _named(ref: str, names: Mapping[str, str]) -> str:
    if ref in names:
        return names[ref]
    kind, _colon, rest = ref.partition(":")
    said = {"record": _("第%s号"), "report": _("第%s号"), "inspection": _("第%s号")}.get(kind, "%s")
    return said % rest


def _address(ref: str) -> str:
    kind, _colon, rest = ref.partition(":")
    return reverse("ledger:record", args=(int(rest),)) if kind == "record" and rest.isdigit() else ""


def day_said(day: date) -> str:
    """A day as the pages print it."""
    if (get_language() or "").startswith("en"):
        return f"{day.day} {day:%b %Y}"
    return f"{day.year}年{day.month}月{day.day}日"
