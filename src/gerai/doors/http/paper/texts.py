"""Texts from outside as they are set on paper: nothing but what can be printed, and no word wider than its column."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final, cast

_MOST_LETTERS: Final = 600
#: Control characters, and pictures that no font on board has: they would be printed as empty boxes.
_UNPRINTED: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200d\u20e3\u2028\u2029\ufe00-\ufe0f\ufff0-\uffff\U0001f000-\U0001faff"
    "\U000e0000-\U0010ffff]"
)
#: Beyond so many letters without a blank, a word may be broken anywhere.
_LONG_WORD: Final = re.compile(r"\S{25,}")
_PIECE: Final = 12
_BREAK: Final = "\u200b"


def printed(text: str) -> str:
    """The text without what cannot be printed, at most 600 letters of it."""
    text = _UNPRINTED.sub("", text).strip()
    return text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 1].rstrip() + "…"


def settable(value: Any) -> Any:
    """Plain JSON values with every text printed and its long words breakable. Drawings stay as they are (``qr``)."""
    if isinstance(value, str):
        return _LONG_WORD.sub(lambda word: _breakable(word[0]), printed(value))
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        return {key: one if key == "qr" else settable(one) for key, one in named.items()}
    if isinstance(value, list | tuple):
        return [settable(one) for one in cast("list[Any]", value)]
    return value


def _breakable(word: str) -> str:
    pieces = [""]
    for letter in word:
        # A mark that stands on the letter before it stays there.
        if len(pieces[-1]) >= _PIECE and not unicodedata.combining(letter):
            pieces.append("")
        pieces[-1] += letter
    return _BREAK.join(pieces)
