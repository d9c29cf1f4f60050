"""What spreadsheets must not be given: a text that the program opening it would take for a formula."""

from __future__ import annotations

# What Excel, WPS and LibreOffice begin a formula with, and what they pass over before it.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def is_dangerous(text: str) -> bool:
    """Whether a text, opened as a cell of a CSV file, could be worked out instead of being shown."""
    return text.lstrip(" \u3000").startswith(DANGEROUS)


def guarded(text: str) -> str:
    """A text for a cell of a CSV file, with an apostrophe before what would be a formula."""
    return f"'{text}" if is_dangerous(text) else text
