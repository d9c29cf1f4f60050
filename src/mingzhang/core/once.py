"""Answers that hold while one page is read: what a page asks twice, it asks the database once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """Within this block nothing is written, so that each question that is marked `once` has one answer."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def once(question: Callable[P, R]) -> Callable[P, R]:
    """A question with hashable arguments, answered once within `reading`; outside, each time anew. What it answers
    must not be changed by those who asked."""

    @wraps(question)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        known = _answers.get()
        if known is None:
            return question(*args, **kwargs)
        key = (question, args, tuple(sorted(kwargs.items())))
        if key not in known:
            known[key] = question(*args, **kwargs)
        found: R = known[key]
        return found

    return answer
