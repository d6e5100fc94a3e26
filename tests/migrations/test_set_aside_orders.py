"""Orders that a person set aside before drafts could expire: none is ended by the first sweep after the upgrade."""

from __future__ import annotations

from upgrade_kit import upgraded

_KINDS = (
    ("draft", "", True), ("pending", "conflict", True), ("draft", "conflict", True),
    ("pending", "", False), ("confirmed", "conflict", False), ("expired", "conflict", False),
)  # fmt: skip
_ROWS = ", ".join(f"({n}, '{status}', '{mark}')" for n, (status, mark, _) in enumerate(_KINDS, start=1))
_OLD = f"""
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'm', '');
INSERT INTO orders (merchant_id, order_id, environment, channel, public_id, number, secret, status, funding, currency,
    total_sen, charged_sen, refunded_sen, reference, provider, after_payment, details, created_at, updated_at, labels,
    payment_mark, expires_at)
SELECT 1, n, 'production', 'scalev', 'o' || n, 'N-' || n, '', status, 'invoice', 'IDR', 500000, 0, 0, '', '', 'confirm',
    '{{}}', '2026-01-05', now(), '{{}}', mark, '2026-01-08' FROM (VALUES {_ROWS}) AS k(n, status, mark);
INSERT INTO invoices SELECT 1, n, 'production', n, 'i' || n, CASE n WHEN 2 THEN 'cancelled' ELSE 'pending' END, 500000,
    '', '2026-01-08', NULL, now() FROM generate_series(1, {len(_KINDS)}) n;
"""


def test_nothing_that_was_set_aside_has_a_time_left() -> None:
    """A draft with a time was set aside by a person, and a conflict waits for one: both lose it, and their open
    invoices with them. What waits for money, went on or has ended keeps its time; what is closed is left as it is."""
    with upgraded("0023-set-aside-orders-wait", _OLD) as database:
        found = database.rows(
            "SELECT o.order_id, o.expires_at IS NULL, i.due_at IS NULL "
            "FROM orders o JOIN invoices i USING (merchant_id, order_id) ORDER BY 1"
        )
    waits = {number: waits for number, (_, _, waits) in enumerate(_KINDS, start=1)}
    assert found == [(number, waits[number], waits[number] and number != 2) for number in waits]
