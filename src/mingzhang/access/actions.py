"""What is done about sign-ins, each with its event. The log keeps the network of an address only, and never a
password, a code or a key."""

from __future__ import annotations

from collections.abc import Mapping

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from mingzhang.access import rules
from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.organisation import actions as organisation
from mingzhang.organisation.models import Person


@transaction.atomic
def note_sign_in(*, by: Person, how: list[str], network: str) -> None:
    """Someone came in: `how` names what they proved it with."""
    _event(by, "person.sign_in", {"how": how}, by, {"network": network})


@transaction.atomic
def note_sign_out(*, session_key: str | None, by: Person) -> None:
    """Someone left."""
    UserSession.objects.filter(user=by, session_key=session_key).delete()
    _event(by, "person.sign_out", {}, by)


@transaction.atomic
def note_refused_sign_in(*, username: str, network: str) -> None:
    """Someone tried to come in as a person and was refused. A name that is nobody's belongs to no book: it is not
    kept."""
    person = Person.objects.filter(username=username).select_related("book").first()
    if person is not None:
        append.event(
            book=person.book.code,
            actor="nobody",
            verb="person.sign_in_refused",
            subject=person.ref,
            private={"network": network},
        )


@transaction.atomic
def note_second_step(*, verb: str, kind: str, by: Person) -> None:
    """A second step was added, removed or renewed. Call in the transaction of the change."""
    _event(by, f"person.second_step_{verb}", {"kind": kind}, by)


@transaction.atomic
def change_password(*, password: str, session_key: str | None, by: Person) -> None:
    """One's own new password. Every other sign-in ends. Raises InvalidInput."""
    organisation.set_password(person=by, password=password, by=by)
    _end(UserSession.objects.filter(user=by).exclude(session_key=session_key))


def keep_sign_in(*, before: str | None, after: str | None, by: Person) -> None:
    """The session of this sign-in has a new key: still the same sign-in, so nothing for the log."""
    UserSession.objects.filter(user=by, session_key=before).update(session_key=after)


@transaction.atomic
def end_sign_in(*, pk: int, by: Person) -> None:
    """End one of one's own sign-ins. Raises NotFound."""
    if not _end(UserSession.objects.filter(user=by, pk=pk)):
        raise NotFound(_("没有找到这次登录，它可能已经结束了。"))
    _event(by, "person.sign_in_ended", {"count": 1}, by)


@transaction.atomic
def end_other_sign_ins(*, session_key: str | None, by: Person) -> int:
    """End one's own sign-ins except for this one. Returns how many."""
    ended = _end(UserSession.objects.filter(user=by).exclude(session_key=session_key))
    _event(by, "person.sign_in_ended", {"count": ended}, by)
    return ended


@transaction.atomic
def take_away_second_steps(*, person: Person, by: Person) -> None:
    """For someone who has lost their phone or key: signing in asks for the password alone until they set up a
    second step again. Ends their sign-ins. Raises NotFound, NotAllowed."""
    rules.check_user_can_take_away(by, person)
    Authenticator.objects.filter(user=person).delete()
    _end(UserSession.objects.filter(user=person))
    _event(person, "person.second_steps_taken_away", {}, by)


@transaction.atomic
def clear_ended_sign_ins() -> int:
    """Forget the sessions that have run out, and the sign-ins that they were of; answers how many sessions. What
    was done is in the log already."""
    count, _each = Session.objects.filter(expire_date__lt=clock.now()).delete()
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(alive)).delete()
    return count


def _end(sign_ins: QuerySet[UserSession]) -> int:
    keys = list(sign_ins.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    sign_ins.delete()
    return len(keys)


def _event(
    person: Person, verb: str, data: dict[str, object], by: Person, private: Mapping[str, str] | None = None
) -> None:
    append.event(book=person.book.code, actor=by.ref, verb=verb, subject=person.ref, data=data, private=private)
