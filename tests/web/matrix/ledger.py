"""The ledger's addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.web.matrix import Address, answers
from tests.web.office import AT_STREET, PACK, Office


def _file(office: Office) -> tuple[int, int]:
    return office.talk.pk, office.talk.evidence.get().evidence_id


# What only those who write for the street may do; elsewhere the street, or its record, is not found.
WRITERS = answers(403, chen=200)
TALK = {"unit": "青禾街道（QH）", "occurred_on": "2026-05-20", "data.topic": "用气安全", "data.people": "40"}


def _new(office: Office) -> str:
    return f"{reverse('ledger:new')}{AT_STREET}&kind={PACK}/lecture"


def _note(office: Office) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("说明.txt", "办好了。".encode())}


def _about(name: str, record: str) -> Callable[[Office], str]:
    return lambda office: reverse(f"ledger:{name}", args=(getattr(office, record).pk,))


def _submitted(office: Office) -> dict[str, Any]:
    return {"record": office.submitted.pk}


# The clerk wrote the sheet and holds no role that reviews; the auditor reads only; the leaders hold another role
# than the one that the step asks for.
REVIEWS = answers(302, chen=403, zhou=403, wei=403, qin=403)
POSTS = answers(302, chen=403, qin=403)
NOT_MINE = {"chen": 403, "qin": 403, "lu": 403}
MINE = answers(outsider=200, stranger=200, **NOT_MINE)
LOOKS = answers(**NOT_MINE)
# Those who may not pass it are told so beside it.
PASSES = answers(he=302, **NOT_MINE)

ADDRESSES = [
    Address("ledger:list", lambda office: reverse("ledger:list") + AT_STREET),
    Address("ledger:record", lambda office: reverse("ledger:record", args=(office.talk.pk,))),
    Address("ledger:entry", lambda office: reverse("ledger:entry", args=(1,)), answers(302)),
    Address("ledger:evidence", lambda office: reverse("ledger:evidence", args=_file(office))),
    Address("ledger:picture", lambda office: reverse("ledger:picture", args=_file(office))),
    Address("ledger:preview", lambda office: reverse("ledger:preview", args=_file(office))),
    Address("ledger:sight", lambda office: reverse("ledger:sight", args=(*_file(office), 0))),
    Address("ledger:new", lambda office: reverse("ledger:new") + AT_STREET, WRITERS),
    Address("ledger:new", _new, WRITERS),
    Address("ledger:new", _new, answers(403, chen=302), form=lambda office: TALK | {"do": "keep"}),
    Address("ledger:edit", lambda office: reverse("ledger:edit", args=(office.draft.pk,)), WRITERS),
    Address("ledger:edit", lambda office: reverse("ledger:edit", args=(office.talk.pk,)), answers(403, chen=409)),
    Address(
        "ledger:edit",
        lambda office: reverse("ledger:edit", args=(office.returned.pk,)),
        answers(403, chen=302),
        form=lambda office: TALK | {"do": "keep", "version": "0"},
    ),
    Address(
        "ledger:add_file", lambda office: reverse("ledger:add_file", args=(office.draft.pk,)), WRITERS, form=_note
    ),
    Address(
        "ledger:change_file",
        lambda office: reverse("ledger:change_file", args=_file(office)),
        answers(403, chen=409),
        form=lambda office: {"answer": "同一面墙"},
    ),
    Address("ledger:autosave", lambda office: reverse("ledger:autosave") + AT_STREET, WRITERS),
    Address(
        "ledger:begin",
        lambda office: f"{reverse('ledger:begin')}{AT_STREET}&kind={PACK}/lecture",
        WRITERS,
        form=lambda office: TALK,
    ),
    Address("ledger:find", lambda office: f"{reverse('ledger:find', args=('unit',))}{AT_STREET}&q=社区", WRITERS),
    # Whoever reviews nothing anywhere has no queue; everybody else has one of their own.
    Address("ledger:queue", lambda office: reverse("ledger:queue"), MINE),
    Address("ledger:batch", lambda office: f"{reverse('ledger:batch')}?record={office.submitted.pk}", LOOKS),
    Address("ledger:batch", lambda office: reverse("ledger:batch"), PASSES, form=_submitted),
    Address("ledger:pass", _about("pass", "submitted"), REVIEWS, form=lambda office: {"note": "看过"}),
    Address(
        "ledger:return", _about("return", "submitted"), REVIEWS, form=lambda office: {"place": "", "said": "人数"}
    ),
    # Only what was accepted is posted, and what was posted is not posted twice: the page says how it stands.
    Address("ledger:post", _about("post", "talk"), POSTS, form=lambda office: {}),
    Address("ledger:post_many", lambda office: reverse("ledger:post_many"), answers(302), form=_submitted),
    Address("ledger:reverse", _about("reverse", "talk"), POSTS, form=lambda office: {"reason": "记错了"}),
]
