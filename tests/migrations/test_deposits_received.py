"""0029-deposits-received: what is expected and what came stays whose it was, and neither is ever two things."""

from __future__ import annotations

import psycopg
import pytest
from upgrade_kit import upgraded

_SHOP = """
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT 1, 100 + row_number() OVER (), e, k, now()
FROM unnest(ARRAY['sandbox', 'production']) e, unnest(ARRAY['sales', 'gateway', 'funding', 'suspense', 'fees']) k;
INSERT INTO expected_amounts VALUES (1, 70, 5000100, 31, 32, now());
INSERT INTO arrivals VALUES
    (1, 80, 70, 'k1', 100, now(), '', 't', 'waiting', NULL, NULL, '', now(), now()),
    (1, 81, 70, 'k2', 100, now(), '', 't', 'dismissed', NULL, NULL, 'operator:t', now(), now());
INSERT INTO deposits (merchant_id, deposit_id, environment, channel, account_id, public_id, secret, status, amount_sen,
    fee_sen, pay_sen, method, channel_code, reference, provider_reference, instructions, note, created_at, updated_at)
VALUES (1, 90, 'sandbox', 'test', 91, 'D-90', 's', 'pending', 500, 0, 500, 'va', 'BCA', '', '', '{}', '', now(), now());
"""
_REFUSED = (
    # An amount of a payment and a deposit, of nobody, of an order without its payment, one somebody else is asked for.
    "INSERT INTO expected_amounts VALUES (1, 70, 1, 31, 32, now(), 90)",
    "INSERT INTO expected_amounts VALUES (1, 70, 1, NULL, NULL, now(), NULL)",
    "INSERT INTO expected_amounts VALUES (1, 70, 1, 31, NULL, now(), 90)",
    "INSERT INTO expected_amounts VALUES (1, 70, 5000100, NULL, NULL, now(), 90)",
    # Money for both, booked for nothing, and a deposit's while it waits.
    "UPDATE arrivals SET status = 'booked', payment_id = 32, deposit_id = 90 WHERE arrival_id = 80",
    "UPDATE arrivals SET status = 'booked' WHERE arrival_id = 80",
    "UPDATE arrivals SET deposit_id = 90 WHERE arrival_id = 80",
)


def test_what_was_there_stays() -> None:
    """Amounts are their orders', arrivals stand where they stood, deposits go into no account; all invariants hold.
    Afterwards an amount, or money, may be a deposit's, and nothing is two things or nobody's."""
    with upgraded("-deposits-received", _SHOP) as database:
        rows = database.rows
        assert rows("SELECT order_id, payment_id, deposit_id FROM expected_amounts") == [(31, 32, None)]
        assert rows("SELECT arrival_id, status, payment_id, deposit_id FROM arrivals ORDER BY 1") == [
            (80, "waiting", None, None), (81, "dismissed", None, None),
        ]  # fmt: skip
        assert rows("SELECT status, receiving_id, matching_transfer_id FROM deposits") == [("pending", None, None)]
        assert database.violations() == []
        for statement in _REFUSED:
            with pytest.raises(psycopg.IntegrityError):
                database.connection.execute(statement)  # type: ignore[arg-type]
        database.connection.execute("INSERT INTO expected_amounts VALUES (1, 70, 5000200, NULL, NULL, now(), 90)")
        database.connection.execute("UPDATE arrivals SET status = 'booked', deposit_id = 90 WHERE arrival_id = 80")
