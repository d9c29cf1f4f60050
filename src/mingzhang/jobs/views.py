"""The page of the jobs: what ran, what went wrong, and having it done again."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mingzhang.jobs import queries, rules
from mingzhang.jobs.actions import run_now
from mingzhang.jobs.showing import shown, shown_tries, standings, titles
from mingzhang.jobs.table import job_named
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission

SHOWN = 30


@require_safe
@placed(Permission.LOG_VIEW)
def jobs(request: HttpRequest, place: Place) -> HttpResponse:
    """The jobs and, below them, the newest tries."""
    rules.check_user_can_see(place.person)
    name, which = request.GET.get("name", ""), request.GET.get("which", "")
    found = list(queries.tries(name=name, which=which, before=_before(request))[: SHOWN + 1])
    words = rules.words_are_open(place.person)
    asked = {"name": name, "which": which}
    context = {
        "standings": [shown(one, words=words) for one in standings()],
        "workers": queries.workers(),
        "runs": rules.user_can_run(place.person),
        "words": words,
        "tries": shown_tries(found[:SHOWN], words=words),
        "titles": titles(),
        "asked": {**asked, "before": request.GET.get("before", "")},
        "older": f"?{urlencode({**asked, 'before': found[SHOWN - 1].pk})}#tries" if len(found) > SHOWN else "",
    }
    return render(request, "jobs/jobs.html", context)


def _before(request: HttpRequest) -> int | None:
    """What is no number is before nothing."""
    given = request.GET.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 18 else None


@require_POST
@placed(Permission.LOG_VIEW)
def run(request: HttpRequest, place: Place, name: str) -> HttpResponse:
    """Have one of them done now."""
    job = job_named(name)
    run_now(name=job.name, by=place.person)
    messages.success(request, _("“%(job)s”排上队了，一会儿就做。") % {"job": job.title})
    return redirect("jobs:jobs")
