from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def language_of_this_test_only() -> Iterator[None]:
    """The command line sets the language of the whole process."""
    with translation.override("zh-hans"):
        yield
