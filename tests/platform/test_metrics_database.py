"""What the metrics tell of the database: jobs, what is overdue, open fulfilments; and when it does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from math import inf
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from metrics_kit import Series, series
from structlog.testing import capture_logs

from cluster_kit import migrated_scratch
from engine_kit import database
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.kit.clock import real_now
from gerai.kit.metrics import expose
from gerai.metrics.database import Questions
from gerai.store.embedded import DATABASE
from gerai.worker.main import WORK_KINDS
from gerai.worker.sweep import sweep


@pytest.fixture(scope="module")
def server() -> Generator[str]:
    """A server with an empty, migrated database to copy."""
    with migrated_scratch() as found:
        yield database(found.dsn, "postgres")


@pytest.fixture
def own_dsn(server: str) -> Generator[str]:
    """A database of the test's own: the figures are of the whole installation."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE own TEMPLATE {DATABASE}")
        yield database(server, "own")
        connection.execute("DROP DATABASE own WITH (FORCE)")


@pytest_asyncio.fixture
async def own_engine(own_dsn: str) -> AsyncGenerator[Engine]:
    """An engine on it."""
    async with Engine(own_dsn, reads_pool_size=3).running() as engine:
        yield engine


async def asked(questions: Questions) -> Series:
    return series(expose(await questions.families(), "")[0].decode())


async def place(engine: Engine, merchant_id: int, **changes: Any) -> int:
    """An order of Rp100; answers its id."""
    order_id = engine.ids.next()
    facts: dict[str, Any] = {
        "merchant_id": merchant_id,
        "environment": "production",
        "channel": "test",
        "key_id": None,
        "order_id": order_id,
        "public_id": f"order-{order_id}",
        "number": f"N-{order_id}",
        "secret": f"secret-{order_id}",
        "lines": (NewLine("thing", 1, "Thing", 1, 100_00, 100_00),),
        "total_sen": 100_00,
        "funding": "invoice",
    }
    await engine.submit(PlaceOrder(**(facts | changes)))
    return order_id


async def test_an_empty_database(own_engine: Engine) -> None:
    """Nothing waits, nothing is overdue, no worker was ever seen, the books were never checked; and the database is up.
    What is told of its server is told whatever is in it."""
    found = await asked(Questions(own_engine))
    of_the_server = {name for name, _ in found if name.startswith(("gerai_database_", "gerai_clock"))}
    assert of_the_server == {
        "gerai_database_up", "gerai_database_connections", "gerai_database_lock_wait_seconds",
        "gerai_database_transaction_seconds", "gerai_clock_skew_seconds",
    }  # fmt: skip
    assert found.of("gerai_database_up") == 1
    assert {place: value for place, value in found.items() if place[0] not in of_the_server} == {
        **{("gerai_worker_seen_seconds", (("kind", kind),)): inf for kind in WORK_KINDS},
        **{("gerai_workers", (("kind", kind),)): 0 for kind in WORK_KINDS},
        ("gerai_orders_overdue", (("environment", "production"),)): 0,
        ("gerai_orders_overdue", (("environment", "sandbox"),)): 0,
        **{("gerai_money_waiting", (("what", what),)): 0 for what in ("arrivals", "notices", "refunds", "payouts")},
    }


async def test_jobs_by_queue_and_state(own_engine: Engine) -> None:
    """Jobs are counted by queue: due, later, running, failed for good; those that are done are not there."""
    async with own_engine.connection() as connection:
        await connection.execute("""
            INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at) VALUES
            ('a', 't', 'todo', NULL), ('a', 't', 'todo', now() - interval '1 s'), ('a', 't', 'todo', now() + '1 h'),
            ('a', 't', 'doing', NULL), ('b', 't', 'failed', NULL), ('b', 't', 'failed', now() + '1 h'),
            ('b', 't', 'succeeded', NULL), ('b', 't', 'cancelled', NULL)""")
    found = await asked(Questions(own_engine))
    jobs = {tuple(value for _, value in labels): n for (name, labels), n in found.items() if name == "gerai_jobs"}
    assert jobs == {("a", "waiting"): 2, ("a", "scheduled"): 1, ("a", "running"): 1, ("b", "failed"): 2}


async def test_overdue_until_somebody_sweeps(own_engine: Engine) -> None:
    """Orders past their time are counted by environment until a worker has expired them; others are not."""
    merchant_id = await open_merchant(own_engine, "overdue", "Toko", simulated=True)
    past, future = real_now() - timedelta(seconds=1), real_now() + timedelta(hours=1)
    for facts in ({"expires_at": past}, {"expires_at": past, "environment": "sandbox"}, {"expires_at": future}, {}):
        await place(own_engine, merchant_id, **facts)
    await place(own_engine, merchant_id, expires_at=past)
    questions = Questions(own_engine, keep_s=0)
    before = await asked(questions)
    assert before.of("gerai_orders_overdue", environment="production") == 2
    assert before.of("gerai_orders_overdue", environment="sandbox") == 1
    assert await sweep(own_engine) == 3
    assert (await asked(questions)).of("gerai_orders_overdue") == 0


async def test_open_fulfilments(own_engine: Engine) -> None:
    """A fulfilment counts from when its order is in work until it has an end; how long the oldest takes is told. One
    whose order is not paid yet has not begun."""
    merchant_id = await open_merchant(own_engine, "working", "Toko", simulated=True)
    member_id, wallets = await add_member(own_engine, merchant_id, "test", "m1", "Member")
    owner = {"merchant_id": merchant_id, "environment": "production"}
    wallet = wallets["production"]
    await own_engine.submit(ManualDeposit(**owner, account_id=wallet, amount_sen=1_000_00))
    facts: dict[str, Any] = {"funding": "hold", "account_id": wallet, "member_id": member_id, "work": {"items": ["a"]}}
    orders = [await place(own_engine, merchant_id, **facts, provider=name) for name in ("one", "one", "one", "two")]
    await place(own_engine, merchant_id, provider="one", work={"items": ["a"]}, after_payment="confirm")
    await own_engine.submit(RecordFulfilment(**owner, order_id=orders[0], outcome="unknown"))
    await own_engine.submit(RecordFulfilment(**owner, order_id=orders[1], outcome="done", succeeded=1))
    async with own_engine.connection() as connection:
        older = "UPDATE orders SET updated_at = now() - interval '1 hour' WHERE order_id = %s"
        await connection.execute(older, (orders[2],))
    found = await asked(Questions(own_engine))
    name = "gerai_fulfilments_open"
    counted = {tuple(value for _, value in labels): n for (known, labels), n in found.items() if known == name}
    assert counted == {
        ("production", "one", "requested"): 1,
        ("production", "one", "unknown"): 1,
        ("production", "two", "requested"): 1,
    }
    ages = "gerai_fulfilments_oldest_seconds"
    assert 3_600 <= found.of(ages, provider="one", status="requested") < 3_700
    assert 0 <= found.of(ages, provider="two") < 100


async def test_scrapes_do_not_reach_the_database_each_time(own_engine: Engine) -> None:
    """What was asked is kept for a while: ten scrapes at once and one soon after ask once."""
    questions, fresh = Questions(own_engine, keep_s=60), Questions(own_engine, keep_s=0)
    ten = await asyncio.gather(*(questions.families() for _ in range(10)))
    async with own_engine.connection() as connection:
        await connection.execute("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('a', 't')")
    again = await questions.families()
    assert all(families is again for families in ten)
    assert "gerai_jobs" not in {name for name, _ in await asked(questions)}
    assert (await asked(fresh)).of("gerai_jobs") == 1


async def test_a_question_without_an_answer(own_engine: Engine, own_dsn: str) -> None:
    """One that takes longer than a second is given up and its gauge is missing; the others are told, and the database
    counts as not up."""
    with psycopg.connect(own_dsn) as holding, capture_logs() as logs:
        holding.execute("LOCK TABLE book_checks IN ACCESS EXCLUSIVE MODE")
        found = await asked(Questions(own_engine))
    assert found.of("gerai_database_up") == 0
    assert found.of("gerai_orders_overdue") == 0
    assert not [name for name, _ in found if name.startswith("gerai_invariant")]
    [entry] = [entry for entry in logs if entry["event"] == "metrics.database"]
    assert entry["question"] == "checks"


async def test_a_database_that_is_gone(own_dsn: str) -> None:
    """The process still tells of itself; of the database only that it does not answer."""
    assert await asked(Questions(Engine(own_dsn))) == {("gerai_database_up", ()): 0}


async def test_ages_of_what_is_due(own_engine: Engine) -> None:
    """How long the oldest job has been due or in work, by task, and how long the time of what should have expired has
    been over; what comes later, or must wait for another one of its lock, has no age."""
    merchant_id = await open_merchant(own_engine, "late", "Toko", simulated=True)
    await place(own_engine, merchant_id, expires_at=real_now() - timedelta(seconds=90))
    await place(own_engine, merchant_id, expires_at=real_now() + timedelta(hours=1))
    async with own_engine.connection() as connection:
        await connection.execute("""
            INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at, lock) VALUES
            ('q', 'put off', 'todo', now() - interval '40 s', 'a'),
            ('q', 'put off', 'todo', now() - interval '20 s', 'b'),
            ('q', 'later', 'todo', now() + interval '1 h', 'c'), ('q', 'behind it', 'todo', NULL, 'c'),
            ('q', 'at once', 'todo', NULL, NULL), ('q', 'at work', 'todo', NULL, 'd'),
            ('q', 'behind it', 'todo', NULL, 'd'), ('q', 'given up', 'failed', NULL, NULL)""")
        await connection.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = 'at work'")
        await connection.execute("UPDATE procrastinate_events SET at = at - interval '70 s'")
    found = await asked(Questions(own_engine))
    ages = {
        (dict(labels)["task"], dict(labels)["state"]): value
        for (name, labels), value in found.items()
        if name == "gerai_jobs_oldest_seconds"
    }
    expected = {("put off", "waiting"): 40, ("at once", "waiting"): 70, ("at work", "running"): 70}
    assert ages == pytest.approx(expected, abs=10)
    assert found.of("gerai_overdue_oldest_seconds", kind="orders", environment="production") == pytest.approx(
        90, abs=10
    )
    assert found.labels("gerai_overdue_oldest_seconds", "kind") == {"orders"}


_ENDPOINT = """
INSERT INTO webhook_endpoints VALUES (%s, %s, 'production', 'test', NULL, 'https://x', '{}', '', '', %s, '', 0, %s,
    now() + %s * interval '1 second', now(), now())"""
_DELIVERY = """
INSERT INTO webhook_deliveries (merchant_id, delivery_id, endpoint_id, order_id, event_id, environment, event, part,
    data, sequence, status, attempts, tries, created_at, happened_at, due_since, next_attempt_at, leased_until)
VALUES (%s, %s, %s, %s, %s, 'production', 'e', 0,
    '', 0, 'pending', 0, 0, now(), now(), now(),
    now() - %s * interval '1 second', now() + %s * interval '1 second')"""


async def test_webhooks_that_wait(own_engine: Engine) -> None:
    """How long the oldest message that may be sent has waited, by whether its endpoint answers; those of a paused
    endpoint do not count, nor do those under way. Endpoints are counted by how they stand."""
    merchant_id, ids = await open_merchant(own_engine, "hooks", "Toko", simulated=True), own_engine.ids
    endpoints = ((1, "active", 0, None), (2, "active", 3, None), (3, "active", 9, 3600), (4, "disabled", 0, None),
                 (5, "removed", 0, None))  # fmt: skip
    deliveries = ((1, 50, None), (1, 30, None), (2, 80, None), (3, 500, None), (1, 900, 60))
    async with own_engine.connection() as connection:
        for endpoint_id, status, failures, paused_s in endpoints:
            await connection.execute(_ENDPOINT, (merchant_id, endpoint_id, status, failures, paused_s))
        for endpoint_id, age_s, leased_s in deliveries:
            named = (merchant_id, ids.next(), endpoint_id, ids.next(), ids.next())
            await connection.execute(_DELIVERY, (*named, age_s, leased_s))
    found = await asked(Questions(own_engine))
    name = "gerai_webhooks_oldest_due_seconds"
    ages = {dict(labels)["endpoints"]: value for (known, labels), value in found.items() if known == name}
    assert ages == pytest.approx({"answering": 50, "failing": 80}, abs=10)
    states = {dict(k)["state"]: v for (known, k), v in found.items() if known == "gerai_webhook_endpoints"}
    assert states == {"answering": 1, "failing": 1, "paused": 1, "disabled": 1}


async def test_locks_and_transactions(own_engine: Engine, own_dsn: str) -> None:
    """A transaction that stays open, and somebody who waits behind it, are told with their age; connections by
    database."""
    with psycopg.connect(own_dsn) as holding:
        holding.execute("LOCK TABLE merchants")
        waiting = asyncio.create_task(_wait_for_merchants(own_dsn))
        await asyncio.sleep(0.4)
        found = await asked(Questions(own_engine))
        holding.rollback()
        await waiting
    assert 0.1 < found.of("gerai_database_lock_wait_seconds") < 60
    assert 0.3 < found.of("gerai_database_transaction_seconds") < 60
    assert found.of("gerai_database_connections", of="this") >= 2
    assert found.of("gerai_database_connections", of="limit") == 97
    assert abs(found.of("gerai_clock_skew_seconds")) < 1


async def _wait_for_merchants(dsn: str) -> None:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute("LOCK TABLE merchants")
