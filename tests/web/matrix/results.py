"""The addresses of what came of inspections."""

from __future__ import annotations

from django.urls import reverse

from mingzhang.inspections import actions
from mingzhang.inspections.models import Inspection
from tests.web.matrix import EVERYBODY, Address
from tests.web.matrix.inspections import drawn
from tests.web.office import AT_STREET, Office


def started(office: Office) -> Inspection:
    """One of the street that is under way."""
    return actions.start_inspection(inspection=drawn(office).inspection, by=office.cast.zhou)


def finished(office: Office) -> Inspection:
    """The same, over: nobody could go to any object."""
    inspection = started(office)
    for one in inspection.rounds.all():
        actions.call_off(round=one, reason="下大雨", by=office.cast.zhou)
    return actions.finish_inspection(inspection=inspection, by=office.cast.zhou)


def _at(office: Office, name: str, *more: str) -> str:
    return reverse(name, args=(started(office).pk, *more)) + AT_STREET


ADDRESSES = [
    Address("inspections:result", lambda office: _at(office, "inspections:result")),
    Address("inspections:counted", lambda office: _at(office, "inspections:counted")),
    Address("web:inspection_file", lambda office: _at(office, "web:inspection_file", "docx")),
    Address(
        "inspections:open_result",
        lambda office: reverse("inspections:open_result", args=(finished(office).pk, "result", "json")),
        dict.fromkeys(EVERYBODY, 200),
    ),
    Address(
        "inspections:open_result",
        lambda office: reverse("inspections:open_result", args=(started(office).pk, "result", "json")),
        dict.fromkeys(EVERYBODY, 404),
    ),
]
