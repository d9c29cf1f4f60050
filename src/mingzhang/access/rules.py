"""What may be changed about how someone signs in. `check_…` raises with the reason in words."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from mingzhang.access import queries
from mingzhang.core.errors import NotFound, StateRefused
from mingzhang.organisation import rules as organisation
from mingzhang.organisation.models import Person


def check_user_can_take_away(person: Person, of: Person) -> None:
    """Those who may set the person's password. Raises NotFound (not of the same book), NotAllowed."""
    if of.book_id != person.book_id:
        raise NotFound(_("没有用户名为“%(username)s”的人员。") % {"username": of.username})
    organisation.check_user_can_set_password(person, of)


def check_can_remove(authenticator: Authenticator) -> None:
    """Raises StateRefused for the last second step of someone whose role asks for one."""
    person = authenticator.user
    others = Authenticator.objects.filter(user=person, type__in=queries.SECOND_STEPS).exclude(pk=authenticator.pk)
    if queries.must_have_second_step(person) and not others.exists():
        raise StateRefused(
            _("您的岗位要求两步验证，不能去掉最后一种。"), remedy=_("请先添加另一种，再去掉这一种。")
        )


def can_remove(authenticator: Authenticator) -> bool:
    """Twin of `check_can_remove`."""
    try:
        check_can_remove(authenticator)
    except StateRefused:
        return False
    return True
