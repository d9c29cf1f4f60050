"""`mingzhang draw` and `mingzhang draws`."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from mingzhang.cli.main import main
from tests.inspections.conftest import kept_world as kept_world
from tests.inspections.conftest import world as world
from tests.inspections.world import World

SAMPLE = Path(__file__).parents[2] / "docs" / "reference" / "draw-sample.json"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_a_draw_is_verified_from_its_file(tmp_path: Path) -> None:
    held = run("draw", "verify", str(SAMPLE))
    assert held.exit_code == 0, held.output
    assert "全部对得上" in held.output
    other = tmp_path / "draw.json"
    other.write_text(SAMPLE.read_text().replace("老年食堂", "老年大学", 1))
    changed = run("draw", "verify", str(other))
    assert changed.exit_code == 1
    assert "名单被改过" in changed.output


def test_another_roster_than_the_published_one_is_told_so_in_english() -> None:
    told = run("--lang", "en", "draw", "verify", str(SAMPLE), "--roster", "sha256:" + "0" * 64)
    assert told.exit_code == 1
    assert "it is another roster" in told.output


def test_draws_are_listed_with_those_that_failed(world: World) -> None:
    draw = world.drawn()
    world.published(world.begun(world.approved(draws=2)))
    rows = json.loads(run("draws", "--book", "YC", "--json").output)
    assert [(one["inspection"], one["draw"], one["state"]) for one in rows] == [
        (f"YC-{draw.inspection_id}", 1, "drawn"),
        (f"YC-{draw.inspection_id + 1}", 1, "published"),
    ]
    assert rows[0]["seed"] == draw.seed
    assert "已抽定" in run("draws", "--book", "YC").output
