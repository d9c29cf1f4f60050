"""`mingzhang` as a person at a terminal meets it: in this process, or as a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from click.testing import CliRunner

from mingzhang.cli.main import main

COMMAND = [sys.executable, "-m", "mingzhang.cli"]
CHINESE = re.compile("[\u4e00-\u9fff]")


def refused(*arguments: object, status: int = 2) -> str:
    """What the command says when it refuses: on standard error, with that exit status, without a traceback."""
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert len(result.stderr) < 20_000
    return result.stderr


def done(*arguments: object) -> str:
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


@contextmanager
def program(*arguments: object, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a process of its own, killed at the end."""
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
