"""What the form's modules ask for while a person types: keeping what was typed, making a draft that files can be
put to, and finding what a field may point at."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mingzhang.core import clock
from mingzhang.core.bodies import object_in
from mingzhang.core.errors import InvalidInput, NotFound, Refusal
from mingzhang.ledger import actions, queries
from mingzhang.ledger.forms.given import Given
from mingzhang.ledger.forms.writing import write_what_fits
from mingzhang.ledger.models import Record
from mingzhang.ledger.views.files import said
from mingzhang.ledger.views.writing import desk_of, started
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission

LONGEST_SUBJECT = 200


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.RECORD_ADD)
def autosave(request: HttpRequest, place: Place) -> HttpResponse:
    """GET: who is signed in, with a fresh token for the form: after signing in again in another window. POST: keeps
    what was typed (`entries`), or says that the sheet is still open (`entries` null), and answers who else is
    at it."""
    if request.method != "POST":
        return JsonResponse({"person": place.person.pk, "token": get_token(request)})
    try:
        return JsonResponse(_kept(place.person, object_in(request.body)))
    except Refusal as refused:
        return said(refused)


def _kept(person: Person, asked: dict[str, object]) -> dict[str, object]:
    subject, entries, version = str(asked.get("subject", "")), asked.get("entries"), asked.get("version")
    record = _record(person, subject)
    if entries is not None:
        based_on = version if isinstance(version, int) and 0 <= version < 2**31 else 0
        kept = Given.kept(entries).entries()
        actions.keep_copy(subject=subject, record=record, entries=kept, based_on=based_on, by=person)
    elif record is not None:
        actions.see(record=record, by=person)
    return {
        "saved": _now(),
        "person": person.pk,
        "version": record.version if record else 0,
        "others": [one.name for one in queries.others_at(record, person)] if record else [],
    }


def _now() -> str:
    return timezone.localtime(clock.now()).strftime("%H:%M")


def _record(person: Person, subject: str) -> Record | None:
    """The record that a working copy is of; None for a new sheet."""
    sort, _colon, number = subject.partition(":")
    if sort == "new" and number and len(subject) <= LONGEST_SUBJECT:
        return None
    if sort == "record" and number.isascii() and number.isdigit() and len(number) < 18:
        return queries.record_by_id(person, int(number))
    raise InvalidInput("no such subject")


@require_POST
@placed(Permission.RECORD_ADD)
def begin(request: HttpRequest, place: Place) -> HttpResponse:
    """Makes a draft of so much of a new sheet as fits, so that files can be put to it while the rest is typed."""
    try:
        desk, _begin = desk_of(place, request.GET)
        given = Given.posted(request.POST)
        record = write_what_fits(
            kind=desk.kind, code=desk.code, given=given, replaces=desk.replaces, by=place.person
        )
    except InvalidInput as refused:
        told = [text for texts in refused.problems.values() for text in texts]
        return JsonResponse({"said": str(refused.message), "remedy": " ".join(told)}, status=422)
    actions.keep_copy(
        subject=record.ref, record=record, entries=given.entries(), based_on=record.version, by=place.person
    )
    actions.drop_copy(subject=desk.subject, by=place.person)
    started(request, desk, record)
    return JsonResponse(
        {
            "saved": _now(),
            "subject": record.ref,
            "version": record.version,
            "edit": reverse("ledger:edit", args=(record.pk,)),
            "files": reverse("ledger:add_file", args=(record.pk,)),
        }
    )


@require_safe
@placed(Permission.RECORD_ADD)
def find(request: HttpRequest, place: Place, sort: str) -> HttpResponse:
    """What a field that points at a person, a unit or a record may point at: texts as the control takes them."""
    asked = request.GET.get("q", "").strip()[:60]
    if not asked:
        return JsonResponse({"found": []})
    if sort == "person":
        found = [f"{one.name}（{one.username}）" for one in queries.find_people(place.person, asked)]
    elif sort == "unit":
        found = [f"{one.name}（{one.code}）" for one in queries.find_units(place.person, asked)]
    elif sort == "link":
        kind = queries.kind_by_code(place.unit.book, request.GET.get("kind", ""))
        found = [f"{one.title}（{one.pk}）" for one in queries.find_records(place.person, kind, asked)]
    else:
        raise NotFound("no such sort")
    return JsonResponse({"found": found})
