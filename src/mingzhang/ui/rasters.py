"""SVG pictures as PNG, by Typst, which is here for documents anyway."""

from __future__ import annotations

from functools import lru_cache

import typst

from mingzhang.ui.fonts import bundled_folder

# An automatic page is as large as the picture.
SOURCE = b"""
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.picture), format: "svg")
"""
DOTS_PER_INCH = 192.0  # a unit of SVG is a 96th of an inch


def png(svg: str) -> bytes:
    """The picture at twice the resolution of a screen, its texts in the bundled Chinese fonts."""
    content: bytes = typst.compile(
        SOURCE, format="png", ppi=DOTS_PER_INCH, font_paths=_fonts(), sys_inputs={"picture": svg}
    )
    return content


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(bundled_folder())])
