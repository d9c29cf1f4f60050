"""Who may do what: every action that a person takes, tried by everybody. Whoever may not is refused, and nothing at
all has changed then."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from mingzhang.core import clock
from mingzhang.core.errors import NotAllowed
from mingzhang.ledger import actions as ledger
from mingzhang.ledger.models import Record
from mingzhang.organisation import actions as organisation
from mingzhang.organisation.calendars import Row
from mingzhang.organisation.models import Appointment, Person
from mingzhang.packs import actions as packs
from mingzhang.packs.actions import install
from mingzhang.packs.queries import builtin_folder
from tests.cast import BEGINNING, seat
from tests.kept import Kept
from tests.ledger import world as worlds
from tests.ledger.world import DATA, DAY, World, picture

JUNE = date(2026, 6, 1)

# What happens is in the street. Who they are is said here, with regard to it.
EVERYBODY = {
    "unposted": "nobody: holds no post",
    "outsider": "clerk and reviewer of another street",
    "other_street_admin": "administrator of another street",
    "lu": "clerk of a unit below",
    "chen": "clerk of the street",
    "he": "reviewer of the street",
    "zhou": "leader of the street",
    "street_admin": "administrator of the street",
    "county_clerk": "clerk of the superior unit",
    "wei": "leader of the superior unit",
    "admin": "administrator of the superior unit",
    "qin": "auditor",
    "inspector": "inspector of the superior unit",
    "stranger": "clerk, reviewer and leader of another book",
    "other_admin": "administrator of another book",
}


@dataclass
class Office:
    """The world with those who hold posts just for this matrix."""

    world: World
    more: dict[str, Person]

    def person(self, name: str) -> Person:
        found: Person = self.more.get(name) or getattr(self.world.cast, name)
        return found


def build() -> Office:
    world = worlds.build()
    cast = world.cast
    posts = {
        "street_admin": (cast.street, "administrator"),
        "other_street_admin": (cast.other_street, "administrator"),
        "county_clerk": (cast.county, "clerk"),
        "inspector": (cast.county, "inspector"),
    }
    more = {name: seat(unit, name, name, name, [role], cast.admin) for name, (unit, role) in posts.items()}
    return Office(world, more)


kept = Kept(build)


@pytest.fixture
def office(db: None) -> Office:
    return kept()


@dataclass(frozen=True)
class Case:
    """An action, who may take it, and an attempt: given the world and what `ready` made of it, by a person."""

    action: Callable[..., Any]
    may: str
    attempt: Callable[[World, Any, Person], object]
    ready: Callable[[World], Any] = lambda world: None


def with_picture(world: World) -> Record:
    draft = world.draft("photo")
    ledger.attach_evidence(record=draft, file=picture(), name="图.png", by=world.cast.chen)
    return draft


def sheet(world: World, record: Record) -> dict[str, Any]:
    return {"record": record, "occurred_on": DAY, "data": DATA["study"]}


def import_one(world: World, by: Person) -> object:
    cast = world.cast
    drafts = [ledger.Draft("k1", world.kind("visit"), cast.street, DAY, DATA["visit"], cast.chen)]
    return ledger.import_records(book=cast.book, drafts=drafts, by=by)


def review_alike(record: Record, by: Person) -> object:
    """Of many, those that may not be passed are told one by one."""
    done = ledger.review_records(records=[record], by=by)
    for _record, refusal in done.refused:
        raise refusal
    return done


def seat_of(person: Person) -> Appointment:
    return Appointment.objects.get(person=person)


def vacant(world: World) -> object:
    return organisation.create_post(unit=world.cast.street, name="空岗", roles=["clerk"], by=world.cast.admin)


def delegated(world: World) -> Appointment:
    """What `he` gave away of the own post."""
    seat: Appointment = delegate(world, seat_of(world.cast.he), world.cast.he)
    return seat


def end_delegation(world: World, delegation: Appointment, by: Person) -> object:
    return organisation.end_delegation(delegation=delegation, by=by)


def delegate(world: World, seat: Appointment, by: Person) -> object:
    days = {"start": clock.today(), "last_day": clock.today() + timedelta(days=3)}
    return organisation.delegate(appointment=seat, to=world.cast.unposted, **days, by=by)


def rows() -> list[organisation.UnitRow]:
    return [organisation.UnitRow("QH-09", "新社区", "community", "QH", JUNE)]


CLERKS, REVIEWERS, ADMINS = "chen county_clerk", "he zhou wei", "street_admin admin"
CASES = [
    # the ledger
    Case(ledger.add_record, CLERKS, lambda w, _, by: w.draft(by=by)),
    Case(ledger.edit_record, CLERKS, lambda w, r, by: ledger.edit_record(**sheet(w, r), by=by), World.draft),
    Case(ledger.submit_record, CLERKS, lambda w, r, by: ledger.submit_record(record=r, by=by), World.draft),
    Case(
        ledger.attach_evidence,
        CLERKS,
        lambda w, r, by: ledger.attach_evidence(record=r, file=picture("blue"), name="图.png", by=by),
        World.draft,
    ),
    Case(
        ledger.detach_evidence,
        CLERKS,
        lambda w, r, by: ledger.detach_evidence(record=r, evidence=r.evidence.get().evidence, by=by),
        with_picture,
    ),
    Case(
        ledger.rename_evidence,
        CLERKS,
        lambda w, r, by: ledger.rename_evidence(
            record=r, evidence=r.evidence.get().evidence, name="现场.png", by=by
        ),
        with_picture,
    ),
    Case(
        ledger.answer_questions,
        CLERKS,
        lambda w, r, by: ledger.answer_questions(
            record=r, evidence=r.evidence.get().evidence, answer="同一面墙", by=by
        ),
        with_picture,
    ),
    Case(
        ledger.attach_existing,
        CLERKS,
        lambda w, pair, by: ledger.attach_existing(record=pair[0], use=pair[1].evidence.get(), by=by),
        lambda w: (w.draft("photo"), with_picture(w)),
    ),
    Case(
        ledger.keep_copy,
        CLERKS,
        lambda w, r, by: ledger.keep_copy(
            subject=r.ref, record=r, entries=[["data.topic", "用气"]], based_on=r.version, by=by
        ),
        World.draft,
    ),
    Case(ledger.see, CLERKS, lambda w, r, by: ledger.see(record=r, by=by), World.draft),
    Case(
        ledger.review_record,
        "he",
        lambda w, r, by: ledger.review_record(record=r, passed=True, by=by),
        World.submitted,
    ),
    Case(ledger.review_records, "he", lambda w, r, by: review_alike(r, by), World.submitted),
    Case(
        ledger.send_back_record,
        REVIEWERS,
        lambda w, r, by: ledger.send_back_record(record=r, note="人数不对", by=by),
        World.accepted,
    ),
    Case(ledger.post_record, REVIEWERS, lambda w, r, by: ledger.post_record(record=r, by=by), World.accepted),
    Case(ledger.post_records, REVIEWERS, lambda w, r, by: ledger.post_records(records=[r], by=by), World.accepted),
    Case(
        ledger.reverse_record,
        REVIEWERS,
        lambda w, r, by: ledger.reverse_record(record=r, reason="错", by=by),
        World.posted,
    ),
    Case(ledger.import_records, REVIEWERS, lambda w, _, by: import_one(w, by)),
    # units
    Case(
        organisation.create_unit,
        ADMINS,
        lambda w, _, by: organisation.create_unit(
            parent=w.cast.street, code="QH-09", name="新社区", level="community", created_on=JUNE, by=by
        ),
    ),
    Case(
        organisation.create_units,
        ADMINS,
        lambda w, _, by: organisation.create_units(book=w.cast.book, rows=rows(), by=by),
    ),
    Case(
        organisation.rename_unit,
        ADMINS,
        lambda w, _, by: organisation.rename_unit(unit=w.cast.street, name="新名", on=JUNE, by=by),
    ),
    Case(
        organisation.move_unit,
        "admin",
        lambda w, _, by: organisation.move_unit(unit=w.cast.community, parent=w.cast.other_street, on=JUNE, by=by),
    ),
    Case(
        organisation.merge_unit,
        ADMINS,
        lambda w, _, by: organisation.merge_unit(
            unit=w.cast.second_community, into=w.cast.community, on=JUNE, by=by
        ),
    ),
    Case(
        organisation.close_unit,
        ADMINS,
        lambda w, _, by: organisation.close_unit(unit=w.cast.second_community, on=JUNE, by=by),
    ),
    # people
    Case(
        organisation.create_person,
        f"{ADMINS} other_street_admin",
        lambda w, _, by: organisation.create_person(
            book=w.cast.book, username="new", name="新人", password=None, by=by
        ),
    ),
    Case(
        organisation.set_password,
        f"{ADMINS} chen",
        lambda w, _, by: organisation.set_password(person=w.cast.chen, password="qing-he-2026-long", by=by),
    ),
    Case(
        organisation.create_post,
        ADMINS,
        lambda w, _, by: organisation.create_post(unit=w.cast.street, name="新岗位", roles=["clerk"], by=by),
    ),
    Case(
        organisation.appoint,
        ADMINS,
        lambda w, post, by: organisation.appoint(person=w.cast.unposted, post=post, start=BEGINNING, by=by),
        vacant,
    ),
    Case(
        organisation.end_appointment,
        ADMINS,
        lambda w, held, by: organisation.end_appointment(appointment=held, last_day=clock.today(), by=by),
        lambda w: seat_of(w.cast.he),
    ),
    Case(
        organisation.edit_post,
        ADMINS,
        lambda w, post, by: organisation.edit_post(post=post, name="站长", roles=["reviewer"], by=by),
        lambda w: seat_of(w.cast.he).post,
    ),
    Case(
        organisation.rename_person,
        ADMINS,
        lambda w, _, by: organisation.rename_person(person=w.cast.he, name="何新名", by=by),
    ),
    Case(
        organisation.deactivate_person,
        ADMINS,
        lambda w, _, by: organisation.deactivate_person(person=w.cast.he, by=by),
    ),
    Case(
        organisation.reactivate_person,
        ADMINS,
        lambda w, _, by: organisation.reactivate_person(person=w.cast.he, by=by),
        lambda w: organisation.deactivate_person(person=w.cast.he, by=w.cast.admin),
    ),
    Case(
        organisation.reset_password,
        ADMINS,
        lambda w, _, by: organisation.reset_password(person=w.cast.he, by=by),
    ),
    Case(organisation.delegate, f"{ADMINS} he", delegate, lambda w: seat_of(w.cast.he)),
    Case(organisation.end_delegation, f"{ADMINS} he", end_delegation, delegated),
    # packs
    Case(
        organisation.adopt_version,
        "admin",
        lambda w, version, by: organisation.adopt_version(
            book=w.cast.book, pack=version.pack, version=version.version, by=by
        ),
        lambda w: install(folder=builtin_folder("work-safety"), by="tests"),
    ),
    Case(
        organisation.adopt,
        "admin",
        lambda w, version, by: organisation.adopt(book=w.cast.book, pack_version=version, by=by),
        lambda w: install(folder=builtin_folder("work-safety"), by="tests"),
    ),
    Case(
        organisation.import_notice,
        "admin other_admin",  # at the command line, for every book of the installation
        lambda w, rows, by: organisation.import_notice(year=2027, rows=rows, number="", by=by, for_all=True),
        lambda w: [Row(date(2027, 10, 1), "holiday", "国庆节")],
    ),
]


# About oneself alone: what one typed, how large one reads, and the first-run wizard of whoever began it.
OWN = {"drop_copy", "choose_type_size", "note_step", "finish_setup"}
# Made of others here, and refused row by row.
MANY = {"seat_people"}


AREAS = ("audit", "packs", "organisation", "ledger", "figures", "reports")
TABLES = [
    model._meta.db_table
    for area in AREAS
    for model in apps.get_app_config(area).get_models(include_auto_created=True)
]
# The beginning is for whoever reads what differs.
ROWS = " UNION ALL ".join(
    f"SELECT '{table}', left(one::text, 200), md5(one::text) FROM {table} AS one" for table in TABLES
)


def everything() -> list[tuple[str, str, str]]:
    """Every row of every table of ours."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        return sorted(cursor.fetchall())


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.action.__name__)
def test_only_those_may_whose_post_says_so_and_nobody_else_changes_anything(office: Office, case: Case) -> None:
    target = case.ready(office.world)
    before, may = everything(), case.may.split()
    for name, who in EVERYBODY.items():
        person = office.person(name)
        if name in may:
            with undone():
                case.attempt(office.world, target, person)
                assert everything() != before, f"{name} ({who}) changed nothing"
            continue
        with pytest.raises(NotAllowed):
            case.attempt(office.world, target, person)
        assert everything() == before, f"{name} ({who}) was refused, and something changed"


def actions_of(area: ModuleType) -> dict[str, str]:
    """The actions of an area and what they take for who acts, as it is written there."""
    functions = {name: value for name, value in vars(area).items() if inspect.isfunction(value)}
    parameters = {name: inspect.signature(value).parameters for name, value in functions.items()}
    return {name: taken["by"].annotation for name, taken in parameters.items() if "by" in taken}


def test_every_action_that_a_person_takes_is_in_the_matrix() -> None:
    there = actions_of(ledger) | actions_of(organisation) | actions_of(packs)
    tried = {case.action.__name__ for case in CASES}
    assert {name for name, by in there.items() if by == "Person"} == tried | OWN | MANY
    assert {name for name, by in there.items() if by == "str"} == {"create_book", "install"}, (
        "these two are for whoever runs the machine; no page offers them"
    )
    assert set(there.values()) == {"Person", "str"}
