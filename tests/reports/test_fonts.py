"""Which typefaces a PDF is set in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest

from mingzhang.reports import fonts
from mingzhang.reports.fonts import Face


@pytest.fixture
def no_fandol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FANDOL_FOLDERS", ())


@pytest.mark.usefixtures("no_fandol")
def test_the_bundled_fonts_serve_every_face_and_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MINGZHANG_FONTS", str(tmp_path))
    chosen = fonts.font_set()
    assert {face: names[0] for face, names in chosen.families.items()} == {
        Face.TITLE: "Noto Serif SC",
        Face.BODY: "Noto Serif SC",
        Face.HEI: "Noto Sans SC",
        Face.KAI: "Noto Serif SC",
        Face.SONG: "Noto Serif SC",
    }
    assert chosen.thin_title
    said = {each.face: (each.wanted, each.used) for each in fonts.substitutions()}
    assert said[Face.BODY] == ("仿宋_GB2312", "Noto Serif SC")
    assert set(said) == set(Face)


@pytest.mark.usefixtures("no_fandol")
def test_the_bodys_own_font_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MINGZHANG_FONTS", str(tmp_path))
    monkeypatch.setitem(fonts.OWN_FAMILIES, Face.BODY, ("Noto Sans SC",))
    shutil.copy(pylopdf_fonts_zh_cn.sans_path(), tmp_path / "own.otf")
    assert fonts.font_set().families[Face.BODY] == ("Noto Sans SC", "Noto Serif SC", "Noto Sans SC")
    assert Face.BODY not in {each.face for each in fonts.substitutions()}


def test_a_font_added_later_is_seen_without_a_restart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MINGZHANG_FONTS", str(tmp_path))
    before = fonts.font_set()
    assert fonts.font_set() is before
    shutil.copy(pylopdf_fonts_zh_cn.sans_path(), tmp_path / "own.otf")
    assert fonts.font_set() is not before


def test_without_a_setting_fonts_are_looked_for_in_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MINGZHANG_FONTS", raising=False)
    monkeypatch.setenv("MINGZHANG_DATA", str(tmp_path))
    assert fonts.own_folder() == tmp_path / "fonts"
