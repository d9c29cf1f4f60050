"""The end of standing in for somebody, before its day."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import StateRefused
from mingzhang.organisation import rules
from mingzhang.organisation.models import Appointment, Person


@transaction.atomic
def end_delegation(*, delegation: Appointment, by: Person) -> None:
    """The holder is back: today is the last day of the delegation, and one that has not begun falls away. Raises
    NotAllowed, StateRefused (it is over, or is none)."""
    found = Appointment.objects.select_related("person", "post__unit__book", "stands_in_for__person")
    delegation = found.select_for_update(no_key=True, of=("self",)).get(pk=delegation.pk)
    today = clock.today()
    if delegation.stands_in_for is None or delegation.valid.upper <= today:
        raise StateRefused(_("这项代理已经结束了。"))
    rules.check_user_can_delegate(by, delegation.stands_in_for)
    data = {"post": f"post:{delegation.post_id}", "for": delegation.stands_in_for.person.ref}
    if delegation.valid.lower > today:
        delegation.delete()
    else:
        delegation.valid = DateRange(delegation.valid.lower, today + timedelta(days=1))
        delegation.save(update_fields=["valid"])
        data["last_day"] = today.isoformat()
    append.event(
        book=delegation.post.unit.book.code,
        actor=by.ref,
        verb="post.end_delegation",
        subject=delegation.person.ref,
        data=data,
    )
