"""What a phone keeps of the site so that the on-site page opens without a network: its shell, and the files that
the shell uses. Nothing of it speaks of a person or a round."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

from django.contrib.staticfiles import finders
from django.templatetags.static import static

SHEETS = ("tokens", "base", "shell", "parts", "pages", "onsite")
ENTRY = "onsite"
MODULES = (
    "onsite-answers", "onsite-badge", "onsite-conflict", "onsite-faults", "onsite-finish", "onsite-item",
    "onsite-list", "onsite-loaded", "onsite-make", "onsite-net", "onsite-photos", "onsite-picture", "onsite-queue",
    "onsite-refused", "onsite-round", "onsite-snap", "onsite-standing", "onsite-statement", "onsite-store",
    "onsite-sync", "onsite-worker-link",
)  # fmt: skip
WORKER = "ui/js/onsite-worker.js"
PICTURES = ("ui/icons.svg", "ui/favicon.svg")


def _script(name: str) -> str:
    return f"ui/js/{name}.js"


def _files() -> Iterator[str]:
    yield from (f"ui/css/{name}.css" for name in SHEETS)
    yield from PICTURES
    yield from (_script(name) for name in (ENTRY, *MODULES))


def addresses() -> list[str]:
    """Where the files are asked for. A module asks for others beside itself, under their plain names."""
    entry = static(_script(ENTRY))
    whole = [static(name) for name in (*(f"ui/css/{one}.css" for one in SHEETS), *PICTURES)]
    return [*whole, entry, *(urljoin(entry, f"{name}.js") for name in MODULES)]


def version_of(shell: str) -> str:
    """A name for this shell with these files: another as soon as one character of them is."""
    total = hashlib.sha256(shell.encode())
    for name in (*_files(), WORKER):
        total.update(hashlib.sha256(Path(str(finders.find(name))).read_bytes()).digest())
    return total.hexdigest()[:16]
