"""What an image tells to compare it by: a hash that outlives resizing and re-encoding, and the camera's own time.

The hash is a difference hash: the picture in 9 × 8 greys, and for each whether its neighbour is lighter. Two images
are alike when few of the 64 bits differ. What is to be seen is not analysed, and no place is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

from PIL import Image, ImageOps

# Images that differ in at most so many bits of 64 are asked about. The search finds every pair up to 7.
NEAR = 6
# A hash with so few set or unset bits is that of an empty wall or a blank page: too plain to be told apart.
PLAIN = 5
BITS, BAND = 64, 16

_EXIF_IFD, _TAKEN_AT = 0x8769, 0x9003
_SIDE = 256


@dataclass(frozen=True, slots=True)
class Likeness:
    """The hash as a signed 64-bit number, its bands for the index, and when the picture was taken."""

    hash: int
    bands: list[int]
    taken_at: datetime | None


def likeness(file: IO[bytes], zone: ZoneInfo) -> Likeness | None:
    """What the image in `file` tells; None when it cannot be read. A camera's clock is taken to show the time of
    `zone`."""
    try:
        with Image.open(file) as image:
            taken = _taken_at(image, zone)
            image.draft("L", (_SIDE, _SIDE))
            image.thumbnail((_SIDE, _SIDE))  # before it is copied: unpacked, it may take 200 MB
            found = _hash(ImageOps.exif_transpose(image))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    return Likeness(found - (1 << BITS) if found >> (BITS - 1) else found, bands(found), taken)


def bands(found: int) -> list[int]:
    """The four quarters of a hash, each with its number above it; none for a hash that is too plain."""
    if not PLAIN <= found.bit_count() <= BITS - PLAIN:
        return []
    return [nth << BAND | (found >> (nth * BAND)) & 0xFFFF for nth in range(BITS // BAND)]


def _hash(image: Image.Image) -> int:
    import imagehash  # noqa: PLC0415 - and numpy with it: only what takes images in needs them

    greys = image.convert("RGBA") if "A" in image.getbands() or "transparency" in image.info else image
    if greys.mode == "RGBA":
        greys = Image.alpha_composite(Image.new("RGBA", greys.size, "white"), greys)
    return int(str(imagehash.dhash(greys.convert("L"))), 16)


def _taken_at(image: Image.Image, zone: ZoneInfo) -> datetime | None:
    """When the shutter opened, as the camera wrote it. Nothing else of the EXIF data is looked at."""
    said = image.getexif().get_ifd(_EXIF_IFD).get(_TAKEN_AT)
    try:
        return datetime.strptime(str(said)[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
    except ValueError:
        return None
