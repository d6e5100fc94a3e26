"""Receiving a request's body: bounded in size and in time, unpacked where it is packed.

The limit holds for what arrives and for what it unpacks to, so that a small packet cannot become gigabytes.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from typing import Final

from starlette.types import Message, Receive

from gerai.domain.refusals import BodyIncomplete, BodyTooLarge, BodyUnreadable, EncodingUnsupported
from gerai.doors.http.headers import RequestHeaders
from gerai.kit.coarse_timeout import CoarseTimeout
from gerai.settings import HttpSettings

#: ``Accept-Encoding`` of an answer that refuses an encoding (RFC 9110 §15.5.16).
ACCEPTED_ENCODINGS: Final = "gzip, deflate"
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_GZIP_BITS: Final = zlib.MAX_WBITS | 16
#: Parts a gzip body may have; real clients send one.
_MEMBERS_AT_MOST: Final = 16
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.+\-]{1,32}")
#: What is read of an over-long body, in limits, and for how long, so that its sender comes to read the answer.
_DRAINED_LIMITS: Final = 16
#: The same of a file that is too large: a camera's picture is, now and then.
_DRAINED_FILES: Final = 4
_DRAIN_S: Final = 5.0
#: A file of megabytes comes from a phone: it may take so much longer than another body.
_FILE_TIMES: Final = 4
#: But slower than any telephone, after a while to begin, it only holds a place.
_FILE_BEGINS_S: Final = 10.0
_FILE_BYTES_PER_S: Final = 4096


class BodyLimits:
    """What a body may be and how long it may take to arrive, for all requests of a server."""

    def __init__(self, limits: HttpSettings) -> None:
        self.size_bytes = limits.body_limit_bytes
        self.within_s = limits.body_timeout_s
        self.arrival = CoarseTimeout(limits.body_timeout_s)
        self.file_within_s = _FILE_TIMES * limits.body_timeout_s
        self.file_arrival = CoarseTimeout(self.file_within_s)


class RequestBody:
    """The body of one request, received when somebody asks for it."""

    __slots__ = ("_begins_s", "_drained_bytes", "_ended", "_headers", "_limits", "_receive")

    def __init__(self, receive: Receive, headers: RequestHeaders, limits: BodyLimits) -> None:
        self._receive = receive
        self._headers = headers
        self._limits = limits
        self._ended = False
        #: How long a body that must not trickle may take to begin; 0: it may trickle.
        self._begins_s = 0.0
        self._drained_bytes = _DRAINED_LIMITS * limits.size_bytes

    async def read(self) -> bytes:
        """The whole body, unpacked.

        BodyTooLarge, BodyIncomplete, EncodingUnsupported; BodyUnreadable: empty (the client has gone) | encoding.
        """
        limits = self._limits
        return await self._read(limits.size_bytes, limits.arrival, limits.within_s)

    async def read_file(self, limit_bytes: int) -> bytes:
        """The whole body of a route that takes a file: up to its own limit, and with more time, as long as it comes
        faster than a trickle. Refuses as :meth:`read`."""
        limits = self._limits
        self._drained_bytes = max(self._drained_bytes, _DRAINED_FILES * limit_bytes)
        self._begins_s = _FILE_BEGINS_S
        return await self._read(limit_bytes, limits.file_arrival, limits.file_within_s)

    async def _read(self, limit_bytes: int, arrival: CoarseTimeout, within_s: float) -> bytes:
        # Refused before anything is received.
        named = self._headers.get("content-encoding")
        encoding = None if named is None else _encoding(named)
        declared = self._headers.get("content-length", "")
        # Announced as too long: not a byte of it is read first.
        if declared.isdigit() and int(declared) > limit_bytes:
            raise BodyTooLarge(limit_bytes)
        try:
            packed = await arrival.wait(self._receive_all(limit_bytes))
        except TimeoutError:
            self._ended = True
            # Ended: drain() must not wait for the same slow sender again.
            raise BodyIncomplete(round(within_s)) from None
        return packed if encoding is None else _unpack(packed, encoding, limit_bytes)

    async def _receive_all(self, limit_bytes: int) -> bytes:
        received = bytearray()
        begun_s = asyncio.get_running_loop().time() if self._begins_s else 0.0
        while not self._ended:
            message = await self._next(begun_s, len(received))
            if message["type"] == "http.disconnect":
                self._ended = True
                raise BodyUnreadable("empty")
            received += message.get("body", b"")
            if len(received) > limit_bytes:
                raise BodyTooLarge(limit_bytes)
            self._ended = not message.get("more_body", False)
        return bytes(received)

    async def _next(self, begun_s: float, received_bytes: int) -> Message:
        """What comes next; TimeoutError where it comes too slowly."""
        if not self._begins_s:
            return await self._receive()
        async with asyncio.timeout_at(begun_s + self._begins_s + received_bytes / _FILE_BYTES_PER_S):
            return await self._receive()

    async def drain(self) -> None:
        """Throw away what is still arriving after the answer, within bounds.

        A connection that is closed while its client still sends makes many clients report a broken connection instead
        of the answer. A client that waits for leave to send (``Expect: 100-continue``) sends nothing more.
        """
        if self._ended:
            return
        length = self._headers.get("content-length")
        has_body = length != "0" if length is not None else self._headers.get("transfer-encoding") is not None
        if not has_body or self._headers.get("expect", "").lower() == "100-continue":
            return
        left = self._drained_bytes
        try:
            async with asyncio.timeout(_DRAIN_S):
                while left > 0:
                    message = await self._receive()
                    if message["type"] == "http.disconnect" or not message.get("more_body", False):
                        return
                    left -= len(message.get("body", b""))
        except TimeoutError:
            return


def _encoding(header: str) -> str | None:
    """The one coding of a ``Content-Encoding`` header; None for none. EncodingUnsupported for anything else."""
    named = [name for part in header.split(",") if (name := part.strip().lower()) and name != "identity"]
    if not named:
        return None
    if len(named) == 1 and (named[0] in _GZIP or named[0] == "deflate"):
        return named[0]
    told = ", ".join(named)
    raise EncodingUnsupported(told if all(map(_TOKEN.fullmatch, named)) and len(told) <= 64 else "(unreadable)")


def _unpack(packed: bytes, encoding: str, limit_bytes: int) -> bytes:
    """The bytes behind a gzip (of any number of members) or deflate coding. BodyTooLarge, BodyUnreadable."""
    if not packed:
        return packed
    if encoding in _GZIP:
        bits = _GZIP_BITS
    else:
        # "deflate" is zlib's format, but some clients send the bare stream: a zlib header is a multiple of 31.
        bits = zlib.MAX_WBITS if int.from_bytes(packed[:2], "big") % 31 == 0 else -zlib.MAX_WBITS
    unpacked, rest = b"", packed
    try:
        for _ in range(_MEMBERS_AT_MOST):
            member = zlib.decompressobj(bits)
            # One byte beyond the limit is enough to know, and all that is ever unpacked.
            unpacked += member.decompress(rest, limit_bytes + 1 - len(unpacked))
            if len(unpacked) > limit_bytes:
                raise BodyTooLarge(limit_bytes)
            if not member.eof or (member.unused_data and encoding not in _GZIP):
                raise BodyUnreadable("encoding")
            rest = member.unused_data
            if not rest:
                return unpacked
    except zlib.error:
        pass
    raise BodyUnreadable("encoding")
