"""Weights of a pool taken from figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.inspections import queries
from mingzhang.inspections.actions.pools import opened, tell
from mingzhang.inspections.models import Draw, PoolObject
from mingzhang.inspections.weighing import FIGURES, MOST_FACTOR, Weighed, formula_of, weigh
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import today_in


@transaction.atomic
def weigh_pool(*, draw: Draw, factors: Mapping[str, int], by: Person) -> Draw:
    """Weigh every object of the pool by what is counted of its unit: `factors` says how many times each of FIGURES
    counts; 0 leaves it out. Without any, all weigh the same. Raises NotAllowed, StateRefused, InvalidInput."""
    held = opened(draw, by)
    if unknown := factors.keys() - FIGURES.keys():
        raise InvalidInput(_("没有“%(given)s”这个数。") % {"given": min(unknown)[:40]})
    if any(not 0 <= one <= MOST_FACTOR for one in factors.values()):
        raise InvalidInput(_("乘以几，是0到%(most)d的整数。") % {"most": MOST_FACTOR})
    wanted = {key: factors[key] for key in FIGURES if factors.get(key)}
    book, objects = held.inspection.book, list(queries.objects_of(held).select_related(None))
    today = today_in(book)
    _keep(objects, weigh(objects, wanted, book, today) if wanted else [Weighed(1, "")] * len(objects))
    held.weighing = formula_of(wanted, today) if wanted else ""
    held.save(update_fields=["weighing"])
    tell(held, "weigh", by, wanted)
    return held


def _keep(objects: Sequence[PoolObject], weighed: Sequence[Weighed]) -> None:
    """In one statement: there may be tens of thousands."""
    rows = [(one.pk, said.weight, said.because) for one, said in zip(objects, weighed, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [list(column) for column in zip(*rows, strict=True)])


_KEEP = """
UPDATE inspections_poolobject AS held SET weight = said.weight, because = said.because
  FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS said (id, weight, because) WHERE held.id = said.id
"""
