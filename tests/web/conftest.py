from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.web import office as offices


@pytest.fixture(autouse=True)
def evidence_folder(tmp_path: Path, settings: Settings) -> Path:
    """A store of evidence of this test's own."""
    folder = tmp_path / "evidence"
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": folder, "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "evidence": own}
    return folder


@pytest.fixture
def office(db: None) -> offices.Office:
    """The office at work, in this test's transaction."""
    return offices.build()
