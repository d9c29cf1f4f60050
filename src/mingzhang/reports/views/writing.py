"""Writing a draft: its words block by block, its head, the numbers typed into it, and remarks in the margin."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.packs.queries import pack_of
from mingzhang.reports import actions, drafting, rules
from mingzhang.reports.presenting import Kept, kept
from mingzhang.reports.prose import Block, Prose, Spot, plain_words
from mingzhang.reports.reading import offered

HEAD = ("title", "number", "addressee")
LONGEST_LINE = 200


@require_POST
@placed(Permission.REPORT_VIEW)
def create(request: HttpRequest, place: Place) -> HttpResponse:
    """Begin a report of this unit and period."""
    offer = offered(place.unit, place.period, request.POST.get("pack", ""), request.POST.get("template", ""))
    made = actions.create_report(
        pack_version=offer.pack_version,
        template=offer.template,
        unit=place.unit,
        period=place.period,
        by=place.person,
    )
    return redirect(kept(place, made.pk).text_address)


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.REPORT_VIEW)
def head(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """Title, number and addressee."""
    shown = kept(place, number)
    rules.check_user_can(place.person, shown.report, "edit")
    if request.method == "POST":
        title, reference, addressee = (plain_words(request.POST.get(name, ""))[:LONGEST_LINE] for name in HEAD)
        prose = replace(shown.made.prose, title=title, number=reference, addressee=addressee)
        _edit(request, shown, prose)
        return redirect(shown.text_address)
    part = "HX-Request" in request.headers
    template = "reports/head_part.html" if part else "reports/head.html"
    return render(request, template, {"kept": shown, "prose": shown.made.prose})


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.REPORT_VIEW)
def block(request: HttpRequest, place: Place, number: int, block: str) -> HttpResponse:
    """One block in an editor; saved, taken away, or followed by a new one."""
    shown = kept(place, number)
    rules.check_user_can(place.person, shown.report, "edit")
    found = shown.made.prose.block(block)
    if found is None:
        raise NotFound(_("报告里没有这一段了。"), remedy=_("请回到报告看看新的内容。"))
    if request.method == "POST":
        changed = _changed(request, shown.made.prose, found)
        _edit(request, shown, changed)
        stays = found.id if changed.block(found.id) else ""
        return redirect(f"{shown.text_address}#{'blk-' + stays if stays else 'main'}")
    editable = found.kind in ("heading", "paragraph")
    context = {
        "kept": shown,
        "block": found,
        "address": shown.address("block", found.id),
        "text": drafting.edited_text(found.texts[0]) if editable else "",
        "chips": drafting.chips(found, shown.made) if editable else [],
        "choices": drafting.choices(shown.report, shown.made) if editable else [],
        "forms": drafting.FORMS.items(),
        "shifts": drafting.SHIFTS.items(),
        "editable": editable,
    }
    part = "HX-Request" in request.headers
    response = render(request, "reports/editor_part.html" if part else "reports/editor.html", context)
    response["Vary"] = "HX-Request"
    return response


def _changed(request: HttpRequest, prose: Prose, found: Block) -> Prose:
    do = request.POST.get("do", "save")
    if do == "remove":
        return prose.without(found.id)
    text = drafting.read_text(request.POST.get("text", ""), found.texts[0]) + _added(request)
    if found.kind in ("heading", "paragraph"):
        prose = prose.with_block(replace(found, texts=(text,)))
    if do == "after":
        words = plain_words(request.POST.get("new", ""))
        if not words:
            raise InvalidInput(_("新的一段是空的。"), remedy=_("请先写上字。"))
        return prose.after(found.id, "paragraph", words)
    return prose


def _added(request: HttpRequest) -> str:
    """A figure chosen without script goes to the end of the text."""
    figure = request.POST.get("figure", "").partition(" ")[0]
    if not figure:
        return ""
    form, shift = request.POST.get("form", "plain"), request.POST.get("shift", "same")
    return drafting.read_text(f"[[+{figure} {form} {shift}]]", "")


def _edit(request: HttpRequest, shown: Kept, prose: Prose) -> None:
    actions.edit_report(report=shown.report, prose=prose, seen=_seen(request), by=shown.person)


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise InvalidInput(_("表单不完整。"), remedy=_("请返回报告，再改一次。"))
    return int(text)


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.REPORT_VIEW)
def typed(request: HttpRequest, place: Place, number: int, ordinal: int) -> HttpResponse:
    """A number typed by hand: bind it to a figure, or say where it comes from."""
    shown = kept(place, number)
    spot, said = _spot(shown, ordinal)
    if request.method == "POST":
        if spot is None:
            raise NotFound(_("这个数已经有依据了。"))
        _support(request, shown, spot)
        return redirect(f"{shown.text_address}#blk-{spot.block}")
    context: dict[str, object] = {"kept": shown, "spot": spot, "said": said}
    context["address"] = shown.address("typed", ordinal)
    if spot and shown.editable:
        known = drafting.choices(shown.report, shown.made)
        context |= {
            "matches": drafting.matching(spot.claim.text, known),
            "choices": known,
            "forms": drafting.FORMS.items(),
            "shifts": drafting.SHIFTS.items(),
        }
    part = "HX-Request" in request.headers
    response = render(request, "reports/typed_part.html" if part else "reports/typed.html", context)
    response["Vary"] = "HX-Request"
    return response


def _spot(shown: Kept, ordinal: int) -> tuple[Spot | None, tuple[str, str]]:
    """The typed number with this ordinal: where it stands while it has no support, and its words and source. Raises
    NotFound."""
    every = list(shown.document.typed())
    if not 1 <= ordinal <= len(every):
        raise NotFound(_("没有这个手打的数。"))
    said = every[ordinal - 1]
    if said.source or shown.signed:
        return None, (said.text, said.source)
    nth = sum(not one.source for one in every[: ordinal - 1])
    return shown.made.prose.unsupported()[nth], (said.text, "")


def _support(request: HttpRequest, shown: Kept, spot: Spot) -> None:
    if source := request.POST.get("source", ""):
        actions.give_source(
            report=shown.report, spot=spot, source=source, seen=_seen(request), by=shown.person
        )  # fmt: skip
        return
    figure, _space, form = request.POST.get("match", "").partition(" ")
    if not figure:
        figure = request.POST.get("figure", "").partition(" ")[0]
        form = request.POST.get("form", "plain")
    if not figure:
        raise InvalidInput(_("没有选数据项，也没有写出处。"), remedy=_("两样里选一样。"))
    mark = drafting.figure_mark(figure, form or "plain", request.POST.get("shift", "same"))
    rules.check_figure(pack_of(shown.report.pack_version_id), figure)
    actions.bind_number(report=shown.report, spot=spot, mark=mark, seen=_seen(request), by=shown.person)


@require_POST
@placed(Permission.REPORT_VIEW)
def comment(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """Write a remark beside a block."""
    shown = kept(place, number)
    block = request.POST.get("block", "")[:20]
    actions.comment(
        report=shown.report,
        block=block,
        text=request.POST.get("text", ""),
        quote=plain_words(request.POST.get("quote", "")),
        by=place.person,
    )
    return redirect(f"{shown.text_address}#blk-{block}")


@require_POST
@placed(Permission.REPORT_VIEW)
def resolve(request: HttpRequest, place: Place, number: int, comment: int) -> HttpResponse:
    """Mark a remark as dealt with."""
    shown = kept(place, number)
    done = actions.resolve(report=shown.report, number=comment, by=place.person)
    return redirect(f"{shown.text_address}#blk-{done.block}")
