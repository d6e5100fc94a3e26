"""0036-deposits-paid-out: what members topped up through a gateway before can be paid out, and late money decided."""

from __future__ import annotations

import asyncio
import re

from upgrade_kit import upgraded

from gerai.engine.core import Engine
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.payouts.settle import SettlePayout
from gerai.store.migrate import FOLDER

NAME = "0036-deposits-paid-out"
#: A real merchant whose member topped up through a gateway: in time; late, and held; late, and given back by a person;
#: and with another amount, which the version before kept with the instructions.
_OLD = """
SELECT nextval('gerai_ids');
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT 1, row_number() OVER (), e, k, now()
FROM unnest(ARRAY['production', 'sandbox']) e,
     unnest(ARRAY['sales', 'gateway', 'bank', 'funding', 'suspense', 'refunds_owed', 'fees']) k;
INSERT INTO members (merchant_id, member_id, channel, environment, public_id, name, email, mobile, reference, details,
    created_at, updated_at)
VALUES (1, 20, 'leuwongrr', 'production', 'm1', 'Ani', '', '', '', '{}', now(), now());
INSERT INTO accounts (merchant_id, account_id, environment, kind, member_id, credits_posted, updated_at)
VALUES (1, 30, 'production', 'wallet', 20, 500000, now());
INSERT INTO gateway_contracts VALUES (1, 50, 'production', 'xendit', 'https://x', '', '{}',
    '[{"method": "va", "channel": "BCA", "minimum_sen": 100, "maximum_sen": 100000000}]', 51, '', now(), 't', NULL, '');
INSERT INTO transfers (merchant_id, transfer_id, environment, phase, debit_account_id, credit_account_id, amount_sen,
    reason, credit_available_after, note, created_at)
SELECT 1, 301, 'production', 'single', account_id, 30, 500000, 'deposit', 500000, '', now()
FROM accounts WHERE environment = 'production' AND kind = 'gateway';
INSERT INTO deposits (merchant_id, deposit_id, environment, channel, member_id, account_id, public_id, secret, status,
    amount_sen, fee_sen, pay_sen, method, channel_code, reference, provider_reference, instructions, note, transfer_id,
    created_at, updated_at, completed_at, contract_id)
SELECT 1, n, 'production', 'leuwongrr', 20, 30, 'DEP' || n, 's' || n, status, 500000, 0, 500000, 'va', 'BCA', '', '',
    told::jsonb, '', transfer, now(), came, CASE status WHEN 'succeeded' THEN came END, 50
FROM (VALUES (41, 'succeeded', '{}', 301), (42, 'late', '{}', NULL), (43, 'refunded', '{}', NULL),
             (44, 'expired', '{"came_sen": 499900}', NULL)) AS d(n, status, told, transfer),
     (VALUES ('2026-03-02T05:00:00Z'::timestamptz)) AS c(came);
"""


def test_what_members_topped_up_before() -> None:
    """The credited one is expected by the usual rule; what waits comes into the books and into a payout once somebody
    decides, the other amount as it came; what went back before is in none. Applied again, nothing changes."""
    with upgraded("-deposits-paid-out", _OLD) as database:
        sql = re.sub("--.*", "", (FOLDER / NAME / f"{NAME}.sql").read_text(encoding="utf-8"))
        for statement in sql.split(";"):
            if statement.strip():
                database.connection.execute(statement)  # type: ignore[arg-type]
        assert database.violations() == []
        asyncio.run(_pay_out(database.dsn))
        stand = "SELECT deposit_id, status, payout_id IS NOT NULL, amount_sen FROM deposits ORDER BY 1"
        assert database.rows(stand) == [
            (41, "succeeded", True, 500_000), (42, "refunded", True, 500_000), (43, "refunded", False, 500_000),
            (44, "succeeded", True, 499_900),
        ]  # fmt: skip
        assert database.rows("SELECT deposit_id FROM deposits WHERE came_sen IS NOT NULL") == []
        assert database.rows("SELECT order_id, payment_id, amount_sen, status FROM refund_tasks") == [
            (None, 42, 500_000, "sending")
        ]
        gateway = "(SELECT account_id FROM accounts WHERE environment = 'production' AND kind = 'gateway')"
        assert database.rows(
            f"SELECT sum(CASE debit_account_id WHEN {gateway} THEN amount_sen ELSE -amount_sen END)::int8 "
            f"FROM transfers WHERE {gateway} IN (debit_account_id, credit_account_id)"
        ) == [(0,)]
        assert database.violations() == []


async def _pay_out(dsn: str) -> None:
    async with Engine(dsn, reads_pool_size=2).running() as engine:
        now = engine.now(1, "production")
        [expected] = await engine.payouts.expected(1, "production", now)
        assert [(one.payment, one.status, expected.late) for one in expected.payments] == [("DEP41", "succeeded", True)]
        names = {"merchant_id": 1, "environment": "production"}
        for deposit_id, decision in ((42, "refund"), (44, "accept")):
            await engine.submit(ResolveLateDeposit(**names, deposit_id=deposit_id, decision=decision))
        found = [one.payment for each in await engine.payouts.expected(1, "production", now) for one in each.payments]
        assert sorted(found) == ["DEP41", "DEP42", "DEP44"]
        await engine.submit(
            SettlePayout(**names, contract_id=50, reference="R", amount_sen=1_499_900, deposits=(41, 42, 44))
        )
