from __future__ import annotations

from collections.abc import Iterator

import pytest

from mingzhang.core import clock
from tests.findings import world as worlds


@pytest.fixture
def world(db: None) -> Iterator[worlds.World]:
    """The cast with three kinds of sheets, on Thursday 15 January 2026."""
    with clock.at(worlds.moment("2026-01-15")):
        yield worlds.kept()
