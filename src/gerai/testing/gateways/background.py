"""How a stand-in for a gateway sends its notices, with the retries of the real one, and how it hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import httpx

_HANG_S: Final = 60.0


class Background:
    """Notices under way. ``pauses_s``: before each try after the first; ``sent``: every try's headers and body."""

    def __init__(self, pauses_s: Sequence[float]) -> None:
        self._pauses_s = pauses_s
        self._closed = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self.sent: list[tuple[Mapping[str, str], bytes]] = []

    def send(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        accepted: Callable[[httpx.Response], bool] = lambda answer: answer.is_success,
    ) -> None:
        """Send it until an answer is ``accepted``."""
        task = asyncio.create_task(self._deliver(url, headers, body, accepted))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settle(self) -> None:
        """Wait until every notice was accepted or given up."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def hang(self) -> None:
        """Give no answer for longer than anybody waits."""
        closed = asyncio.create_task(self._closed.wait())
        await asyncio.wait({closed}, timeout=_HANG_S)
        closed.cancel()

    async def close(self) -> None:
        """Let go of what hangs, and give up what is under way."""
        self._closed.set()
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _deliver(
        self, url: str, headers: Mapping[str, str], body: bytes, accepted: Callable[[httpx.Response], bool]
    ) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            for pause_s in (0.0, *self._pauses_s):
                await asyncio.sleep(pause_s)
                self.sent.append((headers, body))
                try:
                    if accepted(await client.post(url, content=body, headers=dict(headers))):
                        return
                except httpx.HTTPError:
                    continue
