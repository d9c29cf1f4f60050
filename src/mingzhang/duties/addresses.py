"""Where tasks are looked at."""

from __future__ import annotations

from urllib.parse import urlencode

TASKS = "/tasks/"


def task_page(task: int) -> str:
    """The page of a task."""
    return f"{TASKS}{task}/"


def late_tasks(unit: str) -> str:
    """What is late in a unit and below, as a list."""
    return f"{TASKS}?{urlencode({'unit': unit, 'whose': 'below', 'state': 'late'})}"
