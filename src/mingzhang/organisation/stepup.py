"""Asking once more, before something that a borrowed session must not be enough for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY, is_reauthentication_required
from allauth.core.internal.httpkit import serialize_request
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def recently_authenticated(view: View[P]) -> View[P]:
    """A view that is reached only within ten minutes of a password, code or passkey. Others are asked for it; then
    what they wanted is done, a form sent included (but no files). It stands outside `placed`, or around what a
    view does once it knows that the person may. Whoever comes from the body's own sign-in service, and has neither
    a password nor a second step here, has nothing to be asked for."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated or not is_reauthentication_required(request, app=""):
            return view(request, *args, **kwargs)
        if "HX-Request" in request.headers:
            return _whole_page(request)
        return _asked(request)

    return guarded


def _asked(request: HttpRequest) -> HttpResponse:
    """To the question. A form is kept until it is answered; allauth sends it again to the path it was for."""
    after = request.get_full_path()
    if request.method == "POST":
        request.session[STATE_SESSION_KEY] = {"request": serialize_request(request)}
        after = request.path
    return HttpResponseRedirect(_question(request, after))


def _whole_page(request: HttpRequest) -> HttpResponse:
    """htmx would put the question into a part of the page; from there one comes back to the page itself."""
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    after = shown._replace(scheme="", netloc="", fragment="").geturl() or "/"
    response = HttpResponse()
    response["HX-Redirect"] = _question(request, after)
    return response


def _question(request: HttpRequest, after: str) -> str:
    first = get_adapter(request).get_reauthentication_methods(request.user)[0]
    return f"{first['url']}?{urlencode({'next': after})}"
