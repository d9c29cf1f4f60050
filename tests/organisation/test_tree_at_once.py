"""Two people change the tree at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

from django.db import connection

from mingzhang.core.errors import StateRefused
from mingzhang.organisation import actions
from mingzhang.organisation.models import Unit
from tests.cast import build

JUNE = date(2024, 6, 1)


def test_two_units_moved_below_each_other_at_once_never_make_a_circle(fresh_database: Any) -> None:
    cast = build()
    ready = Barrier(2)

    def move(unit: Unit, parent: Unit) -> bool:
        ready.wait()
        try:
            actions.move_unit(unit=unit, parent=parent, on=JUNE, by=cast.admin)
        except StateRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        moved = list(pool.map(move, [cast.street, cast.other_street], [cast.other_street, cast.street]))
    assert sorted(moved) == [False, True]
    for unit in Unit.objects.filter(book=cast.book).exclude(parent=None).select_related("parent"):
        assert unit.parent is not None
        assert unit.ancestors == [*unit.parent.ancestors, unit.id]
