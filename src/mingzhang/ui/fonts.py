"""Where the typefaces are that come with Mingzhang: pictures and documents are set in them."""

from __future__ import annotations

from pathlib import Path

import pylopdf_fonts_zh_cn


def bundled_folder() -> Path:
    """Where the Noto SC fonts are."""
    return pylopdf_fonts_zh_cn.serif_path().parent
