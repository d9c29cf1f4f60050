"""What is public of an inspection's result once it is finished: units and places, days, counts, categories and
severities. No person, nothing that anybody wrote on the spot or said of it, no picture; of a finding neither its
number nor its words. The page for everybody, the JSON and the tables are all read from this."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from mingzhang.core.spreadsheets import guarded
from mingzhang.inspections import queries
from mingzhang.inspections.models import Inspection
from mingzhang.inspections.outcome import Group, Outcome, Visited, outcome_of
from mingzhang.organisation.queries import today_in
from mingzhang.packs.wording import language

Json = dict[str, Any]
FORMAT = "mingzhang-inspection-result/1"


def public_outcome(inspection: Inspection) -> Outcome | None:
    """What came of the inspection, once that is public; nothing before it is finished."""
    return outcome_of(inspection) if inspection.state == "finished" else None


def published(outcome: Outcome) -> Json:
    """What of an outcome is public."""
    one, checklist = outcome.inspection, queries.checklist_of(outcome.inspection)
    return {
        "format": FORMAT,
        "inspection": f"{one.book.code}-{one.pk}",
        "body": one.unit.name,
        "title": one.title,
        "announced": one.announced,
        "window": [one.first.isoformat(), one.last.isoformat()],
        "checklist": checklist.name.text(language()) if checklist else "",
        "as_of": today_in(one.book).isoformat(),
        "counts": _counts(outcome),
        "objects": [_object(each) for each in outcome.objects],
        "problems": [_problems(each) for each in outcome.groups],
        "follow_ups": _follow_ups(outcome),
    }


def _counts(outcome: Outcome) -> Json:
    tally = outcome.tally
    return {
        "drawn": len(outcome.rounds),
        "visited": len(outcome.visited),
        "items": tally.items,
        "right": tally.right,
        "wrong": tally.wrong,
        "not_applicable": tally.na,
        "problems": sum(len(one.findings) for one in outcome.groups),
        "closed": len(outcome.closed),
    }


def _object(one: Visited) -> Json:
    held = [each for each in one.findings if each.stands != "gone"]
    drawn = one.round.drawn
    return {
        "draw": drawn.draw.number if drawn else 0,
        "number": drawn.object.number if drawn else 0,
        "unit": one.unit,
        "place": one.round.place,
        "visited": one.on.isoformat() if one.on else None,
        "right": one.tally.right,
        "wrong": one.tally.wrong,
        "not_applicable": one.tally.na,
        "problems": len(held),
        "closed": sum(each.stands == "closed" for each in held),
    }


def _problems(group: Group) -> Json:
    return {
        "category": group.category,
        "severity": group.severity,
        "problems": len(group.findings),
        "closed": group.closed,
    }


def _follow_ups(outcome: Outcome) -> Json | None:
    if not outcome.followed:
        return None
    good, back = (len(outcome.seen_again(one)) for one in ("confirmed", "recurred"))
    return {"looked_at": good + back, "still_good": good, "came_back": back}


def as_json(said: Json) -> bytes:
    """As a file for machines."""
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def objects_csv(said: Json) -> bytes:
    """The objects, one a row."""
    head = {
        "draw": _("第几次抽取"), "number": _("编号"), "unit": _("单位"), "place": _("地点"),
        "visited": _("查完的日期"), "right": _("合格"), "wrong": _("不合格"), "not_applicable": _("不涉及"),
        "problems": _("发现问题"), "closed": _("已销号"),
    }  # fmt: skip
    return _csv(head, said["objects"])


def problems_csv(said: Json) -> bytes:
    """The problems by category and severity."""
    head = {
        "category": _("类别"), "severity": _("程度"), "problems": _("发现问题"), "closed": _("已销号"),
    }  # fmt: skip
    return _csv(head, said["problems"])


def _csv(head: Mapping[str, str], rows: Sequence[Json]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head.values())
    for row in rows:
        values = [row[name] for name in head]
        writer.writerow([guarded(one) if isinstance(one, str) else one for one in values])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


FILES = {
    ("result", "json"): ("application/json", as_json),
    ("objects", "csv"): ("text/csv; charset=utf-8", objects_csv),
    ("problems", "csv"): ("text/csv; charset=utf-8", problems_csv),
}
