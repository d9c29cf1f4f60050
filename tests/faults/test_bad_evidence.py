"""Files that are not what they seem, that are too large, or that meet a full disk: refused in words by the real
command, nothing half-stored, nothing lost, and no memory eaten."""

from __future__ import annotations

import io
import json
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mingzhang.core.errors import Corrupt, InvalidInput
from mingzhang.ledger.evidence import open_verified
from mingzhang.ledger.filetypes import media_type
from mingzhang.ledger.models import Evidence, Record, RecordEvidence
from tests.faults.commands import CHINESE, COMMAND, done, refused
from tests.ledger.world import DAY, World, picture

MEGABYTE = 1 << 20


def add(*files: Path) -> tuple[object, ...]:
    given = json.dumps({"place": "东门公示栏"}, ensure_ascii=False)
    options = [option for file in files for option in ("--evidence", file)]
    return (
        "record",
        "add",
        "--kind",
        "photo",
        "--unit",
        "QH",
        "--date",
        DAY,
        "--data",
        given,
        "--by",
        "chen",
        *options,
    )


def stored(folder: Path) -> list[Path]:
    """Every file under the store, half-received ones too."""
    return [path for path in folder.rglob("*") if path.is_file()]


def png_of(side: int) -> bytes:
    """A well-formed PNG of `side` × `side` black pixels in a few kilobytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    packing = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    pixels = b"".join(packing.compress(row) for _ in range(side)) + packing.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def png_with_a_long_text() -> bytes:
    """A small image whose comment unpacks to 200 MB."""
    content = b"Comment\0\0" + zlib.compress(bytes(200 * MEGABYTE), 9)
    text = struct.pack(">I", len(content)) + b"zTXt" + content + struct.pack(">I", zlib.crc32(b"zTXt" + content))
    plain = picture().read()
    return plain[:33] + text + plain[33:]


def office_of_a_million_parts() -> bytes:
    """The list of contents of a document that says it has a million parts, in under 50 MB."""
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0) + b"word/x"
    count = 900_000
    middle = entry * count
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(middle), 30)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 30 + len(middle), 1)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return b"PK\x03\x04" + bytes(26) + middle + record + locator + end


HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("空.png", lambda: b"", "空的"),
    "a lying ending": ("照片.jpg", lambda: b"%PDF-1.7\n", "文件名说是 .jpg，内容是 .pdf"),
    "HTML": ("页面.html", lambda: HTML, "不收这种文件"),
    "HTML called text": ("页面.txt", lambda: HTML, "不收这种文件"),
    "HTML called a picture": ("页面.png", lambda: HTML, "不收这种文件"),
    "SVG": ("图.svg", lambda: SVG, "不收这种文件"),
    "SVG called a picture": ("图.jpg", lambda: SVG, "不收这种文件"),
    "SVG without an ending": ("图", lambda: SVG, "不收这种文件"),
    "a bomb of pixels": ("图.png", lambda: png_of(40_000), "像素太多"),
    "a bomb in a comment": ("图.png", png_with_a_long_text, "打不开"),
    "a picture cut off": ("图.png", lambda: picture().read()[:40], "打不开"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_what_it_seems_is_refused_and_nothing_stays(
    world: World, evidence_folder: Path, tmp_path: Path, name: str
) -> None:
    file, content, told = BAD[name]
    (tmp_path / file).write_bytes(content())
    assert told in refused(*add(tmp_path / file))
    assert not Record.objects.exists()
    assert stored(evidence_folder) == []


def test_a_bad_file_after_a_good_one_leaves_no_record(world: World, tmp_path: Path) -> None:
    (tmp_path / "好.png").write_bytes(picture().read())
    (tmp_path / "坏.png").write_bytes(HTML)
    refused(*add(tmp_path / "好.png", tmp_path / "坏.png"))
    assert not Record.objects.exists()
    assert not Evidence.objects.exists()
    done(*add(tmp_path / "好.png"))
    assert RecordEvidence.objects.get().name == "好.png"


def test_the_same_is_told_in_english(world: World, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"%PDF-1.7\n")
    said = refused("--lang", "en", *add(tmp_path / "photo.jpg"))
    assert ".jpg" in said
    assert ".pdf" in said
    assert not CHINESE.search(said)


# --- memory -------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store that commands started as processes of their own use."""
    monkeypatch.setenv("MINGZHANG_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "evidence"


# The most memory that a process had since it began; `ru_maxrss` would tell of the one that started it, too.
PEAK = """int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024"""
MEASURING = f"""
import pathlib, re, sys
from mingzhang.cli.main import main
try:
    main()
finally:
    print({PEAK}, file=sys.stderr)
"""


def command(*arguments: object) -> tuple[int, str, int]:
    """A command as a process of its own: its exit status, what it said, and the most memory it had, in bytes."""
    program = [sys.executable, "-c", MEASURING, *map(str, arguments)]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=120)
    *said, most = ended.stderr.splitlines()
    return ended.returncode, "\n".join(said), int(most)


def sparse(path: Path, size: int, beginning: bytes) -> Path:
    with path.open("wb") as file:
        file.write(beginning)
        file.truncate(size)
    return path


@pytest.mark.slow
def test_memory_stays_flat_whatever_the_size_of_the_file(
    committed_world: World, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "小.pdf").write_bytes(b"%PDF-1.7\n")
    status, _said, usual = command(*add(tmp_path / "小.pdf"))
    assert status == 0
    files = {
        "200 MB": (sparse(tmp_path / "大.pdf", 200 * MEGABYTE, b"%PDF-1.7\n"), 2),
        "50 MB": (sparse(tmp_path / "中.pdf", 50 * MEGABYTE, b"%PDF-1.7\n"), 0),
        "50 MB of text": (tmp_path / "长.txt", 0),
        "a million parts": (tmp_path / "百万.docx", 2),
    }
    (tmp_path / "长.txt").write_bytes(b"mingzhang\n" * (5 * MEGABYTE - 1))
    (tmp_path / "百万.docx").write_bytes(office_of_a_million_parts())
    for name, (file, expected) in files.items():
        status, said, most = command(*add(file))
        assert status == expected, (name, said)
        assert "Traceback" not in said
        assert most - usual < 24 * MEGABYTE, f"{name}: {most // MEGABYTE} MB, usually {usual // MEGABYTE} MB"
    assert Record.objects.count() == 3
    assert sorted(file.stat().st_size for file in stored(store)) == [9, 52_428_790, 52_428_800]


SHOWING = f"""
import io, pathlib, re, sys
from types import SimpleNamespace
import django; django.setup()
from django.core.files.storage import storages
from mingzhang.ledger.evidence import display_image, keep
from django.core.files.base import File
kept = keep(File(open(sys.argv[1], "rb")), "大.png")
before = {PEAK}
shown = display_image(SimpleNamespace(digest=kept.digest, media_type=kept.media_type), longest=400)
print(shown[:3].hex(), {PEAK} - before)
"""


@pytest.mark.slow
def test_the_largest_picture_that_is_taken_does_not_take_all_memory_to_be_shown(
    store: Path, tmp_path: Path
) -> None:
    """Close to 50 million pixels in three colours: 150 MB once unpacked, and no copy of that beside it."""
    Image.new("RGB", (7_000, 7_000)).save(tmp_path / "大.png")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "mingzhang.config.settings"}
    program = [sys.executable, "-c", SHOWING, str(tmp_path / "大.png")]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=120, env=environment)
    assert ended.returncode == 0, ended.stderr
    beginning, taken = ended.stdout.split()
    assert beginning == "ffd8ff"
    assert int(taken) < 250 * MEGABYTE, f"{int(taken) // MEGABYTE} MB"


# --- a full disk --------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 2 MB; where mounting is not allowed, a folder in which no file may grow beyond that."""
    folder = Path(tempfile.mkdtemp())
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True
        ).returncode
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if not mounted:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MEGABYTE, hard))
    try:
        yield folder
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
        shutil.rmtree(folder)


@pytest.mark.slow
def test_a_full_disk_refuses_the_upload_and_keeps_everything_that_was_there(
    committed_world: World, small_disk: Path, tmp_path: Path
) -> None:
    (tmp_path / "先.txt").write_text("先到的\n" * 10_000, "utf-8")
    (tmp_path / "大.txt").write_text("大的\n" * 400_000, "utf-8")
    data = {**os.environ, "MINGZHANG_DATA": str(small_disk)}

    def attempt(file: str) -> subprocess.CompletedProcess[str]:
        arguments = map(str, add(tmp_path / file))
        return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, env=data, timeout=60)

    assert attempt("先.txt").returncode == 0
    before = stored(small_disk / "evidence")
    failed = attempt("大.txt")
    assert failed.returncode == 7
    assert failed.stderr == "佐证没有存上，存储空间满了。请联系管理员清出空间后再上传。\n"
    assert stored(small_disk / "evidence") == before
    assert Record.objects.count() == Evidence.objects.count() == 1
    (tmp_path / "小.txt").write_text("还放得下\n", "utf-8")
    assert attempt("小.txt").returncode == 0
    assert Record.objects.count() == 2


def test_a_report_that_finds_the_disk_full_says_so_and_leaves_the_old_one(
    world: World, small_disk: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "不能写"
    folder.write_text("a file, no folder")
    done("pack", "install", "street-office", "--book", "YC", "--by", "tang")
    asked = ("report", "build", "half-year", "--book", "YC", "--unit", "QH", "--period", "2026H1", "--out")
    assert "写不进" in refused(*asked, folder / "报告")
    done(*asked, small_disk)
    before = {path.name: path.read_bytes() for path in small_disk.iterdir()}
    (small_disk / "填满").write_bytes(bytes(shutil.disk_usage(small_disk).free))
    world.posted("visit")
    assert "写不进" in refused(*asked, small_disk)
    after = {path.name: path.read_bytes() for path in small_disk.iterdir() if path.name in before}
    assert after == before


# --- anything at all ----------------------------------------------------------------------------------------------


def taken_or_told(content: bytes, name: str) -> bool:
    """Whether it is taken, or refused in words that a clerk can read; anything else is raised."""
    try:
        media_type(io.BytesIO(content), name)
    except InvalidInput as refusal:
        return bool(CHINESE.search(str(refusal)))
    return True


GOOD = {form: picture(form=form).read() for form in ("PNG", "JPEG", "WEBP")}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_damaged_picture_is_taken_or_refused_in_words(form: str, data: st.DataObject) -> None:
    damaged = bytearray(GOOD[form])
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(12, len(damaged)))
    assert taken_or_told(bytes(damaged[:cut]), "图")


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
)
def test_any_bytes_are_taken_or_refused_in_words(content: bytes, beginning: bytes) -> None:
    assert taken_or_told(beginning + content, "文件")


def test_an_office_document_with_a_damaged_list_is_taken_or_refused_in_words() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "x")
    whole = out.getvalue()
    for place in range(len(whole) - 80, len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        assert taken_or_told(bytes(damaged), "文件.docx")


def test_a_file_damaged_in_the_store_is_not_handed_out(world: World, evidence_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "好.png").write_bytes(picture().read())
    done(*add(tmp_path / "好.png"))
    [kept] = stored(evidence_folder)
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes()[:-4])
    with pytest.raises(Corrupt, match="佐证的内容与存入时不一样"):
        open_verified(Evidence.objects.get())
