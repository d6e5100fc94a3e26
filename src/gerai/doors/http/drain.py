"""Live event streams last for minutes; a server that stops must not wait for them, nor cut them off in mid-air."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

#: How the addresses of live streams end.
_STREAMS: Final = "/events"


class Draining:
    """``app`` whose live streams can be ended early, each with a proper last chunk; browsers then connect again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: set[asyncio.Task[Any]] = set()
        self._ended: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        if scope["type"] != "http" or task is None or not scope["path"].endswith(_STREAMS):
            await self._app(scope, receive, send)
            return
        self._open.add(task)
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if task not in self._ended:
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._open.discard(task)
            self._ended.discard(task)

    def end_streams(self) -> None:
        """End all streams that are open now."""
        self._ended |= self._open
        for task in self._open:
            task.cancel()
