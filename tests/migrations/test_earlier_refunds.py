"""0030-refund-tasks: what was given back before stays as it was booked; what is given back afterwards is a task."""

from __future__ import annotations

import asyncio
import re

from upgrade_kit import upgraded

from gerai.engine.core import Engine
from gerai.engine.payments.refund import RefundPayment
from gerai.store.migrate import FOLDER

NAME = "0030-refund-tasks"
#: A real merchant with three orders that were paid in cash: given back whole, given back in part, not given back.
_OLD = """
SELECT nextval('gerai_ids');
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT 1, row_number() OVER (), e, k, now()
FROM unnest(ARRAY['production', 'sandbox']) e, unnest(ARRAY['sales', 'gateway', 'funding', 'suspense', 'fees']) k;
INSERT INTO orders (merchant_id, order_id, environment, channel, public_id, number, secret, status, funding, currency,
    total_sen, charged_sen, refunded_sen, reference, provider, after_payment, details, created_at, updated_at)
SELECT 1, n, 'production', 'test', 'o' || n, 'N-' || n, 's' || n, 'completed', 'invoice', 'IDR', 500000, 500000, back,
    '', '', 'complete', '{}', now(), now() FROM (VALUES (31, 500000), (32, 200000), (33, 0)) AS o(n, back);
INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
SELECT 1, 'production', order_id, name, facts::jsonb, now() FROM orders,
    (VALUES ('order.placed', '{"status": "pending"}'), ('order.completed', '{"status": "completed", "was": "pending"}'))
    AS e(name, facts);
INSERT INTO invoices SELECT 1, order_id, environment, order_id, number,
    CASE refunded_sen WHEN total_sen THEN 'refunded' ELSE 'paid' END, total_sen, 'cash', NULL, now(), now() FROM orders;
INSERT INTO payments SELECT 1, order_id + 100, environment, order_id, order_id, 'p' || order_id, 'cash', '',
    CASE refunded_sen WHEN total_sen THEN 'refunded' ELSE 'completed' END, total_sen, 0, refunded_sen, '', '{}', '{}',
    now(), now(), NULL, now() FROM orders;
INSERT INTO transfers (merchant_id, transfer_id, environment, phase, debit_account_id, credit_account_id, amount_sen,
    reason, order_id, payment_id, note, created_at)
SELECT 1, order_id + n * 100, 'production', 'single', CASE n WHEN 2 THEN g ELSE s END, CASE n WHEN 2 THEN s ELSE g END,
    CASE n WHEN 2 THEN total_sen ELSE refunded_sen END, CASE n WHEN 2 THEN 'payment' ELSE 'refund' END, order_id,
    order_id + 100, '', now()
FROM orders, generate_series(2, 3) n,
    (SELECT max(account_id) FILTER (WHERE kind = 'sales') s, max(account_id) FILTER (WHERE kind = 'gateway') g
     FROM accounts WHERE environment = 'production') a
WHERE n = 2 OR refunded_sen > 0;
"""


def test_earlier_refunds_stay_as_they_are() -> None:
    """No task, no transfer and no change of an account is made of them; the new account is there in both environments,
    and every invariant holds, before and after a refund of the new version. Applied again, nothing is added."""
    kept = "SELECT transfer_id, debit_account_id, credit_account_id, amount_sen, reason FROM transfers ORDER BY 1"
    before: list[tuple[object, ...]] = []

    def fill(connection: object) -> None:
        connection.execute(_OLD)  # type: ignore[attr-defined]
        before.extend(connection.execute(kept).fetchall())  # type: ignore[attr-defined]

    with upgraded("-refund-tasks", fill) as database:
        # Of a later migration, which its rule of account kinds does not know.
        database.connection.execute("DELETE FROM accounts WHERE kind = 'bank'")
        sql = re.sub("--.*", "", (FOLDER / NAME / f"{NAME}.sql").read_text(encoding="utf-8"))
        for statement in sql.split(";"):
            if statement.strip():
                database.connection.execute(statement)  # type: ignore[arg-type]
        accounts = database.rows("SELECT environment, account_id FROM accounts WHERE kind = 'refunds_owed' ORDER BY 1")
        assert [environment for environment, _ in accounts] == ["production", "sandbox"]
        assert database.rows(kept) == before
        assert len(before) == 5
        assert database.rows("SELECT * FROM refund_tasks") == []
        assert database.violations() == []

        asyncio.run(_refund(database.dsn, 33))
        tasks = database.rows("SELECT order_id, payment_id, amount_sen, status, source FROM refund_tasks")
        assert tasks == [(33, 133, 500_000, "open", "sales")]
        [(credited,)] = database.rows("SELECT credit_account_id FROM transfers ORDER BY transfer_id DESC LIMIT 1")
        assert ("production", credited) in accounts
        assert database.violations() == []


async def _refund(dsn: str, order_id: int) -> None:
    async with Engine(dsn, reads_pool_size=2).running() as engine:
        await engine.submit(
            RefundPayment(
                merchant_id=1, environment="production", order_id=order_id, payment_id=order_id + 100,
                amount_sen=5_000_00,
            )
        )  # fmt: skip
