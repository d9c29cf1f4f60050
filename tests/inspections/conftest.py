from __future__ import annotations

import pytest

from tests.inspections import world as worlds


@pytest.fixture
def world(db: None) -> worlds.World:
    """The cast with its inspectors, in this test's transaction."""
    return worlds.build()
