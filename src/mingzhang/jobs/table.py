"""Every job there is, in one table: a line adds one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mingzhang.core.errors import NotFound
from mingzhang.jobs import work


@dataclass(frozen=True)
class Job:
    """A job by the clock. `cron` is in UTC (China is eight hours ahead), `often` says the same in words. Of a job
    whose time came while no worker was there, the newest time within a day is made up for."""

    name: str
    title: Promise
    cron: str
    often: Promise
    run: Callable[[], str]


TABLE: tuple[Job, ...] = (
    Job("log.day", _("签检查点、核对账本"), "10 * * * *", _("每天一次，每小时看一回"), work.keep_day),
    Job("notices.send", _("发提醒"), "* * * * *", _("每分钟"), work.notify),
    Job("tasks.make", _("排任务"), "10 17 * * *", _("每天1:10"), work.make_tasks),
    Job("tasks.remind", _("提醒任务和问题、过期的报给上一级"), "10 22 * * *", _("每天6:10"), work.remind),
    Job(
        "findings.keep",
        _("问题的期限和回头看"),
        "20 22 * * *",
        _("每天6:20"),
        work.keep_findings,
    ),
    Job("rollups.fold", _("积累大单位的数"), "40 * * * *", _("每小时"), work.fold_rollups),
    Job("sign-ins.clear", _("清掉过期的登录"), "20 18 * * *", _("每天2:20"), work.clear_sign_ins),
    Job("jobs.prune", _("清掉旧的运行记录和提醒"), "50 18 * * *", _("每天2:50"), work.prune),
)


def job_named(name: str) -> Job:
    """Raises NotFound."""
    found = next((job for job in TABLE if job.name == name), None)
    if found is None:
        raise NotFound(
            gettext("没有叫“%(name)s”的后台任务。") % {"name": name[:40]},
            remedy=gettext("有这些：%(names)s。") % {"names": "、".join(job.name for job in TABLE)},
        )
    return found
