"""A database that has rows already, brought up to date: what is there goes on to be right."""

from __future__ import annotations

import psycopg
import pytest
from upgrade_kit import upgraded

_OLD_SHOP = """
SELECT nextval('gerai_ids');
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT 1, row_number() OVER (), e, k, now()
FROM unnest(ARRAY['sandbox', 'production']) e, unnest(ARRAY['sales', 'gateway', 'funding']) k;
INSERT INTO orders VALUES (1, 900, 'production', 'test', NULL, NULL, NULL, 'o', 'n', 's', 'expired', 'invoice', 'IDR',
    500000, NULL, 0, 0, '', '', 'start', '{}', now(), now(), NULL);
INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
VALUES (1, 'production', 900, 'order.placed', '{"status": "pending"}', now()),
       (1, 'production', 900, 'order.expired', '{"status": "expired", "was": "pending"}', now());
INSERT INTO invoices VALUES (1, 900, 'production', 900, 'n', 'expired', 500000, '', NULL, NULL, now());
INSERT INTO payments VALUES (1, 901, 'production', 900, 900, 'p', 'va', '', 'late', 500000, 4000, 0, '', '{}', '{}',
    now(), now(), NULL, '2026-04-01T08:00:00Z');
"""


def test_merchants_get_their_new_accounts_and_late_money_its_place() -> None:
    """An existing merchant has every system account in both environments afterwards, ids come from the common sequence,
    a payment that is late already waits in suspense, and what its payer paid on top is booked; all invariants hold."""
    with upgraded("-suspense-and-fees", _OLD_SHOP) as database:
        rows = database.rows
        accounts = rows("SELECT environment, kind, account_id FROM accounts ORDER BY 1, 2")
        assert [(a[0], a[1]) for a in accounts] == [
            (environment, kind)
            for environment in ("production", "sandbox")
            for kind in ("bank", "fees", "funding", "gateway", "refunds_owed", "sales", "suspense")
        ]
        ids = {(a[0], a[1]): a[2] for a in accounts}
        kinds = {account_id: kind for (environment, kind), account_id in ids.items() if environment == "production"}
        booked = rows("SELECT debit_account_id, credit_account_id, amount_sen, reason, payment_id FROM transfers")
        assert sorted((kinds[t[0]], kinds[t[1]], *t[2:]) for t in booked) == [
            ("fees", "gateway", 4000, "fee", 901),
            ("gateway", "fees", 4000, "surcharge", 901),
            ("gateway", "suspense", 500000, "late", 901),
        ]
        [(next_block,)] = rows("SELECT nextval('gerai_ids')")
        used = [a[2] for a in accounts] + [row[0] for row in rows("SELECT transfer_id FROM transfers")]
        assert max(used) <= (next_block - 1) * 1000
        assert database.violations() == []


_RULES = """
INSERT INTO merchants (merchant_id, code, name, simulated) VALUES (1, 'real', 'Real shop', false),
    (2, 'play', 'Play shop', true);
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT m, m * 100 + row_number() OVER (), e, k, now() FROM generate_series(1, 2) m,
    unnest(ARRAY['sandbox', 'production']) e, unnest(ARRAY['sales', 'gateway', 'funding', 'suspense', 'fees']) k;
INSERT INTO orders
SELECT m, n, e, 'durianpay', NULL, NULL, NULL, 'o' || n, 'n', 's' || m || '-' || n, s, 'invoice', 'IDR', 500000, NULL,
    0, 0, '', '', 'complete', d::jsonb, now(), now(), NULL
FROM (VALUES (1, 31, 'production', 'pending', '{"fees": {"va": 4000}, "methods": ["va", "qris"],
                "payer_fees": {"va": 4000, "odd": "x"}, "note": "hi"}'),
             (1, 32, 'sandbox', 'pending', '{"merchant_fees": {"va": 7}, "methods": [], "payment_mark": "conflict"}'),
             (1, 33, 'sandbox', 'cancelled', '{}'), (1, 34, 'sandbox', 'expired', '{"methods": "va"}'),
             (2, 35, 'production', 'pending', '{}')) AS given(m, n, e, s, d);
INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
SELECT merchant_id, environment, order_id, 'order.placed', '{"status": "pending"}', now() FROM orders;
INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
SELECT merchant_id, environment, order_id, 'order.' || status, jsonb_build_object('status', status, 'was', 'pending'),
    now() FROM orders WHERE status <> 'pending';
INSERT INTO invoices SELECT merchant_id, order_id, environment, order_id, number, status, 500000, '', NULL, NULL, now()
FROM orders;
INSERT INTO payments SELECT merchant_id, order_id + 100, environment, order_id, order_id, 'p' || order_id, 'card', '',
    'processing', 500000, 0, 0, '', '{}', '{}', now(), now(), NULL, NULL, 0 FROM orders;
"""


def test_payment_rules_move_and_payments_nobody_may_make_end() -> None:
    """What may be paid with and what it costs move from the details into the order's rules, a person's mark into its
    column; odd values are left behind. Payments of orders that ended are closed, and so are those a real merchant's
    production order has open: their numbers were invented. Others go on, and all invariants hold."""
    with upgraded("-payment-rules", _RULES) as database:
        orders = database.rows("SELECT order_id, payment_rules, payment_mark, details FROM orders ORDER BY 1")
        payments = database.rows("SELECT order_id, status FROM payments ORDER BY 1")
        told = database.rows("SELECT order_id, name, facts FROM events WHERE name LIKE 'payment.%' ORDER BY 1")
        assert database.violations() == []
    assert orders == [
        (31, {"methods": ["va", "qris"], "fees": {"va": 4000}, "fee_bearer": "payer"}, "", {"note": "hi"}),
        (32, {"fees": {"va": 7}}, "conflict", {}),
        (33, {}, "", {}),
        (34, {}, "", {}),
        (35, {}, "", {}),
    ]
    assert payments == [(31, "cancelled"), (32, "processing"), (33, "cancelled"), (34, "expired"), (35, "processing")]
    assert told == [
        (31, "payment.cancelled", {"payment": "p31"}),
        (33, "payment.cancelled", {"payment": "p33"}),
        (34, "payment.expired", {"payment": "p34"}),
    ]


_TWO_SPELLINGS = """
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO members SELECT 1, n, 'sandbox', 'durianpay', 'cus_' || n, 'Ani Sari', e, m, '',
    '{"given_name": "Ani", "sur_name": "Sari"}', now(), now()
FROM (VALUES (11, '', '0812-3456-789'), (12, '', '62812 3456789'), (13, 'b@b.id', '+62 0813 1'), (14, 'c@b.id', ''))
    AS given(n, e, m);
INSERT INTO orders VALUES (1, 21, 'sandbox', 'durianpay', NULL, 11, NULL, 'o1', 'n', 's', 'pending', 'invoice', 'IDR',
    500000, NULL, 0, 0, '', '', 'complete', '{"address": {"city": "Solo"}}', now(), now(), NULL);
INSERT INTO orders VALUES (1, 22, 'sandbox', 'scalev', NULL, NULL, NULL, 'o2', 'n', 's', 'pending', 'invoice', 'IDR',
    500000, NULL, 0, 0, '', '', 'complete', '{"customer": {"name": "Budi", "email": "", "phone": "62811"}}', now(),
    now(), NULL);
INSERT INTO orders VALUES (1, 23, 'sandbox', 'test', NULL, NULL, NULL, 'o3', 'n', 's', 'pending', 'invoice', 'IDR',
    500000, NULL, 0, 0, '', '', 'complete', '{}', now(), now(), NULL);
"""


def test_orders_get_their_contact_and_mobiles_one_form() -> None:
    """An earlier order shows what is known of its customer, one without a customer shows nobody; the first of several
    spellings of a mobile is the one that is found by it, and members may share a mobile from now on."""
    with upgraded("-order-contacts", _TWO_SPELLINGS) as database:
        contacts = database.rows("SELECT order_id, contact FROM orders ORDER BY 1")
        mobiles = database.rows("SELECT member_id, mobile FROM members ORDER BY 1")
        rival = (
            "INSERT INTO members SELECT 1, 15, environment, channel, 'cus_15', '', {}, mobile, '', '{{}}', now(), "
            "now() FROM members WHERE member_id = 11"
        )
        database.connection.execute(rival.format("'d@b.id'"))  # type: ignore[arg-type]
        with pytest.raises(psycopg.errors.UniqueViolation):
            database.connection.execute(rival.replace("15", "16").format("''"))  # type: ignore[arg-type]
    assert contacts == [
        (
            21,
            {
                "name": "Ani Sari",
                "mobile": "0812-3456-789",
                "details": {"given_name": "Ani", "sur_name": "Sari"},
                "address": {"city": "Solo"},
            },
        ),
        (22, {"name": "Budi", "mobile": "62811"}),
        (23, {}),
    ]
    assert mobiles == [(11, "+628123456789"), (12, "62812 3456789"), (13, "+628131"), (14, "")]


_SEN_SHOP = """
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO orders
SELECT 1, id, 'production', 'test', NULL, NULL, NULL, 'o' || id, 'n' || id, 's' || id, status, 'invoice', 'IDR', sen,
    NULL, 0, 0, '', '', 'start', '{}', now(), now(), NULL
FROM (VALUES (901, 'pending', 6000015), (902, 'draft', 6000050), (903, 'pending', 6000000), (904, 'pending', 6000015),
    (905, 'expired', 6000015)) AS o(id, status, sen);
INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
SELECT 1, 'production', order_id, 'order.placed', jsonb_build_object('status', status), now() FROM orders;
INSERT INTO invoices
SELECT 1, order_id, 'production', order_id, number, 'pending', total_sen, '', NULL, NULL, now() FROM orders;
INSERT INTO payments VALUES (1, 911, 'production', 904, 904, 'p', 'va', '', 'processing', 6000015, 0, 0, '', '{}', '{}',
    now(), now(), NULL, NULL);
"""


def test_orders_that_wait_ask_for_whole_rupiah() -> None:
    """Open orders that nobody began to pay are rounded half-up with their invoices and keep the difference; one whose
    payer was given an amount, and what has ended, stay as they were."""
    with upgraded("-rounding", _SEN_SHOP) as database:
        rows = database.rows(
            "SELECT o.order_id, o.total_sen, o.rounding_sen, i.amount_sen FROM orders o JOIN invoices i "
            "USING (merchant_id, order_id) ORDER BY 1"
        )
        assert rows == [
            (901, 6000000, -15, 6000000),
            (902, 6000100, 50, 6000100),
            (903, 6000000, 0, 6000000),
            (904, 6000015, 0, 6000015),
            (905, 6000015, 0, 6000015),
        ]


_TWO_ORDERS = """
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO orders SELECT 1, n, 'sandbox', 'test', NULL, NULL, NULL, 'o' || n, '', '', 'completed', 'free', 'IDR', 0,
    NULL, 0, 0, '', '', 'start', '{}', now(), now(), NULL FROM generate_series(21, 22) n;
"""


def test_json_that_was_kept_stays_what_it_was() -> None:
    """A result recorded before is the same value; one recorded afterwards keeps its order."""
    result = """
        INSERT INTO fulfilments VALUES (1, {0}, 'sandbox', {0}, 'p', 'succeeded', 1, '{{}}', '', 1, 0,
            '{{"z": 1262024148939440249, "model": "X", "a": [true]}}', '', now(), now())"""
    with upgraded("-json-as-it-came", _TWO_ORDERS + result.format(21)) as database:
        database.connection.execute(result.format(22))  # type: ignore[arg-type]
        texts = database.rows("SELECT result::text FROM fulfilments ORDER BY fulfilment_id")
    assert texts == [
        ('{"a": [true], "z": 1262024148939440249, "model": "X"}',),
        ('{"z": 1262024148939440249, "model": "X", "a": [true]}',),
    ]


_LABELLED = """
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO orders
SELECT 1, id, 'sandbox', channel, NULL, NULL, NULL, 'o' || id, '', '', 'completed', 'free', 'IDR', 0, NULL, 0, 0, '',
    '', 'start', details::jsonb, now(), now(), NULL
FROM (VALUES (21, 'cekceir', '{"service_code": "imei", "processing_type": "manual"}'),
    (22, 'scalev', '{"store": {"id": 7}, "method": "va", "channel_code": "BCA"}'),
    (23, 'scalev', '{"store": {"id": 7}}'),
    (24, 'durianpay', '{"method": "va"}')) AS o(id, channel, details)
"""


def test_orders_get_the_labels_their_details_had() -> None:
    """What lists are filtered by is found in earlier orders, too; other doors' orders have none."""
    with upgraded("-order-labels", _LABELLED) as database:
        rows = database.rows("SELECT order_id, labels FROM orders ORDER BY 1")
    assert rows == [
        (21, {"service_code": "imei", "processing_type": "manual"}),
        (22, {"store_id": "7", "method": "va", "channel_code": "BCA"}),
        (23, {"store_id": "7"}),
        (24, {}),
    ]
