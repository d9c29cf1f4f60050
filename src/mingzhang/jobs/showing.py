"""How jobs are said on their page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from mingzhang.jobs.models import Run
from mingzhang.jobs.queries import newest, waiting
from mingzhang.jobs.table import TABLE, Job

STATES = {
    "never": _("还没有做过"),
    "running": _("正在做"),
    "done": _("做好了"),
    "again": _("没做成，会再试"),
    "bad": _("没做成，不再试了"),
}


@dataclass(frozen=True)
class Standing:
    """How one job stands: its newest try, and whether one waits in the queue."""

    job: Job
    last: Run | None
    waits: bool

    @property
    def state(self) -> str:
        """One of STATES."""
        return state_of(self.last) if self.last else "never"


def standings() -> list[Standing]:
    """Every job of the table. Two queries."""
    last, waits = newest([job.name for job in TABLE]), waiting()
    return [Standing(job, last.get(job.name), job.name in waits) for job in TABLE]


def titles() -> Sequence[tuple[str, str]]:
    """The jobs by name, for choosing one."""
    return [(job.name, str(job.title)) for job in TABLE]


def job_title(name: str) -> str:
    """What people call a job; its name, for one that this version no longer has."""
    return dict(titles()).get(name, name)


def shown(standing: Standing, *, words: bool) -> dict[str, Any]:
    """A line of the table of jobs."""
    run = standing.last
    return {
        "name": standing.job.name,
        "title": standing.job.title,
        "often": standing.job.often,
        "state": standing.state,
        "waits": standing.waits,
        "run": run,
        "said": run.said if run and words else "",
    }


def shown_tries(runs: Iterable[Run], *, words: bool) -> list[dict[str, Any]]:
    """The lines of the list of tries."""
    names = dict(titles())
    return [
        {
            "run": run,
            "title": names.get(run.name, run.name),
            "state": state_of(run),
            "said": run.said if words else "",
        }
        for run in runs
    ]


def state_of(run: Run) -> str:
    """What became of it: of one that went wrong, whether it was tried again or is over."""
    if run.outcome in ("failed", "lost"):
        return "again" if run.retry_at or run.settled_at else "bad"
    return run.outcome
