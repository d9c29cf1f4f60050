"""Findings in the pool of a draw: nobody who corrected one is sent to look at it again, and none is drawn that has
been looked at meanwhile."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.inspections.models import Draw, PoolInspector, PoolObject, Recusal

AWAITING = ("closed", "follow_up_due")
SHOWN = 5
_HANDS = """
SELECT one.id, inspector.id
  FROM inspections_poolobject AS one
  JOIN findings_finding AS finding ON finding.id = one.finding_id
 CROSS JOIN LATERAL findings_hands(finding.id, finding.round) AS hand
  JOIN inspections_poolinspector AS inspector ON inspector.draw_id = one.draw_id AND inspector.person_id = hand
 WHERE one.draw_id = %s
 ORDER BY one.number, inspector.number
"""


def recuse_hands(draw: Draw) -> int:
    """Keep every inspector from the findings that they answer for or corrected; answers how many recusals that
    added. Doing it again changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_HANDS, [draw.pk])
        pairs = cursor.fetchall()
    known = set(Recusal.objects.filter(draw=draw).values_list("object", "inspector"))
    made = [
        Recusal(draw=draw, object_id=one, inspector_id=inspector, reason="interest", note=_("整改过这个问题"))
        for one, inspector in pairs
        if (one, inspector) not in known
    ]
    return len(Recusal.objects.bulk_create(made))


def is_hand(object: PoolObject, inspector: PoolInspector) -> bool:
    """Whether the inspector corrected the finding that the object is."""
    with connection.cursor() as cursor:
        cursor.execute(_HANDS, [object.draw_id])
        return (object.pk, inspector.pk) in cursor.fetchall()


def check_awaiting(draw: Draw) -> None:
    """Raises InvalidInput with the findings of the pool that are no longer to be looked at again."""
    gone = PoolObject.objects.filter(draw=draw, finding__isnull=False).exclude(finding__state__in=AWAITING)
    numbers = list(gone.order_by("number").values_list("finding__number", flat=True)[: SHOWN + 1])
    if numbers:
        said = {"numbers": "、".join(numbers[:SHOWN]), "more": _("等") if len(numbers) > SHOWN else ""}
        raise InvalidInput(
            _("问题%(numbers)s%(more)s已经回头看过，或者重开了。") % said, remedy=_("请重新从待回头看的问题里取。")
        )
