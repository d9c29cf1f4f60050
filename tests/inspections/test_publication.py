"""一公开: what everybody learns of an inspection's result, and what nobody does."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.findings import actions as findings
from mingzhang.inspections import actions
from mingzhang.inspections.models import Inspection, Round, RoundFinding
from mingzhang.organisation.models import Person
from tests import cast as people
from tests.inspections.rounds import RoundsWorld
from tests.inspections.test_results import july, visited, words

__all__ = ["july"]
FILES = (("result", "json"), ("objects", "csv"), ("problems", "csv"))


def over(office: RoundsWorld) -> Inspection:
    inspection = visited(office)[0].inspection
    assert inspection is not None
    return actions.finish_inspection(inspection=inspection, by=office.wei)


def open_page(inspection: Inspection) -> str:
    return words(Client().get(reverse("inspections:open_inspection", args=(inspection.pk,))).content)


def file(inspection: Inspection, name: str, form: str) -> Any:
    return Client().get(reverse("inspections:open_result", args=(inspection.pk, name, form)))


def test_everybody_sees_which_objects_were_visited_and_how_many_items_were_wrong(
    office: RoundsWorld, july: None
) -> None:
    inspection = over(office)
    said = open_page(inspection)
    bad = Round.objects.filter(inspection=inspection, state="acknowledged").select_related("unit").get()
    counts = ("抽中3个对象", "查完2个对象", "不合格1项次", "发现问题1件")
    for expected in (*counts, "办事服务一般10", f"{bad.unit.name}7月9日11110"):
        assert expected in said
    assert "没有查" in said


def test_nothing_that_anybody_wrote_or_is_called_is_public(office: RoundsWorld, july: None) -> None:
    inspection = over(office)
    files = [file(inspection, *one).content.decode() for one in FILES]
    said = "".join([open_page(inspection), *files])
    people = Person.objects.filter(book=office.cast.book).values_list("name", flat=True)
    assert [name for name in people if name in said] == []
    found = RoundFinding.objects.get(round__inspection=inspection).finding
    for private in ("孙大爷", "三天内贴好", "那里正在修路", "柏书记", "主任", found.number):
        assert private not in said


def test_machines_read_the_same_numbers(office: RoundsWorld, july: None) -> None:
    inspection = over(office)
    said = json.loads(file(inspection, "result", "json").content)
    assert said["counts"] == {
        "drawn": 3, "visited": 2, "items": 6, "right": 4, "wrong": 1, "not_applicable": 1, "problems": 1,
        "closed": 0,
    }  # fmt: skip
    assert said["problems"] == [{"category": "办事服务", "severity": "一般", "problems": 1, "closed": 0}]
    rows = list(csv.reader(io.StringIO(file(inspection, "objects", "csv").content.decode("utf-8-sig"))))
    assert len(rows) == 4
    assert sum(int(row[6]) for row in rows[1:]) == 1
    assert sorted(row[4] for row in rows[1:]) == ["", "2026-07-09", "2026-07-09"]


def test_there_is_no_public_result_before_the_inspection_is_finished(office: RoundsWorld, july: None) -> None:
    inspection = visited(office)[0].inspection
    assert inspection is not None
    assert "不合格" not in open_page(inspection)
    assert {file(inspection, *one).status_code for one in FILES} == {404}


def test_an_unannounced_result_is_public_once_it_is_over(office: RoundsWorld, july: None) -> None:
    rounds = office.under_way(announced=False)
    inspection = rounds[0].inspection
    assert inspection is not None
    assert file(inspection, "result", "json").status_code == 404
    for one in rounds:
        office.finished(one)
    actions.finish_inspection(inspection=inspection, by=office.wei)
    assert json.loads(file(inspection, "result", "json").content)["counts"]["visited"] == 3


def test_what_is_closed_afterwards_is_counted_as_closed(office: RoundsWorld, july: None) -> None:
    inspection = over(office)
    found = RoundFinding.objects.get(round__inspection=inspection).finding
    owner = people.seat(found.unit, "owner", "甘主任", "经办岗", ["clerk"], office.cast.admin)
    found = findings.assign(finding=found, owner=owner, by=office.li)
    found = findings.begin(finding=found, by=owner)
    found = findings.submit(finding=found, result="贴好了", by=owner)
    found = findings.verify(finding=found, by=office.li)
    findings.close(finding=found, by=office.wei)
    said = json.loads(file(inspection, "result", "json").content)
    assert said["counts"]["closed"] == 1
    assert [one["closed"] for one in said["problems"]] == [1]
    assert sorted(one["closed"] for one in said["objects"]) == [0, 0, 1]


def test_the_public_page_asks_no_more_questions_for_more_objects(office: RoundsWorld, july: None) -> None:
    def asked(done: int) -> int:
        rounds = office.under_way()
        for number, one in enumerate(rounds):
            if number < done:
                office.finished(one, posted="no")
            else:
                actions.call_off(round=one, reason="下大雨", by=office.wei)
        inspection = rounds[0].inspection
        assert inspection is not None
        actions.finish_inspection(inspection=inspection, by=office.wei)
        open_page(inspection)
        with CaptureQueriesContext(connection) as captured:
            open_page(inspection)
        return len(captured)

    assert asked(1) == asked(3)
