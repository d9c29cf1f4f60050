"""What every answer says to the browser, and what is not even read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mingzhang.web import refusals

# Nothing here takes a picture, a place or a sound by itself: a phone's camera is opened by the person, as a file.
PERMISSIONS = ", ".join(
    [
        *(f"{feature}=()" for feature in (
            "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
            "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking",
        )),
        "publickey-credentials-get=(self)",
        "publickey-credentials-create=(self)",
    ]
)  # fmt: skip


class SafetyMiddleware:
    """Headers, and a bound on what is sent to us. A page may be kept by nobody, the browser's own cache included:
    computers of an office are shared. A view that knows better says so in its own Cache-Control."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = _too_large(request) or self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
        return response


def _too_large(request: HttpRequest) -> HttpResponse | None:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit() or int(length[:20]) <= settings.REQUEST_MAX_BYTES:
        return None
    limit = settings.REQUEST_MAX_BYTES >> 20
    return refusals.show(
        request, 413, _("一次提交的内容超过了%(limit)d MB，没有收下。") % {"limit": limit}, _("请分几次提交。")
    )
