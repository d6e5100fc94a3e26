"""Orders of a database from before the search: found like new ones once the migration is done, however often it was cut
off; nobody waits meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection
from upgrade_kit import Connection, migrate_until

from cluster_kit import empty_database
from gerai.domain.filters import OrderFilter, Scope
from gerai.store import fill_terms, orders
from gerai.store.migrate import migrate, pending

DOOR = Scope(1, "production", "scalev")
_OLD = """
INSERT INTO merchants (merchant_id, code, name) SELECT n, 'm' || n, '' FROM generate_series(1, 2) n;
INSERT INTO orders (merchant_id, order_id, environment, channel, public_id, number, secret, status, funding, currency,
    total_sen, charged_sen, refunded_sen, reference, provider, after_payment, details, created_at, updated_at, labels,
    contact, account_id, member_id)
SELECT m, n, 'production', 'scalev', 'o' || n, 'N-' || n, '', 'pending', 'free', 'IDR', 500000, 0, 0, 'PO ' || n, '',
    'start', '{}', '2026-01-01'::timestamptz + n * interval '1 hour', now(),
    CASE WHEN n % 2 = 0 THEN '{"store_id": "7"}'::jsonb ELSE '{}' END,
    jsonb_build_object('name', 'Ánna ' || n, 'email', 'a' || n || '@b.id', 'mobile', '0812000' || 100000 + n),
    NULL, NULL
FROM generate_series(1, 2) m, generate_series(1, 5000) n;
INSERT INTO invoices SELECT 1, 4, 'production', 4, 'i', 'paid', 500000, '', NULL, now(), now();
INSERT INTO shipments
SELECT 1, 6, 'production', 6, 'handed_over', '', '', '', NULL, 1, 0, 'JX6', '{}', now(), now(), NULL, now();
INSERT INTO fulfilments SELECT 1, 8, 'production', 8, 'p', 'succeeded', 1, '{}', 'R-8', 1, 0, '{}', '', now(), now();
"""


def _found(dsn: str, **wanted: Any) -> list[int]:
    async def find() -> list[int]:
        async with await AsyncConnection.connect(dsn) as connection:
            page = await orders.by_filter(connection, DOOR, OrderFilter(**wanted), 6000)
            return [order.order_id for order in page]

    return asyncio.run(find())


def test_earlier_orders_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off after its second piece, the filling goes on from there, and no server starts before it has ended. Every
    order has its terms then, of its own row and of those around it, and writes beside it do not wait."""
    with empty_database() as dsn, ThreadPoolExecutor(1) as pool:
        migrate_until(dsn, "0019-order-search")
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(_OLD)
            with monkeypatch.context() as patched:
                patched.setattr(fill_terms, "_fill_piece", _twice(fill_terms._fill_piece))  # pyright: ignore[reportPrivateUsage]
                with pytest.raises(KeyboardInterrupt):
                    migrate(dsn)
            assert pending(dsn) == [fill_terms.NAME]
            [(half,)] = connection.execute("SELECT count(DISTINCT order_id) FROM order_terms").fetchall()
            assert half == 4000
            migrating, longest_s = pool.submit(migrate, dsn), 0.0
            while not migrating.done():
                began = time.monotonic()
                connection.execute("UPDATE orders SET updated_at = now() WHERE order_id = 3")
                longest_s = max(longest_s, time.monotonic() - began)
                time.sleep(0.01)
            assert migrating.result() == []
            assert longest_s < 3
            each = connection.execute(
                "SELECT merchant_id, count(DISTINCT order_id), count(*) FILTER (WHERE term LIKE 'n%') FROM order_terms "
                "GROUP BY 1 ORDER BY 1"
            ).fetchall()
        assert pending(dsn) == []
        assert each == [(1, 5000, 10_000), (2, 5000, 10_000)]
        assert _found(dsn, search="n-17") == [*range(1799, 1699, -1), *range(179, 169, -1), 17]
        assert _found(dsn, search="anna 4999") == [4999]
        assert _found(dsn, search="0812 000 100 007") == _found(dsn, references=("PO 7",)) == [7]
        assert _found(dsn, search="r-8") == [8]
        assert _found(dsn, search="jx6") == _found(dsn, shipment_statuses=("handed_over",)) == [6]
        assert _found(dsn, payment_status="paid") == [4]
        assert len(_found(dsn, labels={"store_id": "7"})) == len(_found(dsn, total_sen=500_000)) == 2500


def _twice(fill: Callable[[Connection], None]) -> Callable[[Connection], None]:
    done: list[None] = []

    def piece(connection: Connection) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(fill(connection))

    return piece
