"""What came of an inspection: its result, and what each number of it was counted from."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mingzhang.core.errors import NotFound
from mingzhang.inspections import flows, queries
from mingzhang.inspections.counted import Wanted
from mingzhang.inspections.models import Inspection
from mingzhang.inspections.result_page import ResultPage
from mingzhang.inspections.result_words import draws_said, limits_of
from mingzhang.inspections.saying import INSPECTION_LOOKS
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission

MOST_LISTED = 1_000


@require_safe
@placed(Permission.INSPECTION_VIEW)
def result(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """What was seen, object by object and item by item, and what became of it."""
    found = started(place, number)
    page = ResultPage(found, place)
    context = {
        "inspection": found,
        "page": page,
        "outcome": page.outcome,
        "findings": page.findings(page.outcome.findings),
        "followed": page.findings(page.outcome.followed),
        "draws": draws_said(found),
        "limits": list(limits_of(page.outcome)),
        "state": flows.INSPECTION.states[found.state],
        "look": INSPECTION_LOOKS[found.state],
        "is_public": queries.public().filter(pk=found.pk).exists(),
    }
    return render(request, "inspections/result.html", context)


@require_safe
@placed(Permission.INSPECTION_VIEW)
def counted(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """The rounds, answers or findings that a number was counted from."""
    found = started(place, number)
    page, wanted = ResultPage(found, place), Wanted.asked(request.GET)
    lines, count = _listed(page, wanted)
    context = {
        "inspection": found,
        "of": wanted.of,
        "outcome": page.outcome,
        "tokens": list(wanted.tokens(page.outcome)),
        "count": count,
        "capped": count > MOST_LISTED,
        "most": MOST_LISTED,
        "lines": lines,
        "back": f"{reverse('inspections:result', args=(found.pk,))}?{place.query}",
    }
    return render(request, "inspections/counted.html", context)


def _listed(page: ResultPage, wanted: Wanted) -> tuple[Sequence[object], int]:
    """What is asked for, at most MOST_LISTED of it, and how many there are."""
    if wanted.of == "answers":
        answers = wanted.answers(page.outcome)
        return page.answers(answers[:MOST_LISTED]), len(answers)
    if wanted.of == "rounds":
        rounds = wanted.rounds(page.outcome)
        return [page.object_line(one) for one in rounds[:MOST_LISTED]], len(rounds)
    findings = wanted.followed(page.outcome) if wanted.of == "followed" else wanted.findings(page.outcome)
    return page.findings(findings[:MOST_LISTED]), len(findings)


def started(place: Place, number: int) -> Inspection:
    """Raises NotFound before it has started: there is no result then."""
    found = queries.inspection_by_id(place.person, number)
    if found.started_at is None:
        raise NotFound(_("检查还没有开始，没有结果。"))
    return found
