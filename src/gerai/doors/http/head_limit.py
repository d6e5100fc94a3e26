"""A bound on a request's line and headers together.

The HTTP server has one too, but looks at it between two reads: a head that is half as long again may pass it.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

#: Of a request line: two blanks, the version and the end of the line. Of the head: its empty line.
_FIXED_BYTES: Final = len(b"  HTTP/1.1\r\n\r\n")
#: Of a header: what stands between name and value, and the end of the line.
_OF_HEADER_BYTES: Final = len(b": \r\n")


class HeadLimit:
    """``app``, for requests whose head has at most ``limit_bytes``. Beyond it: 431 without a body, as the HTTP server
    answers what is far longer, and the end of the connection."""

    def __init__(self, app: ASGIApp, limit_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and head_bytes(scope) > self._limit_bytes:
            refusal = Response(None, 431, {"connection": "close", "cache-control": "no-store"})
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def head_bytes(scope: Scope) -> int:
    """How long the request's head was, written as usual: one blank after each header's colon, and a target without
    scheme and host."""
    query = scope["query_string"]
    total = _FIXED_BYTES + len(scope["method"]) + len(scope["raw_path"]) + (len(query) + 1 if query else 0)
    for name, value in scope["headers"]:
        total += len(name) + len(value) + _OF_HEADER_BYTES
    return total
