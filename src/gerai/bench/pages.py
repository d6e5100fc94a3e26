"""How long the console's pages take in a shop with many orders: each asked for again and again by one person."""

from __future__ import annotations

from time import perf_counter
from typing import Final

import httpx
import msgspec
import psycopg

from gerai.bench.case import ENVIRONMENT, BenchError
from gerai.bench.cpu import cpu_s, sessions
from gerai.bench.stand import Stand, Step
from gerai.bench.visitor import visiting

#: What a list or an order may take, at the 95th percentile.
GOAL_MS: Final = 50.0
#: Values that pages are asked for, taken from the stored orders: one of a middle age, its number, when it was placed.
_ONE: Final = (
    "SELECT order_id, number, (created_at AT TIME ZONE 'Asia/Jakarta')::date FROM orders "
    "WHERE merchant_id = %s AND environment = %s AND channel = 'durianpay' ORDER BY created_at DESC OFFSET %s LIMIT 1"
)
#: Behind the shop's address; ``{old}`` is an order among the oldest.
PAGES: Final[dict[str, str]] = {
    "home": "", "home, today": "?range=today", "home, 7 days": "?range=7d", "home, 90 days": "?range=90d",
    "orders": "/orders", "orders, deep": "/orders?after={old}", "orders, a state": "/orders?status=completed",
    "orders, two states": "/orders?status=pending&status=processing", "orders, a number": "/orders?text={number}",
    "orders, a telephone": "/orders?text=628121234", "orders, a day": "/orders?since={day}&until={day}",
    "an order": "/orders/{one}", "waiting": "/waiting", "payments": "/payments",
    "payments, a state": "/payments?status=late", "refunds": "/refunds", "top-ups": "/topups", "members": "/members",
    "wallets": "/wallets", "products": "/products", "stock": "/stock", "deliveries": "/deliveries", "audit": "/audit",
    "sales by day": "/reports?range=30d", "sales by item": "/reports?range=30d&by=item",
    "sales by member": "/reports?range=7d&by=member", "statement": "/reports/statement", "books": "/books",
}  # fmt: skip
#: Whose sums are of all there is (decision 0031): asked for a few times.
_TIMES: Final[dict[str, int]] = {"sales by member": 3, "statement": 3, "books": 3}


class PageFigures(msgspec.Struct, frozen=True):
    """A page: its status, how long it took in milliseconds, how much processor the server and the database used for it,
    and its size in bytes."""

    name: str
    status: int
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    bytes: int


def measure_pages(stand: Stand, times: int, step: Step) -> list[PageFigures]:
    """Every page of :data:`PAGES`, one after the other."""
    with visiting(stand, step) as visitor, psycopg.connect(stand.dsn, autocommit=True) as connection:
        values = _values(connection, stand)
        found = list[PageFigures]()
        for name, path in PAGES.items():
            step(name)
            used_s = cpu_s(stand.pid, *sessions(connection))
            page, took_ms = _asked(visitor.client, visitor.base + path.format(**values), _TIMES.get(name, times))
            used_s = cpu_s(stand.pid, *sessions(connection)) - used_s
            half, most = (took_ms[round((len(took_ms) - 1) * share)] for share in (0.5, 0.95))
            each_ms = 1000 * used_s / len(took_ms)
            found.append(PageFigures(name, page.status_code, half, most, each_ms, len(page.content)))
        return found


def _values(connection: psycopg.Connection, stand: Stand) -> dict[str, object]:
    found = [
        connection.execute(_ONE, (stand.ours.merchant_id, ENVIRONMENT, offset)).fetchone()
        for offset in (stand.stored // 50, stand.stored // 20)
    ]
    one, old = found
    if one is None or old is None:
        raise BenchError("there are too few stored orders")
    return {"one": one[0], "number": one[1], "day": one[2], "old": old[0]}


def _asked(client: httpx.Client, address: str, times: int) -> tuple[httpx.Response, list[float]]:
    """The page, asked for so often after a first time, and how long it took each time, the shortest first."""
    page, took_ms = client.get(address), list[float]()
    for _ in range(times):
        begun_s = perf_counter()
        page = client.get(address)
        took_ms.append((perf_counter() - begun_s) * 1000)
        if page.is_error:
            break
    return page, sorted(took_ms)
