"""Passwords: what may be one, how one is stored (Argon2id), and whether one is right."""

from __future__ import annotations

import asyncio
import secrets
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from gerai.domain.refusals import InputInvalid
from gerai.kit.ids import base62

SHORTEST: Final = 10
LONGEST: Final = 200
#: The figures of OWASP's password storage advice: 19 MiB, two passes, one lane.
_MEMORY_KIB: Final = 19_456
_PASSES: Final = 2
#: What an unknown login is compared with, so that it takes as long as a known one.
_NOBODY: Final = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#: Each takes 19 MiB for a tenth of a second: many at once are made to wait instead.
_AT_ONCE: Final = asyncio.Semaphore(4)


def require_fit(field: str, password: str, *names: str) -> None:
    """Refuses InputInvalid: too short, too long, or one of the ``names`` of whoever has it."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputInvalid({field: [f"{SHORTEST} to {LONGEST} characters"]})
    if password.casefold() in {name.casefold() for name in names}:
        raise InputInvalid({field: ["is your name; choose another"]})


async def hashed(password: str) -> str:
    """As it is stored."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_derived, password)


async def is_right(stored: str | None, password: str) -> bool:
    """Whether it is the one that was stored; None: nobody's, which takes as long and is never right."""
    if len(password) > LONGEST:
        return False
    async with _AT_ONCE:
        return await asyncio.to_thread(_verified, stored or _NOBODY, password) and stored is not None


def one_time_password() -> str:
    """For whoever signs in first, and must then choose their own."""
    return base62(16)


def _derived(password: str) -> str:
    kdf = Argon2id(
        salt=secrets.token_bytes(16), length=32, iterations=_PASSES, lanes=1, memory_cost=_MEMORY_KIB
    )  # fmt: skip
    return kdf.derive_phc_encoded(_bytes(password))


def _verified(stored: str, password: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(_bytes(password), stored)
    except InvalidKey:
        return False
    return True


def _bytes(password: str) -> bytes:
    # Half characters cannot be typed, but sent.
    return password.encode("utf-8", "surrogatepass")
