"""Reading: the account of a unit and period, and one record with all that belongs to it."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mingzhang.core.errors import NotFound
from mingzhang.ledger import listing, queries
from mingzhang.ledger.evidence import display_image, open_verified
from mingzhang.ledger.models import Entry, Evidence, Record, RecordEvidence
from mingzhang.ledger.posting import behind
from mingzhang.ledger.record_page import Asked, Given, context_of
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import check_can
from mingzhang.packs.schema import Kind

THUMBNAIL = 400
A_DAY = 24 * 3600


@require_safe
@placed(Permission.RECORD_VIEW)
def ledger(request: HttpRequest, place: Place) -> HttpResponse:
    """What a unit and those below it recorded in a period: posted, by position and with totals, or on its way."""
    asked, kinds = listing.Asked(place, request.GET), listing.kinds_of(place.unit.book)
    shown = _account(place, asked, kinds) if asked.state == "posted" else _open(place, asked, kinds)
    context: dict[str, object] = {
        "asked": asked,
        "tabs": listing.tabs_of(place, asked, shown.pop("posted", None)),
        "kinds": listing.choices_of(kinds, asked),
        "clear": f"{reverse('ledger:list')}?{place.query}",
        **shown,
    }
    return render(request, "ledger/list.html", context)


def _account(place: Place, asked: listing.Asked, kinds: dict[str, Kind]) -> dict[str, Any]:
    page = queries.ledger_page(place.scope, asked.filters(), page=asked.page, size=listing.SIZE)
    return {
        "posted": None if page.capped or asked.active else page.count,
        "rows": list(listing.account_rows(page, kinds)),
        "measures": listing.measure_names(page),
        "before": listing.line_of(page, page.before) if page.number > 1 else None,
        "here": listing.line_of(page, page.here),
        "carried": listing.line_of(page, page.carried) if page.number < page.pages else None,
        "total": listing.line_of(page, page.total),
        "pages": asked.pages(page.number, page.pages),
        "capped": queries.MOST_COUNTED if page.capped else 0,
    }


def _open(place: Place, asked: listing.Asked, kinds: dict[str, Kind]) -> dict[str, Any]:
    records, count = queries.records_page(
        place.scope, asked.filters(), asked.state, page=asked.page, size=listing.SIZE
    )
    pages = max(1, -(-count // listing.SIZE))
    return {
        "rows": list(listing.open_rows(records, kinds)),
        "pages": asked.pages(min(asked.page, pages), pages),
        "may_post": asked.state == "accepted" and Permission.RECORD_POST in place.held,
    }


@require_safe
@placed(Permission.RECORD_VIEW)
def record(request: HttpRequest, place: Place, record_id: int) -> HttpResponse:
    """One record: as a page, or as a part for the side panel."""
    return show_record(request, place, queries.record_by_id(place.person, record_id))


def show_record(
    request: HttpRequest, place: Place, found: Record, given: Given | None = None, status: int = 200
) -> HttpResponse:
    """The page of a record, or its part for the side panel; with what was `given` in one of its forms when that was
    refused."""
    asked = (request.POST if request.method == "POST" else request.GET).get("queue")
    context = context_of(place, found, Asked(asked, given or Given()))
    part = "HX-Request" in request.headers
    response = render(request, "ledger/record_part.html" if part else "ledger/record.html", context, status=status)
    response["Vary"] = "HX-Request"
    return response


@require_safe
@placed(Permission.RECORD_VIEW)
def entry(request: HttpRequest, place: Place, seq: int) -> HttpResponse:
    """Position `seq` of the person's book: leads to the record it was posted from, or to what else is behind it."""
    found = place.scope.filter(Entry.objects.filter(seq=seq)).select_related("kind").first()
    address = _behind(found) if found else ""
    if not address:
        raise NotFound(_("没有找到第%(seq)s笔。") % {"seq": seq}, remedy=_("请核对账位，或换一个单位。"))
    return redirect(address)


def _behind(found: Entry) -> str:
    if found.record_id is None:
        return behind(found)
    return f"{reverse('ledger:record', args=(found.record_id,))}#entry-{found.seq}"


@require_safe
@placed(Permission.RECORD_VIEW)
def evidence(request: HttpRequest, place: Place, record_id: int, evidence_id: int) -> HttpResponseBase:
    """A file as it was given, checked against its digest; always saved, never shown by the browser."""
    use = evidence_of(place, record_id, evidence_id)
    return as_given(use.evidence, use.name)


@require_safe
@placed(Permission.RECORD_VIEW)
def picture(request: HttpRequest, place: Place, record_id: int, evidence_id: int) -> HttpResponseBase:
    """A small JPEG made anew from an image."""
    use = evidence_of(place, record_id, evidence_id)
    return as_picture(use.evidence, THUMBNAIL)


def evidence_of(place: Place, record_id: int, evidence_id: int) -> RecordEvidence:
    """Raises NotFound for a record that the person may not see, NotAllowed when it is its evidence that they may
    not."""
    found: Record = queries.record_by_id(place.person, record_id)
    check_can(place.person, Permission.EVIDENCE_VIEW, found.unit)
    uses = RecordEvidence.objects.filter(record=found, evidence_id=evidence_id).select_related(
        "record__unit", "evidence__image"
    )
    if (use := uses.first()) is None:
        raise NotFound(_("这张记录单没有这份佐证。"))
    return use


def as_given(evidence: Evidence, name: str) -> HttpResponseBase:
    """The bytes of a file, to be saved under `name`."""
    file = open_verified(evidence)
    return guarded(FileResponse(file, as_attachment=True, filename=name, content_type=evidence.media_type))


def as_picture(evidence: Evidence, longest: int) -> HttpResponseBase:
    """A JPEG made anew from an image, `longest` pixels on its longer side."""
    response = HttpResponse(display_image(evidence, longest=longest), content_type="image/jpeg")
    response["Cache-Control"] = f"private, max-age={A_DAY}"
    return guarded(response)


def guarded(response: HttpResponseBase) -> HttpResponseBase:
    """Whatever the bytes are, the browser neither guesses their type nor runs anything in them."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
