"""What commands are made of: found by name, imported when called, given a database, and clear when they refuse."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
import django
import psycopg
from django.db import InterfaceError, OperationalError
from django.utils import translation

from mingzhang.core import database
from mingzhang.core.errors import InvalidInput, Refusal
from mingzhang.core.language import gettext as _

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# Django's own, and those that a COPY under way raises past Django.
DATABASE_FAULTS = (OperationalError, InterfaceError, psycopg.OperationalError)
INTERRUPTED = 130  # as a shell tells of a program that Ctrl-C ended


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
    """A group whose commands are named in a table and imported when one is called. A `Refusal`, a fault
    of the database and Ctrl-C are said on standard error in the language asked for, without a traceback, and become
    the exit status."""

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
            _check_text(ctx.args)
            return super().invoke(ctx)
        except Refusal as refusal:
            _fail(ctx, str(refusal), refusal.exit_code)
        except DATABASE_FAULTS as fault:
            said = _("数据库出了错：%(reason)s。请先核对这件事办成了没有，再试一次。")
            _fail(ctx, said % {"reason": str(fault).strip()}, Refusal.exit_code)
        except KeyboardInterrupt:
            _fail(ctx, _("已中断，没有办完的事没有记上。"), INTERRUPTED)


def _fail(ctx: click.Context, said: str, status: int) -> NoReturn:
    click.echo(said, err=True)
    ctx.exit(status)


def _check_text(arguments: Sequence[str]) -> None:
    """Raises InvalidInput for an argument that holds bytes which are no text: the database takes none."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            shown = argument.encode(errors="backslashreplace").decode()[:80]
            raise InvalidInput(
                _("“%(given)s”不是 UTF-8 文字。") % {"given": shown}, remedy=_("请检查终端的编码。")
            ) from None


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
