from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import FreshDatabase
from tests.ledger import world as worlds
from tests.ledger.conftest import evidence_folder as evidence_folder
from tests.ledger.world import World
from tests.web.conftest import kept_office as kept_office
from tests.web.conftest import office as office


@pytest.fixture
def world(db: None, evidence_folder: Path) -> World:
    """The cast at work, in this test's transaction."""
    return worlds.kept()


@pytest.fixture
def committed_world(fresh_database: FreshDatabase, evidence_folder: Path) -> World:
    """The cast at work, where other processes see it."""
    return worlds.build()
