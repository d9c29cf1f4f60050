"""`python -m bench.county`: the demonstration county with nothing but its known half-year, made in seconds.

It runs as a program because it works in another data folder than the benchmark."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingzhang.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - needs Django set up, as does all below
from django.db import transaction  # noqa: E402

from mingzhang.core import database  # noqa: E402
from mingzhang.demo.county import Plan  # noqa: E402
from mingzhang.demo.load import load  # noqa: E402
from mingzhang.packs.actions import install  # noqa: E402
from mingzhang.packs.queries import builtin_folder  # noqa: E402

PASSWORD = "qinglan-measured"


def main() -> None:
    """Set up what `mingzhang demo` would, but for the made-up records."""
    database.ensure()
    call_command("migrate", interactive=False, verbosity=0)
    version = install(folder=builtin_folder("street-office"), by="bench")
    with transaction.atomic():
        load(Plan.read(), version, PASSWORD, lambda _done, _total: None, made_up={})
    (database.data_folder() / "demo-password").write_text(PASSWORD)


main()
