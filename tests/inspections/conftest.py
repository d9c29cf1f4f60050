from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.inspections import rounds
from tests.inspections import world as worlds
from tests.kept import copied


@pytest.fixture(scope="module")
def kept_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[worlds.World]:
    """One cast for all tests of a module, in a transaction that is rolled back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield worlds.kept()
        transaction.set_rollback(True)


@pytest.fixture
def world(kept_world: worlds.World) -> Iterator[worlds.World]:
    """The cast with its inspectors: what a test writes is undone. Not to be mixed with `db`."""
    with transaction.atomic():
        yield copied(kept_world)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def kept_rounds(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[rounds.RoundsWorld]:
    """As `kept_world`, with a pack."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield rounds.kept()
        transaction.set_rollback(True)


@pytest.fixture
def office(kept_rounds: rounds.RoundsWorld) -> Iterator[rounds.RoundsWorld]:
    """The cast with its inspectors and a checklist: what a test writes is undone. Not to be mixed with `db`."""
    with transaction.atomic():
        yield copied(kept_rounds)
        transaction.set_rollback(True)
