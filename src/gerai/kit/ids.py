"""Unguessable tokens and readable codes. All randomness here comes from the operating system."""

from __future__ import annotations

import os
import random
import secrets
import time
import uuid
from base64 import urlsafe_b64encode

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


_TOKEN_BYTES = 30
_DRAWN_AT_ONCE = 64
#: Random bytes for tokens to come, drawn from the operating system for many at once: a system call each would cost an
#: order as much as its SQL does. Taking one is atomic, so two threads never get the same.
_drawn: list[bytes] = []
# A forked process must not hand out what its parent hands out, too.
os.register_at_fork(after_in_child=_drawn.clear)


def token(n_bytes: int = _TOKEN_BYTES) -> str:
    """URL-safe random text; 30 bytes, the most there are, give 40 characters and 240 bits."""
    try:
        drawn = _drawn.pop()
    except IndexError:
        more = os.urandom(_TOKEN_BYTES * _DRAWN_AT_ONCE)
        drawn, *rest = (more[i : i + _TOKEN_BYTES] for i in range(0, len(more), _TOKEN_BYTES))
        _drawn.extend(rest)
    return urlsafe_b64encode(drawn[:n_bytes]).rstrip(b"=").decode("ascii")


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
os.register_at_fork(after_in_child=lambda: _numbers.seed(secrets.randbits(256)))


def quick_uuid() -> str:
    """A random UUID for things that need not be unguessable (request ids), without asking the operating system."""
    digits = f"{_numbers.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
