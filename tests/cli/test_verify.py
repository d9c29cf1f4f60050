"""`mingzhang verify`, `log` and `key` as an auditor meets them at the command line, and the worker that
`serve` runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from procrastinate.contrib.django.models import ProcrastinateWorker

from mingzhang.audit.models import Checkpoint, Leaf, Pending, Verification
from mingzhang.core import clock
from mingzhang.core.errors import Corrupt, InvalidInput, NotFound
from mingzhang.jobs.keeping import order_log
from mingzhang.jobs.work import keep_day
from tests.audit.books import Superuser, keep
from tests.core.servers import eventually
from tests.faults.commands import done, refused
from tests.ledger.conftest import committed_world as committed_world
from tests.ledger.conftest import evidence_folder as evidence_folder
from tests.ledger.world import World


def test_verify_says_what_was_checked_and_that_it_holds(committed_world: World) -> None:
    keep(committed_world)
    said = done("verify", "--book", "YC")
    for name in ("操作记录", "校验树", "检查点", "账目", "冲销", "记录单", "审核", "佐证", "签名密钥"):
        assert name in said
    assert said.count("　对得上") == 15
    kept = Verification.objects.get(book="YC")
    assert (kept.differences, kept.position) == (0, 11)
    assert "佐证" not in done("verify", "--book", "YC", "--no-evidence")


@pytest.mark.slow
def test_verify_names_every_difference_with_its_place_and_exits_with_6(committed_world: World) -> None:
    keep(committed_world)
    Superuser().run("UPDATE ledger_entry SET data = data || '{\"people\": 27}' WHERE seq = 1")
    status = Corrupt.exit_code
    assert status == 6
    arguments = ["verify", "--book", "YC", "--no-evidence"]
    process = subprocess.run(
        [sys.executable, "-m", "mingzhang.cli", *arguments], capture_output=True, text=True, env=environment()
    )
    assert process.returncode == status
    assert "账目第1笔（ledger_entry）：内容和入账时不一样。" in process.stdout
    assert "有2处对不上。" in process.stderr, "the entry, and what the log says of it"
    assert "Traceback" not in process.stderr
    process = subprocess.run(
        [sys.executable, "-m", "mingzhang.cli", *arguments, "--json"],
        capture_output=True,
        text=True,
        env=environment(),
    )
    [book, installation] = json.loads(process.stdout)
    assert (process.returncode, book["differences"], installation["differences"]) == (status, 2, 0)
    [entries] = [one for one in book["checks"] if one["check"] == "entries"]
    assert entries["told"][0]["place"] == "账目第1笔（ledger_entry）"


def environment() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}


def test_a_book_that_is_not_there_cannot_be_verified(committed_world: World) -> None:
    assert "没有代码为" in refused("verify", "--book", "XX", status=NotFound.exit_code)


def test_the_log_is_shown_and_proved(committed_world: World) -> None:
    book = keep(committed_world)
    shown = json.loads(done("log", "show", "--book", "YC", "--verb", "record.reverse", "--json"))
    assert [row["verb"] for row in shown] == ["record.reverse"]
    assert "record.reverse" in done("log", "show", "--book", "YC", "--limit", "100")
    said = json.loads(done("log", "proof", "--book", "YC", "--event", shown[0]["seq"]))
    assert json.loads(said["event"])["verb"] == "record.reverse"
    first, last = Checkpoint.objects.filter(book=book.code).order_by("id")
    said = json.loads(done("log", "proof", "--book", "YC", "--from", first.pk))
    assert f"size {last.size}\n" in said["second"]["text"]
    assert len(said["keys"]) == 2


def test_what_cannot_be_proved_is_refused_in_words(committed_world: World) -> None:
    book = keep(committed_world)
    first, last = Checkpoint.objects.filter(book=book.code).order_by("id")
    assert "要写一个" in refused("log", "proof", "--book", "YC")
    assert "比后一个长" in refused("log", "proof", "--book", "YC", "--from", last.pk, "--to", first.pk)
    status = NotFound.exit_code
    assert "没有第999条" in refused("log", "proof", "--book", "YC", "--event", 999, status=status)
    assert "没有这个检查点" in refused("log", "proof", "--book", "YC", "--from", 999, status=status)
    assert "--book" in refused("log", "checkpoint", status=InvalidInput.exit_code)


def test_a_checkpoint_is_signed_when_it_is_asked_for(committed_world: World) -> None:
    assert "签好检查点" in done("log", "checkpoint", "--book", "YC")
    assert Checkpoint.objects.get().reason == "asked"
    assert "前2条" in done("log", "checkpoint", "--installation"), "the pack and the key"


def test_keys_are_listed_and_replaced(committed_world: World) -> None:
    assert "还没有密钥" in done("key", "list")
    assert "新密钥 sha256:" in done("key", "rotate")
    done("key", "rotate")
    listed = json.loads(done("key", "list", "--json"))
    assert [one["in_use"] for one in listed] == [False, True]
    assert listed[1]["previous"] == listed[0]["fingerprint"]
    assert done("key", "list").count("已换下") == 1


# --- the worker ---------------------------------------------------------------------------------------------------


def test_events_are_given_positions_and_each_book_is_signed_and_verified_once_a_day(committed_world: World) -> None:
    committed_world.posted()
    zone = ZoneInfo("Asia/Shanghai")
    with clock.at(datetime(2026, 6, 1, 9, tzinfo=zone)):
        order_log()
        keep_day()
        keep_day()
    assert Leaf.objects.exists()
    assert not Pending.objects.filter(book="YC").exists()
    assert Checkpoint.objects.filter(book="YC", reason="daily").count() == 1
    assert list(Verification.objects.filter(book="YC").values_list("differences", flat=True)) == [0]
    assert Verification.objects.count() == 3, "two books and the installation"
    with clock.at(datetime(2026, 6, 2, 9, tzinfo=zone)):
        keep_day()
    assert Checkpoint.objects.filter(book="YC", reason="daily").count() == 2


@pytest.mark.slow
def test_two_workers_keep_the_log_without_doing_work_twice_and_stop_when_told(committed_world: World) -> None:
    committed_world.posted()
    command = [sys.executable, "-m", "mingzhang.cli", "worker"]
    workers = [subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        assert eventually(
            lambda: Verification.objects.count() >= 3 and ProcrastinateWorker.objects.count() == 2, 90
        )
        for one in workers:
            one.send_signal(signal.SIGTERM)
        said = [one.communicate(timeout=60)[1] for one in workers]
    finally:
        for one in workers:
            one.kill()
    assert [one.returncode for one in workers] == [0, 0]
    assert said == ["", ""]
    assert Verification.objects.count() == 3
    assert Checkpoint.objects.filter(reason="daily", book="YC").count() == 1


@pytest.mark.slow
def test_a_worker_whose_parent_is_killed_ends(committed_world: World, tmp_path: Path) -> None:
    told = tmp_path / "pid"
    source = (
        "import django; django.setup()\nimport os, signal, pathlib, subprocess\nfrom mingzhang.cli import beside\n"
        "start = subprocess.Popen\n"
        "def started(*given, **named):\n"
        "    process = start(*given, **named)\n"
        f"    pathlib.Path({str(told)!r}).write_text(str(process.pid))\n"
        "    return process\n"
        "subprocess.Popen = started\n"
        "with beside.worker():\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", source], env=environment(), check=False)
    assert eventually(lambda: not Path(f"/proc/{told.read_text()}/cmdline").exists() or _gone(told), 30)


def _gone(told: Path) -> bool:
    return Path(f"/proc/{told.read_text()}/cmdline").read_bytes() == b""
