"""Files that the browser saves."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

from django.http.response import HttpResponseBase

R = TypeVar("R", bound=HttpResponseBase)


def saved(response: R, name: str) -> R:
    """A response that is saved under a name in any language (RFC 6266), never shown."""
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
