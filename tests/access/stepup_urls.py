"""The addresses of the site, and one that asks once more."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from mingzhang.config.urls import handler403, handler404, handler500  # noqa: F401, TID251
from mingzhang.config.urls import urlpatterns as site  # noqa: TID251
from mingzhang.organisation.stepup import recently_authenticated


@recently_authenticated
def seal(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.method} {request.POST.get('note')} {request.GET.get('unit')}")


urlpatterns = [*site, path("seal/", seal)]
