"""Short how-to's inside the product, and whom to ask."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mingzhang.core.errors import NotFound
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.queries import holders
from mingzhang.organisation.roles import Permission

TOPICS = {
    "clerk": gettext_lazy("经办人：记一笔"),
    "reviewer": gettext_lazy("审核人：审核和入账"),
    "leader": gettext_lazy("领导：看数和报告"),
    "auditor": gettext_lazy("审计：核对"),
    "administrator": gettext_lazy("管理员：单位和人员"),
    "keys": gettext_lazy("按键、大字和打印"),
    "boundary": gettext_lazy("明账不做什么"),
}
ADMINISTRATORS = 6


@require_safe
@placed(Permission.FIGURES_VIEW)
def help(request: HttpRequest, place: Place, topic: str = "clerk") -> HttpResponse:
    """One of the how-to's, with the others beside it and the administrators of the unit at hand."""
    if topic not in TOPICS:
        raise NotFound(_("没有这一页帮助。"))
    context = {
        "topic": topic,
        "name": TOPICS[topic],
        "topics": TOPICS,
        "template": f"web/help/{topic}.html",
        "administrators": holders("administrator", place.unit)[:ADMINISTRATORS],
    }
    return render(request, "web/help.html", context)
