"""What a program sends."""

from __future__ import annotations

import json
from typing import Any

from mingzhang.core.errors import InvalidInput
from mingzhang.core.language import gettext as _


def object_in(body: bytes) -> dict[str, Any]:
    """The JSON object in the body of a request. Raises InvalidInput for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise InvalidInput(_("送来的内容不完整。")) from fault
    if not isinstance(found, dict):
        raise InvalidInput(_("送来的内容不完整。"))
    return found
