"""What someone sees who has been refused too often."""

from __future__ import annotations

from math import ceil

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mingzhang.access import queries
from mingzhang.access.addresses import client_address
from mingzhang.core import clock


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, str] | None
) -> HttpResponse:
    """The page that says how long to wait. It is the same for names that are nobody's."""
    username = (credentials or {}).get("username") or ""
    left = queries.locked_until(username, client_address(request)) - clock.now()
    minutes = max(1, ceil(left.total_seconds() / 60))
    return render(request, "access/locked.html", {"minutes": minutes}, status=429)


def is_locked(request: HttpRequest, username: str) -> bool:
    """Whether this name has been refused too often from this address. The answer is remembered for this request, so
    that `locked_out` is what it gets."""
    credentials = {"username": username}
    if AxesProxyHandler.is_allowed(request, credentials):
        return False
    request.axes_locked_out = True  # type: ignore[attr-defined]  # read by axes' middleware
    request.axes_credentials = credentials  # type: ignore[attr-defined]
    return True


def count_wrong_code(request: HttpRequest, username: str) -> None:
    """A wrong code counts like a wrong password."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)
