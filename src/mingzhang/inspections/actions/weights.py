"""Weights of a pool taken from figures."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.inspections.actions.pools import opened, tell
from mingzhang.inspections.models import Draw
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
    book, units = held.inspection.book, set(held.pool.values_list("unit", flat=True))
    today = today_in(book)
    _keep(held, weigh(units, wanted, book, today) if wanted else dict.fromkeys(units, Weighed(1, "")))
    held.weighing = formula_of(wanted, today) if wanted else ""
    held.save(update_fields=["weighing"])
    tell(held, "weigh", by, wanted)
    return held


def _keep(draw: Draw, weighed: Mapping[int, Weighed]) -> None:
    """In one statement: there may be tens of thousands. What weighs the same as before is left alone."""
    columns = list(weighed), [one.weight for one in weighed.values()], [one.because for one in weighed.values()]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [*columns, draw.pk])


_KEEP = """
UPDATE inspections_poolobject AS held SET weight = said.weight, because = said.because
  FROM unnest(%s::int[], %s::int[], %s::text[]) AS said (unit, weight, because)
 WHERE held.draw_id = %s AND held.unit_id = said.unit
   AND (held.weight, held.because) IS DISTINCT FROM (said.weight, said.because)
"""
