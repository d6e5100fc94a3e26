"""0034-gateway-deposits: what gateways have of payments stays, and a deposit may be kept beside them."""

from __future__ import annotations

import psycopg
import pytest
from upgrade_kit import upgraded

_SHOP = """
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT 1, 100 + row_number() OVER (), e, k, now()
FROM unnest(ARRAY['sandbox', 'production']) e,
    unnest(ARRAY['sales', 'gateway', 'funding', 'suspense', 'fees', 'refunds_owed']) k;
INSERT INTO gateway_attempts VALUES (1, 32, 31, 'production', 7, 'open', 'g-1', 2, NULL, '', now(), now());
INSERT INTO deposits (merchant_id, deposit_id, environment, channel, account_id, public_id, secret, status, amount_sen,
    fee_sen, pay_sen, method, channel_code, reference, provider_reference, instructions, note, created_at, updated_at)
SELECT 1, n, 'production', 'test', 91, 'D-' || n, 's' || n, 'pending', 500, 0, 500, 'va', 'BCA', '', '', '{}', '',
    now(), now()
FROM generate_series(90, 91) n;
"""


def test_what_was_there_stays() -> None:
    """The payment's attempt belongs to its order, no gateway has a deposit; all invariants hold. Afterwards one may be
    kept without an order, and under one contract no code is asked for twice."""
    with upgraded("-gateway-deposits", _SHOP) as database:
        rows = database.rows
        assert rows("SELECT payment_id, order_id, status, looks FROM gateway_attempts") == [(32, 31, "open", 2)]
        assert rows("SELECT deposit_id, contract_id FROM deposits ORDER BY 1") == [(90, None), (91, None)]
        assert database.violations() == []
        database.connection.execute(
            "INSERT INTO gateway_attempts VALUES (1, 90, NULL, 'production', 7, 'asked', '', 0, NULL, '', now(), now())"
        )
        database.connection.execute("UPDATE deposits SET contract_id = 7 WHERE deposit_id = 90")
        with pytest.raises(psycopg.IntegrityError):
            database.connection.execute(
                "UPDATE deposits SET contract_id = 7, public_id = 'D-90', channel = 'other' WHERE deposit_id = 91"
            )
