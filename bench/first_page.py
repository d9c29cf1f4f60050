"""How long a visitor waits when the demonstration is started again: until the first page answers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

from bench.results import Result

BAR, RUNS, PATIENCE = 10, 3, 60
MINGZHANG = str(Path(sys.executable).with_name("mingzhang"))


def measure(folder: Path, *, whole: bool) -> Iterator[Result]:
    """Load the county into the data folder `folder`, if it is not there yet: the `whole` of it, or its known
    half-year only. Then start it as `make demo` does; the database server has to be started too."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment["MINGZHANG_DATA"] = str(folder)
    loaded = _load(folder, environment, whole=whole)
    seconds = median(_start(folder, environment) for _ in range(RUNS))
    yield Result(
        f"make demo, second start ({'whole county' if whole else 'known half-year'}): first page", seconds, "s",
        f"first start: {loaded:.0f} s" if loaded else None, loaded / seconds if loaded else None,
        f"≤ {BAR} s", seconds <= BAR,
    )  # fmt: skip


def _load(folder: Path, environment: Mapping[str, str], *, whole: bool) -> float:
    """Seconds that the first start took; 0 when an earlier run left its folder."""
    if (folder / "demo-password").exists():
        return 0
    known = [sys.executable, "-m", "bench.county"]
    command = [MINGZHANG, "demo", "--no-serve", "--out", str(folder / "out")] if whole else known
    began = time.monotonic()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def _start(folder: Path, environment: Mapping[str, str]) -> float:
    """Seconds from the command to the first page."""
    wait_until(lambda: not (folder / "pgdata" / "postmaster.pid").exists())
    port = free_port()
    command = [MINGZHANG, "demo", "--port", str(port), "--out", str(folder / "out")]
    began = time.monotonic()
    site = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: _answers(site, f"http://127.0.0.1:{port}/"))
        return time.monotonic() - began
    finally:
        site.send_signal(signal.SIGINT)
        site.wait(PATIENCE)


def wait_until(true: Callable[[], bool]) -> None:
    """Raises TimeoutError when it does not become true in time."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("the demonstration does not start or stop")
        time.sleep(0.02)


def _answers(site: subprocess.Popen[bytes], address: str) -> bool:
    """Whether the sign-in page comes, to which a visitor is sent."""
    if site.poll() is not None:
        raise RuntimeError(f"the demonstration ended with status {site.returncode}")
    try:
        with urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (URLError, ConnectionError):
        return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
