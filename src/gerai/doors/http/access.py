"""One log line per request, for those who switch it on. A path may hold a page's secret: long parts are left out."""

from __future__ import annotations

import re
import time
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("gerai.access")

#: Parts of a path that may be an unguessable token. No contract's own word is this long.
_LONG_PART: Final = re.compile(r"[^/]{25,}")


def with_access_log(app: ASGIApp) -> ASGIApp:
    """``app``, telling of each request: method, path, status, how long it took, and its id. Never query or body."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        began, status, request_id = time.perf_counter(), 0, ""

        async def watch(message: Message) -> None:
            nonlocal status, request_id
            if message["type"] == "http.response.start":
                status = message["status"]
                found = next((value for name, value in message["headers"] if name == b"x-request-id"), b"")
                request_id = found.decode("latin-1")
            await send(message)

        path = _LONG_PART.sub("…", scope["path"])
        try:
            await app(scope, receive, watch)
        finally:
            took_ms = round((time.perf_counter() - began) * 1000, 2)
            log.info(
                "request", method=scope["method"], path=path, status=status, took_ms=took_ms, request_id=request_id
            )

    return told
