"""What is old enough goes, by the rules of the settings, and what is promised longer stays."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from gerai.engine.core import Engine
from gerai.engine.overdue import forget_old
from gerai.settings import SettingsError, load

_DELIVERY = """INSERT INTO webhook_deliveries (merchant_id, delivery_id, endpoint_id, environment, order_id, event_id,
    part, event, data, status, attempts, tries, next_attempt_at, happened_at, created_at, finished_at, sequence,
    due_since)
SELECT 1, id, 1, 'production', 1, id, 0, 'e', '{}', status, 1, 1, now(), now(), now(), at, 1, now()
FROM (VALUES (1, 'delivered', now() - interval '91 days'), (2, 'failed', now() - interval '92 days'),
      (3, 'delivered', now() - interval '89 days'), (4, 'pending', NULL)) d(id, status, at)"""


@pytest_asyncio.fixture
async def own_engine(own_dsn: str) -> AsyncGenerator[Engine]:
    async with Engine(own_dsn, reads_pool_size=2).running() as engine:
        yield engine


def rows(dsn: str, text: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(text)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


async def test_each_kind_by_its_own_age(own_engine: Engine, own_dsn: str) -> None:
    """Keys after 30 days, finished deliveries with their log after 90, failed jobs with theirs after 60; younger ones
    and what is still to do stay, whatever its age. An endpoint is past the events whose deliveries went, so that none
    is sent a second time when its order moves again."""
    for text in (
        "INSERT INTO idempotency_keys SELECT 1, 'production', 'm', 'o', d::text, '', '', now() - d * interval '1 day' "
        "FROM generate_series(29, 32) d",
        "INSERT INTO webhook_endpoints (merchant_id, endpoint_id, environment, channel, url, events, secret_sealed, "
        "key_sealed, status, reason, after_event_id, created_at, updated_at) "
        "VALUES (1, 1, 'production', 'c', 'u', '{}', '', '', 'active', '', 0, now(), now())",
        _DELIVERY,
        "INSERT INTO webhook_attempts SELECT 1, id, 1, now(), 1, 200, '', '' FROM generate_series(1, 3) id",
        "INSERT INTO procrastinate_jobs (id, queue_name, task_name, status) "
        "VALUES (1, 'q', 't', 'failed'), (2, 'q', 't', 'failed'), (3, 'q', 't', 'todo'), (4, 'q', 't', 'doing')",
        "DELETE FROM procrastinate_events",
        "INSERT INTO procrastinate_events (job_id, type, at) SELECT id, 'failed', "
        "now() - CASE id WHEN 2 THEN 59 ELSE 61 END * interval '1 day' FROM procrastinate_jobs",
    ):
        rows(own_dsn, text)
    days = {"keys_after_days": 30, "deliveries_after_days": 90, "jobs_after_days": 60, "proofs_after_days": 365}
    await forget_old(own_engine, **days, limit=1)
    # In pieces: one of each.
    assert rows(own_dsn, "SELECT count(*) FROM webhook_deliveries") == [(3,)]
    for _ in range(4):
        await forget_old(own_engine, **days, limit=1)
    assert sorted(rows(own_dsn, "SELECT key FROM idempotency_keys")) == [("29",)]
    assert rows(own_dsn, "SELECT delivery_id FROM webhook_deliveries ORDER BY 1") == [(3,), (4,)]
    assert rows(own_dsn, "SELECT delivery_id FROM webhook_attempts") == [(3,)]
    assert rows(own_dsn, "SELECT after_event_id FROM webhook_endpoints") == [(2,)]
    assert rows(own_dsn, "SELECT id FROM procrastinate_jobs ORDER BY 1") == [(2,), (3,), (4,)]
    assert rows(own_dsn, "SELECT count(*) FROM procrastinate_events WHERE job_id = 1") == [(0,)]


_PAYMENTS = """INSERT INTO payments (merchant_id, payment_id, environment, order_id, invoice_id, public_id, method,
    channel_code, status, amount_sen, fee_sen, refunded_sen, reference, instructions, failure, created_at, updated_at,
    merchant_fee_sen, matching_sen)
SELECT 7, id, 'production', 1, 1, 'p' || id, 'm', '', status, 1, 0, 0, '', '{}', '{}', now(),
       now() - ended * interval '1 day', 0, 0
FROM (VALUES (1, 'completed', 366), (2, 'expired', 366), (3, 'completed', 364), (4, 'processing', 366),
      (5, 'cancelled', 366)) p(id, status, ended)"""
#: The last one came a year after its payment had ended.
_PROOFS = """INSERT INTO payment_proofs
SELECT 7, id, id, decode(repeat('00', 32), 'hex'), 'image/png', 1, now() - age * interval '1 day', 'x'
FROM (VALUES (1, 366), (2, 366), (3, 366), (4, 366), (5, 1)) p(id, age)"""


async def test_proofs_of_payments_that_ended(own_engine: Engine, own_dsn: str) -> None:
    """What a payer sent goes a year after the payment ended, however it ended; of an open one, of one that ended later,
    and what came later, stay."""
    # Their orders are of no account here.
    rows(own_dsn, f"SET session_replication_role = replica; {_PAYMENTS}; {_PROOFS}")
    days = {"keys_after_days": 30, "deliveries_after_days": 90, "jobs_after_days": 60, "proofs_after_days": 365}
    await forget_old(own_engine, **days, limit=1)
    assert rows(own_dsn, "SELECT count(*) FROM payment_proofs") == [(4,)]
    await forget_old(own_engine, **days, limit=9)
    assert rows(own_dsn, "SELECT proof_id FROM payment_proofs ORDER BY 1") == [(3,), (4,), (5,)]


@pytest.mark.parametrize(
    ("name", "days"), [("GERAI_ENGINE_IDEMPOTENCY_KEEP_DAYS", 30), ("GERAI_WEBHOOKS_KEEP_DAYS", 7)]
)
def test_what_is_promised_is_not_set_aside(name: str, days: int) -> None:
    """A repeat under its key is known for 30 days at least, and what was sent can be sent again for a week: a shorter
    rule is no setting."""
    load(environ={name: str(days)})
    with pytest.raises(SettingsError, match=f"is below {days}"):
        load(environ={name: str(days - 1)})
