from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.notifications.receivers import Gateway, Mailbox
from tests.web.conftest import evidence_folder as evidence_folder
from tests.web.conftest import kept_office as kept_office
from tests.web.conftest import office as office


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    """A mail server on this machine, which the installation hands its mail in to."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with Mailbox() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.SITE_ADDRESS = "https://mingzhang.example"
        yield box


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A gateway on this machine."""
    with Gateway() as one:
        yield one
