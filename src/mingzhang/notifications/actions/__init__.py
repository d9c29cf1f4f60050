"""Every change of what people are told."""

from mingzhang.notifications.actions.feeding import count_asked, make_feed, revoke_feed
from mingzhang.notifications.actions.reminding import remind_of_findings, remind_of_tasks, tell_all, tell_orphans
from mingzhang.notifications.actions.telling import (
    choose,
    collect,
    deliver,
    digest,
    forget_old,
    read,
    set_hook,
    tell,
    tell_watchers,
)

__all__ = [
    "choose",
    "collect",
    "count_asked",
    "deliver",
    "digest",
    "forget_old",
    "make_feed",
    "read",
    "remind_of_findings",
    "remind_of_tasks",
    "revoke_feed",
    "set_hook",
    "tell",
    "tell_all",
    "tell_orphans",
    "tell_watchers",
]
