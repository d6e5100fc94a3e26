"""0035-payouts: what a gateway took before waits for its payout, and merchants get the account that it goes to."""

from __future__ import annotations

import asyncio
import re

from upgrade_kit import upgraded

from gerai.engine.core import Engine
from gerai.engine.payouts.settle import SettlePayout
from gerai.store.migrate import FOLDER

NAME = "0035-payouts"
#: A real merchant whose order was paid at a gateway, of which a part was given back by it.
_OLD = """
SELECT nextval('gerai_ids');
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT 1, row_number() OVER (), e, k, now()
FROM unnest(ARRAY['production', 'sandbox']) e,
     unnest(ARRAY['sales', 'gateway', 'funding', 'suspense', 'refunds_owed', 'fees']) k;
INSERT INTO gateway_contracts VALUES (1, 50, 'production', 'xendit', 'https://x', '', '{}',
    '[{"method": "va", "channel": "BCA", "minimum_sen": 100, "maximum_sen": 100000000}]', 51, '', now(), 't', NULL, '');
INSERT INTO orders (merchant_id, order_id, environment, channel, public_id, number, secret, status, funding, currency,
    total_sen, charged_sen, refunded_sen, reference, provider, after_payment, details, created_at, updated_at)
VALUES (1, 31, 'production', 'test', 'o31', 'N-31', 's31', 'completed', 'invoice', 'IDR', 500000, 500000, 200000,
    '', '', 'complete', '{}', now(), now());
INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
SELECT 1, 'production', 31, name, facts::jsonb, now() FROM
    (VALUES ('order.placed', '{"status": "pending"}'), ('order.completed', '{"status": "completed", "was": "pending"}'))
    AS e(name, facts);
INSERT INTO invoices VALUES (1, 31, 'production', 31, 'N-31', 'paid', 500000, 'va', NULL, now(), now());
INSERT INTO payments (merchant_id, payment_id, environment, order_id, invoice_id, public_id, method, channel_code,
    status, amount_sen, fee_sen, refunded_sen, reference, instructions, failure, created_at, updated_at, completed_at,
    contract_id)
VALUES (1, 131, 'production', 31, 31, 'p31', 'va', 'BCA', 'completed', 500000, 0, 200000, '', '{}', '{}',
    now(), now(), '2026-03-02T05:00:00Z', 50);
INSERT INTO refund_tasks (merchant_id, task_id, environment, order_id, payment_id, amount_sen, source, status, reason,
    destination, reference, asked_by, ended_by, created_at, updated_at, ended_at)
VALUES (1, 231, 'production', 31, 131, 200000, 'sales', 'done', '', '{}', 'r', '', 'Xendit', now(), now(), now());
INSERT INTO transfers (merchant_id, transfer_id, environment, phase, debit_account_id, credit_account_id, amount_sen,
    reason, order_id, payment_id, note, created_at)
SELECT 1, 300 + n, 'production', 'single', d.account_id, c.account_id, sen, why, 31, 131, '', now()
FROM (VALUES (1, 'gateway', 'sales', 500000, 'payment'), (2, 'sales', 'refunds_owed', 200000, 'refund'),
             (3, 'refunds_owed', 'gateway', 200000, 'refund_sent')) AS t(n, de, cr, sen, why)
JOIN accounts d ON d.environment = 'production' AND d.kind = de
JOIN accounts c ON c.environment = 'production' AND c.kind = cr;
"""


def test_what_a_gateway_took_before_can_be_paid_out() -> None:
    """Every merchant has the account in both environments, the old payment is expected by the usual rule, and is paid
    out like a new one; what went back before is taken off nothing, so the rest is named as a fee. Applied again,
    nothing is added."""
    with upgraded("-payouts", _OLD) as database:
        sql = re.sub("--.*", "", (FOLDER / NAME / f"{NAME}.sql").read_text(encoding="utf-8"))
        for statement in sql.split(";"):
            if statement.strip():
                database.connection.execute(statement)  # type: ignore[arg-type]
        accounts = database.rows("SELECT environment FROM accounts WHERE kind = 'bank' ORDER BY 1")
        assert accounts == [("production",), ("sandbox",)]
        assert database.violations() == []
        asyncio.run(_pay_out(database.dsn))
        assert database.rows("SELECT amount_sen, fee_sen, known_fee_sen FROM payouts") == [(300_000, 200_000, 0)]
        assert database.rows("SELECT payout_id IS NOT NULL FROM payments") == [(True,)]
        assert database.violations() == []


async def _pay_out(dsn: str) -> None:
    async with Engine(dsn, reads_pool_size=2).running() as engine:
        [expected] = await engine.payouts.expected(1, "production", engine.now(1, "production"))
        assert (expected.day.isoformat(), expected.net_sen, expected.late) == ("2026-03-04", 500_000, True)
        await engine.submit(
            SettlePayout(
                merchant_id=1, environment="production", contract_id=50, reference="R", amount_sen=300_000,
                fee_sen=200_000, payments=((31, 131),),
            )
        )  # fmt: skip
