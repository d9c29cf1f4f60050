"""Writing: the choice of a kind, a new sheet, and a draft or returned one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput
from mingzhang.ledger import actions, queries, rules
from mingzhang.ledger.forms import beginning
from mingzhang.ledger.forms.controls import SPARE_ROWS, said
from mingzhang.ledger.forms.given import Given, of_record
from mingzhang.ledger.forms.page import Desk, State, context_of
from mingzhang.ledger.forms.writing import take_theirs, write_again, write_new, write_what_fits
from mingzhang.ledger.listing import read_day
from mingzhang.ledger.models import Record
from mingzhang.ledger.views import files
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.packs.wording import language

MORE_ROWS = 5


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.RECORD_ADD)
def new(request: HttpRequest, place: Place) -> HttpResponse:
    """The kinds of the unit's level; with `kind`, `copy` or `replaces` in the address, a new sheet."""
    if not any(request.GET.get(name) for name in ("kind", "copy", "replaces")):
        return _choice(request, place)
    desk, begin = desk_of(place, request.GET)
    if request.method == "POST":
        return _write_new(request, desk)
    copy = queries.copy_of(place.person, desk.subject)
    if copy:
        return _page(request, desk, State(Given.kept(copy.entries), restored=copy.saved_at))
    begun = begin()
    return _page(request, desk, State(begun.given, begun.known))


def _choice(request: HttpRequest, place: Place) -> HttpResponse:
    kinds = [
        {
            "name": usable.kind.name.text(language()),
            "help": said(usable.kind.help),
            "used": usable.used,
            "address": f"{reverse('ledger:new')}?kind={usable.code}&{place.query}",
        }
        for usable in queries.usable_kinds(place.unit)
    ]
    return render(request, "ledger/choose_kind.html", {"kinds": kinds, "unit": place.unit})


def desk_of(place: Place, asked: QueryDict) -> tuple[Desk, beginning.Begin]:
    """The new sheet that an address asks for, and how it begins. Raises NotFound, InvalidInput, StateRefused,
    NotAllowed."""
    for origin in ("replaces", "copy"):
        if asked.get(origin):
            return _from_record(place, origin, queries.record_by_id(place.person, _number(asked.get(origin, ""))))
    code = queries.kind_by_code(place.unit.book, asked.get("kind", ""))
    kind = queries.kind_in(queries.version_in_force(place.unit.book, code), code)
    desk = Desk(place, kind, code, f"new:{code}", begun=f"kind={code}")
    day = read_day(asked.get("on", ""))
    return desk, lambda: beginning.blank(kind, code, place.unit, place.person, day)


def _from_record(place: Place, origin: str, record: Record) -> tuple[Desk, beginning.Begin]:
    kind = queries.kind_in(queries.version_in_force(record.book, record.kind), record.kind)
    subject, begun = f"new:{record.kind}:{origin}:{record.pk}", f"{origin}={record.pk}"
    if origin == "replaces":
        rules.check_replaces(record, record.unit)
        desk = Desk(place, kind, record.kind, subject, replaces=record, begun=begun)
        return desk, lambda: beginning.correcting(kind, record)
    desk = Desk(place, kind, record.kind, subject, begun=begun)
    return desk, lambda: beginning.copied(kind, record, place.unit)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _write_new(request: HttpRequest, desk: Desk) -> HttpResponse:
    given, do = Given.posted(request.POST), request.POST.get("do", "keep")
    if do == "rows":
        return _page(request, desk, State(given, spare=MORE_ROWS + SPARE_ROWS))
    if do == "forget":
        actions.drop_copy(subject=desk.subject, by=desk.person)
        return redirect(f"{request.path}?{desk.begun}")
    try:
        record = write_new(
            kind=desk.kind,
            code=desk.code,
            given=given,
            complete=do == "submit" and not request.FILES,
            replaces=desk.replaces,
            by=desk.person,
        )
    except InvalidInput as refused:
        return _refused_new(request, desk, given, refused)
    actions.drop_copy(subject=desk.subject, by=desk.person)
    return _finish(request, started(request, desk, record), given, do)


def started(request: HttpRequest, desk: Desk, record: Record) -> Desk:
    """The desk with the draft that was made of the new sheet; a correction brings the evidence of the reversed one
    with it unless that was not wanted."""
    if desk.replaces and request.POST.get("with_files") == "yes":
        for use in desk.replaces.evidence.select_related("record__unit", "evidence").order_by("id"):
            actions.attach_existing(record=record, use=use, by=desk.person)
    return existing_desk(desk.place, record)


def _refused_new(request: HttpRequest, desk: Desk, given: Given, refused: InvalidInput) -> HttpResponse:
    """Nothing typed is lost: files that came along make it a draft of what fits."""
    if request.FILES:
        try:
            record = write_what_fits(
                kind=desk.kind, code=desk.code, given=given, replaces=desk.replaces, by=desk.person
            )
        except InvalidInput:
            pass
        else:
            actions.drop_copy(subject=desk.subject, by=desk.person)
            desk = started(request, desk, record)
            unkept = files.keep_posted(request, record, desk.person)
            state = State(given, refused=refused, version=record.version, unkept=unkept)
            return _kept_page(request, desk, state, status=422)
    return _kept_page(request, desk, State(given, refused=refused), status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.RECORD_ADD)
def edit(request: HttpRequest, place: Place, record_id: int) -> HttpResponse:
    """A draft or returned sheet, with what the person was typing when they left it."""
    record = queries.record_by_id(place.person, record_id)
    rules.check_user_can_edit(place.person, record)
    desk = existing_desk(place, record)
    if request.method == "POST":
        return _write_again(request, desk)
    actions.see(record=record, by=place.person)
    copy = queries.copy_of(place.person, desk.subject)
    if copy:
        state = State(Given.kept(copy.entries), restored=copy.saved_at, version=copy.based_on)
    else:
        state = State(of_record(record, desk.kind), version=record.version)
    return _page(request, desk, state)


def existing_desk(place: Place, record: Record) -> Desk:
    """The desk of a record that may be written."""
    return Desk(place, queries.kind_of(record), record.kind, record.ref, record=record)


def _write_again(request: HttpRequest, desk: Desk) -> HttpResponse:
    given, do = Given.posted(request.POST), request.POST.get("do", "keep")
    record, version = _record(desk), _number(request.POST.get("settled") or request.POST.get("version", ""))
    if do == "forget":
        actions.drop_copy(subject=desk.subject, by=desk.person)
        return redirect("ledger:edit", record.pk)
    if do.startswith("take:"):
        state = State(take_theirs(given, record, do.removeprefix("take:")), version=version)
        return _kept_page(request, desk, state, status=409)
    if do == "rows":
        return _page(request, desk, State(given, version=version, spare=MORE_ROWS + SPARE_ROWS))
    if do.startswith("remove:"):
        files.remove(record, _number(do.removeprefix("remove:")), desk.person)
        return _kept_page(request, desk, State(given, version=version))
    try:
        complete = do == "submit" and not request.FILES
        written = write_again(record=record, given=given, complete=complete, version=version, by=desk.person)
    except rules.Stale:
        return _kept_page(request, desk, State(given, version=version), status=409)
    except InvalidInput as refused:
        unkept = files.keep_posted(request, record, desk.person)
        return _kept_page(request, desk, State(given, refused=refused, version=version, unkept=unkept), status=422)
    actions.drop_copy(subject=desk.subject, by=desk.person)
    return _finish(request, existing_desk(desk.place, written), given, do)


def _finish(request: HttpRequest, desk: Desk, given: Given, do: str) -> HttpResponse:
    """The sheet is written down: now its files, and if it is handed in, that."""
    record = _record(desk)
    unkept = files.keep_posted(request, record, desk.person)
    files.keep_words(request, record, desk.person)
    if not unkept and do != "submit":
        return redirect("ledger:record", record.pk)
    if not unkept:
        try:
            actions.submit_record(record=record, by=desk.person)
        except InvalidInput as refused:
            return _page(request, desk, State(given, refused=refused, version=record.version), status=422)
        return redirect("ledger:record", record.pk)
    return _page(request, desk, State(given, version=record.version, unkept=unkept), status=422)


def _record(desk: Desk) -> Record:
    if desk.record is None:
        raise LookupError("a new sheet has no record")
    return desk.record


def _kept_page(request: HttpRequest, desk: Desk, state: State, status: int = 200) -> HttpResponse:
    """The page again, with what was typed kept for the person should they leave it."""
    actions.keep_copy(
        subject=desk.subject,
        record=desk.record,
        entries=state.given.entries(),
        based_on=state.version,
        by=desk.person,
    )
    return _page(request, desk, state, status)


def _page(request: HttpRequest, desk: Desk, state: State, status: int = 200) -> HttpResponse:
    context = context_of(desk, state)
    context["now"] = clock.now()
    response = render(request, "ledger/form.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
