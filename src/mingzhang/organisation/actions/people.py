"""People, their posts and appointments.

Last days are inclusive, as people say them; `valid` is the half-open range that the database keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.organisation import rules
from mingzhang.organisation.actions import words
from mingzhang.organisation.models import Appointment, Book, Person, Post, Unit
from mingzhang.organisation.roles import Permission


@transaction.atomic
def create_person(*, book: Book, username: str, name: str, password: str | None, by: Person) -> Person:
    """Enters someone who may then be appointed. Without a password they cannot sign in. The log keeps the username
    only. Raises NotAllowed, InvalidInput."""
    rules.check_can_somewhere(by, Permission.PEOPLE_MANAGE)
    if by.book_id != book.pk:
        raise NotAllowed(_("只能在自己的账套里登记人员。"))
    person = new_person(book, username, name, password)
    append.event(book=book.code, actor=by.ref, verb="person.create", subject=person.ref)
    return person


def new_person(book: Book, username: str, name: str, password: str | None) -> Person:
    """Checks and writes, without an event. Raises InvalidInput."""
    person = Person(book=book, username=words.clean_username(username), name=words.clean_name(name))
    if Person.objects.filter(username=person.username).exists():
        raise InvalidInput(_("用户名“%(username)s”已经有人在用。") % {"username": person.username})
    if password is not None:
        _check_password(password, person)
    person.set_password(password)
    person.save(force_insert=True)
    return person


@transaction.atomic
def set_password(*, person: Person, password: str, by: Person) -> None:
    """A new password, which ends the person's sessions. Raises NotAllowed, InvalidInput."""
    rules.check_user_can_set_password(by, person)
    _check_password(password, person)
    person.set_password(password)
    person.must_change_password = False
    person.save(update_fields=["password", "must_change_password"])
    append.event(book=person.book.code, actor=by.ref, verb="person.password", subject=person.ref)


@transaction.atomic
def choose_type_size(*, large: bool, by: Person) -> None:
    """One's own pages in large type, or not. How somebody reads is nothing for the log."""
    by.large_type = large
    by.save(update_fields=["large_type"])


def _check_password(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as refused:
        said = [_said(error) for error in refused.error_list]
        raise InvalidInput(_("密码不合要求。"), problems={"password": said}) from refused


def _said(error: ValidationError) -> str:
    """What Django finds wrong with a password; it says this one in English only."""
    if error.code == "password_too_short":
        return _("密码太短，至少要%(min_length)s个字符。") % (error.params or {})
    return error.messages[0]


@transaction.atomic
def create_post(*, unit: Unit, name: str, roles: Sequence[str], by: Person) -> Post:
    """A post in a unit with the roles that go with it. Raises NotAllowed, InvalidInput, StateRefused."""
    rules.check_can(by, Permission.PEOPLE_MANAGE, unit)
    rules.check_roles(list(roles))
    name = words.clean_name(name)
    if Post.objects.filter(unit=unit, name=name).exists():
        raise InvalidInput(_("“%(unit)s”已经有岗位“%(post)s”。") % {"unit": unit.name, "post": name})
    post = Post(unit=unit, name=name, roles=sorted(set(roles)))
    rules.check_post_is_open(post)
    post.save(force_insert=True)
    _record(post, "post.create", by, f"post:{post.pk}", {"unit": unit.code, "name": name, "roles": post.roles})
    return post


@transaction.atomic
def edit_post(*, post: Post, name: str, roles: Sequence[str], by: Person) -> Post:
    """Another name, other roles: whoever holds the post has them from now on. Raises NotAllowed, InvalidInput,
    StateRefused."""
    post = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("unit__book").get(pk=post.pk)
    rules.check_can(by, Permission.PEOPLE_MANAGE, post.unit)
    rules.check_roles(list(roles))
    rules.check_post_is_open(post)
    name = words.clean_name(name)
    if Post.objects.filter(unit=post.unit, name=name).exclude(pk=post.pk).exists():
        raise InvalidInput(_("“%(unit)s”已经有岗位“%(post)s”。") % {"unit": post.unit.name, "post": name})
    post.name, post.roles = name, sorted(set(roles))
    post.save(update_fields=["name", "roles"])
    rules.check_administrator_remains(post.unit.book, clock.today())
    _record(post, "post.edit", by, f"post:{post.pk}", {"name": name, "roles": post.roles})
    return post


@transaction.atomic
def appoint(*, person: Person, post: Post, start: date, last_day: date | None = None, by: Person) -> Appointment:
    """The person holds the post from `start`, to `last_day` if that is known. Several people may hold one post.
    Raises NotAllowed, InvalidInput, StateRefused."""
    rules.check_can(by, Permission.PEOPLE_MANAGE, post.unit)
    appointment = _take_seat(person, post, start, last_day)
    _record(post, "post.appoint", by, person.ref, _days(appointment))
    return appointment


@transaction.atomic
def end_appointment(*, appointment: Appointment, last_day: date, by: Person) -> Appointment:
    """The person holds the post no longer than `last_day`; delegations of it end no later. Raises NotAllowed,
    InvalidInput."""
    appointment = _fresh(appointment)
    rules.check_can(by, Permission.PEOPLE_MANAGE, appointment.post.unit)
    _check_last_day(appointment, last_day)
    for held in [appointment, *appointment.delegations.filter(valid__endswith__gt=last_day + timedelta(days=1))]:
        _end(held, last_day)
    rules.check_administrator_remains(appointment.post.unit.book, last_day + timedelta(days=1))
    _record(appointment.post, "post.end", by, appointment.person.ref, _days(appointment))
    return appointment


def _end(appointment: Appointment, last_day: date) -> None:
    if appointment.valid.lower > last_day:
        appointment.delete()
        return
    appointment.valid = DateRange(appointment.valid.lower, last_day + timedelta(days=1))
    appointment.save(update_fields=["valid"])


def _check_last_day(appointment: Appointment, last_day: date) -> None:
    if last_day < appointment.valid.lower:
        raise InvalidInput(
            _("最后一天不能早于任职开始的%(day)s。") % {"day": appointment.valid.lower},
        )
    ended = appointment.valid.upper
    if ended is not None and last_day >= ended:
        raise InvalidInput(
            _("这项任职已定在%(day)s结束。") % {"day": ended - timedelta(days=1)}, remedy=_("延长请另行任职。")
        )


@transaction.atomic
def delegate(*, appointment: Appointment, to: Person, start: date, last_day: date, by: Person) -> Appointment:
    """`to` stands in for the holder, with the roles of the post, from `start` to `last_day`. Raises NotAllowed,
    InvalidInput, StateRefused."""
    appointment = _fresh(appointment)
    rules.check_user_can_delegate(by, appointment)
    if appointment.stands_in_for_id is not None:
        raise StateRefused(_("代理来的岗位不能再转给别人代理。"), remedy=_("请由任职的本人另行安排代理。"))
    if not _within(start, last_day, appointment):
        raise InvalidInput(_("代理的日子要在本人任职的日子之内。"))
    seat = _take_seat(to, appointment.post, start, last_day, stands_in_for=appointment)
    facts = {**_days(seat), "for": appointment.person.ref}
    _record(appointment.post, "post.delegate", by, to.ref, facts)
    return seat


def _within(start: date, last_day: date, appointment: Appointment) -> bool:
    ends = appointment.valid.upper
    return bool(appointment.valid.lower <= start and (ends is None or last_day < ends))


def _take_seat(
    person: Person, post: Post, start: date, last_day: date | None, stands_in_for: Appointment | None = None
) -> Appointment:
    if person.book_id != post.unit.book_id:
        raise InvalidInput(_("%(name)s不在这个账套里。") % {"name": person.name})
    if last_day is not None and last_day < start:
        raise InvalidInput(_("最后一天%(last)s早于开始的%(start)s。") % {"last": last_day, "start": start})
    rules.check_post_is_open(post)
    days = DateRange(start, last_day + timedelta(days=1) if last_day else None)
    Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    if Appointment.objects.filter(person=person, post=post, valid__overlap=days).exists():
        raise StateRefused(_("%(name)s这段时间已在“%(post)s”任职。") % {"name": person.name, "post": post.name})
    return Appointment.objects.create(person=person, post=post, valid=days, stands_in_for=stands_in_for)


def _fresh(appointment: Appointment) -> Appointment:
    found = Appointment.objects.select_related("person", "post__unit__book")
    return found.select_for_update(no_key=True, of=("self",)).get(pk=appointment.pk)


def _days(appointment: Appointment) -> dict[str, str]:
    days = {"post": f"post:{appointment.post_id}", "start": appointment.valid.lower.isoformat()}
    if appointment.valid.upper is not None:
        days["last_day"] = (appointment.valid.upper - timedelta(days=1)).isoformat()
    return days


def _record(post: Post, verb: str, by: Person, subject: str, facts: Mapping[str, object]) -> None:
    append.event(book=post.unit.book.code, actor=by.ref, verb=verb, subject=subject, data=dict(facts))
