"""Unguessable tokens and readable codes. All randomness here comes from the operating system."""

from __future__ import annotations

import random
import secrets
import time
import uuid

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def token(n_bytes: int = 30) -> str:
    """URL-safe random text; 30 bytes give 40 characters and 240 bits."""
    return secrets.token_urlsafe(n_bytes)


def base62(length: int) -> str:
    """Random letters and digits (5.95 bits each)."""
    # Two bytes for each: the remainder by 62 favours some characters by a thousandth, of one byte by a quarter.
    raw = secrets.token_bytes(length * 2)
    return "".join(_BASE62[(raw[2 * i] << 8 | raw[2 * i + 1]) % 62] for i in range(length))


def digits(length: int) -> str:
    """Random decimal digits."""
    return str(secrets.randbelow(10**length)).zfill(length)


def uuid7(at_s: float | None = None) -> uuid.UUID:
    """A version 7 UUID: 48 bits of Unix milliseconds, then random."""
    ms = int((time.time() if at_s is None else at_s) * 1000)
    rand = int.from_bytes(secrets.token_bytes(10))
    value = (ms & (1 << 48) - 1) << 80 | 0x7 << 76 | (rand >> 68 & 0xFFF) << 64 | 0b10 << 62 | rand & (1 << 62) - 1
    return uuid.UUID(int=value)


# Seeded by the operating system: processes that start together must not draw the same ids.
_numbers = random.Random(secrets.randbits(256))


def quick_uuid() -> str:
    """A random UUID for things that need not be unguessable (request ids), without asking the operating system."""
    digits = f"{_numbers.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
