"""The roster of a draw as it is hashed and published: units, posts and numbers, and no person's name."""

from __future__ import annotations

import json
from pathlib import Path

from mingzhang.inspections import queries
from mingzhang.inspections.models import Commitment, Draw, PoolObject
from mingzhang.inspections.verify_draw import FORMAT, Json, canonical
from mingzhang.organisation.models import Post

SCRIPT = Path(__file__).with_name("verify_draw.py")


def post_said(post: Post) -> str:
    """A post with its unit: how somebody is named in public."""
    return f"{post.unit.name}{post.name}"


def inspection_said(draw: Draw) -> str:
    """How an inspection is known outside the installation."""
    inspection = draw.inspection
    return f"{inspection.book.code}-{inspection.pk}"


def roster_of(draw: Draw) -> Json:
    """What would be published now."""
    inspection = draw.inspection
    left = queries.draws_left(inspection)
    return {
        "body": inspection.unit.name,
        "inspection": inspection_said(draw),
        "title": inspection.title,
        "draw": draw.number,
        "window": [inspection.first.isoformat(), inspection.last.isoformat()],
        "per_object": draw.per_object,
        "coverage": {"times": inspection.coverage, "left": left} if inspection.coverage else None,
        "source": source_of(draw),
        "strata": [{"id": one.code, "name": one.name, "size": one.size} for one in queries.strata_of(draw)],
        "objects": _objects(draw),
        "inspectors": [{"number": one.number, "post": post_said(one.post)} for one in queries.inspectors_of(draw)],
        "recusals": [
            {"object": one.object.number, "inspector": one.inspector.number, "reason": one.reason}
            for one in queries.recusals_of(draw)
        ],
        "previous": [previous_of(one) for one in queries.draws_of(inspection) if one.number < draw.number],
    } | ({"weights": draw.weighing} if draw.weighing else {})


def _objects(draw: Draw) -> list[Json]:
    """As plain rows: there may be tens of thousands."""
    visits = queries.visits_of(draw.inspection)
    rows = PoolObject.objects.filter(draw=draw).order_by("number")
    said = rows.values_list("number", "unit_id", "unit__name", "place", "stratum__code", "weight", "because")
    return [
        {
            "number": number,
            "unit": name,
            "place": place,
            "stratum": stratum,
            "weight": weight,
            "visits": visits.get((unit, place), 0),
        }
        | ({"because": because} if because else {})
        for number, unit, name, place, stratum, weight, because in said
    ]


def source_of(draw: Draw) -> Json:
    """Where the seed comes from."""
    if draw.value_on is None:
        return {"kind": "commitments"}
    return {"kind": "public", "what": draw.value_name, "on": draw.value_on.isoformat()}


def previous_of(draw: Draw) -> Json:
    """An earlier draw of the same inspection, so that none can be passed over in silence."""
    return {
        "draw": draw.number,
        "outcome": draw.state,
        "reason": draw.ended_because,
        "roster_digest": draw.roster_digest,
    }


def commitment_said(one: Commitment) -> Json:
    """A revealed commitment as it stands in the document."""
    return {
        "slot": one.slot,
        "by": one.post,
        "commitment": one.commitment,
        "salt": one.salt,
        "secret": one.secret,
    }


def document_bytes(draw: Draw) -> bytes:
    """The whole document of a draw that was drawn: what `verify_draw.py` reads."""
    return canonical(
        {
            "format": FORMAT,
            "roster": json.loads(draw.roster),
            "roster_digest": draw.roster_digest,
            "commitments": [commitment_said(one) for one in queries.commitments_of(draw)],
            "value": draw.value,
            "seed": draw.seed,
            "result": json.loads(draw.result),
        }
    )


def file_name(draw: Draw) -> str:
    """What the document is called."""
    return f"draw-{inspection_said(draw)}-{draw.number}.json"
