"""Where a request is led before anything else: an installation without a book to its set-up, a person with a
password for one sign-in to choosing their own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse

from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import needs_setup

# What works at any time: the switches of the browser at hand, and the way out.
ALWAYS = {"set_language", "web:type_size", "web:sign_out"}


class GateMiddleware:
    """Whoever is signed in has a book: only for others is it asked whether there is one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        gate = _gate_of(request)
        if gate and _view_of(request) not in ALWAYS | {gate}:
            return _lead(request, reverse(gate))
        return self.get_response(request)


def _gate_of(request: HttpRequest) -> str:
    if SESSION_KEY not in request.session:
        return "web:setup" if needs_setup() else ""
    person = request.user
    return "access:password" if isinstance(person, Person) and person.must_change_password else ""


def _view_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _lead(request: HttpRequest, address: str) -> HttpResponse:
    if "HX-Request" in request.headers:
        page = HttpResponse()
        page["HX-Redirect"] = address
        return page
    return redirect(address)
