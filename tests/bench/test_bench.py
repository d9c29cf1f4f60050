"""What `make bench` promises whoever reads build/bench.json. No time is tested: the benchmark itself does that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bench.results import Result, short, write

ROOT = Path(__file__).parent.parent.parent
FIELDS = ["name", "value", "unit", "reference", "ratio", "bar", "ok"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The whole benchmark on a small ledger. It fails when a figure differs from the same figure in plain SQL."""
    out = tmp_path_factory.mktemp("bench") / "bench.json"
    command = [sys.executable, "-m", "bench", "--entries", "5000", "--out", str(out)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "mingzhang.config.settings"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(out.read_text())
    return results


@pytest.mark.slow
def test_every_measurement_says_what_it_is_and_what_it_is_compared_with(measured: list[dict[str, Any]]) -> None:
    for one in measured:
        assert list(one) == FIELDS
        assert one["value"] > 0
        assert one["unit"] in {"ms", "s", "MB", "queries", "entries/s", "events/s", "records/s"}
        assert (one["ratio"] is None) == (one["reference"] is None)
        assert one["ok"] is None or one["bar"]
    assert len({one["name"] for one in measured}) == len(measured)


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    [
        "street office",
        "root",
        "units below",
        "posting",
        "import",
        "report of",
        "make demo",
        "folding",
        "list of",
        "board of",
    ],
)
def test_nothing_that_has_a_bar_is_left_out(measured: list[dict[str, Any]], part: str) -> None:
    assert any(part in one["name"] for one in measured)


@pytest.mark.slow
def test_a_bar_against_a_scan_is_not_judged_on_a_small_ledger(measured: list[dict[str, Any]]) -> None:
    [root] = [one for one in measured if "rollup + tail" in one["name"]]
    assert root["bar"]
    assert root["ok"] is None


@pytest.mark.slow
def test_the_benchmark_leaves_no_data_behind(measured: list[dict[str, Any]]) -> None:
    assert not (Path(os.environ["MINGZHANG_DATA"]) / "county-known").exists()


def test_results_are_a_list_that_any_program_reads(tmp_path: Path) -> None:
    write(
        [Result("posting", 10_466.3, "entries/s", "COPY", 0.263, "≥ 0.25", ok=True)],
        tmp_path / "new" / "bench.json",
    )
    assert json.loads((tmp_path / "new" / "bench.json").read_text()) == [
        dict(zip(FIELDS, ["posting", 10_466.3, "entries/s", "COPY", 0.263, "≥ 0.25", True], strict=True))
    ]


@pytest.mark.parametrize(("number", "text"), [(10_466.3, "10,466"), (17.08, "17.1"), (0.3761, "0.376"), (2, "2")])
def test_the_table_shows_three_digits_that_count(number: float, text: str) -> None:
    assert short(number) == text
