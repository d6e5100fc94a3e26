"""The second proof of who somebody is: one-time codes of an app (TOTP), and codes on paper for the day it is lost."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from gerai.kit.ids import base62

_STEP_S: Final = 30
_DIGITS: Final = 6
#: A phone's clock may be off by one step either way.
_DRIFT: Final = (0, -1, 1)
_BACKUP_CODES: Final = 10
_BACKUP_LENGTH: Final = 10


def new_secret() -> str:
    """A fresh secret, in hexadecimal figures."""
    return secrets.token_hex(20)


def address_of(secret: str, login: str) -> str:
    """What an app scans: ``otpauth://totp/…``."""
    return _totp(secret).get_provisioning_uri(login, "Gerai")


def accepted_step(secret: str, code: str, after_step: int, now_s: float) -> int | None:
    """The step of time that the code is of; None when it is none, or not after the step that was used last: each code
    works once."""
    code = code.replace(" ", "")
    if len(code) != _DIGITS or not code.isascii() or not code.isdigit():
        return None
    present = int(now_s) // _STEP_S
    for step in (present + drift for drift in _DRIFT):
        if step > after_step and _is_code(secret, code, step):
            return step
    return None


def _is_code(secret: str, code: str, step: int) -> bool:
    try:
        _totp(secret).verify(code.encode(), step * _STEP_S)
    except InvalidToken:
        return False
    return True


def _totp(secret: str) -> TOTP:
    return TOTP(bytes.fromhex(secret), _DIGITS, SHA1(), _STEP_S)


def new_backup_codes() -> list[str]:
    """Ten codes; each works once."""
    return [base62(_BACKUP_LENGTH) for _ in range(_BACKUP_CODES)]


def backup_digest(code: str) -> str:
    """How a backup code is stored. It is random, so a fast digest will do."""
    return hashlib.sha256(code.strip().encode("utf-8", "surrogatepass")).hexdigest()
