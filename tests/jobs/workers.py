"""Workers as processes of their own, for tests that end them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# A worker with jobs of the test's own instead of the product's: `table` is a Python expression.
WORKER = """
import sys, time
from datetime import timedelta
from pathlib import Path
import django; django.setup()
from django.utils import translation; translation.activate("zh-hans")
from mingzhang.jobs import table, waits, working, trying
from mingzhang.jobs.table import Job
folder = Path(sys.argv[1])
def note(what):
    with (folder / "said").open("a") as file:
        file.write(what + "\\n")
{does}
working.TABLE = ({table},)
working.PAUSE_SECONDS = 0.2
print("up", flush=True)
working.work(2)
"""


@contextmanager
def worker(folder: Path, does: str, table: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A worker that runs `table`, a row of jobs whose functions `does` defines; killed at the end."""
    told = {"DJANGO_SETTINGS_MODULE": "tests.settings", "MINGZHANG_JOBS_STALLED_SECONDS": "3", **environment}
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER.format(does=does, table=table), str(folder)],
        env={**os.environ, **told},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.communicate()


def said(folder: Path) -> list[str]:
    """What the jobs noted, in order."""
    path = folder / "said"
    return path.read_text().split("\n")[:-1] if path.exists() else []
