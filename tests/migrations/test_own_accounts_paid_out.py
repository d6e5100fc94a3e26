"""0053-own-accounts-paid-out: what comes by an open QRIS code from now on is paid out; what came before is there."""

from __future__ import annotations

import asyncio
import re

from upgrade_kit import upgraded

from gerai.domain.settlement import SettleRule
from gerai.engine.core import Engine
from gerai.store.migrate import FOLDER

NAME = "0053-own-accounts-paid-out"
#: A real merchant with a QRIS code, one that was closed, and a bank account; an order was paid by the code.
_OLD = """
SELECT nextval('gerai_ids');
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT 1, row_number() OVER (), e, k, now()
FROM unnest(ARRAY['production', 'sandbox']) e,
     unnest(ARRAY['sales', 'gateway', 'bank', 'funding', 'suspense', 'refunds_owed', 'fees']) k;
INSERT INTO receiving_accounts (merchant_id, receiving_id, method, channel, details, created_at, created_by, closed_at,
    closed_by, identity)
VALUES (1, 60, 'qris', 'QRIS', '{"nmid": "ID1"}', now(), 't', now(), 't', 'ID1'),
       (1, 61, 'qris', 'QRIS', '{"nmid": "ID2"}', now(), 't', NULL, '', 'ID2'),
       (1, 62, 'bank_transfer', 'BCA', '{}', now(), 't', NULL, '', '1234567890');
INSERT INTO orders (merchant_id, order_id, environment, channel, public_id, number, secret, status, funding, currency,
    total_sen, charged_sen, refunded_sen, reference, provider, after_payment, details, created_at, updated_at)
VALUES (1, 31, 'production', 'test', 'o31', 'N-31', 's31', 'completed', 'invoice', 'IDR', 500000, 500000, 0,
    '', '', 'complete', '{}', now(), now());
INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
SELECT 1, 'production', 31, name, facts::jsonb, now() FROM
    (VALUES ('order.placed', '{"status": "pending"}'), ('order.completed', '{"status": "completed", "was": "pending"}'))
    AS e(name, facts);
INSERT INTO invoices VALUES (1, 31, 'production', 31, 'N-31', 'paid', 500000, 'qris', NULL, now(), now());
INSERT INTO payments (merchant_id, payment_id, environment, order_id, invoice_id, public_id, method, channel_code,
    status, amount_sen, fee_sen, refunded_sen, reference, instructions, failure, created_at, updated_at, completed_at,
    receiving_id)
VALUES (1, 131, 'production', 31, 31, 'p31', 'qris', 'QRIS', 'completed', 500000, 0, 0, '', '{}', '{}',
    now(), now(), '2026-03-02T05:00:00Z', 61);
INSERT INTO transfers (merchant_id, transfer_id, environment, phase, debit_account_id, credit_account_id, amount_sen,
    reason, order_id, payment_id, note, created_at)
SELECT 1, 301, 'production', 'single', g.account_id, s.account_id, 500000, 'payment', 31, 131, '', now()
FROM accounts g, accounts s WHERE g.environment = 'production' AND g.kind = 'gateway'
  AND s.environment = 'production' AND s.kind = 'sales';
"""


def test_what_came_before_is_there() -> None:
    """The open code has the usual rule, nothing of before is expected, and the books agree. Applied again, nothing
    changes."""
    with upgraded("-own-accounts-paid-out", _OLD) as database:
        sql = re.sub("--.*", "", (FOLDER / NAME / f"{NAME}.sql").read_text(encoding="utf-8"))
        for statement in sql.split(";"):
            if statement.strip():
                database.connection.execute(statement)  # type: ignore[arg-type]
        rules = database.rows("SELECT receiving_id, settles FROM receiving_accounts ORDER BY 1")
        assert rules == [(60, None), (61, {"days": 1}), (62, None)]
        assert database.rows("SELECT acquired_by, payout_id FROM payments") == [(None, None)]
        asyncio.run(_nothing_is_expected(database.dsn))
        assert database.violations() == []


async def _nothing_is_expected(dsn: str) -> None:
    async with Engine(dsn, reads_pool_size=2).running() as engine:
        assert await engine.payouts.expected(1, "production", engine.now(1, "production")) == []
        found = {one.receiving_id: one.settles for one in engine.directory.merchant(1).receiving}
        assert found == {61: SettleRule(days=1), 62: None}
        assert [(one.name, one.open) for one in await engine.payouts.paying_out(1)] == [("qris:ID2", True)]
