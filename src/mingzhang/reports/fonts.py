"""Which typefaces a PDF is set in.

GB/T 9704-2012 names 仿宋 for the text (5.2.2), 小标宋 for head and title (7.2.4, 7.3.1), 黑体 and 楷体 for the
first two heading levels (7.3.3). These are licensed to each body, so its own folder is searched first, then Fandol
where a TeX installation has it; the bundled Noto SC fonts close every list. A list falls back glyph by glyph: a
rare name in a font that stops at GB 2312 takes that one character from Noto.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import typst

from mingzhang.core import database
from mingzhang.ui.fonts import bundled_folder


class Face(StrEnum):
    """The five faces of an official text."""

    TITLE = "title"
    BODY = "body"
    HEI = "hei"
    KAI = "kai"
    SONG = "song"


STANDARD_NAMES = {
    Face.TITLE: "方正小标宋简体",
    Face.BODY: "仿宋_GB2312",
    Face.HEI: "黑体",
    Face.KAI: "楷体_GB2312",
    Face.SONG: "宋体",
}
OWN_FAMILIES = {
    Face.TITLE: ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK"),
    Face.BODY: ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "华文仿宋"),
    Face.HEI: ("SimHei", "黑体", "STHeiti", "华文黑体"),
    Face.KAI: ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "华文楷体"),
    Face.SONG: ("SimSun", "宋体", "STSong", "华文宋体"),
}
FANDOL_FAMILIES = {
    Face.TITLE: "FandolSong",
    Face.BODY: "FandolFang R",
    Face.HEI: "FandolHei",
    Face.KAI: "FandolKai",
    Face.SONG: "FandolSong",
}
FANDOL_FOLDERS = (
    Path("/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"),
    Path("/usr/share/texmf/fonts/opentype/public/fandol"),
    Path("/usr/share/fonts/opentype/fandol"),
)
SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
BOLD_WEIGHT = 600


@dataclass(frozen=True, slots=True)
class Substitution:
    """A face that was not to be had: what the standard names, and what stood in."""

    face: Face
    wanted: str
    used: str


@dataclass(frozen=True, slots=True)
class FontSet:
    """`files` is what Typst may draw from, never the system's fonts; `families` lists each face's, first choice
    first. `thin_title`: the title's family has no heavy weight, so its strokes need thickening."""

    files: typst.Fonts
    families: dict[Face, tuple[str, ...]]
    thin_title: bool

    def substitutions(self) -> tuple[Substitution, ...]:
        return tuple(
            Substitution(face, STANDARD_NAMES[face], names[0])
            for face, names in self.families.items()
            if names[0] not in OWN_FAMILIES[face]
        )


def own_folder() -> Path:
    """Where a body puts its licensed fonts: $MINGZHANG_FONTS, else `fonts` in the data folder."""
    given = os.environ.get("MINGZHANG_FONTS")
    return Path(given) if given else database.data_folder() / "fonts"


def font_set() -> FontSet:
    """The fonts to use now. Read again whenever a file in one of the folders comes or goes."""
    wanted = (own_folder(), *FANDOL_FOLDERS, bundled_folder())
    folders = tuple(folder for folder in wanted if folder.is_dir())
    return _choose(folders, tuple(_listing(folder) for folder in folders))


def substitutions() -> tuple[Substitution, ...]:
    """字体替代, for the export record: empty when the body's own fonts serve every face."""
    return font_set().substitutions()


def _listing(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(str(path) for path in folder.rglob("*")))


@lru_cache(maxsize=8)
def _choose(folders: tuple[Path, ...], _listings: tuple[tuple[str, ...], ...]) -> FontSet:
    files = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder) for folder in folders]
    )
    heaviest: dict[str, int] = {}
    for font in files.fonts():
        heaviest[font.family] = max(font.weight, heaviest.get(font.family, 0))
    families = {face: _available(face, heaviest) for face in Face}
    title = families[Face.TITLE][0]
    thin = title not in OWN_FAMILIES[Face.TITLE] and heaviest[title] < BOLD_WEIGHT
    return FontSet(files, families, thin)


def _available(face: Face, installed: dict[str, int]) -> tuple[str, ...]:
    wanted = (*OWN_FAMILIES[face], FANDOL_FAMILIES[face], *_bundled(face))
    return tuple(family for family in wanted if family in installed)


def _bundled(face: Face) -> Sequence[str]:
    return (SANS, SERIF) if face is Face.HEI else (SERIF, SANS)
