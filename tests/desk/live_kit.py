"""An open page's stream, read as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from gerai.kit.tasks import end


class OpenStream:
    """``status``: of its answer; :meth:`event`: what it says next."""

    def __init__(self) -> None:
        self.status = 0
        self.text = ""
        self.over = asyncio.Event()
        self._more = asyncio.Event()
        self._gone = asyncio.Event()

    async def receive(self) -> Any:
        """The request, and then nothing until the browser goes away."""
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """What the server sends."""
        self.status = message.get("status", self.status)
        self.text += message.get("body", b"").decode()
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.over.set()
        self._more.set()

    async def event(self, within_s: float = 5.0) -> tuple[str, str, Any]:
        """Name, number and facts of the next event, which is taken."""
        async with asyncio.timeout(within_s):
            while True:
                whole, sep, rest = self.text.partition("\n\n")
                if not sep:
                    self._more.clear()
                    await self._more.wait()
                    continue
                self.text = rest
                fields = dict(line.split(": ", 1) for line in whole.splitlines() if ": " in line)
                if "event" in fields:
                    return fields["event"], fields.get("id", ""), msgspec.json.decode(fields["data"])

    async def quiet(self, for_s: float) -> bool:
        """Whether it says nothing for so long."""
        try:
            await self.event(for_s)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def opened(
    app: Any, browser: httpx.AsyncClient, path: str, *, last: str = "", **query: str
) -> AsyncGenerator[OpenStream]:
    """The stream at this address, as the browser that is signed in asks for it. ``last``: what it heard last."""
    cookie = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)
    headers = {"host": "gerai.test", "cookie": cookie, "accept": "text/event-stream"}
    headers |= {"last-event-id": last} if last else {}
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": urlencode(query).encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()], "root_path": "",
        "client": ("127.0.0.1", 1), "server": ("gerai.test", 80),
    }  # fmt: skip
    stream = OpenStream()
    task = asyncio.create_task(app(scope, stream.receive, stream.send))
    try:
        yield stream
    finally:
        await end(task)
