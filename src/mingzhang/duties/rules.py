"""Who may decide what about duties and tasks. `check_…` raises with the reason that a disabled button shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, NotAllowed, NotFound, is_allowed
from mingzhang.duties import flows
from mingzhang.duties.models import Task
from mingzhang.organisation.models import Person, Post, Unit
from mingzhang.organisation.queries import holding, visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import can, check_can


def check_user_can_decide(person: Person, task: Task, verb: str) -> None:
    """Excusing, extending and signing off is for who leads the unit, and never about a task that was handed to
    oneself. Raises NotAllowed, StateRefused."""
    check_user_can_decide_all(person, [task], verb)


def check_user_can_decide_all(person: Person, tasks: Sequence[Task], verb: str) -> None:
    """The same of several tasks: the permission is asked once for each unit. Raises NotAllowed, StateRefused."""
    for unit in {task.unit_id: task.unit for task in tasks}.values():
        check_can(person, Permission.TASK_DECIDE, unit)
    for task in tasks:
        _check_decides(person, task, verb)


def _check_decides(person: Person, task: Task, verb: str) -> None:
    flows.check(task, verb)
    if task.handler_id == person.pk:
        raise NotAllowed(_("这项任务由您自己办，不能由您自己来定。"), remedy=_("请别的领导来定。"))
    if verb == "sign_off" and task.kind_id is not None:
        raise InvalidInput(_("这项任务要靠入账的记录单办结，不能签字了事。"), remedy=_("请填记录单。"))


def user_can_decide(person: Person, task: Task, verb: str) -> bool:
    """Twin of `check_user_can_decide`."""
    return is_allowed(check_user_can_decide, person, task, verb)


def check_user_can_give(person: Person, task: Task) -> None:
    """Handing a task over, to whomever. Raises NotAllowed, StateRefused."""
    check_can(person, Permission.DUTY_MANAGE, task.unit)
    flows.check(task, "hand_over")


def check_user_can_hand_over(person: Person, task: Task, to: Person) -> None:
    """To someone who records for the unit. Raises NotAllowed, StateRefused, InvalidInput."""
    check_user_can_give(person, task)
    if not can(to, Permission.RECORD_ADD, task.unit):
        raise InvalidInput(
            _("“%(person)s”不能替“%(unit)s”填记录单，办不了这项任务。")
            % {"person": to.name, "unit": task.unit.name},
            remedy=_("请选一个在本单位有经办岗位的人。"),
        )


def check_later(task: Task, until: date) -> None:
    """Raises InvalidInput unless `until` gives more time than there was."""
    if until <= task.deadline:
        raise InvalidInput(
            _("延期要延到%(day)s以后。") % {"day": task.deadline.isoformat()}, remedy=_("请选更晚的一天。")
        )


def check_user_can_manage(person: Person, unit: Unit) -> None:
    """Adapting the list and saying who answers. Raises NotAllowed."""
    check_can(person, Permission.DUTY_MANAGE, unit)


def check_post_of(unit: Unit, post: Post) -> None:
    """A duty of a unit is answered for by a post of it or of one above. Raises InvalidInput."""
    if post.unit_id not in unit.ancestors:
        raise InvalidInput(
            _("岗位“%(post)s”不是“%(unit)s”或它上级的。") % {"post": post.name, "unit": unit.name},
            remedy=_("请选本单位的岗位。"),
        )


def check_user_can_read_handbook(person: Person, of: Person) -> None:
    """One's own; else that of someone who holds a post in a unit for which one decides or arranges, or who held one
    and holds none now. Raises NotFound: whose handbook one may not read is not told apart from nobody's."""
    if person.pk == of.pk:
        return
    scopes = [visible_units(person, permission) for permission in (Permission.TASK_DECIDE, Permission.DUTY_MANAGE)]
    now = holding().filter(person=of)
    seats = now if now.exists() else of.appointments.all()
    held = Unit.objects.filter(posts__appointments__in=seats, book=person.book_id)
    if not any(scope.contains(unit) for unit in held.distinct() for scope in scopes):
        raise no_handbook()


def no_handbook() -> NotFound:
    """What is said of a handbook that one may not read, and of one that is not there."""
    return NotFound(_("没有找到这个人的责任手册。"), remedy=_("只能看自己的，和自己领导的单位里的人的。"))


def check_receives_all(to: Person, units: Iterable[Unit]) -> None:
    """Whoever takes everything over records for every unit that it is about. Raises InvalidInput."""
    barred = [unit.name for unit in units if not can(to, Permission.RECORD_ADD, unit)]
    if barred:
        raise InvalidInput(
            _("“%(person)s”不能替这些单位填记录单：%(units)s。")
            % {"person": to.name, "units": "、".join(barred[:5])},
            remedy=_("请选一个在这些单位有经办岗位的人，或者先给他安排任职、代理。"),
        )
