"""Colours as people write them, and whether one can be read upon another (WCAG 2.2)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_WRITTEN: Final = re.compile(r"#[0-9A-Fa-f]{6}")
#: The least contrast of a text, and by how many per cent at a time it is looked for.
_LEAST: Final = 4.5
_STEP: Final = 5


class Colour(NamedTuple):
    """Red, green and blue, each from 0 to 255."""

    red: int
    green: int
    blue: int

    @property
    def written(self) -> str:
        """``#0b6b53``."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    def towards(self, other: Colour, percent: int) -> Colour:
        """So much of ``other`` in it: 0 is itself, 100 is ``other``."""
        mixed = (mine * (100 - percent) + theirs * percent for mine, theirs in zip(self, other, strict=True))
        return Colour(*(round(part / 100) for part in mixed))

    @property
    def light(self) -> float:
        """The relative luminance: 0 is black, 1 is white."""
        shares = ((part / 255, weight) for part, weight in zip(self, (0.2126, 0.7152, 0.0722), strict=True))
        return sum((s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4) * weight for s, weight in shares)


BLACK: Final = Colour(0, 0, 0)
WHITE: Final = Colour(255, 255, 255)


def read_colour(text: str) -> Colour | None:
    """The colour that ``text`` writes as ``#rrggbb``; None when it writes none."""
    if not _WRITTEN.fullmatch(text):
        return None
    return Colour(*(int(text[at : at + 2], 16) for at in (1, 3, 5)))


def colour_fault(text: str) -> str:
    """What is wrong with a colour, empty for nothing: it may also be left empty."""
    return "" if not text or read_colour(text) else "it is no colour"


def contrast(one: Colour, other: Colour) -> float:
    """From 1 (the same) to 21 (black and white)."""
    low, high = sorted((one.light, other.light))
    return (high + 0.05) / (low + 0.05)


def readable(colour: Colour, behind: Colour) -> Colour:
    """``colour`` as a text upon ``behind``: as it is where it can be read, else as much darker, or lighter upon what is
    dark, as it takes."""
    end = BLACK if contrast(BLACK, behind) > contrast(WHITE, behind) else WHITE
    tried = (colour.towards(end, percent) for percent in range(0, 101, _STEP))
    return next((one for one in tried if contrast(one, behind) >= _LEAST), end)
