"""Relations between tables go down the layers, as imports do. import-linter cannot see relations named by text."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field, Model

ROOT = Path(__file__).parent.parent
# What Django's own apps and libraries keep is below everything of ours.
OURS = "mingzhang."


def layers() -> dict[str, int]:
    """The height of each area, from the contract that import-linter holds; siblings are equally high."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [areas] = [contract["layers"] for contract in contracts if contract["id"] == "areas"]
    named = [[name.strip(" ()") for name in line.split("|")] for line in areas]
    return {name: height for height, line in enumerate(reversed(named)) for name in line}


def relations() -> list[tuple[str, str, str]]:
    """(field, area it is in, area it points to) of every relation of our models."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith(OURS):
            for field in model._meta.get_fields():
                if isinstance(field, Field) and field.is_relation and isinstance(field.related_model, type):
                    found.append((f"{model._meta.label}.{field.name}", area(model), area(field.related_model)))
    return found


def area(model: type[Model]) -> str:
    """The area a model belongs to: the part of its module after the project's name."""
    name, _, rest = model.__module__.partition(".")
    return rest.partition(".")[0] if f"{name}." == OURS else ""


def upward(found: list[tuple[str, str, str]]) -> list[str]:
    heights = {**layers(), "": -1}
    return [
        f"{field}: {here} -> {there}"
        for field, here, there in found
        if here != there and heights[there] >= heights[here]
    ]


def test_relations_between_tables_go_down_the_layers() -> None:
    assert upward(relations()) == []


def test_the_relations_are_seen_at_all() -> None:
    found = relations()
    assert ("organisation.Unit.book", "organisation", "organisation") in found
    assert ("organisation.Adoption.pack_version", "organisation", "packs") in found


@pytest.mark.parametrize("planted", [("x.y", "organisation", "ledger"), ("x.y", "audit", "flow")])
def test_a_relation_that_goes_up_would_be_found(planted: tuple[str, str, str]) -> None:
    assert upward([planted]) == [f"x.y: {planted[1]} -> {planted[2]}"]
