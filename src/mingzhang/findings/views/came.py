"""What came of a sheet, and what is done about the matters that it decided."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mingzhang.core.errors import InvalidInput, NotFound, StateRefused
from mingzhang.findings import actions
from mingzhang.findings.came_page import context_of
from mingzhang.findings.choosing import person_said
from mingzhang.findings.finding_page import Given
from mingzhang.findings.models import Matter
from mingzhang.ledger import queries as ledger
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission


@require_safe
@placed(Permission.RECORD_VIEW)
def came_of(request: HttpRequest, place: Place, record_id: int) -> HttpResponse:
    """The rows of a sheet, what each became, and how that stands."""
    return _show(request, place, ledger.record_by_id(place.person, record_id))


def _show(
    request: HttpRequest, place: Place, record: Record, given: Given | None = None, status: int = 200
) -> HttpResponse:
    context = context_of(place, record, given or Given())
    return render(request, "findings/came_of.html", context, status=status)


@require_POST
@placed(Permission.RECORD_VIEW)
def decide(request: HttpRequest, place: Place, matter_id: int, verb: str) -> HttpResponse:
    """Hand a matter to somebody, say that it was seen to, and the like."""
    found = Matter.objects.filter(book=place.person.book_id, pk=matter_id).select_related("record").first()
    if found is None or verb not in VERBS:
        raise NotFound(_("没有找到这件事。"))
    record = ledger.record_by_id(place.person, found.record_id)
    try:
        said = VERBS[verb](found, request.POST, place.person)
    except (InvalidInput, StateRefused) as refusal:
        given = Given.of(f"{found.pk}-{verb}", request.POST, str(refusal))
        return _show(request, place, record, given, refusal.status)
    messages.success(request, said)
    return redirect(f"{reverse('findings:came_of', args=(record.pk,))}#m{found.pk}")


def _hand(matter: Matter, form: QueryDict, by: Person) -> str:
    to = person_said(by, form.get("to", ""))
    actions.hand_matter(matter=matter, to=to, by=by)
    return _("交给%(name)s办了。") % {"name": to.name}


def _finish(matter: Matter, form: QueryDict, by: Person) -> str:
    actions.finish_matter(matter=matter, result=form.get("reason", ""), by=by)
    return _("这件事办完了。")


def _reopen(matter: Matter, form: QueryDict, by: Person) -> str:
    actions.reopen_matter(matter=matter, reason=form.get("reason", ""), by=by)
    return _("这件事重新办。")


def _drop(matter: Matter, form: QueryDict, by: Person) -> str:
    actions.drop_matter(matter=matter, reason=form.get("reason", ""), by=by)
    return _("这件事不再办了。")


VERBS: dict[str, Callable[[Matter, QueryDict, Person], str]] = {
    "hand": _hand,
    "finish": _finish,
    "reopen": _reopen,
    "drop": _drop,
}
