from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.kept import copied
from tests.web import office as offices


@pytest.fixture(scope="module")
def built_office(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[offices.Office]:
    """The office at work, written once for the tests of a module, with a store of evidence of its own."""
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path_factory.mktemp("evidence"), "base_url": None}}
    stores = {**settings.STORAGES, "evidence": own}
    with django_db_blocker.unblock(), override_settings(STORAGES=stores), transaction.atomic():
        yield offices.kept()
        transaction.set_rollback(True)


@pytest.fixture
def office(built_office: offices.Office) -> Iterator[offices.Office]:
    """The office at work; what a test does to it is undone."""
    with transaction.atomic():
        yield copied(built_office)
        transaction.set_rollback(True)
