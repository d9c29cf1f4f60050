"""The state of the books: what is in them, whether they were verified, what was signed and with which key; and the
log of what was done, for those who may read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mingzhang.audit import keys, proofs
from mingzhang.audit.models import Checkpoint, Event, Leaf, Pending, SealedKey, SigningKey, Verification
from mingzhang.audit.sequencing import size_of
from mingzhang.core import clock
from mingzhang.core.digests import show
from mingzhang.core.errors import NotAllowed, NotFound
from mingzhang.jobs.queries import failed_for_good
from mingzhang.jobs.showing import job_title
from mingzhang.organisation.models import Book
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.ui.addresses import path_of
from mingzhang.web import telling

CHECKPOINTS, EVENTS = 10, 50

REASONS = {
    "daily": gettext_lazy("每天一次"),
    "signing": gettext_lazy("签发报告"),
    "asked": gettext_lazy("管理员要求"),
}
CHECKS = {
    "events": gettext_lazy("操作记录"),
    "tree": gettext_lazy("校验树"),
    "checkpoints": gettext_lazy("检查点"),
    "entries": gettext_lazy("账目"),
    "reversals": gettext_lazy("冲销"),
    "sheets": gettext_lazy("记录单"),
    "reviews": gettext_lazy("审核"),
    "evidence": gettext_lazy("佐证"),
    "figures": gettext_lazy("数据项"),
    "reports": gettext_lazy("签发的报告"),
}


@dataclass(frozen=True)
class Standing:
    """How a book stands: its last position, when it was last verified, and how many differences that found."""

    book: Book
    position: int
    at: datetime | None
    differences: int | None

    @property
    def state(self) -> str:
        """whole, differs, or unknown as long as nobody has verified it."""
        if self.at is None:
            return "unknown"
        return "differs" if self.differences else "whole"

    @property
    def checked(self) -> str:
        """When it was verified: 今天10:24核对过."""
        return said_when(self.at) if self.at else _("还没有核对过")

    @property
    def address(self) -> str:
        return path_of("web:books")


def standing_of(book: Book) -> Standing:
    """Every page says it at its foot: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"book": book.pk, "code": book.code})
        return Standing(book, *cursor.fetchone())


_STANDING = """
SELECT coalesce((SELECT seq FROM ledger_position WHERE book_id = %(book)s), 0), last.at, last.differences
  FROM (SELECT) AS one
  LEFT JOIN LATERAL (SELECT at, differences FROM audit_verification
                      WHERE book = %(code)s ORDER BY id DESC LIMIT 1) AS last ON true
"""


def said_when(at: datetime) -> str:
    """When something was verified, the day left out when it is today."""
    local = timezone.localtime(at)
    if local.date() == timezone.localtime(clock.now()).date():
        return _("今天%(time)s核对过") % {"time": f"{local:%H:%M}"}
    return _("%(day)s核对过") % {"day": telling.day_said(local.date())}


@require_safe
@placed(Permission.FIGURES_VIEW)
def books(request: HttpRequest, place: Place) -> HttpResponse:
    """The page about the books."""
    book = place.person.book
    last = Verification.objects.filter(book=book.code).order_by("-id").first()
    context = {
        "standing": standing_of(book),
        "last": last,
        "checks": [_check(one) for one in last.checks] if last else [],
        "events": size_of(book.code),
        "waiting": Pending.objects.filter(book=book.code).count(),
        "newest": _checkpoints(book).first(),
        "keys": list(_keys()),
        "log": path_of("web:log") if sees_log(place) else "",
        "alarms": [job_title(name) for name in failed_for_good()],
        **_listed(book, request.GET.get("before", "")),
    }
    return render(request, "web/books.html", context)


def _check(said: Mapping[str, Any]) -> dict[str, Any]:
    return {**said, "name": CHECKS.get(said["check"], said["name"])}


def _checkpoints(book: Book) -> QuerySet[Checkpoint]:
    return Checkpoint.objects.filter(book=book.code).select_related("key").order_by("-id")


def _listed(book: Book, before: str) -> dict[str, Any]:
    """A page of checkpoints, the newest first."""
    found = _checkpoints(book)
    if before:
        found = found.filter(pk__lt=_whole(before))
    rows = list(found[: CHECKPOINTS + 1])
    shown = rows[:CHECKPOINTS]
    older = f"?before={shown[-1].pk}#checkpoints" if len(rows) > CHECKPOINTS else ""
    return {"checkpoints": [_head(one) for one in shown], "older": older, "paged": bool(before)}


def _head(one: Checkpoint) -> dict[str, Any]:
    return {
        "id": one.pk,
        "at": one.at,
        "size": one.size,
        "root": show(bytes(one.root)),
        "reason": REASONS[one.reason],
        "key": keys.fingerprint(one.key),
        "address": path_of("web:checkpoint", one.pk),
    }


def _keys() -> Iterator[dict[str, Any]]:
    in_use = set(SealedKey.objects.values_list("key_id", flat=True))
    for one in SigningKey.objects.order_by("-id"):
        yield {
            "fingerprint": keys.fingerprint(one),
            "algorithm": one.algorithm,
            "made_at": one.made_at,
            "in_use": one.pk in in_use,
        }


@require_safe
@placed(Permission.FIGURES_VIEW)
def checkpoint(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """A checkpoint to take away: its text and signature, with the keys."""
    one = _checkpoints(place.person.book).filter(pk=number).first()
    if one is None:
        raise NotFound(_("没有这个检查点。"))
    said = {**proofs.head_json(one), "keys": proofs.key_chain(one.key)}
    return _saved(said, f"checkpoint-{number}.json")


# --- the log ------------------------------------------------------------------------------------------------------


def sees_log(place: Place) -> bool:
    """Whether the person may read the log: it is the whole book's, so the right must reach over all of it."""
    return visible_units(place.person, Permission.LOG_VIEW).everything


def _check_sees_log(place: Place) -> None:
    if not sees_log(place):
        raise NotAllowed(
            _("操作日志是整个账套的，只有在最上一级单位有这项权限的人能看。"),
            remedy=_("一张记录单的经过，在它自己的页面上都有。"),
        )


@require_safe
@placed(Permission.LOG_VIEW)
def log(request: HttpRequest, place: Place) -> HttpResponse:
    """What was done, the newest first, by position."""
    _check_sees_log(place)
    asked = _Asked(request.GET)
    found = asked.events(place.person.book.code)
    rows = list(found.select_related("leaf")[: EVENTS + 1])
    shown = rows[:EVENTS]
    context = {
        "asked": asked,
        "rows": telling.told(place.person.book, shown),
        "verbs": telling.VERBS.items(),
        "older": asked.older(shown[-1].leaf.seq) if len(rows) > EVENTS else "",
        "size": size_of(place.person.book.code),
    }
    return render(request, "web/log.html", context)


@require_safe
@placed(Permission.LOG_VIEW)
def proof(request: HttpRequest, place: Place, seq: int) -> HttpResponse:
    """The proof that an event is in the log, under the first checkpoint that covers it."""
    _check_sees_log(place)
    event = proofs.event_at(place.person.book.code, seq)
    return _saved(proofs.inclusion(event), f"event-{seq}-proof.json")


class _Asked:
    """What of the log is asked for. Names and numbers are taken as people type them."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.verb = given.get("verb", "")
        self.actor = given.get("actor", "").strip()
        self.subject = given.get("subject", "").strip()
        self.before = given.get("before", "")

    @property
    def active(self) -> dict[str, str]:
        """The conditions, as the database has them."""
        wanted = {"verb": self.verb, "actor": _ref(self.actor, "person"), "subject": _ref(self.subject, "record")}
        return {name: value for name, value in wanted.items() if value}

    def events(self, book: str) -> QuerySet[Event]:
        """By position; where something is asked for, by the number of the event, which has an index with it and
        comes to the same but for what was written at the same moment."""
        found = Event.objects.filter(leaf__book=book, book=book, **self.active)
        if self.before:
            before = Leaf.objects.filter(book=book, seq=_whole(self.before))
            found = (
                found.filter(id__lt=before.values("event_id"))
                if self.active
                else found.filter(leaf__seq__lt=_whole(self.before))
            )
        return found.order_by("-id" if self.active else "-leaf__seq")

    def older(self, seq: int) -> str:
        asked = {"verb": self.verb, "actor": self.actor, "subject": self.subject, "before": str(seq)}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


def _ref(typed: str, kind: str) -> str:
    """`chen` and `person:chen` alike."""
    return typed if ":" in typed or not typed else f"{kind}:{typed}"


def _whole(text: str) -> int:
    """A position from an address; what is none is beyond them all."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 1 << 62


def _saved(said: dict[str, Any], name: str) -> HttpResponse:
    response = JsonResponse(said, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
