"""Where the typefaces are that documents and pictures are set in."""

from __future__ import annotations

import os
from pathlib import Path

import pylopdf_fonts_zh_cn

from mingzhang.core import database


def own_folder() -> Path:
    """Where a body puts its licensed fonts: $MINGZHANG_FONTS, else `fonts` in the data folder."""
    given = os.environ.get("MINGZHANG_FONTS")
    return Path(given) if given else database.data_folder() / "fonts"


def bundled_folder() -> Path:
    """Where the Noto SC fonts are that come with Mingzhang."""
    return pylopdf_fonts_zh_cn.serif_path().parent
