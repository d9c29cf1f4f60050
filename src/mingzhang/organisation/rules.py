"""Who may do what where, and which changes of the tree make sense. `check_…` raises with the reason in words;
its twin answers."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused, is_allowed
from mingzhang.organisation import queries
from mingzhang.organisation.models import Appointment, Book, Person, Post, Unit
from mingzhang.organisation.roles import PERMISSION_NAMES, ROLE_NAMES, ROLES, Permission, roles_with

# --- people -------------------------------------------------------------------------------------------------------


def _holds_any(person: Person, roles: list[str], unit: Unit, on: date | None) -> bool:
    if unit.book_id != person.book_id:
        return False
    seats = queries.seats_of(person, on or clock.today())
    return any(seat.unit_id in unit.ancestors and not seat.roles.isdisjoint(roles) for seat in seats)


def can(person: Person, permission: Permission, unit: Unit, on: date | None = None) -> bool:
    """Whether the person holds the permission for the unit on a day (default today). A role counts in its post's
    unit and everything that stands below it now; a delegate has the roles of the post while it lasts."""
    return _holds_any(person, roles_with(permission), unit, on)


def check_can(person: Person, permission: Permission, unit: Unit, on: date | None = None) -> None:
    """Raises NotAllowed with the roles that would be needed and whom to ask."""
    if not can(person, permission, unit, on):
        message = _("您不能在“%(unit)s”%(act)s。") % {"unit": unit.name, "act": PERMISSION_NAMES[permission]}
        raise NotAllowed(message, remedy=_needed(roles_with(permission), unit, person))


def has_role(person: Person, role: str, unit: Unit, on: date | None = None) -> bool:
    """Whether the person holds this very role for the unit, as a review step asks."""
    return _holds_any(person, [role], unit, on)


def check_has_role(person: Person, role: str, unit: Unit, on: date | None = None) -> None:
    """Raises NotAllowed with the role that would be needed and whom to ask."""
    if not has_role(person, role, unit, on):
        message = _("您在“%(unit)s”没有“%(role)s”角色。") % {"unit": unit.name, "role": ROLE_NAMES[role]}
        raise NotAllowed(message, remedy=_needed([role], unit, person))


def can_somewhere(person: Person, permission: Permission) -> bool:
    """Whether the person holds the permission for any unit today."""
    return any(
        not seat.roles.isdisjoint(roles_with(permission)) for seat in queries.seats_of(person, clock.today())
    )


def check_can_somewhere(person: Person, permission: Permission) -> None:
    """Raises NotAllowed: for what belongs to the book and to no unit, such as entering a new person."""
    if not can_somewhere(person, permission):
        message = _("您不能%(act)s。") % {"act": PERMISSION_NAMES[permission]}
        raise NotAllowed(message, remedy=_needed(roles_with(permission), queries.root(person.book), person))


def _needed(roles: list[str], unit: Unit, person: Person) -> str:
    """Says which role would do, and who could give it. Names nobody of a book that is not the person's own."""
    names = _("或").join(f"“{ROLE_NAMES[role]}”" for role in roles)
    asked = queries.holders("administrator", unit) if unit.book_id == person.book_id else []
    if not asked:
        return _("需要%(roles)s角色，请联系管理员。") % {"roles": names}
    nearest = asked[0]
    return _("需要%(roles)s角色，请联系%(unit)s的管理员%(name)s。") % {
        "roles": names,
        "unit": nearest.post.unit.name,
        "name": nearest.person.name,
    }


def check_user_can_delegate(person: Person, appointment: Appointment) -> None:
    """The holder may, and so may whoever arranges people there. Raises NotAllowed."""
    if appointment.person_id != person.id:
        check_can(person, Permission.PEOPLE_MANAGE, appointment.post.unit)


def user_can_delegate(person: Person, appointment: Appointment) -> bool:
    """Twin of `check_user_can_delegate`."""
    return appointment.person_id == person.id or can(person, Permission.PEOPLE_MANAGE, appointment.post.unit)


def check_user_can_set_password(person: Person, of: Person) -> None:
    """One's own; else who may arrange the other, see `check_user_can_arrange`. Raises NotAllowed."""
    if person.pk != of.pk:
        check_user_can_arrange(person, of)


def check_user_can_arrange(person: Person, of: Person) -> None:
    """Whoever arranges people in every unit where the other holds a post, now or later, so that nobody takes over
    powers that they could not give; at the root, where the other holds none. Raises NotAllowed."""
    posts = Post.objects.filter(appointments__in=of.appointments.filter(valid__endswith__isnull=True))
    posts |= Post.objects.filter(appointments__in=of.appointments.filter(valid__endswith__gt=clock.today()))
    units = {post.unit for post in posts.select_related("unit")} or {queries.root(of.book)}
    for unit in units:
        check_can(person, Permission.PEOPLE_MANAGE, unit)


def check_administrator_remains(book: Book, on: date) -> None:
    """Somebody must arrange people at the root, or nobody ever could again. Call after the change, in its
    transaction. Raises StateRefused."""
    if not queries.holders("administrator", queries.root(book), on=max(on, clock.today())):
        raise StateRefused(
            _("这样一来，“%(book)s”就没有管理员了。") % {"book": book.name},
            remedy=_("请先让另一个人担任最上级单位的管理员。"),
        )


def check_user_can_upload_packs(person: Person) -> None:
    """Installed packs are the installation's: where it serves several bodies, no one of them takes a name for all.
    Raises NotAllowed, StateRefused."""
    check_can(person, Permission.PACK_INSTALL, queries.root(person.book))
    if Book.objects.exclude(pk=person.book_id).exists():
        raise StateRefused(
            _("这台服务器上有几个账套，体系包不能在网页上安装。"),
            remedy=_("请服务器的管理员用命令 mingzhang pack install 安装，装好后在这里启用。"),
        )


def user_can_upload_packs(person: Person) -> bool:
    """Twin of `check_user_can_upload_packs`."""
    return is_allowed(check_user_can_upload_packs, person)


def check_user_can_import_notice(person: Person, *, for_all: bool = False) -> None:
    """The calendar is the installation's: where it serves several bodies, no one of them changes the due dates of
    all, unless whoever runs it says so (`for_all`). Raises NotAllowed, StateRefused."""
    check_can(person, Permission.UNIT_MANAGE, queries.root(person.book))
    if not for_all and Book.objects.exclude(pk=person.book_id).exists():
        raise StateRefused(
            _("这台服务器上有几个账套，工作日历是共用的，不能在网页上改。"),
            remedy=_("请服务器的管理员用命令 mingzhang calendar import 录入。"),
        )


def user_can_import_notice(person: Person) -> bool:
    """Twin of `check_user_can_import_notice`."""
    return is_allowed(check_user_can_import_notice, person)


def check_roles(roles: list[str]) -> None:
    """Raises InvalidInput for a role that does not exist."""
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        raise InvalidInput(
            _("没有这样的角色：%(roles)s。") % {"roles": "、".join(unknown) or _("（空）")},
            remedy=_("可用的角色：%(roles)s。") % {"roles": "、".join(ROLES)},
        )


# --- units --------------------------------------------------------------------------------------------------------


def check_not_future(on: date) -> None:
    """Changes of the tree are recorded once they have happened, so that 'as it is now' means today for everyone.
    Raises InvalidInput."""
    if on > clock.today():
        raise InvalidInput(_("%(day)s还没有到。") % {"day": on}, remedy=_("机构变动请在生效当天或之后登记。"))


def check_unit_can_change(unit: Unit, on: date) -> None:
    """Raises StateRefused when the unit is closed, or has already changed after `on`."""
    check_not_future(on)
    if unit.closed_on is not None:
        raise StateRefused(
            _("“%(unit)s”已于%(day)s撤销，不能再变动。") % {"unit": unit.name, "day": unit.closed_on}
        )
    last = queries.last_change(unit)
    if on < last:
        raise StateRefused(
            _("“%(unit)s”在%(last)s已有变动，不能再登记%(day)s的变动。")
            % {"unit": unit.name, "last": last, "day": on},
            remedy=_("请按先后顺序登记，日期不早于%(last)s。") % {"last": last},
        )


def check_unit_can_take_in(parent: Unit, on: date) -> None:
    """Whether other units may stand below `parent` from `on`. Raises StateRefused when it is closed, did not exist
    yet, or has itself moved since."""
    check_not_future(on)
    if parent.closed_on is not None:
        raise StateRefused(
            _("“%(unit)s”已于%(day)s撤销，下面不能再设单位。") % {"unit": parent.name, "day": parent.closed_on}
        )
    if on < parent.created_on:
        raise StateRefused(
            _("“%(unit)s”%(made)s才设立，%(day)s时还没有。")
            % {"unit": parent.name, "made": parent.created_on, "day": on}
        )
    if queries.stood_elsewhere_since(parent, on):
        raise StateRefused(
            _("“%(unit)s”在%(day)s之后调整过隶属关系。") % {"unit": parent.name, "day": on},
            remedy=_("请用调整之后的日期登记。"),
        )


def check_unit_is_not_root(unit: Unit) -> None:
    """Raises StateRefused: the root is the accountable body itself."""
    if unit.parent_id is None:
        raise StateRefused(
            _("“%(unit)s”是账套的最上级单位，只能改名，不能划转、合并或撤销。") % {"unit": unit.name}
        )


def check_unit_can_move(unit: Unit, parent: Unit, on: date) -> None:
    """Raises StateRefused with the reason."""
    check_unit_is_not_root(unit)
    check_unit_can_change(unit, on)
    check_unit_can_take_in(parent, on)
    if unit.id in parent.ancestors:
        raise StateRefused(
            _("“%(parent)s”就在“%(unit)s”下面，不能把单位划到自己下面。")
            % {"unit": unit.name, "parent": parent.name}
        )


def check_unit_can_end(unit: Unit, on: date) -> None:
    """What merging and closing ask alike: raises StateRefused with the reason, naming who still holds a post."""
    check_unit_is_not_root(unit)
    check_unit_can_change(unit, on)
    if on == queries.last_change(unit):
        raise StateRefused(
            _("“%(unit)s”在%(day)s当天已有变动。") % {"unit": unit.name, "day": on},
            remedy=_("请用第二天的日期登记。"),
        )
    running = Appointment.objects.filter(post__unit=unit, valid__endswith__isnull=True)
    running |= Appointment.objects.filter(post__unit=unit, valid__endswith__gt=on)
    if held := [str(_told(appointment)) for appointment in running.select_related("person", "post")]:
        raise StateRefused(
            _("“%(unit)s”还有人任职：%(held)s。") % {"unit": unit.name, "held": "、".join(held)},
            remedy=_("请先把这些任职的最后一天定在%(day)s之前。") % {"day": on},
        )


def _told(appointment: Appointment) -> str:
    return f"{appointment.post.name} {appointment.person.name}"


def check_unit_can_merge(unit: Unit, into: Unit, on: date) -> None:
    """Raises StateRefused with the reason."""
    check_unit_can_end(unit, on)
    check_unit_can_take_in(into, on)
    if unit.id in into.ancestors:
        raise StateRefused(
            _("不能把“%(unit)s”并入它自己或它下面的“%(into)s”。") % {"unit": unit.name, "into": into.name}
        )


def check_unit_can_close(unit: Unit, on: date) -> None:
    """Raises StateRefused with the reason, naming the units still below."""
    check_unit_can_end(unit, on)
    below = [child.name for child in queries.below_since(unit, on)[:6]]
    if below:
        shown = "、".join(below[:5]) + (_("等") if len(below) > 5 else "")
        raise StateRefused(
            _("%(day)s时“%(unit)s”下面还有单位：%(below)s。") % {"unit": unit.name, "day": on, "below": shown},
            remedy=_("请先划转、合并或撤销它们，或者改为合并到接收单位。"),
        )


def check_post_is_open(post: Post) -> None:
    """Raises StateRefused when the post's unit is closed."""
    if post.unit.closed_on is not None:
        raise StateRefused(_("“%(unit)s”已经撤销，不能再安排任职。") % {"unit": post.unit.name})
