"""Code 128, the bars that couriers' scanners read, of what can be typed on a plain keyboard."""

from __future__ import annotations

from typing import Final

#: Widths of bar, gap, bar, gap, bar, gap of each symbol, by its value; each is eleven wide.
_WIDTHS: Final = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232"
)
_SYMBOLS: Final = _WIDTHS.split(" ")
_STOP: Final = "2331112"
_START_B: Final = 104
_MODULO: Final = 103
#: White beside the bars, without which no scanner finds them.
_QUIET: Final = 10
#: More does not fit on a label.
_LONGEST: Final = 40


def bars_of(text: str) -> tuple[list[tuple[int, int]], int]:
    """Where each bar begins and how wide it is, in modules, and how wide all of it is; nothing of a text that is empty,
    too long, or has other letters than printable ASCII."""
    if not (0 < len(text) <= _LONGEST and text.isascii() and text.isprintable()):
        return [], 0
    values = [ord(letter) - 32 for letter in text]
    check = (_START_B + sum(place * value for place, value in enumerate(values, start=1))) % _MODULO
    widths = "".join(_SYMBOLS[value] for value in (_START_B, *values, check)) + _STOP
    found, at = list[tuple[int, int]](), _QUIET
    for place, width in enumerate(map(int, widths)):
        if place % 2 == 0:
            found.append((at, width))
        at += width
    return found, at + _QUIET
