"""The text inside a merchant-presented EMV QR code: tag, two-digit length, value; closed by a CRC-16.

Follows EMVCo "QR Code Specification for Payment Systems, Merchant-Presented Mode" 1.1 (data objects §3, CRC §4.7.3)
and the Indonesian use of tags 26 and 51 (QRIS).
"""

from __future__ import annotations

import binascii
import unicodedata
from collections.abc import Iterable
from typing import Final

_START: Final = 0xFFFF
_LONGEST: Final = 99
_CRC_TAG: Final = "63"
_CRC_HEAD: Final = _CRC_TAG + "04"


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, nothing reflected."""
    return binascii.crc_hqx(data, _START)


def encode(objects: Iterable[tuple[str, str]]) -> str:
    """Data objects one after the other. ValueError for a value that is empty, over 99 characters, or not ASCII."""
    parts: list[str] = []
    for tag, value in objects:
        if not 0 < len(value) <= _LONGEST or not value.isascii():
            raise ValueError(f"tag {tag} cannot hold {value!r}")
        parts.append(f"{tag}{len(value):02d}{value}")
    return "".join(parts)


def decode(text: str) -> dict[str, str]:
    """The data objects of a text by tag. ValueError when the lengths do not fit."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], int(text[at + 2 : at + 4])
        value = text[at + 4 : at + 4 + length]
        if len(value) != length:
            raise ValueError(f"tag {tag} is cut off")
        found[tag] = value
        at += 4 + length
    return found


def seal(text: str) -> str:
    """The text with its CRC object (tag 63) behind it."""
    head = text + _CRC_HEAD
    return f"{head}{crc16(head.encode('ascii')):04X}"


def plain(text: str, longest: int, otherwise: str) -> str:
    """Text as QR readers expect it: ASCII without accents, cut to ``longest``; ``otherwise`` when nothing is left."""
    # Decomposed first, so that an accented letter keeps its letter.
    stripped = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    printable = " ".join("".join(c if c.isprintable() else " " for c in stripped).split())
    return printable[:longest].strip() or otherwise
