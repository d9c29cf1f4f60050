"""A kept book for the tests of verifying: posted, reversed, reviewed and returned records, under checkpoints of two
keys; and the superuser, whom no trigger and no grant stops."""

from __future__ import annotations

from django.db import connection

from mingzhang.audit import keys
from mingzhang.audit.checkpoints import make_checkpoint
from mingzhang.audit.findings import Checked
from mingzhang.jobs.checking import Outcome, verify
from mingzhang.organisation.models import Book
from tests.ledger.world import PROBLEMS, World

TABLES = (
    "audit_event", "audit_leaf", "audit_node", "audit_pending", "audit_checkpoint", "audit_signingkey",
    "audit_disclosure", "ledger_entry", "ledger_review", "ledger_record", "ledger_recordevidence",
)  # fmt: skip


def keep(world: World) -> Book:
    """The book of the world, at work and sealed twice."""
    world.posted(rows=PROBLEMS)
    world.posted("photo")
    world.reversed(rows=PROBLEMS)
    make_checkpoint(book="YC", reason="daily")
    keys.rotate(by="tests")
    world.record_at("returned")
    world.posted("visit")
    make_checkpoint(book="YC", reason="signing")
    make_checkpoint(book=keys.NO_BOOK, reason="daily")
    return world.cast.book


def checked(book: Book | None, *, evidence: bool = True) -> Outcome:
    """What verifying finds."""
    return verify(book, evidence=evidence)


def found(book: Book) -> dict[str, list[str]]:
    """The places of all differences, by check: of the book, and of the installation."""
    checks: list[Checked] = [*checked(book).checks, *checked(None).checks]
    return {one.code: [difference.place for difference in one.differences] for one in checks if one.faults}


class Superuser:
    """Does what it likes: from its making on, no trigger and no grant of this database stands in its way."""

    def __init__(self) -> None:
        self.run(
            *(f"GRANT ALL ON {table} TO CURRENT_USER" for table in TABLES),
            *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES),
        )

    def run(self, *statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                assert cursor.rowcount != 0, f"nothing to tamper with: {statement}"
