"""The first-run wizard: an installation without a book is set up by whoever reads the code on its console."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, Refusal, StateRefused
from mingzhang.organisation import queries, rules
from mingzhang.organisation.actions import words
from mingzhang.organisation.actions.books import NewPerson, create_book
from mingzhang.organisation.actions.people import appoint, create_person, create_post
from mingzhang.organisation.models import Book, Person, Post, Setup, Unit
from mingzhang.organisation.roles import Permission

# No letters or digits that look alike. 16 of 31 are 79 bits: not to be guessed, so wrong tries need no counting.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_LENGTH, _GROUP = 16, 4
BY = "setup"


@transaction.atomic
def make_setup_code() -> str:
    """A new code that opens the wizard; one made before no longer does. Its digest alone is kept. Raises
    StateRefused once there is a book."""
    if Book.objects.exists():
        raise StateRefused(_("已经有账套了，不用再做首次设置。"), remedy=_("请直接登录。"))
    code = "".join(secrets.choice(_LETTERS) for _n in range(_LENGTH))
    Setup.objects.update_or_create(pk=1, defaults={"code_digest": queries.setup_digest(code)})
    return "-".join(code[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


@transaction.atomic
def write_body(*, name: str, code: str, level: str, language: str, created_on: date) -> None:
    """Keeps what the first step of the wizard says about the body until its book is made. Raises InvalidInput."""
    problems = {
        "name": words.name_problem(name),
        "code": words.code_problem(code),
        "level": words.level_problem(level),
    }
    if told := {field: [problem] for field, problem in problems.items() if problem}:
        raise InvalidInput(_("有地方填得不对。"), problems=told)
    rules.check_not_future(created_on)
    setup = _locked()
    setup.draft = {
        "name": name.strip(),
        "code": code,
        "level": level,
        "language": language,
        "created_on": created_on.isoformat(),
    }
    setup.step = "administrator"
    setup.save(update_fields=["draft", "step"])


@transaction.atomic
def open_office(*, username: str, name: str, password: str) -> Person:
    """The book that was described, with its first administrator. Raises StateRefused when another was first,
    InvalidInput."""
    setup = _locked()
    draft: Mapping[str, str] = setup.draft
    if not draft:
        raise StateRefused(_("还没有写单位。"), remedy=_("请先写好单位，再写管理员。"))
    book = create_book(
        code=draft["code"],
        name=draft["name"],
        level=draft["level"],
        language=draft["language"],
        created_on=date.fromisoformat(draft["created_on"]),
        administrator=NewPerson(username, name, password),
        by=BY,
    )
    setup.book, setup.step = book, "pack"
    setup.save(update_fields=["book", "step"])
    return queries.person_by_username(username)


@transaction.atomic
def note_step(*, step: str, by: Person) -> None:
    """How far the administrator has come, so that the wizard goes on there. Raises NotAllowed, StateRefused."""
    setup = _locked(by)
    setup.step = step
    setup.save(update_fields=["step"])


@transaction.atomic
def finish_setup(*, by: Person) -> None:
    """The wizard is done and does not open again. Raises NotAllowed, StateRefused."""
    setup = _locked(by)
    setup.step, setup.finished_at = "done", clock.now()
    setup.save(update_fields=["step", "finished_at"])


def _locked(by: Person | None = None) -> Setup:
    """The set-up that is under way: before there is a book, or the one of `by`, who arranges it."""
    setup = Setup.objects.select_for_update(no_key=True).filter(pk=1, finished_at=None).first()
    if setup is None or (by is None and (setup.book_id or Book.objects.exists())):
        raise StateRefused(_("首次设置已经做完。"), remedy=_("请直接登录。"))
    if by is not None and (setup.book_id != by.book_id or not rules.can_somewhere(by, Permission.UNIT_MANAGE)):
        raise NotAllowed(_("只有管理员能做首次设置。"))
    return setup


# --- first people -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Someone to be entered and seated: in the unit with this code, on the post with this name, which is made with
    these roles when the unit has none so called."""

    name: str
    username: str
    unit: str
    post: str
    roles: tuple[str, ...]


@transaction.atomic
def seat_people(*, book: Book, rows: Iterable[PersonRow], start: date, by: Person) -> list[Person]:
    """Many people at once, each with a post, all or none. They cannot sign in until they are given a password.
    Raises InvalidInput with every faulty row at `rows.<index>`."""
    rows = list(rows)
    problems: dict[str, list[str]] = {}
    seated = []
    for index, row in enumerate(rows):
        try:
            with transaction.atomic():
                seated.append(_seat(book, row, start, by))
        except Refusal as refusal:
            problems[f"rows.{index}"] = [str(refusal)]
    if problems:
        raise InvalidInput(_("有些人员不能登记，一个也没有登记。"), problems=problems)
    return seated


def _seat(book: Book, row: PersonRow, start: date, by: Person) -> Person:
    unit = queries.unit_by_code(book, row.unit)
    person = create_person(book=book, username=row.username, name=row.name, password=None, by=by)
    appoint(person=person, post=_post(unit, row.post, row.roles, by), start=max(start, unit.created_on), by=by)
    return person


def _post(unit: Unit, name: str, roles: Sequence[str], by: Person) -> Post:
    there = Post.objects.filter(unit=unit, name=words.clean_name(name)).first()
    if there is None:
        return create_post(unit=unit, name=name, roles=roles, by=by)
    if set(roles) - set(there.roles):
        raise InvalidInput(
            _("“%(unit)s”的岗位“%(post)s”已经设了别的角色。") % {"unit": unit.name, "post": there.name}
        )
    return there
