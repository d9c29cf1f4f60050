"""Rosters to draw from: a fixed one, and random ones."""

from __future__ import annotations

from random import Random
from typing import Any

Json = dict[str, Any]
PUBLIC = {"kind": "public", "what": "福利彩票双色球红球", "on": "2026-07-07"}


def roster(
    weights: list[list[int]],
    sizes: list[int],
    *,
    inspectors: int = 3,
    per_object: int = 1,
    recusals: list[tuple[int, int]] | None = None,
    visits: dict[int, int] | None = None,
    coverage: Json | None = None,
    source: Json | None = None,
) -> Json:
    """A roster with one stratum for each list of weights."""
    names = [f"S{place}" for place in range(len(weights))]
    flat = [(name, weight) for name, ours in zip(names, weights, strict=True) for weight in ours]
    return {
        "body": "青禾街道",
        "inspection": "1",
        "title": "7月随机检查",
        "draw": 1,
        "window": ["2026-07-08", "2026-07-17"],
        "per_object": per_object,
        "coverage": coverage,
        "source": source or PUBLIC,
        "strata": [
            {"id": name, "name": name, "size": size} for name, size in zip(names, sizes, strict=True)
        ],
        "objects": [
            {"number": place, "unit": f"单位{place}", "place": "", "stratum": name, "weight": weight,
             "visits": (visits or {}).get(place, 0)}
            for place, (name, weight) in enumerate(flat, 1)
        ],
        "inspectors": [{"number": place, "post": f"检查岗{place}"} for place in range(1, inspectors + 1)],
        "recusals": [
            {"object": one, "inspector": other, "reason": "kin"} for one, other in recusals or []
        ],
        "previous": [],
    }  # fmt: skip


def random_roster(random: Random, most: int = 14) -> Json:
    """A small roster with everything that may be in one, often in combinations that leave no choice."""
    heaviest = random.choice((1, 3, 20, 1_000_000))
    weights = [
        [random.randint(1, heaviest) for _ in range(random.randint(0, most))] for _ in range(random.randint(1, 3))
    ]
    count, inspectors = sum(map(len, weights)), random.randint(1, 5)
    pairs = {
        (random.randint(1, count), random.randint(1, inspectors))
        for _ in range(random.choice((0, 2, count * 2)))
        if count
    }
    coverage = {"times": random.randint(1, 3), "left": random.randint(1, 3)}
    return roster(
        weights,
        [random.randint(0, len(ours)) for ours in weights],
        inspectors=inspectors,
        per_object=random.randint(1, 3),
        recusals=sorted(pairs),
        visits={place: random.randint(0, 3) for place in range(1, count + 1)},
        coverage=random.choice((None, coverage)),
    )
