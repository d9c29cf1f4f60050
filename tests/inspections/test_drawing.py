"""The draw: who is chosen with what chance, who inspects, and that anyone gets the same."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from math import sqrt
from pathlib import Path
from random import Random

import pytest

from mingzhang.inspections import verify_draw
from mingzhang.inspections.verify_draw import Json, Stream, canonical, chances, document_of, draw
from tests.inspections import oracle
from tests.inspections.rosters import random_roster, roster

SCRIPT = Path(verify_draw.__file__)
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "draw.md"
ZERO = "sha256:" + "00" * 32


def seed(number: int) -> str:
    return "sha256:" + hashlib.sha256(str(number).encode()).hexdigest()


def chosen(result: Json) -> list[int]:
    return [one["object"] for one in result["chosen"]]


# --- random integers ---


def test_the_stream_is_the_one_that_the_reference_page_gives_numbers_for() -> None:
    numbers = Stream(ZERO, "objects:S0")
    first = [numbers.below(1000) for _ in range(5)]
    assert str(first)[1:-1] in REFERENCE.read_text()
    assert oracle.blocks(ZERO, "objects:S0", 1).hex() in REFERENCE.read_text()


def test_integers_below_a_limit_are_all_equally_likely() -> None:
    numbers = Stream(seed(1), "x")
    found = Counter(numbers.below(6) for _ in range(30_000))
    assert set(found) == set(range(6))
    assert sum((count - 5_000) ** 2 / 5_000 for count in found.values()) < 20.5, "one in a thousand"


def test_one_possibility_needs_no_random_byte() -> None:
    numbers, same = Stream(seed(1), "x"), Stream(seed(1), "x")
    assert [numbers.below(1), numbers.below(1)] == [0, 0]
    assert numbers.below(10**9) == same.below(10**9)


# --- inclusion probabilities ---


def greatest_departure(given: Json, how: Callable[[Json, str], Json], times: int) -> float:
    """By how many standard errors the frequency of some object departs most from its declared chance."""
    found = Counter(number for turn in range(times) for number in chosen(how(given, seed(turn))))
    declared = {number: part / whole for number, (part, whole) in chances(given).items()}
    assert all(found[number] == times * chance for number, chance in declared.items() if chance in (0, 1))
    open_ones = {number: chance for number, chance in declared.items() if 0 < chance < 1}
    return max(
        abs(found[number] - times * chance) / sqrt(times * chance * (1 - chance))
        for number, chance in open_ones.items()
    )


WEIGHTED = [[1, 2, 3, 4, 5, 6, 7, 8, 40], [5] * 6 + [9, 1]]


def test_every_object_is_drawn_as_often_as_was_declared() -> None:
    assert greatest_departure(roster(WEIGHTED, [4, 3]), draw, 4_000) < 4


def test_a_draw_that_ignores_weights_would_be_noticed() -> None:
    def without_weights(given: Json, seed: str) -> Json:
        even = [dict(one, weight=1 if one["weight"] < 40 else 40) for one in given["objects"]]
        return draw(dict(given, objects=even), seed)

    assert greatest_departure(roster(WEIGHTED, [4, 3]), without_weights, 4_000) > 4


def test_declared_chances_of_a_stratum_add_up_to_the_size_wanted() -> None:
    random = Random(5)
    for _ in range(200):
        given = random_roster(random)
        declared = chances(given)
        for stratum in given["strata"]:
            ours = [one["number"] for one in given["objects"] if one["stratum"] == stratum["id"]]
            assert sum(Fraction(*declared[number]) for number in ours) == stratum["size"]


def test_any_two_open_objects_can_be_drawn_together() -> None:
    given = roster([[1, 1, 1, 1, 1, 1]], [2])
    pairs = {tuple(chosen(draw(given, seed(turn)))) for turn in range(400)}
    assert len(pairs) == 15


def test_an_object_as_heavy_as_its_share_is_certain() -> None:
    given = roster([[10, 1, 1, 1, 1, 1, 5]], [2])
    assert chances(given) == {1: (1, 1), 7: (1, 2)} | dict.fromkeys(range(2, 7), (1, 10))
    assert [one["why"] for one in draw(given, ZERO)["chosen"]] == ["weight", "drawn"]


# --- minimum coverage ---


def test_whoever_could_not_reach_the_minimum_any_more_is_certain() -> None:
    visits = {1: 0, 2: 1, 3: 2, 4: 1}
    given = roster([[1, 1, 1, 50]], [2], visits=visits, coverage={"times": 2, "left": 2})
    for turn in range(20):
        result = draw(given, seed(turn))
        assert result["chosen"][0]["object"] == 1
        assert (result["chosen"][0]["why"], result["chosen"][0]["chance"]) == ("coverage", "1/1")
        assert result["short"] == []
    assert chances(given)[4] == (25, 26), "the others share what is left"


def test_if_places_do_not_suffice_those_visited_least_come_first_and_the_others_are_named() -> None:
    visits = {1: 1, 2: 0, 3: 1, 4: 1}
    given = roster([[1, 1, 1, 1]], [2], visits=visits, coverage={"times": 2, "left": 1})
    for turn in range(5):
        result = draw(given, seed(turn))
        assert (chosen(result), result["short"]) == ([1, 2], [3, 4])


# --- inspectors ---


def test_no_recusal_is_violated_and_loads_are_as_even_as_they_can_be() -> None:
    random = Random(3)
    for turn in range(150):
        given = random_roster(random, most=4)
        result = draw(given, seed(turn))
        kept_off = {(one["object"], one["inspector"]) for one in given["recusals"]}
        pairs = [(one["object"], inspector) for one in result["chosen"] for inspector in one["inspectors"]]
        assert not kept_off & set(pairs)
        loads = Counter(inspector for _, inspector in pairs)
        assert sum(load * load for load in loads.values()) == oracle.least_squares(given, chosen(result))


def test_objects_for_which_inspectors_are_lacking_are_named() -> None:
    given = roster([[1, 1]], [2], inspectors=2, per_object=2, recusals=[(1, 1), (1, 2), (2, 2)])
    result = draw(given, ZERO)
    assert [one["inspectors"] for one in result["chosen"]] == [[], [1]]
    assert result["lacking"] == [1, 2]


def test_who_inspects_is_left_to_chance_too() -> None:
    given = roster([[1, 1, 1, 1]], [4], inspectors=4, per_object=2)
    teams = {tuple(one["inspectors"]) for turn in range(60) for one in draw(given, seed(turn))["chosen"]}
    assert len(teams) == 6, "every pair of four people comes up"


# --- the server, the script and the plain way agree ---


def agree(random: Random, times: int, folder: Path) -> None:
    """Draw `times` times, each again in the plain way; then all again by the script, alone as anyone has it."""
    for turn in range(times):
        document = document_of(random_roster(random), [], str(random.randint(0, 10**9)))
        plain = oracle.chosen(document["roster"], document["seed"])
        ours = {one["object"]: (one["why"], Fraction(one["chance"])) for one in document["result"]["chosen"]}
        assert ours == plain
        (folder / f"draw-{turn}.json").write_bytes(canonical(document))
    every = (
        "import runpy, sys, pathlib; checked = runpy.run_path(sys.argv[1])['checked']\n"
        "files = sorted(pathlib.Path(sys.argv[2]).iterdir())\n"
        "bad = [f.name for f in files if list(checked(str(f)))[-1][0] != '✓']\n"
        "print(len(files), bad)"
    )
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", every, str(SCRIPT), str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    assert said.split("\n")[0] == f"{times} []"


def test_the_server_the_script_and_the_plain_way_agree(tmp_path: Path) -> None:
    agree(Random(11), 200, tmp_path)


@pytest.mark.slow
def test_they_agree_on_ten_thousand_random_draws(tmp_path: Path) -> None:
    agree(Random(12), 10_000, tmp_path)


def test_a_roster_reads_the_same_after_it_was_written() -> None:
    given = random_roster(Random(4))
    assert json.loads(canonical(given)) == given
