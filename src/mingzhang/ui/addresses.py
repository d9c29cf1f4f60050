"""Paths of pages that a page leads to many times."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=10_000)
def path_of(view: str, *args: object) -> str:
    """The path of a page, as `reverse` says it, remembered: the addresses of this site never change while it runs.
    `args` are numbers and words. Raises NoReverseMatch."""
    return reverse(view, args=args)
