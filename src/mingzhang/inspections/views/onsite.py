"""The on-site page: what works on a phone without a network. The shell is the same for everybody who reads the
same language, and says nothing of anybody; what a person takes along comes from `onsite_rounds`."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from mingzhang.inspections import onsite_assets
from mingzhang.organisation.type_size import told

SHELL = "inspections/onsite/shell.html"


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The page as it is kept on phones."""
    return render(request, SHELL, _context(request))


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of this one page: what to keep, under which version, and the program that keeps it."""
    page, address = render_to_string(SHELL, _context(request)), reverse("inspections:onsite")
    kept = {"version": onsite_assets.version_of(page), "shell": address, "files": onsite_assets.addresses()}
    program = json.dumps(static(onsite_assets.WORKER))
    response = HttpResponse(
        f"self.KEPT = {json.dumps(kept)};\nimportScripts({program});\n", content_type="text/javascript"
    )
    response["Service-Worker-Allowed"] = address
    response["Cache-Control"] = "private, no-store"
    return response


def _context(request: HttpRequest) -> dict[str, object]:
    """No session and no person is asked for: what is rendered must not differ from one to the next."""
    english = (get_language() or "").startswith("en")
    return {"large": told(request), "english": english, "zone": settings.TIME_ZONE}
