"""Large type: what the person chose, wherever they sign in; before that, what this browser was told last."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from mingzhang.organisation.models import Person

COOKIE, LARGE = "size", "large"
A_YEAR = 366 * 24 * 3600


def is_large(request: HttpRequest) -> bool:
    """Whether pages are shown in large type."""
    person = getattr(request, "user", None)
    if isinstance(person, Person) and person.large_type is not None:
        return person.large_type
    return told(request)


def told(request: HttpRequest) -> bool:
    """What the browser says: all there is where nobody is signed in, or where the database may be away."""
    return request.COOKIES.get(COOKIE) == LARGE


def tell(request: HttpRequest, response: HttpResponseBase, *, large: bool) -> None:
    """Have the browser remember it, for the pages before and without a sign-in."""
    if large:
        response.set_cookie(
            COOKIE, LARGE, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
