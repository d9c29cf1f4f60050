"""What a program sends is an object, or is refused."""

from __future__ import annotations

import pytest

from mingzhang.core.bodies import object_in
from mingzhang.core.errors import InvalidInput


def test_an_object_is_read() -> None:
    assert object_in('{"词": [1, null]}'.encode()) == {"词": [1, None]}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000])
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="送来的内容不完整"):
        object_in(body)
