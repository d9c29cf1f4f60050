"""The checks of `make lint` that no ready-made program does. Each prints what is wrong; any one fails the run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tools import messages, reference  # noqa: E402 - they need Django set up


def missing_migrations() -> list[str]:
    """Models whose tables no migration makes, and migrations that contradict each other. Asks no database."""
    loader = MigrationLoader(None)
    conflicts = [
        f"{app}: {', '.join(sorted(names))} both come last" for app, names in loader.detect_conflicts().items()
    ]
    with translation.override(None):
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        changes = detector.changes(graph=loader.graph)
    missing = [
        f"{app}: {operation.describe()}"
        for app, migrations in changes.items()
        for migration in migrations
        for operation in migration.operations
    ]
    return conflicts + missing


def addresses_in_locks() -> list[str]:
    """A lock file that names a host is slow or fails where another mirror is used."""
    return [
        f"{path.name}:{number}: {line}"
        for path in sorted(ROOT.glob("requirements*"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "://" in line
    ]


CHECKS = {
    "migrations that are missing (make them with django-admin makemigrations)": missing_migrations,
    "addresses in the lock files": addresses_in_locks,
    "texts and translations (make messages)": messages.problems,
    "generated pages that are stale (make docs)": reference.stale,
}


def main() -> int:
    """Run all of them. Returns the exit status."""
    failed = 0
    for name, check in CHECKS.items():
        found = check()
        failed += bool(found)
        for line in found:
            print(f"{name}: {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
