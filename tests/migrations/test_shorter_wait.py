"""A database of before the shorter wait, brought up to date."""

from __future__ import annotations

from upgrade_kit import upgraded

_SHOP = """
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO service_types VALUES (1, 1, 'imei', 'IMEI', NULL, true, '{}', '{}');
INSERT INTO services (merchant_id, service_id, type_id, code, name, processing_type, provider, unit_price_sen,
    min_items, max_items, deadline_ms, created_at, updated_at)
SELECT 1, id, 1, 's' || id, 's', 'automatic', 'own', 100, 1, 10, wait, now(), now()
FROM (VALUES (1, 20000), (2, 15000), (3, 0)) AS s(id, wait);
INSERT INTO idempotency_keys VALUES
    (1, 'production', 'member:5', 'order.create', 'k', '\\x00', '\\x01', now()),
    (1, 'production', 'member:5', 'leuwongrr.create_order', 'k', '\\x00', '\\x01', now());
"""


def test_the_default_is_shorter_and_operations_are_named_alike() -> None:
    """The former default becomes the new one, a chosen figure stays; a retry across the upgrade finds its order."""
    with upgraded("-shorter-wait", _SHOP) as database:
        waits = database.rows("SELECT service_id, deadline_ms FROM services ORDER BY 1")
        operations = database.rows("SELECT operation FROM idempotency_keys ORDER BY 1")
    assert waits == [(1, 10_000), (2, 15_000), (3, 0)]
    assert operations == [("cekceir.create_order",), ("leuwongrr.create_order",)]
