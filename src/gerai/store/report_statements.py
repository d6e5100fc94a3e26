"""The two statements that count the sums of reports anew from the orders they are of."""

from __future__ import annotations

from typing import Final

from gerai.domain.payment_status import CAME, CASH
from gerai.store.conditions import listed

JAKARTA: Final = "'Asia/Jakarta'"

#: One door's orders of a time, found by its index; the fence keeps what hangs on each a look-up by its key.
_ORDERS: Final = """
(SELECT o.* FROM orders o WHERE o.merchant_id = %(merchant_id)s AND o.environment = %(environment)s
   AND o.channel = %(channel)s AND o.created_at >= %(since)s AND o.created_at < %(until)s OFFSET 0) o
LEFT JOIN LATERAL (SELECT i.status, i.method, i.paid_at FROM invoices i
   WHERE i.merchant_id = o.merchant_id AND i.invoice_id = o.order_id LIMIT 1) i ON true
LEFT JOIN LATERAL (SELECT f.status, f.succeeded, f.updated_at FROM fulfilments f
   WHERE f.merchant_id = o.merchant_id AND f.fulfilment_id = o.order_id LIMIT 1) f ON true"""
_IS_PAID: Final = "(o.charged_sen > 0 OR coalesce(i.status, '') IN ('paid', 'refunded'))"
#: What returned of reserved money had never been taken. The last step that is the seller's: the parcel leaves, or the
#: provider is done; it was not waiting for money that came later.
_HOURS: Final = f"""
SELECT o.merchant_id, o.environment, o.channel, date_trunc('hour', o.created_at, 'UTC'), x.method,
    count(*), count(*) FILTER (WHERE x.paid),
    count(*) FILTER (WHERE o.status IN ('cancelled', 'expired')),
    count(*) FILTER (WHERE o.status IN ('failed', 'returned')),
    sum(o.charged_sen), sum(CASE o.funding WHEN 'hold' THEN 0 ELSE o.refunded_sen END), sum(p.fees_sen),
    coalesce(sum(x.pay_s), 0), count(x.pay_s), coalesce(sum(x.fulfil_s), 0), count(x.fulfil_s)
FROM {_ORDERS}
LEFT JOIN LATERAL (SELECT s.shipped_at FROM shipments s
   WHERE s.merchant_id = o.merchant_id AND s.shipment_id = o.order_id LIMIT 1) s ON true
CROSS JOIN LATERAL (SELECT coalesce(sum(p.merchant_fee_sen), 0) AS fees_sen FROM payments p
   WHERE p.merchant_id = o.merchant_id AND p.order_id = o.order_id AND p.status IN ({listed(CAME)})) p
CROSS JOIN LATERAL (SELECT {_IS_PAID} AS paid,
   coalesce(s.shipped_at, CASE WHEN f.status IN ('succeeded', 'partial') THEN f.updated_at END) AS done_at) y
CROSS JOIN LATERAL (SELECT y.paid,
   CASE WHEN NOT y.paid THEN '' WHEN o.funding IN ('wallet', 'hold') THEN 'wallet' ELSE coalesce(i.method, '') END
     AS method,
   CASE WHEN y.paid AND o.funding = 'invoice' AND i.paid_at IS NOT NULL AND i.method <> '{CASH}'
     THEN greatest(floor(extract(epoch FROM i.paid_at - o.created_at)), 0)::int8 END AS pay_s,
   CASE WHEN y.paid AND y.done_at IS NOT NULL
     THEN greatest(floor(extract(epoch FROM y.done_at
       - CASE WHEN i.paid_at <= y.done_at THEN i.paid_at ELSE o.created_at END)), 0)::int8 END
     AS fulfil_s) x
GROUP BY 1, 2, 3, 4, 5"""
#: Reserved money has one line, of which what succeeded was sold. The key of a name that somebody made very long would
#: not fit into an index.
_ITEMS: Final = f"""
SELECT o.merchant_id, o.environment, (o.created_at AT TIME ZONE {JAKARTA})::date, o.channel,
    l.item_kind, l.item_id, left(l.name, 200),
    sum(CASE o.funding WHEN 'hold' THEN coalesce(f.succeeded, l.quantity) ELSE l.quantity END),
    sum(CASE o.funding WHEN 'hold' THEN o.charged_sen ELSE l.total_sen END)
FROM {_ORDERS}
CROSS JOIN LATERAL (SELECT l.item_kind, l.item_id, l.name, l.quantity, l.total_sen FROM order_lines l
   WHERE l.merchant_id = o.merchant_id AND l.order_id = o.order_id OFFSET 0) l
WHERE {_IS_PAID}
GROUP BY 1, 2, 3, 4, 5, 6, 7"""
_HOURS_KEPT: Final = """
FROM report_hours WHERE merchant_id = %(merchant_id)s AND environment = %(environment)s
AND channel = %(channel)s AND hour >= %(since)s AND hour < %(until)s"""
_ITEMS_KEPT: Final = f"""
FROM report_items WHERE merchant_id = %(merchant_id)s AND environment = %(environment)s
AND channel = %(channel)s AND day >= (%(since)s::timestamptz AT TIME ZONE {JAKARTA})::date
AND day < (%(until)s::timestamptz AT TIME ZONE {JAKARTA})::date"""


def _written(table: str, key: str, sums: str, counted: str, kept: str, known_by: str) -> str:
    """The statement that makes the ``kept`` rows of a table those ``counted``, and returns the columns ``known_by`` of
    what it changed. Only what differs is written: one order among thousands changes a few rows of its day. Set against
    each other as sets, which takes no join that a wrong guess of their number could make slow."""
    same = " AND ".join(f"t.{name} = gone.{name}" for name in key.split(", "))
    new = ", ".join(f"EXCLUDED.{name}" for name in sums.split(", "))
    return f"""
WITH counted ({key}, {sums}) AS MATERIALIZED ({counted}),
forgotten AS (
    DELETE FROM {table} t USING (SELECT {key} {kept} EXCEPT SELECT {key} FROM counted) gone WHERE {same}
    RETURNING {_of("t", known_by)}),
written AS (
    INSERT INTO {table} ({key}, {sums})
    SELECT {key}, {sums} FROM counted EXCEPT SELECT {key}, {sums} {kept}
    ON CONFLICT ({key}) DO UPDATE SET ({sums}) = ROW({new})
    RETURNING {_of(table, known_by)})
SELECT {known_by} FROM forgotten UNION SELECT {known_by} FROM written"""


def _of(table: str, names: str) -> str:
    return ", ".join(f"{table}.{name}" for name in names.split(", "))


COUNT_HOURS: Final = _written(
    "report_hours", "merchant_id, environment, channel, hour, method",
    "orders, paid, cancelled, failed, sales_sen, refunds_sen, fees_sen, pay_s, pay_count, fulfil_s, fulfil_count",
    _HOURS, _HOURS_KEPT, "hour",
)  # fmt: skip
COUNT_ITEMS: Final = _written(
    "report_items", "merchant_id, environment, day, channel, item_kind, item_id, name", "quantity, sales_sen",
    _ITEMS, _ITEMS_KEPT, "item_kind, item_id, name",
)  # fmt: skip
