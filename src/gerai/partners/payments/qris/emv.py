"""The text inside a merchant-presented EMV QR code: tag, two-digit length, value; closed by a CRC-16.

Follows EMVCo "QR Code Specification for Payment Systems, Merchant-Presented Mode" 1.1 (data objects §3, CRC §4.7.3)
and the Indonesian use of tags 26 and 51 (QRIS).
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_START: Final = 0xFFFF
_LONGEST: Final = 99
_HEAD: Final = re.compile(r"[0-9]{4}")
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
    """The data objects of a text by tag, in their order. ValueError: a tag or a length is no two digits, a value is
    empty or cut off, or a tag comes twice (readers would differ about which one counts)."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if not _HEAD.fullmatch(head):
            raise ValueError(f"no tag and length, two digits each: {head!r} at {at}")
        tag, length = head[:2], int(head[2:])
        value = text[at + 4 : at + 4 + length]
        if not length or len(value) != length:
            raise ValueError(f"tag {tag} is empty or cut off")
        if tag in found:
            raise ValueError(f"tag {tag} comes twice")
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
