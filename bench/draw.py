"""The random draw: 500 objects of 50,000, weighted, in five strata, with inspectors and recusals."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from bench.results import Result, milliseconds
from mingzhang.inspections.verify_draw import Json, canonical, checked_bytes, document_of, draw

OBJECTS, SIZE, INSPECTORS, RECUSALS = 50_000, 500, 60, 3_000
STRATA = ("a", "b", "c", "d", "e")
BAR = 1_000
SEED = "sha256:" + "5a" * 32


def measure() -> Iterator[Result]:
    """The draw itself; then with its whole document, and drawn again from the document by the script."""
    given = roster(Random(7))
    took = milliseconds(lambda: draw(given, SEED))
    yield Result(
        "drawing 500 of 50,000, weighted, stratified, with inspectors",
        took,
        "ms",
        bar=f"≤ {BAR} ms",
        ok=took <= BAR,
    )
    yield Result("the same with its document", milliseconds(lambda: document_of(given, [], "1"), 3), "ms")
    data = canonical(document_of(given, [], "1"))
    yield Result("drawn again from the document", milliseconds(lambda: list(checked_bytes(data)), 3), "ms")


def roster(random: Random) -> Json:
    """Weights from 1 to 20, a third of the objects visited often enough, some recused from each inspector."""
    pairs = {(random.randint(1, OBJECTS), random.randint(1, INSPECTORS)) for _ in range(RECUSALS)}
    return {
        "body": "bench", "inspection": "1", "title": "bench", "draw": 1, "window": ["2026-07-01", "2026-07-31"],
        "per_object": 2, "coverage": {"times": 1, "left": 3},
        "source": {"kind": "public", "what": "x", "on": "2026-07-07"},
        "strata": [{"id": name, "name": name, "size": SIZE // len(STRATA)} for name in STRATA],
        "objects": [
            {"number": number, "unit": f"unit {number}", "place": "", "stratum": STRATA[number % len(STRATA)],
             "weight": random.randint(1, 20), "visits": random.randint(0, 2)}
            for number in range(1, OBJECTS + 1)
        ],
        "inspectors": [{"number": number, "post": f"post {number}"} for number in range(1, INSPECTORS + 1)],
        "recusals": [{"object": one, "inspector": other, "reason": "kin"} for one, other in sorted(pairs)],
        "previous": [],
    }  # fmt: skip
