"""A shop with many orders is as fast as a small one: nothing reads more when its tables are four times as large."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType

import psycopg
import pytest
from plan_cases import Known, order_filters, read_cases
from plan_load_cases import LOADS_WITHOUT_ROWS, load_cases, view_cases
from plans_kit import Plan, explain, numbered, sent_by
from psycopg_pool import AsyncConnectionPool

from cluster_kit import migrated_scratch
from gerai.bench.stored import add_orders, new_shops
from gerai.domain.filters import OrderFilter, Scope
from gerai.engine.check import check
from gerai.store import (
    arrivals,
    articles,
    codes,
    deposits,
    due,
    events,
    gateways,
    gauges,
    idempotency,
    loads,
    members,
    merchant_orders,
    notices,
    order_views,
    orders,
    payment_list,
    payments,
    payout_lines,
    payouts,
    proofs,
    refund_tasks,
    report_counting,
    report_tops,
    reports,
    stock,
    taken,
    variant_files,
    waiting,
    waiting_list,
    wallets,
    webhook_deliveries,
    webhook_endpoints,
    webhook_log,
)
from gerai.store.fill_terms import fill_terms
from gerai.store.order_search import listed_by

ORDERS = 15_000
TIMES = 4
#: Modules whose every coroutine function is a read or a piece of background work.
MODULES = (
    orders, payments, deposits, wallets, events, due, waiting, idempotency, gauges, webhook_deliveries,
    webhook_endpoints, webhook_log, merchant_orders, arrivals, notices, refund_tasks,
    gateways, proofs, payouts, payout_lines, stock, taken, members, report_counting, report_tops, reports, payment_list,
    waiting_list,
    codes, variant_files, articles,
)  # fmt: skip
#: Tables that stay small whatever a shop sells, and writes that name one row by its key.
WITHOUT_CASE = {
    "due.analyze_new_tables", "gauges.backup", "gauges.jobs", "gauges.oldest_jobs", "gauges.book_checks",
    "gauges.clock_skew", "gauges.timed", "webhook_endpoints.by_state", "webhook_deliveries.add_deliveries",
    "webhook_deliveries.drop_pending", "webhook_endpoints.set_endpoint_status", "webhook_endpoints.note_answered",
    "webhook_endpoints.note_silent", "webhook_endpoints.listening", "notices.add_source", "notices.close_source",
    "gateways.add_contract", "gateways.close_contract", "gateways.change_ways", "stock.add_empty", "stock.mark_low",
    "idempotency.take", "members.add", "members.change", "members.add_link", "members.remove_link",
    "report_counting.last_event", "report_counting.event_writers", "report_counting.take", "report_counting.move",
    "report_counting.ask_rebuild",
    "webhook_log.defer", "members.add_all", "members.change_all", "members.add_wallets", "stock.write_counts",
    # Its statement is a case of its own: STOCK_BY_ID.
    "stock.locked", "articles.add", "articles.change", "articles.remove", "codes.locked",
    "codes.add_pool", "codes.add_codes", "codes.count", "codes.mark_low", "variant_files.add", "variant_files.remove",
    "variant_files.count_download",
}  # fmt: skip


@dataclass(frozen=True)
class Large:
    """Plans at both sizes, by statement; how many rows the large tables have; what ``orders.by_filter`` is asked."""

    small: dict[str, Plan]
    large: dict[str, Plan]
    rows: dict[str, int]
    asked: list[tuple[Scope, OrderFilter]]


def _known(connection: psycopg.Connection, merchant_id: int) -> Known:
    rows = connection.execute(
        "SELECT order_id, public_id, number, secret, reference, member_id, account_id, created_at "
        "FROM orders WHERE merchant_id = %s AND channel = 'cekceir' AND reference <> '' AND status = 'completed' "
        "AND member_id = %s ORDER BY order_id OFFSET 500 LIMIT 25",
        (merchant_id, merchant_id + 100),
    ).fetchall()
    [(receipt,)] = connection.execute(
        "SELECT receipt FROM shipments WHERE merchant_id = %s AND receipt <> '' LIMIT 1", (merchant_id,)
    ).fetchall()
    first = rows[0]
    return Known(merchant_id, [row[0] for row in rows], *first[1:7], receipt, merchant_id + 5, first[7])


async def _plans(dsn: str, merchant_id: int) -> dict[str, Plan]:
    found: dict[str, Plan] = {}
    with psycopg.connect(dsn, autocommit=True) as connection:
        known = _known(connection, merchant_id)
        for name, calls in read_cases(known).items():
            for number, call in enumerate(calls):
                statements = await sent_by(dsn, call)
                assert statements, name
                for part, statement in enumerate(statements):
                    found[f"{name}/{number}.{part}"] = explain(connection, statement)
        for module, cases in ((loads, load_cases(known)), (order_views, view_cases(known))):
            for name, values in cases.items():
                statement = numbered(getattr(module, name).decode(), values)
                found[f"{_short(module)}.{name}"] = explain(connection, statement)
    return found


@pytest.fixture(scope="module")
def large() -> Generator[Large]:
    with migrated_scratch() as server:
        now = datetime.now(UTC)
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            # Nobody looks at the tables beside the VACUUM of ``add_orders``.
            connection.execute("ALTER SYSTEM SET autovacuum = off")
            connection.execute("SELECT pg_reload_conf()")
            shops = new_shops(connection, "production", large=1)
        add_orders(server.dsn, shops, "production", range(1, ORDERS + 1), now)
        small = asyncio.run(_plans(server.dsn, shops[0].merchant_id))
        add_orders(server.dsn, shops, "production", range(ORDERS + 1, TIMES * ORDERS + 1), now)
        with psycopg.connect(server.dsn) as connection:
            big = connection.execute(
                "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND reltuples > 1500"
            ).fetchall()
            asked = order_filters(_known(connection, shops[0].merchant_id))
        yield Large(small, asyncio.run(_plans(server.dsn, shops[0].merchant_id)), dict(big), asked)


@pytest.mark.slow
def test_no_statement_grows_with_the_tables(large: Large) -> None:
    """Every statement reads about as many pages at four times the orders, and no large table from end to end."""
    found = [
        f"{name}: {plan.buffers} pages, {large.small[name].buffers} at a quarter; whole: {whole}"
        for name, plan in large.large.items()
        if (whole := [table for table, read in plan.scanned.items() if 2 * read > large.rows.get(table, 2 * read)])
        or plan.buffers > 2 * large.small[name].buffers + 50
    ]
    assert found == []


def test_several_terms_are_merged(large: Large) -> None:
    """A list by payment alone, or by several states of payment or parcel, is read in the order of the index: no week's
    orders are sorted, however many a week has."""
    each = {number: listed_by(scope, wanted) for number, (scope, wanted) in enumerate(large.asked)}
    merged = [
        number
        for number, listed in each.items()
        if len(listed) == 1 and len(listed[0].ranges) > 1 and all(found.is_one_term for found in listed[0].ranges)
    ]
    assert len(merged) > 20
    for number in merged:
        text = large.large[f"orders.by_filter/{number}.0"].text
        assert "Merge Append" in text, large.asked[number]
        assert '"Sort"' not in text, large.asked[number]


def test_the_database_is_large(large: Large) -> None:
    """The tables that grow with a shop are all large here, so that a scan of one would be seen."""
    assert large.rows.keys() >= {
        "orders", "order_lines", "invoices", "payments", "fulfilments", "shipments", "transfers", "deposits", "events",
        "idempotency_keys", "webhook_deliveries", "webhook_attempts", "accounts", "members", "order_terms",
    }  # fmt: skip


def test_every_statement_has_a_case(large: Large) -> None:
    """A function of the store that reads or works in the background, or a statement of a load, without a case fails."""
    explained = {name.partition("/")[0] for name in large.large}
    wanted = {name for module in MODULES for name in _functions(module)} | {"services.balances_before"}
    assert wanted - explained == WITHOUT_CASE
    for module in (loads, order_views):
        own = set(vars(module)) - (set(vars(loads)) if module is order_views else LOADS_WITHOUT_ROWS)
        assert {f"{_short(module)}.{name}" for name in own if isinstance(vars(module)[name], bytes)} <= explained


_TERMS = "SELECT * FROM order_terms ORDER BY merchant_id, environment, channel, week, term, order_id"


async def test_the_rows_keep_the_rules_of_the_books() -> None:
    """What the generator writes breaks no invariant, and its orders are found by what the writer would have written: a
    large database is one that could have come to be."""
    with migrated_scratch() as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            shops = new_shops(connection, "production", large=1)
        add_orders(server.dsn, shops, "production", range(1, 4001), datetime.now(UTC))
        async with AsyncConnectionPool(server.dsn, min_size=1, open=False, kwargs={"autocommit": True}) as pool:
            assert await check(pool) == []
        with psycopg.connect(server.dsn) as connection:
            orphans = connection.execute(
                "SELECT count(*) FROM payments p LEFT JOIN invoices i USING (merchant_id, invoice_id) "
                "LEFT JOIN orders o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id "
                "WHERE i.invoice_id IS NULL OR o.order_id IS NULL"
            ).fetchone()
            states = connection.execute("SELECT DISTINCT channel, status FROM orders").fetchall()
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            stored = connection.execute(_TERMS).fetchall()
            connection.execute("DELETE FROM order_terms")
            connection.execute("INSERT INTO orders_without_terms SELECT DISTINCT merchant_id, 2::int8 ^ 62 FROM orders")
            fill_terms(connection)
            assert connection.execute(_TERMS).fetchall() == stored
    assert orphans == (0,)
    assert {channel for channel, _ in states} == {"cekceir", "durianpay", "leuwongrr", "scalev"}
    assert {status for _, status in states} == {"pending", "processing", "completed", "failed", "expired", "cancelled"}


def _functions(module: ModuleType) -> list[str]:
    return [
        f"{_short(module)}.{name}"
        for name, value in vars(module).items()
        if inspect.iscoroutinefunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    ]


def _short(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]
