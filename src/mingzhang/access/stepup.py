"""Asking once more, before something that a borrowed session must not be enough for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def recently_authenticated(view: View[P]) -> View[P]:
    """A view that is reached only within ten minutes of a password, code or passkey. Others are asked for it; then
    what they wanted is done, a form sent included. Put it outside `placed`; nobody signed in is left to that."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated or not is_reauthentication_required(request, app=""):
            return view(request, *args, **kwargs)
        if "HX-Request" in request.headers:
            return _whole_page(request)
        raise ReauthenticationRequired

    return guarded


def _whole_page(request: HttpRequest) -> HttpResponse:
    """htmx would put the question into a part of the page; the form is sent again from there afterwards."""
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    after = shown._replace(scheme="", netloc="", fragment="").geturl() or "/"
    response = HttpResponse()
    response["HX-Redirect"] = f"{reverse('account_reauthenticate')}?{urlencode({'next': after})}"
    return response
