"""The files that show a finding, before it was corrected and after."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from mingzhang.core.errors import InvalidInput, NotAllowed, NotFound, StateRefused
from mingzhang.findings import actions
from mingzhang.findings.addresses import finding_page
from mingzhang.findings.finding_page import Given, finding_by_id, sees_files
from mingzhang.findings.models import STAGES, Finding, FindingEvidence
from mingzhang.findings.rules import check_user_can_attach
from mingzhang.findings.views.finding import show
from mingzhang.ledger.views.reading import as_given, as_picture
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission

PICTURE = 800


@require_POST
@placed(Permission.FINDING_VIEW)
def attach(request: HttpRequest, place: Place, finding_id: int, stage: str) -> HttpResponse:
    """Keep the files that came, from before or after. What is refused is told, and what was kept stays."""
    if stage not in STAGES:
        raise NotFound(_("没有这一页。"))
    found = finding_by_id(place, finding_id)
    check_user_can_attach(place.person, found, stage)
    kept, unkept = keep(request, found, stage, place.person)
    if unkept or not kept:
        problem = "".join(unkept) or _("没有收到文件。请重新选择文件。")
        return show(request, place, found, Given(f"files-{stage}", {}, problem), InvalidInput.status)
    messages.success(request, ngettext("存了%(count)d份佐证。", "存了%(count)d份佐证。", kept) % {"count": kept})
    return redirect(f"{finding_page(found.pk)}#h-files")


def keep(request: HttpRequest, finding: Finding, stage: str, by: Person) -> tuple[int, list[str]]:
    """How many files were kept, and what was wrong with the others. Raises NotAllowed."""
    kept, unkept = 0, []
    for file in request.FILES.getlist("files"):
        try:
            actions.attach_file(finding=finding, stage=stage, file=file, name=file.name or "", by=by)
            kept += 1
        except (InvalidInput, StateRefused) as refused:
            unkept.append(_("%(name)s：%(why)s") % {"name": (file.name or "")[-80:], "why": refused})
    return kept, unkept


@require_safe
@placed(Permission.FINDING_VIEW)
def file(request: HttpRequest, place: Place, finding_id: int, use_id: int) -> HttpResponseBase:
    """A file as it was given, checked against its digest; always saved, never shown by the browser."""
    use = _use(place, finding_id, use_id)
    return as_given(use.evidence, use.name)


@require_safe
@placed(Permission.FINDING_VIEW)
def picture(request: HttpRequest, place: Place, finding_id: int, use_id: int) -> HttpResponseBase:
    """A JPEG made anew from an image."""
    use = _use(place, finding_id, use_id)
    return as_picture(use.evidence, PICTURE)


def _use(place: Place, finding_id: int, use_id: int) -> FindingEvidence:
    """Raises NotFound for a finding that the person may not see, NotAllowed when it is its files that they may
    not."""
    found = finding_by_id(place, finding_id)
    if not sees_files(place, found):
        raise NotAllowed(_("您的岗位不看佐证。"))
    use = FindingEvidence.objects.filter(finding=found, pk=use_id).select_related("evidence").first()
    if use is None:
        raise NotFound(_("这个问题没有这份佐证。"))
    return use
