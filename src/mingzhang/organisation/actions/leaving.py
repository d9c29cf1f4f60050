"""People who leave, come back, change their name, or have forgotten their password."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import NotAllowed, StateRefused
from mingzhang.organisation import rules
from mingzhang.organisation.actions import words
from mingzhang.organisation.actions.people import end_appointment
from mingzhang.organisation.models import Appointment, Person

# Easily told apart when read aloud or from paper: no 0 and o, no 1, i and l.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@transaction.atomic
def rename_person(*, person: Person, name: str, by: Person) -> Person:
    """The person is called by another name, in what was written before too: a record keeps who, not the letters.
    Raises NotAllowed, InvalidInput."""
    rules.check_user_can_arrange(by, person)
    person = _locked(person)
    person.name = words.clean_name(name)
    person.save(update_fields=["name"])
    append.event(book=person.book.code, actor=by.ref, verb="person.rename", subject=person.ref)
    return person


@transaction.atomic
def deactivate_person(*, person: Person, by: Person) -> list[Appointment]:
    """The person has left: every appointment ends with today, those that have not begun fall away, sign-in is
    refused and sessions end with their next request. Answers the appointments that ended. What they wrote stays.
    Raises NotAllowed, StateRefused."""
    rules.check_user_can_arrange(by, person)
    person = _locked(person)
    if person.pk == by.pk:
        raise NotAllowed(_("不能停用自己。"), remedy=_("请由另一位管理员来办。"))
    if not person.is_active:
        raise StateRefused(_("%(name)s已经停用。") % {"name": person.name})
    person.is_active = False
    person.save(update_fields=["is_active"])
    ended = _end_all(person, by)
    append.event(book=person.book.code, actor=by.ref, verb="person.deactivate", subject=person.ref)
    return ended


def _end_all(person: Person, by: Person) -> list[Appointment]:
    today = clock.today()
    coming = person.appointments.filter(valid__startswith__gt=today)
    Appointment.objects.filter(stands_in_for__in=coming).delete()
    coming.delete()
    held = person.appointments.filter(Q(valid__endswith=None) | Q(valid__endswith__gt=today + timedelta(days=1)))
    return [end_appointment(appointment=one, last_day=today, by=by) for one in held]


@transaction.atomic
def reactivate_person(*, person: Person, by: Person) -> Person:
    """The person is back. They hold no post until they are appointed anew, and sign in with a new password. Raises
    NotAllowed, StateRefused."""
    rules.check_user_can_arrange(by, person)
    person = _locked(person)
    if person.is_active:
        raise StateRefused(_("%(name)s没有停用。") % {"name": person.name})
    person.is_active = True
    person.set_unusable_password()
    person.save(update_fields=["is_active", "password"])
    append.event(book=person.book.code, actor=by.ref, verb="person.reactivate", subject=person.ref)
    return person


@transaction.atomic
def reset_password(*, person: Person, by: Person) -> str:
    """A password for one sign-in, told to the person by who asked for it: they must set their own at once. It ends
    the person's sessions. Raises NotAllowed, StateRefused."""
    rules.check_user_can_arrange(by, person)
    person = _locked(person)
    if not person.is_active:
        raise StateRefused(_("%(name)s已经停用。") % {"name": person.name}, remedy=_("请先恢复使用。"))
    password = "-".join("".join(secrets.choice(_LETTERS) for _n in range(4)) for _part in range(4))
    person.set_password(password)
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    append.event(book=person.book.code, actor=by.ref, verb="person.password_reset", subject=person.ref)
    return password


def _locked(person: Person) -> Person:
    return Person.objects.select_for_update(no_key=True, of=("self",)).select_related("book").get(pk=person.pk)
