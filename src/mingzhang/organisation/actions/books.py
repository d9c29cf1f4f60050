"""Opening a book, and adopting the packs it works by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.organisation import queries, rules
from mingzhang.organisation.actions import words
from mingzhang.organisation.actions.people import new_person
from mingzhang.organisation.actions.units import insert_units, new_ids
from mingzhang.organisation.models import Adoption, Appointment, Book, Person, Post, Unit
from mingzhang.organisation.roles import Permission
from mingzhang.packs.actions import install
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import builtin_folder


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Someone to be entered. Without a password they cannot sign in until they are given one."""

    username: str
    name: str
    password: str | None = None


@transaction.atomic
def create_book(
    *,
    code: str,
    name: str,
    level: str,
    created_on: date,
    administrator: NewPerson,
    language: str = "zh-hans",
    by: str,
) -> Book:
    """A book with its root unit (same code and name) and its first administrator, whose post is in the root. The
    one action without a person behind it: `by` names who runs the installation. Raises InvalidInput."""
    found = [words.code_problem(code), words.level_problem(level)]
    if problems := [problem for problem in found if problem]:
        raise InvalidInput("".join(problems))
    rules.check_not_future(created_on)
    if Book.objects.filter(code=code).exists():
        raise InvalidInput(_("已经有代码为“%(code)s”的账套。") % {"code": code})
    book = Book.objects.create(code=code, name=words.clean_name(name), language=language)
    unit = _root(book, level, created_on)
    person = _administrator(unit, administrator)
    append.event(
        book=book.code,
        actor=by,
        verb="book.create",
        subject=f"book:{book.code}",
        data={"name": book.name, "level": level, "on": created_on.isoformat(), "administrator": person.ref},
    )
    return book


def _root(book: Book, level: str, created_on: date) -> Unit:
    [unit_id] = new_ids(1)
    unit = Unit(
        id=unit_id,
        book=book,
        code=book.code,
        name=book.name,
        level=level,
        ancestors=[unit_id],
        created_on=created_on,
    )
    insert_units([unit])
    return unit


def _administrator(unit: Unit, wanted: NewPerson) -> Person:
    person = new_person(unit.book, wanted.username, wanted.name, wanted.password)
    post = Post.objects.create(unit=unit, name=_("管理员"), roles=["administrator"])
    since = min(unit.created_on, clock.today())
    Appointment.objects.create(person=person, post=post, valid=DateRange(since, None))
    return person


@transaction.atomic
def adopt(*, book: Book, pack_version: PackVersion, by: Person) -> Adoption:
    """The book works by this version from now on. Doing it again changes nothing. Raises NotAllowed."""
    rules.check_can(by, Permission.PACK_INSTALL, queries.root(book))
    newest = Adoption.objects.filter(book=book, pack_version__pack=pack_version.pack).order_by("id").last()
    if newest is not None and newest.pack_version_id == pack_version.pk:
        return newest
    adoption = Adoption.objects.create(book=book, pack_version=pack_version, adopted_at=clock.now())
    subject = f"pack:{pack_version.pack}@{pack_version.version}"
    append.event(book=book.code, actor=by.ref, verb="pack.adopt", subject=subject)
    return adoption


@transaction.atomic
def adopt_version(*, book: Book, pack: str, version: str, by: Person) -> PackVersion:
    """`adopt` by name: an installed version, or else the builtin pack of that version, which is installed first.
    Raises NotAllowed, NotFound."""
    rules.check_can(by, Permission.PACK_INSTALL, queries.root(book))
    found = PackVersion.objects.filter(pack=pack, version=version).first()
    if found is None:
        found = install(folder=builtin_folder(pack), by=by.ref)
    if found.version != version:
        raise NotFound(_("没有安装%(pack)s %(version)s。") % {"pack": pack[:60], "version": version[:20]})
    adopt(book=book, pack_version=found, by=by)
    return found
