"""Deciding: passing and returning what was handed in, posting, and taking back what was posted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.ledger import actions, queries
from mingzhang.ledger.addresses import new_sheet
from mingzhang.ledger.comparing import comparison_of
from mingzhang.ledger.models import Record
from mingzhang.ledger.queueing import Queue
from mingzhang.ledger.record_page import Given
from mingzhang.ledger.views.reading import show_record
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.ui.addresses import local


@require_safe
@placed(Permission.RECORD_REVIEW)
def queue(request: HttpRequest, place: Place) -> HttpResponse:
    """What waits for this person's review."""
    asked = Queue(place, request.GET)
    context = {
        "asked": asked,
        "rows": list(asked.rows()),
        "pages": asked.pages,
        "kinds": asked.kinds(),
        "units": asked.units(),
        "most_at_once": actions.MOST_AT_ONCE,
    }
    return render(request, "ledger/queue.html", context)


@require_POST
@placed(Permission.RECORD_VIEW)
def pass_(request: HttpRequest, place: Place, record_id: int) -> HttpResponse:
    """Take the review step that is due."""
    note = request.POST.get("note", "")

    def act(record: Record) -> str:
        done = actions.review_record(record=record, passed=True, note=note, by=place.person)
        return _("“%(title)s”审核通过。") % {"title": done.title}

    return _decide(request, place, record_id, act, Given("pass", note))


@require_POST
@placed(Permission.RECORD_VIEW)
def return_(request: HttpRequest, place: Place, record_id: int) -> HttpResponse:
    """Return a sheet under review, or one that was accepted, with what is to be mended."""
    lines = _lines(request.POST)
    remarks = _joined(lines)
    note = remarks.pop("", "")

    def act(record: Record) -> str:
        if record.state == "accepted":
            actions.send_back_record(record=record, note=note, remarks=remarks, by=place.person)
        else:
            actions.review_record(record=record, passed=False, note=note, remarks=remarks, by=place.person)
        return _("“%(title)s”已退回%(author)s修改。") % {"title": record.title, "author": record.created_by.name}

    return _decide(request, place, record_id, act, Given("return", lines=lines))


@require_POST
@placed(Permission.RECORD_VIEW)
def post(request: HttpRequest, place: Place, record_id: int) -> HttpResponse:
    """Post one accepted record."""

    def act(record: Record) -> str:
        return _posted(actions.post_record(record=record, by=place.person))

    return _decide(request, place, record_id, act, Given("post"))


@require_POST
@placed(Permission.RECORD_VIEW)
def reverse_(request: HttpRequest, place: Place, record_id: int) -> HttpResponse:
    """Take a posted record back, and at choice go on to write the correct one."""
    reason, again = request.POST.get("reason", ""), "again" in request.POST

    def act(record: Record) -> str:
        positions = actions.reverse_record(record=record, reason=reason, by=place.person)
        return _("已冲销，记在%(where)s。相关的数已经减下来了。") % {"where": _span(positions)}

    after = new_sheet(replaces=record_id) if again else ""
    return _decide(request, place, record_id, act, Given("reverse", reason, again=again), after)


@require_POST
@placed(Permission.RECORD_VIEW)
def post_many(request: HttpRequest, place: Place) -> HttpResponse:
    """Post the records that were chosen in the list, all or none."""
    back = _back(request, reverse("ledger:list"))
    chosen = _chosen(place, request.POST)
    try:
        positions = actions.post_records(records=chosen, by=place.person)
    except (StateRefused, InvalidInput, NotAllowed) as refusal:
        messages.warning(request, _("一张都没有入账。%(why)s") % {"why": refusal})
    else:
        count = len(chosen)
        said = ngettext("%(count)s张入账，%(where)s。", "%(count)s张入账，%(where)s。", count)
        messages.success(request, said % {"count": count, "where": _span(positions)})
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.RECORD_REVIEW)
def batch(request: HttpRequest, place: Place) -> HttpResponse:
    """Look through several sheets of one kind side by side, and pass them in one go."""
    given = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(place, given)
    back = Queue(place, QueryDict(given.get("queue", ""))).address()
    done = None
    if request.method == "POST":
        done = actions.review_records(records=chosen, note=given.get("note", ""), by=place.person)
        _tell_passed(request, len(done.passed))
        if not done.refused:
            return redirect(back)
        chosen = [record for record, _refusal in done.refused]
    context = {"shown": comparison_of(place, chosen), "done": done, "back": back, "queue": given.get("queue", "")}
    return render(request, "ledger/batch.html", context)


def _tell_passed(request: HttpRequest, count: int) -> None:
    if count:
        said = ngettext("%(count)s张审核通过。", "%(count)s张审核通过。", count)
        messages.success(request, said % {"count": count})


def _decide(
    request: HttpRequest,
    place: Place,
    record_id: int,
    act: Callable[[Record], str],
    given: Given,
    after: str = "",
) -> HttpResponse:
    """Do it, say so, and go on: to `after`, to the next in the queue, or to the record as it now is. When another
    was faster, or the button was pressed twice, the record's page says how it stands."""
    record = queries.record_by_id(place.person, record_id)
    page = reverse("ledger:record", args=(record.pk,))
    try:
        said = act(record)
    except InvalidInput as problem:
        return show_record(request, place, record, given.refused(problem), problem.status)
    except StateRefused as refusal:
        messages.warning(request, str(refusal))
        return _go(request, page)
    messages.success(request, said)
    return _go(request, after or _next(request, place, record) or page)


def _next(request: HttpRequest, place: Place, record: Record) -> str:
    asked = request.POST.get("queue")
    return "" if asked is None else Queue(place, QueryDict(asked)).after(record)


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect, also for htmx, which would follow an ordinary one into the panel."""
    if "HX-Request" in request.headers:
        response = HttpResponse()
        response["HX-Redirect"] = address
        return response
    return redirect(address)


def _back(request: HttpRequest, otherwise: str) -> str:
    return local(request, request.POST.get("next", "")) or otherwise


def _lines(form: QueryDict) -> list[tuple[str, str]]:
    """What was written beside places on the sheet; lines without a text are no remarks."""
    pairs = zip(form.getlist("place"), form.getlist("said"), strict=False)
    return [(place, text) for place, text in pairs if text.strip()]


def _joined(lines: Sequence[tuple[str, str]]) -> dict[str, str]:
    """By place; what is said of the sheet as a whole stands under the empty one."""
    joined: dict[str, str] = {}
    for place, text in lines:
        joined[place] = f"{joined[place]}\n{text}" if place in joined else text
    return joined


def _chosen(place: Place, form: QueryDict) -> list[Record]:
    """The records ticked in a list, of those that the person may see. Raises NotFound for any other."""
    numbers = dict.fromkeys(int(text) for text in form.getlist("record") if text.isascii() and text.isdigit())
    return queries.records_by_ids(place.person, list(numbers)[: actions.MOST_AT_ONCE + 1])


def _posted(positions: range) -> str:
    return _("已入账，%(where)s。") % {"where": _span(positions)}


def _span(positions: range) -> str:
    first, last = f"{positions[0]:,}", f"{positions[-1]:,}"
    if first == last:
        return _("第%(seq)s笔") % {"seq": first}
    return _("第%(first)s至%(last)s笔") % {"first": first, "last": last}
