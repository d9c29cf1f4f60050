"""What a phone asks and sends. Every answer is JSON: a phone that is not signed in is told so, never led away."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.utils.decorators import decorator_from_middleware
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from mingzhang.core import clock
from mingzhang.core.bodies import object_in
from mingzhang.core.errors import InvalidInput, Refusal, StateRefused
from mingzhang.inspections import actions, rounds_query
from mingzhang.inspections.models import Round
from mingzhang.inspections.operations import Sent, moment_of, sent_of, uuid_of
from mingzhang.inspections.round_json import rounds_said
from mingzhang.organisation.models import Person

P = ParamSpec("P")
MOST_BYTES = 1024 * 1024
MOST_OPERATIONS = 2_000


class TooLarge(Refusal):
    """More than is taken in at once."""

    status = 413


class _Csrf(CsrfViewMiddleware):
    """Says in JSON that the token is missing or old: the phone then asks for a new one."""

    def _reject(self, request: HttpRequest, reason: str) -> JsonResponse:
        return JsonResponse({"why": _("安全校验已过期，正在换新的。")}, status=403)


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def for_phone(view: Callable[Concatenate[HttpRequest, Person, P], HttpResponseBase]) -> View[P]:
    """A view that is given who is signed in, and whose refusals are said in JSON."""

    checked = decorator_from_middleware(_Csrf)(view)

    @csrf_exempt
    @never_cache
    @wraps(view)
    def asked(request: HttpRequest, /, *given: P.args, **more: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, Person):  # first: the token of a sign-in that is over does not fit
            return JsonResponse({"why": _("请先登录。记下的都在手机里。")}, status=401)
        try:
            answer: HttpResponseBase = checked(request, request.user, *given, **more)
        except Refusal as refused:
            return JsonResponse({"why": str(refused)}, status=refused.status)
        except RequestDataTooBig:
            return JsonResponse({"why": _("一次送来的太多了。")}, status=413)
        return answer

    return asked


@require_safe
@for_phone
def rounds(request: HttpRequest, person: Person) -> HttpResponseBase:
    """What the phone takes along, and a token for sending."""
    said = {
        "person": public_id(person),
        "name": person.name,
        "csrf": get_token(request),
        "at": clock.now().isoformat(),
        "rounds": rounds_said(rounds_query.taken_along(person)),
    }
    return JsonResponse(said)


@require_POST
@for_phone
def sync(request: HttpRequest, person: Person, number: int) -> HttpResponseBase:
    """Take in what was written down, one by one: what is refused does not stop the rest. Finishing comes last."""
    round, given = rounds_query.own_round(person, number), _body(request)
    _check_person(person, given.get("person"))
    ops = given.get("ops")
    if not isinstance(ops, list) or len(ops) > MOST_OPERATIONS:
        raise InvalidInput(_("要有一串操作，一次最多%(most)d个。") % {"most": MOST_OPERATIONS})
    device, sending = _device(given), uuid4()
    done, refused = [], []
    for raw in sorted(ops, key=_is_finish):
        try:
            sent = sent_of(raw)
            actions.take_operation(round=round, sent=sent, sending=sending, device=device, by=person)
        except Refusal as fault:
            refused.append({"op": raw.get("op") if isinstance(raw, dict) else None, "why": str(fault)})
        else:
            done.append(raw["op"])
    return _answered(round, person, done, refused)


@require_POST
@for_phone
def photo(request: HttpRequest, person: Person, number: int) -> HttpResponseBase:
    """Take in one picture."""
    round = rounds_query.own_round(person, number)
    _check_person(person, request.POST.get("person"))
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInput(_("没有收到照片。"))
    if (file.size or 0) > settings.EVIDENCE_MAX_BYTES:
        raise TooLarge(_("照片太大，最多%(most)d MB。") % {"most": settings.EVIDENCE_MAX_BYTES // 1024 // 1024})
    said = {"item": request.POST.get("item", "")}
    sent = Sent(uuid_of(request.POST.get("op")), "photo", moment_of(request.POST.get("at")), said)
    actions.take_photo(
        round=round, sent=sent, sending=uuid4(), device=_device(request.POST.dict()), file=file,
        name=file.name or "", by=person,
    )  # fmt: skip
    return _answered(round, person, [str(sent.op)], [])


def public_id(person: Person) -> str:
    """How a phone tells people apart: nothing about them."""
    return str(person.pk)


def _check_person(person: Person, given: object) -> None:
    if given != public_id(person):
        raise StateRefused(_("现在登录的是另一个人。"), remedy=_("请记下这些的人登录后再上传，记下的都在手机里。"))


def _body(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MOST_BYTES:
        raise TooLarge(_("一次送来的太多了。"), remedy=_("请分几次上传。"))
    return object_in(request.body)


def _device(given: dict[str, Any]) -> UUID | None:
    return uuid_of(given["device"]) if given.get("device") else None


def _is_finish(raw: object) -> bool:
    return isinstance(raw, dict) and raw.get("do") == "finish"


def _answered(round: Round, person: Person, done: list[str], refused: list[dict[str, object]]) -> JsonResponse:
    said = rounds_said([rounds_query.own_round(person, round.number)])[0]
    return JsonResponse({"done": done, "refused": refused, "round": said})
