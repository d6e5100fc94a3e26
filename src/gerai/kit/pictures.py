"""What a picture is by its own bytes: PNG or JPEG, and how large. Nothing is decoded."""

from __future__ import annotations

import re
import zlib
from typing import Final, Literal, NamedTuple

PictureKind = Literal["image/png", "image/jpeg"]

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
#: Which form of coding, at its place in a JPEG: baseline, extended and progressive are what browsers show.
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_OTHER_FRAMES: Final = frozenset({0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})
_SCAN: Final = 0xDA
#: A mark, after any number of filling bytes.
_MARK: Final = re.compile(rb"\xff+([\x01-\xfe])")


class Picture(NamedTuple):
    """``width`` and ``height`` in pixels, as the file itself says."""

    kind: PictureKind
    width: int
    height: int


class NoPicture(ValueError):
    """It is no PNG and no JPEG, or a broken one. The text says what is wrong."""


def read_picture(content: bytes) -> Picture:
    """What the file is, whatever it is called. NoPicture."""
    if content.startswith(_PNG):
        return _png(content)
    if content.startswith(_JPEG):
        return _jpeg(content)
    raise NoPicture("it is neither PNG nor JPEG")


def _png(content: bytes) -> Picture:
    """Walk all chunks to the last: what was cut off or changed on its way is known by their checksums."""
    at, size, drawn = len(_PNG), None, False
    while at + 12 <= len(content):
        length, name = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        end = at + 8 + length
        if zlib.crc32(content[at + 4 : end]) != int.from_bytes(content[end : end + 4]) or end + 4 > len(content):
            break
        if size is None and (name != b"IHDR" or length != 13):
            break
        if name == b"IHDR":
            size = (int.from_bytes(content[at + 8 : at + 12]), int.from_bytes(content[at + 12 : at + 16]))
        if name == b"acTL":
            raise NoPicture("it moves (an animated PNG)")
        drawn = drawn or name == b"IDAT"
        at = end + 4
        if name == b"IEND" and size is not None and drawn:
            return Picture("image/png", *size)
    raise NoPicture("it is a broken PNG")


def _jpeg(content: bytes) -> Picture:
    """Walk the segments to the one that says how large it is, which comes before the first scan."""
    at = 2
    while (mark := _MARK.match(content, at)) is not None:
        kind, begin = mark[1][0], mark.end()
        length = int.from_bytes(content[begin : begin + 2])
        if kind in _OTHER_FRAMES:
            raise NoPicture("it is a JPEG of a kind that browsers do not show")
        if kind == _SCAN or length < 2:
            break
        if kind in _FRAMES:
            height, width = content[begin + 3 : begin + 5], content[begin + 5 : begin + 7]
            if len(width) == 2 and content.find(b"\xff\xd9", begin) > 0:
                return Picture("image/jpeg", int.from_bytes(width), int.from_bytes(height))
            break
        at = begin + length
    raise NoPicture("it is a broken JPEG")
