"""Evidence: taking files in one by one or with the whole form, naming them, and showing them safely."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mingzhang.core.errors import InvalidInput, NotFound, Refusal
from mingzhang.ledger import actions, queries, rules
from mingzhang.ledger.evidence import display_image
from mingzhang.ledger.filetypes import IMAGES
from mingzhang.ledger.models import Evidence, Record, RecordEvidence
from mingzhang.ledger.previews import DOCX, PDF, docx_parts, pdf_page
from mingzhang.ledger.showing import asked_of, file_of, files_of
from mingzhang.ledger.views.reading import A_DAY, evidence_of, guarded
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission

MOST_PAGES = 50


@require_POST
@placed(Permission.RECORD_ADD)
def add_file(request: HttpRequest, place: Place, record_id: int) -> HttpResponse:
    """Takes one file in, or lets one that supports another record support this one. Answers with the files of the
    record as its form shows them; a refusal says in words what is wrong with the file."""
    record = queries.record_by_id(place.person, record_id)
    try:
        if chosen := request.POST.get("use"):
            actions.attach_existing(record=record, use=_use(place, chosen), by=place.person)
        elif file := request.FILES.get("file"):
            actions.attach_evidence(record=record, file=file, name=file.name or "", by=place.person)
        else:
            raise InvalidInput(_("没有收到文件。"), remedy=_("请重新选择文件。"))
    except Refusal as refused:
        return said(refused)
    return _shots(request, place, record)


def _use(place: Place, chosen: str) -> RecordEvidence:
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 18 else 0
    uses = RecordEvidence.objects.filter(pk=number, record__book=place.person.book_id)
    use = uses.select_related("record__unit", "evidence").first()
    if use is None or not rules.user_can_view_evidence(place.person, use.record):
        raise NotFound(_("没有找到这份佐证。"))
    return use


@require_POST
@placed(Permission.RECORD_ADD)
def change_file(request: HttpRequest, place: Place, record_id: int, evidence_id: int) -> HttpResponse:
    """Renames a file of a draft, answers what is asked about it, or takes it away."""
    record = queries.record_by_id(place.person, record_id)
    evidence = _evidence(record, evidence_id)
    try:
        if "name" in request.POST:
            actions.rename_evidence(record=record, evidence=evidence, name=request.POST["name"], by=place.person)
        elif "answer" in request.POST:
            actions.answer_questions(
                record=record, evidence=evidence, answer=request.POST["answer"], by=place.person
            )
        else:
            actions.detach_evidence(record=record, evidence=evidence, by=place.person)
    except Refusal as refused:
        return said(refused)
    return _shots(request, place, record)


def _evidence(record: Record, evidence_id: int) -> Evidence:
    use = RecordEvidence.objects.filter(record=record, evidence=evidence_id).select_related("evidence").first()
    if use is None:
        raise NotFound(_("这张记录单没有这份佐证。"))
    return use.evidence


def _shots(request: HttpRequest, place: Place, record: Record) -> HttpResponse:
    files = files_of(record)
    context = {
        "files": files,
        "questions": asked_of(record, place.person),
        "record": record,
        "recent": queries.recent_files(place.person, record),
    }
    html = render_to_string("ledger/form_files.html", context, request)
    return JsonResponse({"html": html, "files": [[str(file.evidence_id), file.name] for file in files]})


def said(refused: Refusal) -> JsonResponse:
    """A refusal for the modules of the form."""
    return JsonResponse({"said": str(refused.message), "remedy": str(refused.remedy)}, status=refused.status)


# --- with the whole form, without script --------------------------------------------------------------------------


def keep_posted(request: HttpRequest, record: Record, by: Person) -> list[str]:
    """Take in the files that came with the form. Answers what was wrong with those that were not kept."""
    unkept = []
    for file in request.FILES.getlist("files"):
        try:
            actions.attach_evidence(record=record, file=file, name=file.name or "", by=by)
        except InvalidInput as refused:
            unkept.append(_("%(name)s：%(why)s") % {"name": (file.name or "")[-80:], "why": refused})
    return unkept


def keep_words(request: HttpRequest, record: Record, by: Person) -> None:
    """The names of files and the answers about them that came with the form."""
    for use in list(record.evidence.select_related("evidence")):
        name = request.POST.get(f"file.{use.evidence_id}.name", "").strip()
        answer = request.POST.get(f"file.{use.evidence_id}.answer")
        if name and name != file_of(use).stem:
            actions.rename_evidence(record=record, evidence=use.evidence, name=name, by=by)
        if answer is not None and answer.strip() != use.answer:
            actions.answer_questions(record=record, evidence=use.evidence, answer=answer, by=by)


def remove(record: Record, evidence_id: int, by: Person) -> None:
    """Take a file away from a draft."""
    actions.detach_evidence(record=record, evidence=_evidence(record, evidence_id), by=by)


# --- previews -----------------------------------------------------------------------------------------------------


@require_safe
@placed(Permission.RECORD_VIEW)
def preview(request: HttpRequest, place: Place, record_id: int, evidence_id: int) -> HttpResponse:
    """A file as far as it can be shown safely: as a page, or as a part for the side panel."""
    use = evidence_of(place, record_id, evidence_id)
    context: dict[str, object] = {"file": file_of(use), "record": use.record, "use": use}
    try:
        if use.evidence.media_type == PDF:
            context |= _pages(request, use)
        elif use.evidence.media_type == DOCX:
            context["parts"] = docx_parts(use.evidence)
    except InvalidInput as refused:
        context["refused"] = refused
    part = "HX-Request" in request.headers
    response = render(request, "ledger/preview_part.html" if part else "ledger/preview.html", context)
    response["Vary"] = "HX-Request"
    return response


def _pages(request: HttpRequest, use: RecordEvidence) -> dict[str, object]:
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    pages = pdf_page(use.evidence, 1).pages
    most = min(pages, MOST_PAGES)
    return {"page": min(max(1, number), most), "pages": pages, "most": most}


@require_safe
@placed(Permission.RECORD_VIEW)
def sight(request: HttpRequest, place: Place, record_id: int, evidence_id: int, page: int) -> HttpResponseBase:
    """An image at reading size made anew (page 0 or 1), or a page of a PDF as PNG."""
    use = evidence_of(place, record_id, evidence_id)
    if use.evidence.media_type in IMAGES:
        response = HttpResponse(display_image(use.evidence), content_type="image/jpeg")
    elif use.evidence.media_type == PDF and 1 <= page <= MOST_PAGES:
        response = HttpResponse(pdf_page(use.evidence, page).png, content_type="image/png")
    else:
        raise NotFound(_("这份文件不能预览。"), remedy=_("请下载后用办公软件打开。"))
    response["Cache-Control"] = f"private, max-age={A_DAY}"
    return guarded(response)
