"""Findings in the words of their pack."""

from __future__ import annotations

from mingzhang.findings.models import Finding
from mingzhang.organisation.models import Book
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.finding_schema import SOURCES, Findings, Severity
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.wording import language


def vocabulary(finding: Finding) -> Findings | None:
    """The words by which it was reported."""
    return pack_of(finding.pack_version_id).findings


def vocabularies(book: Book) -> list[tuple[PackVersion, Findings]]:
    """The packs in force in the book that know findings, each with its words."""
    found = [(version, pack_of(version.pk).findings) for version in packs_in_force(book)]
    return [(version, words) for version, words in found if words]


def severity_of(finding: Finding) -> Severity | None:
    """Its severity; None where its words are gone."""
    words = vocabulary(finding)
    return words.severities_by_id.get(finding.severity) if words else None


def category_name(finding: Finding) -> str:
    """What it is about."""
    words = vocabulary(finding)
    found = words.categories_by_id.get(finding.category) if words else None
    return found.name.text(language()) if found else finding.category


def severity_name(finding: Finding) -> str:
    """How grave it is."""
    found = severity_of(finding)
    return found.name.text(language()) if found else finding.severity


def basis_name(finding: Finding, basis: str) -> str:
    """A lawful reason for suspending it."""
    words = vocabulary(finding)
    found = words.suspensions_by_id.get(basis) if words else None
    return found.name.text(language()) if found else basis


def source_name(source: str) -> str:
    """Where a finding came from."""
    chinese, english = SOURCES[source]
    return english if language() == "en" else chinese
