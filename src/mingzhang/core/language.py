"""Text for people, from code that may run before Django does.

Message ids are Chinese (docs/adr/0001-chinese-message-ids.md), so with no translator every text still reads well.
The settings install Django's `gettext`; until then the command line installs the catalogue of the language it was
asked for.
"""

from __future__ import annotations

import gettext as catalogues
from collections.abc import Callable
from pathlib import Path

LOCALE_FOLDER = Path(__file__).parent.parent / "locale"

_translators: list[Callable[[str], str]] = []


def gettext(message: str) -> str:
    """`message` in the language in force."""
    return _translators[-1](message) if _translators else message


def use(translator: Callable[[str], str]) -> None:
    """From now on `translator` says every message."""
    _translators[:] = [translator]


def use_catalogue(language: str) -> None:
    """Translate from the compiled catalogue of `language`; messages without one stay Chinese."""
    use(catalogues.translation("django", LOCALE_FOLDER, languages=[language], fallback=True).gettext)
