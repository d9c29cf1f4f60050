"""The ledger's addresses."""

from __future__ import annotations

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
]
