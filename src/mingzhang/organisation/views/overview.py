"""The front page of the settings, and what each role may do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mingzhang.organisation import queries
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import PERMISSION_NAMES, ROLE_NAMES, ROLES, Permission

ALARMS = 20


@require_safe
@placed(Permission.UNIT_MANAGE)
def settings(request: HttpRequest, place: Place) -> HttpResponse:
    """What there is to arrange, and what has been left without an owner."""
    book = place.person.book
    vacant = place.scope.filter(queries.vacant_posts(book), book="unit__book")
    expired = place.scope.filter(queries.expired_delegations(book), field="post__unit", book="post__unit__book")
    context = {
        "vacant": list(vacant[: ALARMS + 1]),
        "expired": list(expired[: ALARMS + 1]),
        "alarms": ALARMS,
        "packs": queries.packs_in_force(book),
        "installs": Permission.PACK_INSTALL in place.held,
    }
    return render(request, "organisation/settings.html", context)


@require_safe
@placed(Permission.UNIT_MANAGE)
def roles(request: HttpRequest, place: Place) -> HttpResponse:
    """Which role may do what."""
    rows = [(name, [permission in ROLES[role] for role in ROLES]) for permission, name in PERMISSION_NAMES.items()]
    return render(request, "organisation/roles.html", {"roles": ROLE_NAMES.values(), "rows": rows})
