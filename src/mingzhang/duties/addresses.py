"""Where tasks are looked at."""

from __future__ import annotations

from urllib.parse import urlencode

from mingzhang.ui.addresses import path_of


def task_page(task: int) -> str:
    """The page of a task."""
    return path_of("duties:task", task)


def late_tasks(unit: str) -> str:
    """What is late in a unit and below, as a list."""
    return f"{path_of('duties:list')}?{urlencode({'unit': unit, 'whose': 'below', 'state': 'late'})}"
