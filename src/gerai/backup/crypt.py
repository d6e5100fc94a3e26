"""A backup sealed with a passphrase: chunks, each encrypted and authenticated, in their order and up to the last.

The construction is STREAM: a nonce is a random prefix, the chunk's number and whether it is the last one, so that none
can be changed, moved, left out or cut off at the end.
"""

from __future__ import annotations

import os
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from gerai.backup.format import BackupDamaged, BackupError

MAGIC: Final = b"gerai sealed backup 1\n"
CHUNK_BYTES: Final = 256 * 1024
PASSPHRASE_AT_LEAST: Final = 12
_TAG_BYTES: Final = 16
_SALT_BYTES: Final = 16
_CHECK_BYTES: Final = 16
_PREFIX_BYTES: Final = 7
_KEY_BYTES: Final = 32
HEADER_BYTES: Final = len(MAGIC) + _SALT_BYTES + _CHECK_BYTES + _PREFIX_BYTES
#: 128 MiB and a third of a second for each guess. Part of the format: nothing a file could choose.
_SCRYPT: Final = {"n": 2**17, "r": 8, "p": 1}


class WrongPassphrase(BackupError):
    """The passphrase is not the one the backup was sealed with."""


class SealedWriter:
    """Seals what is written to it into ``out``; complete after :meth:`close`."""

    def __init__(self, out: BinaryIO, passphrase: str) -> None:
        self._out = out
        salt, prefix = os.urandom(_SALT_BYTES), os.urandom(_PREFIX_BYTES)
        key, check = _derived(passphrase, salt)
        self._header = MAGIC + salt + check + prefix
        self._chunks = _Chunks(key, prefix, self._header)
        self._waiting = bytearray()
        out.write(self._header)

    def write(self, data: bytes) -> int:
        """Take these bytes."""
        self._waiting += data
        # One byte more than a chunk: only then is it certain that this one is not the last.
        while len(self._waiting) > CHUNK_BYTES:
            chunk = bytes(self._waiting[:CHUNK_BYTES])
            del self._waiting[:CHUNK_BYTES]
            self._out.write(self._chunks.seal(chunk, last=False))
        return len(data)

    def close(self) -> None:
        """Write the last chunk. ``out`` stays open."""
        self._out.write(self._chunks.seal(bytes(self._waiting), last=True))


class SealedReader:
    """Opens what :class:`SealedWriter` wrote; ``stream`` stands at its beginning. WrongPassphrase; reading raises
    BackupDamaged before it returns a byte that was not written."""

    def __init__(self, stream: BinaryIO, passphrase: str) -> None:
        header = read_fully(stream, HEADER_BYTES)
        if len(header) < HEADER_BYTES:
            raise BackupDamaged("the backup ends in the middle of its beginning")
        salt = header[len(MAGIC) :][:_SALT_BYTES]
        key, check = _derived(passphrase, salt)
        if check != header[len(MAGIC) + _SALT_BYTES :][:_CHECK_BYTES]:
            raise WrongPassphrase("this passphrase does not open the backup")
        self._chunks = _Chunks(key, header[-_PREFIX_BYTES:], header)
        self._stream = stream
        self._next = self._sealed()
        if not self._next:
            raise BackupDamaged("the backup is cut off")
        self._opened = bytearray()

    def read(self, size: int) -> bytes:
        """At most so many bytes; fewer only at the end."""
        while len(self._opened) < size and self._next:
            following = self._sealed()
            self._opened += self._chunks.open(self._next, last=not following)
            self._next = following
        data = bytes(self._opened[:size])
        del self._opened[:size]
        return data

    def _sealed(self) -> bytes:
        return read_fully(self._stream, CHUNK_BYTES + _TAG_BYTES)


class _Chunks:
    """Seals or opens one chunk after the other."""

    def __init__(self, key: bytes, prefix: bytes, header: bytes) -> None:
        self._cipher = AESGCM(key)
        self._prefix = prefix
        self._header = header
        self._number = 0

    def seal(self, chunk: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last), chunk, self._header)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(last), sealed, self._header)
        except InvalidTag:
            raise BackupDamaged("the backup is damaged or cut off") from None

    def _nonce(self, last: bool) -> bytes:
        nonce = self._prefix + self._number.to_bytes(4, "big") + bytes([last])
        self._number += 1
        return nonce


def _derived(passphrase: str, salt: bytes) -> tuple[bytes, bytes]:
    """The key, and what shows that a passphrase is the right one."""
    derived = Scrypt(salt=salt, length=_KEY_BYTES + _CHECK_BYTES, **_SCRYPT).derive(passphrase.encode())
    return derived[:_KEY_BYTES], derived[_KEY_BYTES:]


def read_fully(stream: BinaryIO, size: int) -> bytes:
    """So many bytes unless the stream ends: a single read of a pipe returns what it has."""
    parts: list[bytes] = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
