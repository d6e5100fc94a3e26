"""Requests that are wrong, many thousand of them, at every counter and every page: none breaks anything or makes
anything."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Final

from gerai.store.embedded import running
from gerai.torture.figures import Figures
from gerai.torture.hostile import HostileRequest, hostile_requests
from gerai.torture.load import broken_books, count_orders
from gerai.torture.shop import open_shop

_ANSWER_WITHIN_S: Final = 30.0
_MEANT_FOR: Final = "127.0.0.1"


async def hostile_bodies(
    folder: Path, *, rounds: int, requests: int, clients: int = 8, seed: int = 1, slack: float = 1.0
) -> Figures:
    """``requests`` of them in each round, other ones in each (``seed`` and the following). None gets a 500, what is no
    JSON makes nothing, and there are no more new orders than good answers to requests that turned out to be right."""
    figures = Figures()
    async with open_shop(folder / "shop", figures, clients=0, load_s=0.0, slack=slack) as shop:
        with running(shop.server.folder) as dsn:
            for number in range(rounds):
                before, statuses = await count_orders(dsn), Counter[int]()
                made = itertools.islice(hostile_requests(shop.server.demo, seed + number), requests)
                await asyncio.gather(*(_client(shop.server.port, made, statuses, figures) for _ in range(clients)))
                figures.rounds += 1
                good = sum(count for status, count in statuses.items() if status < HTTPStatus.MULTIPLE_CHOICES)
                figures.acknowledged += sum(statuses.values())
                figures.doubled += max(0, await count_orders(dsn) - before - good)
                figures.broken += await broken_books(dsn)
                told = ", ".join(f"{count:,} × {status or 'no answer'}" for status, count in sorted(statuses.items()))
                figures.notes.append(f"seed {seed + number}: {told}")
    return figures


async def _client(port: int, requests: Iterator[HostileRequest], statuses: Counter[int], figures: Figures) -> None:
    for request in requests:
        began = time.monotonic()
        status = await _status(port, request)
        figures.longest_answer_s = max(figures.longest_answer_s, time.monotonic() - began)
        statuses[status] += 1
        figures.unknown += status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.SERVICE_UNAVAILABLE
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or (request.broken and 0 < status < HTTPStatus.BAD_REQUEST):
            figures.broken.append(f"{status}: {request.method} {request.target[:100]} {request.body[:200]!r}")


async def _status(port: int, request: HostileRequest) -> int:
    """Of its answer; 0 when the server hung up, as it may on what is no HTTP."""
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_connection(_MEANT_FOR, port)
            try:
                writer.write(request.encoded())
                line = await reader.readline()
                return int(line.split()[1]) if line.startswith(b"HTTP/") else 0
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError):
        return 0
