"""Addresses of pages: what a page leads to many times, and what a form may lead to."""

from functools import lru_cache

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


@lru_cache(maxsize=10_000)
def path_of(view: str, *args: object) -> str:
    """The path of a page, as `reverse` says it, remembered: the addresses of this site never change while it runs.
    `args` are numbers and words. Raises NoReverseMatch."""
    return reverse(view, args=args)


def local(request: HttpRequest, address: str) -> str:
    """`address` when it stays on this site, else nothing."""
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return ""
