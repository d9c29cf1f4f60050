"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from mingzhang.inspections.flows import DRAW
from tests.inspections.world import World

POOL = ("stratum", "poolobject", "poolinspector")


def refused(statement: str, params: tuple[Any, ...] = ()) -> str:
    """What the database says when it refuses `statement`. Fails when it does not."""
    with pytest.raises(DatabaseError) as said, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
    return str(said.value)


def done(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_after_publication_the_pool_cannot_be_changed_added_to_or_taken_from(world: World) -> None:
    draw = world.published()
    assert "roster of this draw is published" in refused("UPDATE inspections_poolobject SET weight = weight + 1")
    assert "roster of this draw is published" in refused("UPDATE inspections_stratum SET size = 0")
    for table in POOL:
        assert "roster of this draw is published" in refused(f"DELETE FROM inspections_{table}")
    insert = (
        "INSERT INTO inspections_recusal (draw_id, object_id, inspector_id, reason, note)"
        " SELECT %s, o.id, i.id, 'kin', '' FROM inspections_poolobject o, inspections_poolinspector i LIMIT 1"
    )
    assert "roster of this draw is published" in refused(insert, (draw.pk,))


def test_rows_cannot_be_moved_into_or_out_of_a_published_draw(world: World) -> None:
    published = world.published()
    other = world.begun(world.approved())
    into = "UPDATE inspections_poolobject SET draw_id = %s, number = number + 100 WHERE draw_id = %s"
    assert "roster of this draw is published" in refused(into, (published.pk, other.pk))
    assert "roster of this draw is published" in refused(into, (other.pk, published.pk))


@pytest.mark.parametrize(
    "change",
    ["roster = '{}'", "roster_digest = 'x'", "per_object = 5", "published_at = now()",
     "source = 'public', value_name = 'x', value_on = '2100-01-01'"],
)  # fmt: skip
def test_a_published_roster_stays_as_it_is(world: World, change: str) -> None:
    world.published()
    assert "roster of this draw is published" in refused(f"UPDATE inspections_draw SET {change}")


@pytest.mark.parametrize("change", ["seed = 'x'", "result = '{}'", "drawn_at = now()", "value = '1'"])
def test_a_result_stays_as_it_is(world: World, change: str) -> None:
    world.drawn()
    assert "the result of this draw stands" in refused(f"UPDATE inspections_draw SET {change}")


@pytest.mark.parametrize("state", ["drafted", "published", "void"])
def test_a_draw_does_not_go_back(world: World, state: str) -> None:
    world.drawn()
    assert refused(f"UPDATE inspections_draw SET state = '{state}'")


def test_commitments_stand(world: World) -> None:
    world.committed()
    assert "a commitment stands" in refused("UPDATE inspections_commitment SET commitment = 'x'")
    insert = (
        "INSERT INTO inspections_commitment"
        " (draw_id, slot, person_id, post, salt, commitment, committed_at, secret)"
        " SELECT draw_id, 1, %s, '', '', '', now(), '' FROM inspections_commitment LIMIT 1"
    )
    assert "nobody commits to this draw now" in refused(insert, (world.feng.pk,))


def test_a_secret_that_was_revealed_stands(world: World) -> None:
    world.drawn()
    assert "a commitment stands" in refused("UPDATE inspections_commitment SET secret = 'x'")


def test_the_same_person_cannot_commit_twice_nor_confirm_what_they_typed(world: World) -> None:
    draw = world.published()
    insert = (
        "INSERT INTO inspections_commitment"
        " (draw_id, slot, person_id, post, salt, commitment, committed_at, secret)"
        " VALUES (%s, %s, %s, '', '', '', now(), '')"
    )
    with connection.cursor() as cursor:
        cursor.execute(insert, (draw.pk, 1, world.wei.pk))
    assert "commitment_of_two_people" in refused(insert, (draw.pk, 2, world.wei.pk))
    same = "UPDATE inspections_draw SET value_by_id = %s, confirmed_by_id = %s"
    assert "draw_value_confirmed_by_another" in refused(same, (world.wei.pk, world.wei.pk))


def test_nothing_is_added_to_a_result(world: World) -> None:
    draw = world.drawn()
    insert = (
        "INSERT INTO inspections_drawn (object_id, draw_id, why, chance) SELECT id, draw_id, 'drawn', '1/1'"
        " FROM inspections_poolobject WHERE id NOT IN (SELECT object_id FROM inspections_drawn) LIMIT 1"
    )
    assert "nothing is added to the result" in refused(insert)
    more = (
        "INSERT INTO inspections_drawninspector (drawn_id, inspector_id)"
        " SELECT d.object_id, i.id FROM inspections_drawn d, inspections_poolinspector i"
        " WHERE i.draw_id = d.draw_id AND NOT EXISTS (SELECT FROM inspections_drawninspector x"
        "   WHERE x.drawn_id = d.object_id AND x.inspector_id = i.id) LIMIT 1"
    )
    assert "nothing is added to the result" in refused(more)
    assert draw.drawn.count() == 3


HELD = ("inspection", "draw", "commitment", "drawn", "drawninspector")
SAID = ("operation", "answer", "photo", "noted", "drop", "statement")
OF_ROUNDS = (*SAID, "round", "roundinspector", "roundfinding", "roundfollowup")


@pytest.mark.parametrize("table", HELD)
def test_nothing_that_happened_is_deleted(world: World, table: str) -> None:
    world.drawn()
    assert "permission denied" in refused(f"DELETE FROM inspections_{table}")
    assert "permission denied" in refused(f"TRUNCATE inspections_{table} CASCADE")


def test_a_result_is_not_changed_row_by_row(world: World) -> None:
    world.drawn()
    assert "is append-only" in refused("UPDATE inspections_drawn SET chance = chance")
    assert "is append-only" in refused("UPDATE inspections_drawninspector SET inspector_id = inspector_id")


@pytest.mark.parametrize("table", HELD)
def test_not_even_by_a_role_that_was_granted_more(world: World, table: str) -> None:
    world.drawn()
    done("SET CONSTRAINTS ALL IMMEDIATE")
    for one in (*HELD, *OF_ROUNDS):
        done(f"GRANT DELETE, TRUNCATE ON inspections_{one} TO CURRENT_USER")
    assert "is append-only" in refused(f"DELETE FROM inspections_{table}")
    assert "is append-only" in refused(f"TRUNCATE inspections_{table} CASCADE")


def test_the_database_knows_the_same_steps_of_a_draw_as_the_table_of_its_flow() -> None:
    guards = import_module("mingzhang.inspections.migrations.0002_guards")
    steps = {f"{one.source}>{one.target}" for one in DRAW.transitions if one.source != one.target}
    assert set(re.findall(r"'(\w+>\w+)'", guards.DRAW)) == steps
