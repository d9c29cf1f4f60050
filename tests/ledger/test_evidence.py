"""Evidence: kept once under its digest, judged by its content, checked when it is read."""

from __future__ import annotations

import errno
import hashlib
import io
import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from PIL import Image

from mingzhang.core.errors import Corrupt, InvalidInput, NotAllowed, NotFound, StateRefused
from mingzhang.ledger import actions, evidence
from mingzhang.ledger.evidence import NoRoom, display_image, keep, open_verified
from mingzhang.ledger.models import Evidence, RecordEvidence
from tests.ledger.world import World, picture


def office(*members: str) -> ContentFile[bytes]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in members:
            archive.writestr(name, "x")
    return ContentFile(out.getvalue())


def stored(folder: Path) -> list[Path]:
    """Every file under the store, half-received ones too."""
    return [path for path in folder.rglob("*") if path.is_file()]


ACCEPTED = {
    "照片.jpg": picture(form="JPEG"),
    "照片.JPEG": picture(form="JPEG"),
    "图.png": picture(),
    "图.webp": picture(form="WEBP"),
    "文件.pdf": ContentFile(b"%PDF-1.7\n"),
    "文件.docx": office("[Content_Types].xml", "word/document.xml"),
    "表.xlsx": office("[Content_Types].xml", "xl/workbook.xml"),
    "片.pptx": office("[Content_Types].xml", "ppt/presentation.xml"),
    "公文.ofd": office("OFD.xml", "Doc_0/Document.xml"),
    "记录.txt": ContentFile("会议记录\n第一项".encode()),
    "名单.csv": ContentFile("姓名,人数\n甲,1\n".encode("gb18030")),
    "视频.mp4": ContentFile(b"\0\0\0\x20ftypisom\0\0\2\0"),
    "没有后缀": picture(),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_offices_attach_is_kept(evidence_folder: Path, name: str) -> None:
    kept = keep(ACCEPTED[name], name)
    [file] = stored(evidence_folder)
    content = file.read_bytes()
    assert file.name == hashlib.sha256(content).hexdigest()
    assert file.relative_to(evidence_folder).parts[:2] == (file.name[:2], file.name[2:4])
    assert kept.size == len(content)


REFUSED = {
    "照片.jpg": (ContentFile(b"%PDF-1.7\n"), "文件名说是 .jpg，内容是 .pdf"),
    "报告.pdf": (picture(), "文件名说是 .pdf，内容是 .png"),
    "表.docx": (office("xl/workbook.xml"), "文件名说是 .docx，内容是 .xlsx"),
    "说明.png": (ContentFile(b"just words"), "文件名说是 .png，内容是 .txt"),
    "页面.html": (ContentFile(b"<!DOCTYPE html><script>alert(1)</script>"), "不收这种文件"),
    "页面.txt": (ContentFile(b"\xef\xbb\xbf  <HTML><script>alert(1)</script>"), "不收这种文件"),
    "图.svg": (ContentFile(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "不收这种文件"),
    "图.txt": (ContentFile(b"<?xml version='1.0'?><svg/>"), "不收这种文件"),
    "程序.exe": (ContentFile(b"MZ\x90\0\3"), "不收这种文件"),
    "程序.txt": (ContentFile(b"MZ\x90\0\3"), "不收这种文件"),
    "脚本.sh": (ContentFile(b"#!/bin/sh\n"), "不收这种文件"),
    "包.zip": (office("a.txt"), "不收这种文件"),
    "宏.docx": (office("word/document.xml", "word/vbaProject.bin"), "不收这种文件"),
    "半个.docx": (ContentFile(b"PK\x03\x04broken"), "不收这种文件"),
    "半张.jpg": (ContentFile(b"\xff\xd8\xff\xe0rest"), "打不开"),
    "空.txt": (ContentFile(b""), "空的"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_what_it_says_is_refused_in_words_and_not_kept(evidence_folder: Path, name: str) -> None:
    file, said = REFUSED[name]
    with pytest.raises(InvalidInput, match=said):
        keep(file, name)
    assert stored(evidence_folder) == []


def test_an_image_that_would_unpack_to_too_many_pixels_is_refused(evidence_folder: Path) -> None:
    for side in (8_000, 12_000, 20_000):
        bomb = io.BytesIO()
        Image.new("1", (side, side)).save(bomb, "PNG")
        with pytest.raises(InvalidInput, match="像素太多"):
            keep(File(bomb), "图.png")
    assert stored(evidence_folder) == []


class Endless(File):  # type: ignore[type-arg]
    """A file of 200 MB that counts what was read of it."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), "big.txt")
        self.given = 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        while self.given < 200 * 1024 * 1024:
            self.given += 1024 * 1024
            yield b"a" * (1024 * 1024)


def test_a_file_of_200_mb_is_refused_before_the_rest_of_it_is_read(evidence_folder: Path) -> None:
    big = Endless()
    with pytest.raises(InvalidInput, match="最多 50 MB"):
        keep(big, "big.txt")
    assert big.given <= 51 * 1024 * 1024
    assert stored(evidence_folder) == []


@contextmanager
def quota(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes, as under a quota."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_on_a_full_disk_the_upload_is_refused_and_no_half_file_stays(evidence_folder: Path) -> None:
    with quota(300_000), pytest.raises(NoRoom, match="存储空间满了"):
        keep(ContentFile(b"a" * 2_000_000), "big.txt")
    assert stored(evidence_folder) == []
    assert keep(ContentFile(b"a" * 2_000_000), "big.txt").size == 2_000_000


def test_a_disk_that_fills_while_the_file_is_put_in_its_place_leaves_nothing(
    evidence_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NoRoom):
        keep(picture(), "图.png")
    assert stored(evidence_folder) == []


def test_one_file_serves_many_records_and_is_kept_once(world: World, evidence_folder: Path) -> None:
    first, second = world.draft("photo"), world.draft("photo")
    for record, name in ((first, "甲.png"), (second, "乙.png"), (second, "又.png")):
        actions.attach_evidence(record=record, file=picture(), name=name, by=world.cast.chen)
    assert len(stored(evidence_folder)) == 1
    assert Evidence.objects.count() == 1
    assert [use.name for use in RecordEvidence.objects.order_by("pk")] == ["甲.png", "乙.png"]


def attached(world: World, file: File[bytes] | None = None, name: str = "图.png") -> Evidence:
    use = actions.attach_evidence(
        record=world.draft("photo"), file=picture() if file is None else file, name=name, by=world.cast.chen
    )
    return Evidence.objects.get(pk=use.evidence_id)


def test_bytes_are_checked_when_they_are_read(world: World, evidence_folder: Path) -> None:
    found = attached(world)
    with open_verified(found) as file:
        assert hashlib.sha256(file.read()).digest() == bytes(found.digest)[2:]
    [path] = stored(evidence_folder)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(Corrupt, match="不一样"):
        open_verified(found)
    with pytest.raises(Corrupt):
        display_image(found)
    path.unlink()
    with pytest.raises(Corrupt, match="不在库里"):
        open_verified(found)


def test_what_is_shown_of_an_image_says_nothing_of_where_or_when_it_was_taken(world: World) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x0110] = "a telephone"
    exif.get_ifd(0x8825)[1] = "N"
    found = attached(world, picture(form="JPEG", size=(400, 200), exif=exif), "照片.jpg")
    with Image.open(io.BytesIO(display_image(found, longest=100))) as shown:
        assert shown.format == "JPEG"
        assert dict(shown.getexif()) == {}
        assert shown.size == (50, 100)
    assert b"a telephone" not in display_image(found)


def test_a_transparent_image_is_shown_on_white(world: World) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(display_image(attached(world, File(out))))) as shown:
        assert shown.getpixel((4, 4)) == (255, 255, 255)


def test_only_images_are_shown(world: World) -> None:
    with pytest.raises(InvalidInput):
        display_image(attached(world, ContentFile(b"%PDF-1.7\n"), "文件.pdf"))


def test_evidence_is_added_and_taken_away_only_before_it_is_handed_in(world: World) -> None:
    record = world.submitted("photo")
    use = record.evidence.get()
    with pytest.raises(StateRefused):
        actions.attach_evidence(record=record, file=picture("blue"), name="又一张.png", by=world.cast.chen)
    with pytest.raises(StateRefused):
        actions.detach_evidence(record=record, evidence=use.evidence, by=world.cast.chen)
    record = actions.review_record(record=record, passed=False, note="换一张", by=world.cast.he)
    actions.detach_evidence(record=record, evidence=use.evidence, by=world.cast.chen)
    with pytest.raises(NotFound):
        actions.detach_evidence(record=record, evidence=use.evidence, by=world.cast.chen)


def test_no_more_files_than_the_kind_allows(world: World) -> None:
    record = world.draft("photo")
    for colour in ("red", "green", "blue"):
        actions.attach_evidence(record=record, file=picture(colour), name="图.png", by=world.cast.chen)
    with pytest.raises(InvalidInput, match="最多放 3 份"):
        actions.attach_evidence(record=record, file=picture("white"), name="图.png", by=world.cast.chen)


@pytest.mark.parametrize("who", ["he", "lu", "qin", "outsider", "unposted", "stranger", "admin"])
def test_only_who_writes_for_the_unit_attaches(world: World, evidence_folder: Path, who: str) -> None:
    record = world.draft("photo")
    with pytest.raises(NotAllowed):
        actions.attach_evidence(record=record, file=picture(), name="图.png", by=getattr(world.cast, who))
    assert stored(evidence_folder) == []


@pytest.mark.parametrize("name", ["../../etc/passwd.png", "a\0b.png", "x" * 300 + ".png", "甲\n乙.png"])
def test_a_hostile_name_is_kept_harmless_or_refused(world: World, name: str) -> None:
    record = world.draft("photo")
    try:
        use = actions.attach_evidence(record=record, file=picture(), name=name, by=world.cast.chen)
    except InvalidInput:
        assert not RecordEvidence.objects.exists()
    else:
        assert use.name == "passwd.png"


def test_keys_do_not_depend_on_the_name() -> None:
    digest = evidence.SHA2_256 + bytes(range(32))
    assert evidence.key_of(digest) == f"00/01/{bytes(range(32)).hex()}"
