"""A shop that migrations are applied to, in plain SQL of the tables as they were before the first of them: what it
holds, and what it does all the time."""

from __future__ import annotations

from typing import Final

#: Orders placed beside a migration have ids from here on.
FIRST_NEW: Final = 1_000_000_000

_ORDER: Final = """
INSERT INTO orders (merchant_id, order_id, environment, channel, public_id, number, secret, status, funding, currency,
    total_sen, charged_sen, refunded_sen, reference, provider, after_payment, details, labels, created_at,
    updated_at) """

#: In each statement ``{stored}`` is how many orders there are.
SHOP: Final = (
    "INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'open', 'Open shop')",
    f"""{_ORDER}
    SELECT 1, n, 'production', 'test', 'o' || n, 'n' || n, 's' || n, 'pending', 'invoice', 'IDR', 500, 0, 0, 'r' || n,
           '', 'start', '{{{{}}}}', '{{{{"store": "7"}}}}', now() - n * interval '1 second', now()
    FROM generate_series(1, {{stored}}) n""",
    """INSERT INTO invoices SELECT 1, n, 'production', n, 'n' || n, 'open', 500, '', NULL, NULL, now()
    FROM generate_series(1, {stored}) n""",
    """INSERT INTO payments (merchant_id, payment_id, environment, order_id, invoice_id, public_id, method,
        channel_code, status, amount_sen, fee_sen, refunded_sen, reference, instructions, failure, created_at,
        updated_at)
    SELECT 1, n, 'production', n, n, 'p' || n, 'va', 'BCA', 'failed', 500, 0, 0, 'v' || n, '{{}}', '{{}}',
           now() - n * interval '1 second', now() FROM generate_series(1, {stored}) n""",
    """INSERT INTO order_lines (merchant_id, order_id, line_no, item_kind, item_id, name, quantity, unit_price_sen,
        total_sen, details)
    SELECT 1, n, 1, 'thing', 7, 'A thing', 1, 500, 500, '{{}}' FROM generate_series(1, {stored}) n""",
    """INSERT INTO members (merchant_id, member_id, environment, channel, public_id, name, email, mobile, reference,
        details, created_at, updated_at)
    SELECT 1, n, 'production', 'test', 'm' || n, 'Ani ' || n, 'a' || n || '@example.com', '', '', '{{}}', now(), now()
    FROM generate_series(1, {stored} / 5) n""",
    """INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
    SELECT 1, 'production', n / 2 + 1, 'note', '{{}}', now() FROM generate_series(1, 2 * {stored}) n""",
    """INSERT INTO idempotency_keys
    SELECT 1, 'production', 'm', 'o', 'old' || n, '', '', now() - n * interval '1 second'
    FROM generate_series(1, {stored}) n""",
    """INSERT INTO webhook_endpoints (merchant_id, endpoint_id, environment, channel, url, events, secret_sealed,
        key_sealed, status, reason, after_event_id, created_at, updated_at)
    VALUES (1, 1, 'production', 'test', 'https://example.com', '{{}}', '', '', 'active', '', 0, now(), now())""",
    """INSERT INTO webhook_deliveries (merchant_id, delivery_id, endpoint_id, environment, order_id, event_id, part,
        event, data, status, attempts, tries, next_attempt_at, happened_at, created_at, sequence, due_since)
    SELECT 1, n, 1, 'production', n, n, 0, 'note', '', 'delivered', 1, 1, now(), now(), now(), 1, now()
    FROM generate_series(1, {stored}) n""",
)

#: Rows that an earlier version kept in another form, by the migration that changes them: how they become so, and a
#: count of those that are.
AS_BEFORE: Final = {
    "0022-payment-and-state": (
        "UPDATE order_terms SET term = split_part(term, '/', 1) WHERE term LIKE 'y%/%'",
        "SELECT count(*) FROM order_terms WHERE term LIKE 'y%' AND term NOT LIKE '%/%'",
    ),
}

#: One turn of an open shop's work, in which one order is placed. ``old``: the id of one of the stored orders.
WORK: Final = (
    f"{_ORDER} VALUES (1, %(new)s, 'production', 'test', 'o' || %(new)s::text, 'n' || %(new)s::text, "
    "'s' || %(new)s::text, 'pending', 'invoice', 'IDR', 500, 0, 0, '', '', 'start', '{}', '{}', now(), now())",
    "UPDATE orders SET updated_at = now(), details = '{\"a\": 1}' WHERE merchant_id = 1 AND order_id = %(old)s",
    "UPDATE invoices SET due_at = now() WHERE merchant_id = 1 AND invoice_id = %(old)s",
    "UPDATE payments SET updated_at = now() WHERE merchant_id = 1 AND payment_id = %(old)s",
    "UPDATE members SET updated_at = now() WHERE merchant_id = 1 AND member_id = 1 + %(old)s / 5",
    "UPDATE webhook_deliveries SET attempts = 2 WHERE merchant_id = 1 AND delivery_id = %(old)s",
    "INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at) "
    "VALUES (1, 'production', %(new)s, 'note', '{}', now())",
    "INSERT INTO idempotency_keys VALUES (1, 'production', 'm', 'o', 'k' || %(new)s::text, '', '', now())",
    "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('q', 't')",
    "SELECT count(*) FROM orders WHERE merchant_id = 1 AND order_id = %(old)s",
)
