"""Colours as people write them, and whether one can be read upon another (WCAG 2.2)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_WRITTEN: Final = re.compile(r"#[0-9A-Fa-f]{6}")
#: The least contrast of a text, and in how many steps one is reached.
_LEAST: Final = 4.5
_STEPS: Final = 20


class Colour(NamedTuple):
    """Red, green and blue, each from 0 to 255."""

    red: int
    green: int
    blue: int

    @property
    def written(self) -> str:
        """``#0b6b53``."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    def towards(self, other: Colour, share: float) -> Colour:
        """So much of ``other`` in it: 0 is itself, 1 is ``other``."""
        return Colour(*(round(mine + (theirs - mine) * share) for mine, theirs in zip(self, other, strict=True)))

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
    tried = (colour.towards(end, step / _STEPS) for step in range(_STEPS + 1))
    return next((one for one in tried if contrast(one, behind) >= _LEAST), end)
