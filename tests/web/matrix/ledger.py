"""The ledger's addresses."""

from __future__ import annotations

from django.urls import reverse

from tests.web.matrix import Address, answers
from tests.web.office import AT_STREET, Office


def _file(office: Office) -> tuple[int, int]:
    return office.talk.pk, office.talk.evidence.get().evidence_id


ADDRESSES = [
    Address("ledger:list", lambda office: reverse("ledger:list") + AT_STREET),
    Address("ledger:record", lambda office: reverse("ledger:record", args=(office.talk.pk,))),
    Address("ledger:entry", lambda office: reverse("ledger:entry", args=(1,)), answers(302)),
    Address("ledger:evidence", lambda office: reverse("ledger:evidence", args=_file(office))),
    Address("ledger:picture", lambda office: reverse("ledger:picture", args=_file(office))),
]
