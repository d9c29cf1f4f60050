"""Every `mingzhang` command that the documentation shows exists, and takes the options shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from mingzhang.cli.main import main
from tests.docs.test_links import PAGES, ROOT

FENCE = re.compile(r"^ *```(?:sh|console|text)\n(.*?)^ *```", re.M | re.S)
LINE = re.compile(r"^ *(?:\$ )?(?:\S*bin/)?mingzhang ((?:.*\\\n)*.*)$", re.M)
INLINE = re.compile(r"`mingzhang ([a-z][^`]*)`")


def shown() -> Iterator[tuple[str, str]]:
    """Each command that a page shows, without its first word, and the page."""
    for page in PAGES:
        text = page.read_text()
        found = [line for block in FENCE.findall(text) for line in LINE.findall(block)] + INLINE.findall(text)
        yield from ((line.replace("\\\n", " "), str(page.relative_to(ROOT))) for line in found)


def unknown(line: str) -> str:
    """What in the command is not there: a word that names no command, or an option that it does not take."""
    command: click.Command = main
    context = click.Context(main)
    words = shlex.split(line, comments=True)
    if words[:1] == ["--lang"]:
        words = words[2:]
    while isinstance(command, click.Group) and words:
        found = command.get_command(context, words[0])
        if found is None:
            return words[0]
        command, words = found, words[1:]
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return " ".join(word for word in words if word.startswith("--") and word not in options | {"--help"})


def test_the_documentation_shows_commands_as_they_are() -> None:
    wrong = [f"{page}: mingzhang {line}: {bad}" for line, page in shown() if (bad := unknown(line))]
    assert wrong == []
    assert len(list(shown())) > 60


@pytest.mark.parametrize("line", ["figurse --unit YY", "figures --untit YY", "record lsit"])
def test_a_command_that_is_not_there_is_noticed(line: str) -> None:
    assert unknown(line)
