"""The one outgoing HTTP client: guarded addresses, time limits, bounded answers, no surprises.

It stands on httpcore, the transport below httpx: redirects, cookies and proxies from the environment are not
switched off here, they do not exist. Retries are for reads that may be repeated; the caller asks for them.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import httpcore
import httpx
import msgspec

from gerai.kit.address import AddressForbidden, Guard, GuardedBackend

_CONNECT_S: Final = 3.0
_LONGEST_PAUSE_S: Final = 2.0
_TOO_MANY: Final = 429
_SERVER_ERRORS: Final = 500


#: How an attempt ends: a usable answer; 429 or 5xx; it never arrived; it may have arrived; an address we never call.
OUTCOMES: Final = ("answered", "asked_to_wait", "unreachable", "unanswered", "forbidden")


class NoAnswer(Exception):
    """Base: the other side gave no usable answer."""


class Unreachable(NoAnswer):
    """The request certainly did not arrive: trying again is safe."""


class Unanswered(NoAnswer):
    """The request may have arrived, its answer did not (time-out, broken connection, too large an answer)."""


class OutgoingResponse(msgspec.Struct, frozen=True):
    """A complete answer. Header names are lower case; of a repeated header the last value counts."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def asks_to_wait(self) -> bool:
        """429 or any 5xx: the same request may succeed later."""
        return self.status == _TOO_MANY or self.status >= _SERVER_ERRORS

    def json(self) -> Any:
        """The body as JSON. Raises Unanswered when it is not JSON: a broken answer states nothing."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unanswered("the answer is not JSON") from error


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we trust: it does not depend on variables of the environment. Reading it takes 30 ms of processor."""
    return httpx.create_ssl_context(trust_env=False)


class Outgoing:
    """Sends requests. ``timeout_s`` is for one whole attempt, from the name look-up to the last byte;
    ``max_bytes`` bounds the answer's body; ``backoff_s`` is the first pause between attempts."""

    def __init__(
        self,
        guard: Guard,
        *,
        timeout_s: float = 5.0,
        max_bytes: int = 1 << 20,
        connections: int = 64,
        backoff_s: float = 0.2,
    ) -> None:
        self._guard = guard
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._backoff_s = backoff_s
        #: Attempts so far, by how they ended.
        self.attempts: dict[str, int] = dict.fromkeys(OUTCOMES, 0)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_trusted(),
            max_connections=connections,
            keepalive_expiry=30.0,
            network_backend=GuardedBackend(guard),
        )

    async def close(self) -> None:
        """Close the kept connections."""
        await self._pool.aclose()

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        retries: int = 0,
        timeout_s: float | None = None,
    ) -> OutgoingResponse:
        """One request, at most ``1 + retries`` attempts with growing, jittered pauses between them.

        An attempt is repeated when there was no answer, or one that :attr:`OutgoingResponse.asks_to_wait`; the last one
        counts. Raises AddressForbidden, Unreachable or Unanswered.
        """
        for attempt in range(retries):
            try:
                answer = await self._once(method, url, headers, content, timeout_s)
            except NoAnswer:
                await asyncio.sleep(self._pause_s(attempt, ""))
                continue
            if not answer.asks_to_wait:
                return answer
            await asyncio.sleep(self._pause_s(attempt, answer.headers.get("retry-after", "")))
        return await self._once(method, url, headers, content, timeout_s)

    def _pause_s(self, attempt: int, asked: str) -> float:
        wanted = float(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 0.0
        # Jittered: callers that failed together shall not come back together.
        pause = self._backoff_s * 2**attempt * random.uniform(0.5, 1.5)
        # What the other side asks for counts, but nobody may park a request for minutes.
        return min(max(pause, wanted), max(pause, _LONGEST_PAUSE_S))

    async def _once(
        self, method: str, url: str, headers: Mapping[str, str] | None, content: bytes | None, timeout_s: float | None
    ) -> OutgoingResponse:
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        outcome = "unanswered"
        try:
            request = _request(self._guard, method, url, headers, content, limit_s)
            # Around everything: a byte now and then would satisfy each single time limit for ever.
            async with asyncio.timeout(limit_s):
                answer = await self._exchange(request)
            outcome = "asked_to_wait" if answer.asks_to_wait else "answered"
            return answer
        except AddressForbidden:
            outcome = "forbidden"
            raise
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout) as error:
            # Before there was a connection nothing was sent.
            outcome = "unreachable"
            raise Unreachable(type(error).__name__) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, TimeoutError) as error:
            raise Unanswered(type(error).__name__) from error
        finally:
            self.attempts[outcome] += 1

    async def _exchange(self, request: httpcore.Request) -> OutgoingResponse:
        response = await self._pool.handle_async_request(request)
        try:
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            # A few compressed bytes can become gigabytes, and nobody asked for them.
            if found.get("content-encoding", "identity").lower() != "identity":
                raise Unanswered("the answer is compressed though we asked for plain bytes")
            body = bytearray()
            async for chunk in response.aiter_stream():
                body += chunk
                if len(body) > self._max_bytes:
                    raise Unanswered("the answer is too large")
            return OutgoingResponse(response.status, found, bytes(body))
        finally:
            await response.aclose()


def _request(
    guard: Guard, method: str, url: str, headers: Mapping[str, str] | None, content: bytes | None, limit_s: float
) -> httpcore.Request:
    """A request to an address the guard allows by its look. AddressForbidden when it does not."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise AddressForbidden("not an address") from error
    guard.check_url(target)
    sent = httpx.Headers({"accept-encoding": "identity", "host": target.netloc.decode("ascii"), **(headers or {})})
    if content is not None:
        sent["content-length"] = str(len(content))
    connect_s = min(limit_s, _CONNECT_S)
    return httpcore.Request(
        method,
        httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path),
        headers=sent.raw,
        content=content,
        extensions={"timeout": {"connect": connect_s, "pool": connect_s, "read": limit_s, "write": limit_s}},
    )
