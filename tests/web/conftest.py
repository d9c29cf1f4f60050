from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from tests.kept import copied
from tests.web import office as offices


@pytest.fixture(autouse=True)
def evidence_folder(tmp_path: Path, settings: Settings) -> Path:
    """A store of evidence of this test's own."""
    folder = tmp_path / "evidence"
    settings.STORAGES = storages(folder)
    return folder


def storages(folder: Path) -> dict[str, Any]:
    """The settings that keep evidence in `folder`."""
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": folder, "base_url": None}}
    return {**django_settings.STORAGES, "evidence": own}


@pytest.fixture(scope="module")
def kept_office(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[offices.Office, Path]]:
    """One office for all tests of a module, in a transaction that is rolled back at its end, and its evidence."""
    folder = tmp_path_factory.mktemp("evidence")
    with django_db_blocker.unblock(), override_settings(STORAGES=storages(folder)), transaction.atomic():
        yield offices.kept(), folder
        transaction.set_rollback(True)


@pytest.fixture
def office(kept_office: tuple[offices.Office, Path], evidence_folder: Path) -> Iterator[offices.Office]:
    """The office at work, as it was built: what a test writes is undone. Not to be mixed with `db`."""
    office, folder = kept_office
    shutil.copytree(folder, evidence_folder)
    with transaction.atomic():
        yield copied(office)
        transaction.set_rollback(True)
