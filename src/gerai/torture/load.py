"""Clients of every counter that place orders as a careful client does: a key for each, and again until there is an
answer; and what is stored of them afterwards."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import httpx
import psycopg

from gerai.demo.shop import DEMOS
from gerai.doors.http.demo import DemoCall
from gerai.engine.check import examine_database
from gerai.torture.errands import CODE
from gerai.torture.figures import Figures

#: Needs no database: who cannot have it does not reach the server.
ALIVE: Final = "/docs/style.css"
#: A page's link of the right form that leads nowhere; only the database knows that.
_PAGE: Final = "/i/" + "Nobody0knows0this0link0at0all000"
_GOOD: Final = (HTTPStatus.OK, HTTPStatus.CREATED)
_BUSY: Final = HTTPStatus.SERVICE_UNAVAILABLE
#: What readers may get: nobody has the page, and what needs no database is never busy.
_EXPECTED: Final = {"read": {200, 503}, "page": {404, 503}, "alive": {200}}
_AGAIN_AFTER_S: Final = 0.1
_READ_EVERY_S: Final = 0.1
_TIMEOUT_S: Final = 60.0
_COUNT_ORDERS: Final = "SELECT count(*) FROM orders JOIN merchants USING (merchant_id) WHERE NOT starts_with(code, %s)"
#: What each key of the load stands for.
_STORED: Final = """
SELECT k.key, o.public_id, o.number FROM idempotency_keys k
LEFT JOIN orders o ON o.merchant_id = k.merchant_id
    AND o.order_id = (convert_from(k.answer, 'UTF8')::jsonb ->> 'order_id')::bigint
WHERE k.key = ANY (%s)"""
#: All loads of a process share them: no two orders are alike.
_numbers = itertools.count(1)


@dataclass
class CarefulClients:
    """``sent``: every key that was tried, with its request; ``acknowledged``: the good answer of those that have one;
    ``cut``: connections that ended without an answer; ``statuses``: by what was asked (write, read, page, alive)."""

    base_url: str
    demo: dict[str, Any]
    sent: dict[str, DemoCall] = field(default_factory=dict[str, DemoCall])
    acknowledged: dict[str, str] = field(default_factory=dict[str, str])
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter[tuple[str, int]])
    cut: int = 0
    #: The slowest answer, in seconds, by what was asked.
    slowest_s: dict[str, float] = field(default_factory=dict[str, float])
    #: When an order was acknowledged, by counter.
    done_at: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    #: When the request was sent that was acknowledged last, by counter.
    asked_at: dict[str, float] = field(default_factory=dict[str, float])
    #: The slowest answer to an order, by counter, in seconds.
    slowest_of: dict[str, float] = field(default_factory=lambda: dict.fromkeys(DEMOS, 0.0))
    #: Counters whose outages count: all, unless one is broken on purpose.
    counted: frozenset[str] = frozenset(DEMOS)
    #: Answers that nobody should get.
    strange: list[str] = field(default_factory=list[str])

    @asynccontextmanager
    async def running(self, clients: int) -> AsyncGenerator[None]:
        """Keep so many clients placing orders, and one reader of each counter, until the end of the block."""
        doors = list(DEMOS)
        self.done_at = {door: [time.monotonic()] for door in doors}
        async with httpx.AsyncClient(
            base_url=self.base_url, timeout=_TIMEOUT_S, trust_env=False, limits=httpx.Limits(max_connections=None)
        ) as client:
            tasks = [asyncio.create_task(self._write(client, doors[n % len(doors)])) for n in range(clients)]
            tasks += [asyncio.create_task(self._read(client, kind, call)) for kind, call in self._readers()]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def recovered(self, since: float, within_s: float) -> bool:
        """Wait until every counter has acknowledged an order that was sent after ``since`` (``time.monotonic``)."""
        until = time.monotonic() + within_s
        while any(self.asked_at.get(door, 0.0) <= since for door in self.done_at):
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.05)
        return True

    @property
    def outage_s(self) -> float:
        """The longest time one counter acknowledged nothing."""
        counted = [self.done_at[door] for door in self.counted]
        return max(later - earlier for times in counted for earlier, later in itertools.pairwise(times))

    async def settle(self, figures: Figures, dsn: str, before: int) -> None:
        """Send every key again, compare what is stored with what was acknowledged, look at the books, and add all of it
        to ``figures``. ``before``: how many orders there were before this load (:func:`count_orders`)."""
        again = await self._again()
        stored, after = await self._stored(dsn)
        for key, text in self.acknowledged.items():
            names = stored.get(key)
            if names is None or not (_names(text, names) and _names(again.get(key, ""), names)):
                figures.lost += 1
        missing = len(self.sent) - len(stored)
        figures.doubled += max(0, after - before - len(self.sent))
        figures.expect(missing == 0, f"{missing} orders are not there although they were sent again")
        figures.acknowledged += len(self.acknowledged)
        figures.unknown += sum(n for (_, status), n in self.statuses.items() if status >= 500 and status != _BUSY)
        figures.longest_answer_s = max(figures.longest_answer_s, *self.slowest_s.values())
        figures.longest_outage_s = max(figures.longest_outage_s, self.outage_s)
        for kind, expected in _EXPECTED.items():
            found = {status for asked, status in self.statuses if asked == kind} - expected
            figures.expect(not found, f"{kind}: {sorted(found)}")
        figures.broken += self.strange[:3]
        figures.broken += await broken_books(dsn)

    async def _again(self) -> dict[str, str]:
        turns, found = asyncio.Semaphore(16), dict[str, str]()

        async def one(client: httpx.AsyncClient, key: str, call: DemoCall) -> None:
            async with turns:
                for _ in range(100):
                    answer = await client.request(call.method, call.path, json=call.body, headers=_headers(key, call))
                    if answer.status_code in _GOOD:
                        found[key] = answer.text
                        return
                    await asyncio.sleep(_AGAIN_AFTER_S)

        async with httpx.AsyncClient(base_url=self.base_url, timeout=_TIMEOUT_S, trust_env=False) as client:
            await asyncio.gather(*(one(client, key, call) for key, call in self.sent.items()))
        return found

    async def _stored(self, dsn: str) -> tuple[dict[str, tuple[str, str]], int]:
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            rows = await (await connection.execute(_STORED, [list(self.sent)])).fetchall()
            counted = await (await connection.execute(_COUNT_ORDERS, (CODE,))).fetchone()
        assert counted is not None
        return {key: (public_id, number) for key, public_id, number in rows if public_id is not None}, counted[0]

    async def _ask(self, client: httpx.AsyncClient, kind: str, call: DemoCall, key: str = "") -> httpx.Response | None:
        """The answer; None when there is none."""
        began = time.monotonic()
        try:
            answer = await client.request(call.method, call.path, json=call.body, headers=_headers(key, call))
        except httpx.TransportError:
            self.cut += 1
            return None
        self.slowest_s[kind] = max(self.slowest_s.get(kind, 0.0), time.monotonic() - began)
        self.statuses[kind, answer.status_code] += 1
        return answer

    async def _write(self, client: httpx.AsyncClient, door: str) -> None:
        while True:
            number = next(_numbers)
            key, call = f"torture-{door}-{number}", DEMOS[door].order(self.demo[door], number)
            self.sent[key] = call
            while True:
                began = time.monotonic()
                answer = await self._ask(client, "write", call, key)
                self.slowest_of[door] = max(self.slowest_of[door], time.monotonic() - began)
                if answer is not None and answer.status_code in _GOOD:
                    break
                if answer is not None and answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                    self.strange.append(f"{door}: {answer.status_code} {answer.text[:200]}")
                await asyncio.sleep(_AGAIN_AFTER_S)
            self.acknowledged[key] = answer.text
            self.asked_at[door] = began
            self.done_at[door].append(time.monotonic())

    def _readers(self) -> Iterator[tuple[str, DemoCall]]:
        """Every counter's list of orders, a page, and what needs no database."""
        for door, demo in DEMOS.items():
            placing = demo.order(self.demo[door], 0)
            yield "read", DemoCall("GET", placing.path, placing.headers)
        yield "page", DemoCall("GET", _PAGE, {})
        yield "alive", DemoCall("GET", ALIVE, {})

    async def _read(self, client: httpx.AsyncClient, kind: str, call: DemoCall) -> None:
        while True:
            await self._ask(client, kind, call)
            await asyncio.sleep(_READ_EVERY_S)


def _headers(key: str, call: DemoCall) -> dict[str, str]:
    return {**call.headers, "Idempotency-Key": key} if key else dict(call.headers)


def _names(text: str, names: tuple[str, str]) -> bool:
    """Whether an answer names the order that has these names."""
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) for name in names)


async def count_orders(dsn: str) -> int:
    """All orders of a database but those of errands, which go on beside a load."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        row = await (await connection.execute(_COUNT_ORDERS, (CODE,))).fetchone()
    assert row is not None
    return row[0]


async def broken_books(dsn: str) -> list[str]:
    """The invariants that do not hold, with the first row of each."""
    examination, _ = await examine_database(dsn)
    broken = [f"{each.invariant}: {json.dumps(each.rows[:1], default=str)}" for each in examination.violations]
    return broken + [f"{name} could not be checked: {fault}" for name, fault in examination.unchecked.items()]
