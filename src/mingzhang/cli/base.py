"""What commands are made of: found by name, imported when called, given a database, and clear when they refuse."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

import click
import django
from django.utils import translation

from mingzhang.core import database
from mingzhang.core.errors import Refusal
from mingzhang.core.language import gettext as _

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Entry:
    """Where a command is (`module:attribute`) and what it does, so that listing commands imports none."""

    path: str
    help: str

    def load(self) -> click.Command:
        module, _colon, attribute = self.path.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


def without_database(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Mark a command's function: it does its work without a database, so none is started for it."""
    command.without_database = True  # type: ignore[attr-defined]
    return command


class Registry(click.Group):
    """A group whose commands are named in a table and imported when one is called. A `Refusal` is said on standard
    error in the language asked for, without a traceback, and becomes the exit status."""

    entries: Mapping[str, Entry] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.entries:
            return None
        _set_up_django(str(ctx.params.get("lang") or "zh-hans"))
        command = self.entries[cmd_name].load()
        _give_database(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("命令")):
            formatter.write_dl([(name, _(entry.help)) for name, entry in self.entries.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            click.echo(str(refusal), err=True)
            ctx.exit(refusal.exit_code)


def _set_up_django(language: str) -> None:
    """Before a command's module is imported, because it imports models and says its help at import."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingzhang.config.settings")
    django.setup()
    translation.activate(language)


def _give_database(command: click.Command) -> None:
    """Make every command in `command` have a database before it begins; its help needs none."""
    if isinstance(command, click.Group):
        for part in command.commands.values():
            _give_database(part)
    elif command.callback and not hasattr(command.callback, "without_database"):
        command.callback = without_database(_after_ensure(command.callback))


def _after_ensure(callback: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    @wraps(callback)
    def ensured(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        database.ensure()
        return callback(*args, **kwargs)

    return ensured
