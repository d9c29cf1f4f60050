from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.conftest import FreshDatabase
from tests.ledger import world as worlds


@pytest.fixture(autouse=True)
def evidence_folder(tmp_path: Path, settings: Settings) -> Path:
    """A store of evidence of this test's own."""
    folder = tmp_path / "evidence"
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": folder, "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "evidence": own}
    return folder


@pytest.fixture
def world(db: None) -> worlds.World:
    """The cast at work, in this test's transaction."""
    return worlds.kept()


@pytest.fixture
def committed_world(fresh_database: FreshDatabase) -> worlds.World:
    """The cast at work, in a database of this test's own, where other connections see it."""
    return worlds.build()
