"""Secrets we must be able to read again: sealed for the database with keys that are kept elsewhere."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretBoxError(Exception):
    """There is no key, or none that opens this. The text is fit for an operator and names no secret."""


class SecretBox:
    """``keys``: Fernet keys, separated by commas. The first one seals, every one opens, so keys can be changed: put the
    new one first. Empty: nothing can be sealed or opened."""

    def __init__(self, keys: str) -> None:
        found = [key.strip() for key in keys.split(",") if key.strip()]
        try:
            self._fernet = MultiFernet([Fernet(key) for key in found]) if found else None
        except ValueError as error:
            raise SecretBoxError("a sealing key must be 32 bytes in URL-safe base64") from error

    def seal(self, secret: str) -> bytes:
        """Encrypted and authenticated. SecretBoxError without a key."""
        if self._fernet is None:
            raise SecretBoxError("no sealing key is set")
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """What was sealed. SecretBoxError when no key opens it."""
        if self._fernet is None:
            raise SecretBoxError("no sealing key is set")
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise SecretBoxError("no sealing key opens this secret") from error


def new_key() -> str:
    """A fresh key."""
    return Fernet.generate_key().decode()
