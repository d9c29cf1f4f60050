"""The first-run wizard of an installation without a book.

Until there is a book, the code of the console opens it; afterwards the administrator who was entered goes on, and
when they are done it never opens again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import authenticate, login
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from mingzhang.core import digests
from mingzhang.core.errors import InvalidInput, NotFound, Refusal
from mingzhang.organisation import actions, queries
from mingzhang.organisation.models import Person, Setup, Unit
from mingzhang.organisation.stepup import recently_authenticated
from mingzhang.packs.queries import builtin_ids, builtin_pack
from mingzhang.web import pasting
from mingzhang.web.setup_forms import (
    AdministratorForm,
    BodyForm,
    CodeForm,
    PasteForm,
    StepForm,
)

OPENED = "setup_code"
SHOWN_LINES = 200
STEPS = ("code", "body", "administrator", "pack", "units", "people", "done")
AFTER = {"pack": "units", "units": "people", "people": "done"}


@never_cache
@sensitive_post_parameters("password", "again", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponseBase:
    """The step that is due; `?step=` goes back to one that was passed over."""
    if queries.needs_setup():
        return _before(request)
    if not isinstance(request.user, Person):
        if Setup.objects.filter(finished_at=None).exclude(book=None).exists():
            return redirect_to_login(request.get_full_path())
        raise NotFound(_("首次设置已经做完。"), remedy=_("请直接登录。"))
    under_way = queries.setup_of(request.user)
    if under_way is None:
        raise NotFound(_("首次设置已经做完。"), remedy=_("其他设置在“设置”里。"))
    asked = request.GET.get("step", "")
    return _WORK[asked if asked in AFTER else under_way.step](request, request.user)


# --- before there is a book ---------------------------------------------------------------------------------------


def _before(request: HttpRequest) -> HttpResponse:
    if not queries.setup_in_force(request.session.get(OPENED, "")):
        return _code(request)
    draft = queries.setup_draft()
    if not draft or request.GET.get("step") == "body":
        return _body(request, draft)
    return _administrator(request, draft)


def _code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        if queries.setup_opened_by(form.cleaned_data["code"]):
            request.session[OPENED] = digests.show(queries.setup_digest(form.cleaned_data["code"]))
            return redirect("web:setup")
        form.add_error("code", _("设置码不对，或者已经换了新的。"))
    return _page(request, "code", form, _("打开"))


def _body(request: HttpRequest, draft: dict[str, Any]) -> HttpResponse:
    form = BodyForm(request.POST or None, initial=draft)
    if _done(form, lambda given: actions.write_body(**given)):
        return redirect("web:setup")
    return _page(request, "body", form, _("下一步"))


def _administrator(request: HttpRequest, draft: dict[str, Any]) -> HttpResponse:
    form = AdministratorForm(request.POST or None)
    if _done(form, lambda given: actions.open_office(**{name: given[name] for name in WHO})):
        given = form.cleaned_data
        person = authenticate(request, username=given["username"], password=given["password"])
        if person is not None:
            login(request, person)
            record_authentication(request, person, method="password")
        return redirect("web:setup")
    return _page(request, "administrator", form, _("建好账套，下一步"), draft=draft)


WHO = ("username", "name", "password")


def _done(form: StepForm, work: Callable[[dict[str, Any]], object]) -> bool:
    """Whether the step was taken. What is refused stands in the form."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        work(form.cleaned_data)
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True


# --- with the book ------------------------------------------------------------------------------------------------


def _pack(request: HttpRequest, person: Person) -> HttpResponse:
    packs = [builtin_pack(id) for id in builtin_ids()]
    if request.method == "POST":
        wanted = [pack for pack in packs if pack.id in request.POST.getlist("packs")]
        for pack in wanted:
            actions.adopt_version(book=person.book, pack=pack.id, version=pack.version, by=person)
        return _onwards(person, "pack")
    chosen = {version.pack for version in queries.packs_in_force(person.book)}
    return _page(request, "pack", None, _("下一步"), packs=packs, chosen=chosen)


def _units(request: HttpRequest, person: Person) -> HttpResponse:
    levels = queries.known_levels(person.book)
    root = queries.root(person.book)

    def work(lines: list[pasting.Line], keep: bool) -> None:
        rows = pasting.unit_rows(lines, root, levels)
        _try(rows, keep, lambda: actions.create_units(book=root.book, rows=[row for _l, row in rows], by=person))

    there = Unit.objects.filter(book=person.book).count() - 1
    return _pasted(request, person, "units", 4, work, levels=levels, there=there)


def _people(request: HttpRequest, person: Person) -> HttpResponse:
    codes = dict(Unit.objects.filter(book=person.book, closed_on=None).values_list("name", "code"))
    seated: list[Person] = []

    def work(lines: list[pasting.Line], keep: bool) -> None:
        rows = pasting.person_rows(lines, codes)
        start = queries.root(person.book).created_on
        wanted = [row for _l, row in rows]
        _try(
            rows,
            keep,
            lambda: seated.extend(actions.seat_people(book=person.book, rows=wanted, start=start, by=person)),
        )

    there = Person.objects.filter(book=person.book).count() - 1
    response = _pasted(request, person, "people", 5, work, there=there)
    if response.status_code == 302 and seated and "passwords" in request.POST:
        told = [(one, actions.reset_password(person=one, by=person)) for one in seated]
        return _page(request, "people", None, "", template="web/setup_passwords.html", told=told)
    return response


def _pasted(
    request: HttpRequest,
    person: Person,
    step: str,
    columns: int,
    work: Callable[[list[pasting.Line], bool], None],
    **context: Any,
) -> HttpResponse:
    """A list is looked through first, and kept when it has no faults and that is asked for."""
    if "skip" in request.POST:
        return _onwards(person, step)
    form = PasteForm(request.POST or None)
    lines: list[pasting.Line] = []
    if form.is_bound and form.is_valid():
        try:
            lines = pasting.lines_of(form.cleaned_data["pasted"], columns)
            keep = "keep" in request.POST
            work(lines, keep)
            if keep and lines and not _faults(lines):
                return _onwards(person, step)
        except Refusal as refusal:
            form.refuse(refusal)
    wrong = _faults(lines)
    return _page(
        request, step, form, "", lines=(wrong or lines)[:SHOWN_LINES], count=len(lines), wrong=len(wrong), **context
    )


def _faults(lines: list[pasting.Line]) -> list[pasting.Line]:
    return [line for line in lines if line.problems]


def _try(rows: list[tuple[pasting.Line, Any]], keep: bool, act: Callable[[], object]) -> None:
    """Do it in earnest, so that a list is judged by what judges it; undone unless it is to be kept."""
    try:
        with transaction.atomic():
            act()
            if not keep or any(line.problems for line, _row in rows):
                transaction.set_rollback(True)
    except InvalidInput as refused:
        if not refused.problems:
            raise
        pasting.note_problems(rows, refused)


def _finish(request: HttpRequest, person: Person) -> HttpResponse:
    if request.method == "POST":
        actions.finish_setup(by=person)
        return redirect("organisation:settings")
    context: dict[str, Any] = {
        "units": Unit.objects.filter(book=person.book).count(),
        "people": Person.objects.filter(book=person.book).count(),
        "packs": queries.packs_in_force(person.book),
    }
    return _page(request, "done", None, _("完成，去“设置”"), **context)


def _onwards(person: Person, step: str) -> HttpResponse:
    actions.note_step(step=AFTER[step], by=person)
    return redirect("web:setup")


_WORK: dict[str, Callable[[HttpRequest, Person], HttpResponseBase]] = {
    "pack": _pack,
    "units": _units,
    "people": recently_authenticated(_people),  # gives roles, and passwords
    "done": _finish,
}


def _page(
    request: HttpRequest, step: str, form: StepForm | None, button: str, *, template: str = "", **context: Any
) -> HttpResponse:
    status = InvalidInput.status if form is not None and form.is_bound and form.errors else 200
    names = {
        "code": _("设置码"),
        "body": _("单位"),
        "administrator": _("管理员"),
        "pack": _("体系包"),
        "units": _("下面的单位"),
        "people": _("人员"),
        "done": _("好了"),
    }
    at = STEPS.index(step)
    way = [(names[one], index < at, index == at) for index, one in enumerate(STEPS)]
    known = {"step": step, "form": form, "button": button, "way": way, "heading": names[step], **context}
    return render(request, template or f"web/setup_{step}.html", known, status=status)
