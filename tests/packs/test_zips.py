"""Packs that come as zip files, some of them hostile."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from mingzhang.core.errors import InvalidInput
from mingzhang.packs import zips
from mingzhang.packs.faults import PackInvalid
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import builtin_folder

SAFETY = "work-safety"


def zipped(files: dict[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    out.seek(0)
    return out


def files_of(folder: Path, prefix: str = "") -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {prefix + str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.mark.parametrize("prefix", ["", "work-safety-main/", "a/b/"])
def test_a_zipped_pack_is_read_wherever_its_folder_lies(prefix: str) -> None:
    files = files_of(builtin_folder(SAFETY), prefix)
    files |= {"__MACOSX/._pack.yaml": b"?", f"{prefix}.DS_Store": b"?"}
    assert zips.check_zip(zipped(files)).id == SAFETY


def test_a_zipped_pack_is_installed(db: None) -> None:
    made = zips.install_zip(zipped(files_of(builtin_folder(SAFETY))), by="tests")
    assert PackVersion.objects.get().pk == made.pk


def test_every_fault_of_the_pack_is_told() -> None:
    files = files_of(builtin_folder(SAFETY)) | {"kinds/broken.yaml": b"id: x\nname: ["}
    with pytest.raises(PackInvalid) as refused:
        zips.check_zip(zipped(files))
    assert "kinds/broken.yaml" in str(refused.value)


@pytest.mark.parametrize("name", ["../pack.yaml", "/etc/pack.yaml", "a/../../x.yaml", "a\\..\\x.yaml"])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="不该有的文件"):
        zips.check_zip(zipped({"pack.yaml": b"id: x", name: b"x"}))


def test_a_link_is_refused() -> None:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        link = ZipInfo("kinds/x.yaml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr("pack.yaml", "id: x")
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InvalidInput, match="不该有的文件"):
        zips.check_zip(out)


def test_a_bomb_is_put_down_before_it_fills_the_disk() -> None:
    bomb = zipped({"pack.yaml": b"0" * (zips.MAX_UNPACKED_BYTES + 1)})
    assert bomb.seek(0, 2) < zips.MAX_ZIP_BYTES
    with pytest.raises(InvalidInput, match="解开以后太大"):
        zips.check_zip(bomb)


def test_too_many_files_and_too_large_a_file_are_refused() -> None:
    with pytest.raises(InvalidInput, match="文件太多"):
        zips.check_zip(zipped({f"kinds/k{number}.yaml": b"" for number in range(zips.MAX_FILES + 1)}))
    with pytest.raises(InvalidInput, match="文件太大"):
        zips.check_zip(io.BytesIO(b"0" * (zips.MAX_ZIP_BYTES + 1)))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 and nothing more"])
def test_what_is_no_zip_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="不是能打开的zip"):
        zips.check_zip(io.BytesIO(content))
