"""What must be true of the rows at any moment, as queries that find the rows for which it is not.

A query names its tables as ``{orders}``: all of them, or one merchant's. It returns :data:`ROWS_AT_MOST` rows at most.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, LiteralString, NamedTuple, cast

from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row

ROWS_AT_MOST: Final = 20
_TABLES: Final = (
    "accounts", "deposits", "events", "invoices", "order_lines", "orders", "payments", "shipments", "stock",
    "transfers",
)  # fmt: skip


class Invariant(NamedTuple):
    """``find`` selects the rows concerned when the invariant is broken; ``description`` states what should hold."""

    name: str
    description: str
    find: str


_TRANSFERS_BALANCE: Final = """
SELECT t.merchant_id, t.transfer_id, t.environment, t.phase, t.debit_account_id, t.credit_account_id, t.amount_sen
FROM {transfers} t
LEFT JOIN {accounts} d
  ON d.merchant_id = t.merchant_id AND d.account_id = t.debit_account_id AND d.environment = t.environment
LEFT JOIN {accounts} c
  ON c.merchant_id = t.merchant_id AND c.account_id = t.credit_account_id AND c.environment = t.environment
WHERE d.account_id IS NULL OR c.account_id IS NULL OR t.debit_account_id = t.credit_account_id OR t.amount_sen <= 0
ORDER BY t.merchant_id, t.transfer_id"""

_HOLDS_RESOLVED_ONCE: Final = """
SELECT r.merchant_id, r.pending_id, r.transfer_id, r.phase, r.amount_sen, h.amount_sen AS held_sen, r.times
FROM (SELECT t.*, count(*) OVER (PARTITION BY t.merchant_id, t.pending_id) AS times
      FROM {transfers} t WHERE t.phase IN ('post', 'void') OR t.pending_id IS NOT NULL) r
LEFT JOIN {transfers} h
  ON h.merchant_id = r.merchant_id AND h.transfer_id = r.pending_id AND h.phase = 'pending'
 AND (h.environment, h.debit_account_id, h.credit_account_id)
   = (r.environment, r.debit_account_id, r.credit_account_id)
WHERE h.transfer_id IS NULL OR r.phase NOT IN ('post', 'void') OR r.times > 1
   OR r.amount_sen > h.amount_sen OR (r.phase = 'void' AND r.amount_sen <> h.amount_sen)
ORDER BY r.merchant_id, r.transfer_id"""

_WALLET_NOT_BELOW_ZERO: Final = """
SELECT a.merchant_id, a.account_id, a.environment, a.member_id,
       a.credits_posted - a.debits_posted - a.debits_pending AS available_sen
FROM {accounts} a
WHERE a.kind = 'wallet' AND a.credits_posted < a.debits_posted + a.debits_pending
ORDER BY a.merchant_id, a.account_id"""

#: Totals are kept for wallets only; the other accounts are summed when somebody asks and store nothing.
_HELD_IS_OPEN_HOLDS: Final = """
SELECT a.merchant_id, a.account_id, a.kind, a.debits_pending, a.credits_pending,
       coalesce(h.held_sen, 0) AS open_holds_sen
FROM {accounts} a
LEFT JOIN (SELECT p.merchant_id, p.debit_account_id AS account_id, sum(p.amount_sen)::int8 AS held_sen
           FROM {transfers} p
           WHERE p.phase = 'pending' AND NOT EXISTS
             (SELECT FROM {transfers} r WHERE r.merchant_id = p.merchant_id AND r.pending_id = p.transfer_id)
           GROUP BY 1, 2) h
  ON h.merchant_id = a.merchant_id AND h.account_id = a.account_id AND a.kind = 'wallet'
WHERE a.debits_pending <> coalesce(h.held_sen, 0) OR a.credits_pending <> 0
ORDER BY a.merchant_id, a.account_id"""

_TOTALS_RECOMPUTED: Final = """
SELECT a.merchant_id, a.account_id, a.kind, a.credits_posted, a.debits_posted,
       coalesce(c.sen, 0) AS credits_recomputed, coalesce(d.sen, 0) AS debits_recomputed
FROM {accounts} a
LEFT JOIN (SELECT t.merchant_id, t.credit_account_id AS account_id, sum(t.amount_sen)::int8 AS sen
           FROM {transfers} t WHERE t.phase IN ('single', 'post') GROUP BY 1, 2) c
  ON c.merchant_id = a.merchant_id AND c.account_id = a.account_id AND a.kind = 'wallet'
LEFT JOIN (SELECT t.merchant_id, t.debit_account_id AS account_id, sum(t.amount_sen)::int8 AS sen
           FROM {transfers} t WHERE t.phase IN ('single', 'post') GROUP BY 1, 2) d
  ON d.merchant_id = a.merchant_id AND d.account_id = a.account_id AND a.kind = 'wallet'
WHERE a.credits_posted <> coalesce(c.sen, 0) OR a.debits_posted <> coalesce(d.sen, 0)
ORDER BY a.merchant_id, a.account_id"""

_PAID_INVOICE_HAS_PAYMENT: Final = """
SELECT i.merchant_id, i.invoice_id, i.number, i.status, i.amount_sen, coalesce(p.completed, 0) AS completed_payments,
       coalesce(p.completed_sen, 0) AS completed_sen, coalesce(p.refunded, 0) AS refunded_payments
FROM {invoices} i
LEFT JOIN (SELECT t.merchant_id, t.invoice_id, count(*) FILTER (WHERE t.status = 'completed') AS completed,
                  sum(t.amount_sen) FILTER (WHERE t.status = 'completed')::int8 AS completed_sen,
                  count(*) FILTER (WHERE t.status = 'refunded') AS refunded
           FROM {payments} t GROUP BY 1, 2) p
  ON p.merchant_id = i.merchant_id AND p.invoice_id = i.invoice_id
WHERE CASE i.status
        WHEN 'paid' THEN coalesce(p.completed, 0) <> 1 OR p.completed_sen <> i.amount_sen
        WHEN 'refunded' THEN coalesce(p.completed, 0) <> 0 OR coalesce(p.refunded, 0) = 0
        ELSE coalesce(p.completed, 0) <> 0 END
ORDER BY i.merchant_id, i.invoice_id"""

#: The events of an order that name a state form a chain from ``order.placed`` to the state it is in.
_EVENT_PER_STATE: Final = """
SELECT o.merchant_id, o.order_id, o.public_id, o.status, t.status AS last_told, coalesce(t.unbroken, false) AS unbroken
FROM {orders} o
LEFT JOIN (SELECT c.merchant_id, c.order_id, max(c.status) FILTER (WHERE c.is_last) AS status,
                  bool_and(coalesce(CASE WHEN c.is_first THEN c.name = 'order.placed'
                                    ELSE c.was = c.before AND c.name = 'order.' || c.status END, false)) AS unbroken
           FROM (SELECT e.merchant_id, e.order_id, e.name, e.facts ->> 'status' AS status, e.facts ->> 'was' AS was,
                        lag(e.facts ->> 'status') OVER w AS before, row_number() OVER w = 1 AS is_first,
                        lead(e.event_id) OVER w IS NULL AS is_last
                 FROM {events} e
                 WHERE e.order_id IS NOT NULL AND starts_with(e.name, 'order.') AND e.facts ->> 'status' IS NOT NULL
                 WINDOW w AS (PARTITION BY e.merchant_id, e.order_id ORDER BY e.event_id)) c
           GROUP BY 1, 2) t
  ON t.merchant_id = o.merchant_id AND t.order_id = o.order_id
WHERE t.status IS DISTINCT FROM o.status OR NOT t.unbroken
ORDER BY o.merchant_id, o.order_id"""

_STOCK_RESERVED: Final = """
SELECT s.merchant_id, s.stock_id, s.environment, s.item_id, s.on_hand, s.reserved, coalesce(l.promised, 0) AS promised
FROM {stock} s
LEFT JOIN (SELECT n.merchant_id, n.stock_id, sum(n.quantity)::int8 AS promised
           FROM {order_lines} n JOIN {orders} o ON o.merchant_id = n.merchant_id AND o.order_id = n.order_id
           WHERE n.stock_id IS NOT NULL AND o.status IN ('draft', 'pending', 'confirmed', 'processing', 'ready')
           GROUP BY 1, 2) l
  ON l.merchant_id = s.merchant_id AND l.stock_id = s.stock_id
WHERE s.reserved <> coalesce(l.promised, 0) OR s.reserved > s.on_hand
ORDER BY s.merchant_id, s.stock_id"""

#: What each order brought into sales, and what of it went out again.
_SALES: Final = """
(SELECT t.merchant_id, t.order_id,
        coalesce(sum(t.amount_sen) FILTER (WHERE t.credit_account_id = s.account_id), 0)::int8 AS captured_sen,
        coalesce(sum(t.amount_sen) FILTER (WHERE t.debit_account_id = s.account_id), 0)::int8 AS returned_sen
 FROM {transfers} t
 JOIN {accounts} s ON s.merchant_id = t.merchant_id AND s.environment = t.environment AND s.kind = 'sales'
 WHERE t.order_id IS NOT NULL AND t.phase IN ('single', 'post') GROUP BY 1, 2)"""

_REFUNDS_WITHIN_CAPTURED: Final = f"""
SELECT m.merchant_id, 'order' AS thing, m.order_id AS id, m.captured_sen, m.returned_sen AS refunded_sen
FROM {_SALES} m WHERE m.returned_sen > m.captured_sen
UNION ALL
SELECT p.merchant_id, 'payment', p.payment_id, p.amount_sen, p.refunded_sen
FROM {{payments}} p WHERE p.refunded_sen > p.amount_sen
ORDER BY 1, 2, 3"""

_ORDER_MONEY: Final = f"""
SELECT o.merchant_id, o.order_id, o.public_id, o.funding, o.status, o.total_sen, o.charged_sen, o.refunded_sen,
       coalesce(m.captured_sen, 0) AS captured_sen, coalesce(m.returned_sen, 0) AS returned_sen
FROM {{orders}} o
LEFT JOIN {_SALES} m ON m.merchant_id = o.merchant_id AND m.order_id = o.order_id
WHERE o.charged_sen - CASE o.funding WHEN 'hold' THEN 0 ELSE o.refunded_sen END
   <> coalesce(m.captured_sen, 0) - coalesce(m.returned_sen, 0)
ORDER BY o.merchant_id, o.order_id"""

_HELD_ORDERS: Final = """
SELECT o.merchant_id, o.order_id, o.public_id, o.status, o.total_sen, o.charged_sen, o.refunded_sen,
       o.held_transfer_id, h.amount_sen AS held_sen, r.phase AS resolved_by
FROM {orders} o
LEFT JOIN {transfers} h
  ON h.merchant_id = o.merchant_id AND h.transfer_id = o.held_transfer_id
 AND (h.phase, h.order_id, h.amount_sen, h.debit_account_id) = ('pending', o.order_id, o.total_sen, o.account_id)
LEFT JOIN {transfers} r ON r.merchant_id = o.merchant_id AND r.pending_id = h.transfer_id
WHERE o.funding = 'hold' AND (
  (h.transfer_id IS NULL AND o.total_sen > 0)
  OR CASE WHEN o.status IN ('completed', 'partial', 'failed', 'cancelled', 'closed')
       THEN o.charged_sen + o.refunded_sen <> o.total_sen OR (r.transfer_id IS NULL AND o.total_sen > 0)
       ELSE o.charged_sen + o.refunded_sen <> 0 OR r.transfer_id IS NOT NULL END)
ORDER BY o.merchant_id, o.order_id"""

#: A payment from a wallet is the order's own transfer and is not booked a second time. One that was taken back is
#: booked in and out, and may still arrive later; money that came late may go on without ever having been booked.
_PAYMENTS_BOOKED: Final = """
SELECT p.merchant_id, p.payment_id, p.public_id, p.method, p.status, p.amount_sen, p.refunded_sen,
       coalesce(t.booked_sen, 0) AS booked_sen, coalesce(t.returned_sen, 0) AS returned_sen
FROM {payments} p
LEFT JOIN (SELECT t.merchant_id, t.payment_id,
                  sum(t.amount_sen) FILTER (WHERE t.reason = 'payment')::int8 AS booked_sen,
                  sum(t.amount_sen) FILTER (WHERE t.reason = 'refund')::int8 AS returned_sen
           FROM {transfers} t WHERE t.payment_id IS NOT NULL GROUP BY 1, 2) t
  ON t.merchant_id = p.merchant_id AND t.payment_id = p.payment_id
CROSS JOIN LATERAL (SELECT coalesce(t.booked_sen, 0) - coalesce(t.returned_sen, 0) AS net_sen) n
WHERE CASE p.status
        WHEN 'completed' THEN n.net_sen <> CASE p.method WHEN 'wallet' THEN 0 ELSE p.amount_sen END - p.refunded_sen
        WHEN 'refunded' THEN p.refunded_sen <> p.amount_sen OR n.net_sen NOT IN (0, -p.amount_sen)
        ELSE p.refunded_sen <> 0 OR n.net_sen <> 0 END
ORDER BY p.merchant_id, p.payment_id"""

_OPEN_PAYMENT_OPEN_ORDER: Final = """
SELECT p.merchant_id, p.payment_id, p.public_id, p.method, o.public_id AS order_public_id, o.status AS order_status,
       i.status AS invoice_status
FROM {payments} p
JOIN {orders} o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id
LEFT JOIN {invoices} i ON i.merchant_id = p.merchant_id AND i.invoice_id = p.invoice_id
WHERE p.status = 'processing'
  AND (o.status IN ('cancelled', 'expired', 'failed', 'completed', 'partial', 'returned', 'closed')
       OR i.status IN ('paid', 'refunded'))
ORDER BY p.merchant_id, p.payment_id"""

_SUSPENSE_IS_LATE: Final = """
SELECT p.merchant_id, p.payment_id, p.public_id, p.status, p.amount_sen, coalesce(t.waiting_sen, 0) AS waiting_sen
FROM {payments} p
LEFT JOIN (SELECT t.merchant_id, t.payment_id,
                  sum(CASE t.credit_account_id WHEN s.account_id THEN t.amount_sen ELSE -t.amount_sen END)::int8
                    AS waiting_sen
           FROM {transfers} t JOIN {accounts} s
             ON s.merchant_id = t.merchant_id AND s.environment = t.environment AND s.kind = 'suspense'
            AND s.account_id IN (t.debit_account_id, t.credit_account_id)
           GROUP BY 1, 2) t
  ON t.merchant_id = p.merchant_id AND t.payment_id = p.payment_id
WHERE coalesce(t.waiting_sen, 0) <> CASE p.status WHEN 'late' THEN p.amount_sen ELSE 0 END
ORDER BY p.merchant_id, p.payment_id"""

#: A payment that was taken back has its fees booked out again, under the same reasons.
_FEES_BOOKED: Final = """
SELECT p.merchant_id, p.payment_id, p.public_id, p.status, p.fee_sen, p.merchant_fee_sen,
       coalesce(t.kept_sen, 0) AS kept_sen, coalesce(t.on_top_sen, 0) AS on_top_sen
FROM {payments} p
LEFT JOIN (SELECT t.merchant_id, t.payment_id,
                  sum(CASE t.debit_account_id WHEN f.account_id THEN t.amount_sen ELSE -t.amount_sen END)
                    FILTER (WHERE t.reason = 'fee')::int8 AS kept_sen,
                  sum(CASE t.credit_account_id WHEN f.account_id THEN t.amount_sen ELSE -t.amount_sen END)
                    FILTER (WHERE t.reason = 'surcharge')::int8 AS on_top_sen
           FROM {transfers} t JOIN {accounts} f
             ON f.merchant_id = t.merchant_id AND f.environment = t.environment AND f.kind = 'fees'
            AND f.account_id IN (t.debit_account_id, t.credit_account_id)
           GROUP BY 1, 2) t
  ON t.merchant_id = p.merchant_id AND t.payment_id = p.payment_id
CROSS JOIN LATERAL (SELECT CASE WHEN p.status IN ('completed', 'late', 'refunded') THEN 1 ELSE 0 END AS times) a
WHERE coalesce(t.kept_sen, 0) <> a.times * (p.fee_sen + p.merchant_fee_sen)
   OR coalesce(t.on_top_sen, 0) <> a.times * p.fee_sen
ORDER BY p.merchant_id, p.payment_id"""

#: Orders from before amounts were rounded may still ask for sen; what was rounded is whole.
_INVOICE_IS_PAYABLE: Final = """
SELECT o.merchant_id, o.order_id, o.public_id, o.total_sen, o.rounding_sen, i.amount_sen AS invoice_sen
FROM {orders} o LEFT JOIN {invoices} i ON i.merchant_id = o.merchant_id AND i.order_id = o.order_id
WHERE i.amount_sen <> o.total_sen OR abs(o.rounding_sen) >= 100 OR (o.rounding_sen <> 0 AND mod(o.total_sen, 100) <> 0)
ORDER BY o.merchant_id, o.order_id"""

_DEPOSITS_CREDITED: Final = """
SELECT coalesce(d.merchant_id, t.merchant_id) AS merchant_id, d.deposit_id, d.public_id, d.status, d.method,
       d.amount_sen, coalesce(d.transfer_id, t.transfer_id) AS transfer_id, t.amount_sen AS credited_sen,
       s.kind AS credited_from
FROM (SELECT d.*, count(*) OVER (PARTITION BY d.merchant_id, d.transfer_id) AS times FROM {deposits} d) d
FULL JOIN (SELECT t.* FROM {transfers} t WHERE t.reason = 'deposit') t
  ON t.merchant_id = d.merchant_id AND t.transfer_id = d.transfer_id
LEFT JOIN {accounts} s ON s.merchant_id = t.merchant_id AND s.account_id = t.debit_account_id
WHERE CASE WHEN d.deposit_id IS NULL THEN true
           WHEN d.status <> 'succeeded' THEN d.transfer_id IS NOT NULL
           ELSE d.times > 1 OR (t.phase, t.environment, t.credit_account_id, t.amount_sen, s.kind) IS DISTINCT FROM
             ('single', d.environment, d.account_id, d.amount_sen,
              CASE d.method WHEN 'manual' THEN 'funding' ELSE 'gateway' END) END
ORDER BY 1, 2, 7"""

_SHIPPED_HAS_SHIPMENT: Final = """
SELECT o.merchant_id, o.order_id, o.public_id, o.status
FROM {orders} o LEFT JOIN {shipments} s ON s.merchant_id = o.merchant_id AND s.order_id = o.order_id
WHERE o.status IN ('shipped', 'returned') AND s.shipment_id IS NULL
ORDER BY o.merchant_id, o.order_id"""

_SHIPMENT_FOLLOWS_ORDER: Final = """
SELECT s.merchant_id, s.shipment_id, s.status, s.receipt, o.public_id, o.status AS order_status
FROM {shipments} s
LEFT JOIN {orders} o
  ON o.merchant_id = s.merchant_id AND o.order_id = s.order_id AND o.environment = s.environment
WHERE s.status <> ALL (CASE
  WHEN o.status = 'shipped' THEN ARRAY['handed_over', 'in_transit', 'problem', 'returning']
  WHEN o.status = 'returned' THEN ARRAY['returned']
  WHEN o.status IN ('completed', 'partial') THEN ARRAY['delivered']
  WHEN o.status = 'closed' THEN ARRAY['delivered', 'returned']
  WHEN o.status IN ('cancelled', 'expired', 'failed') THEN ARRAY['cancelled']
  WHEN o.status IS NOT NULL THEN ARRAY['planned', 'booked']
  ELSE ARRAY[]::text[] END)
ORDER BY s.merchant_id, s.shipment_id"""

INVARIANTS: Final = (
    Invariant(
        "transfers_balance",
        "Every transfer takes more than nothing from one account and gives it to another one of the same merchant and "
        "environment, so that all transfers sum to zero",
        _TRANSFERS_BALANCE,
    ),
    Invariant(
        "holds_resolved_once",
        "Each hold is resolved at most once, between its own accounts, for no more than it held",
        _HOLDS_RESOLVED_ONCE,
    ),
    Invariant("wallet_not_below_zero", "No wallet has less than nothing available", _WALLET_NOT_BELOW_ZERO),
    Invariant("held_is_open_holds", "What a wallet has on hold is the sum of its open holds", _HELD_IS_OPEN_HOLDS),
    Invariant("totals_recomputed", "Stored account totals equal those recomputed from transfers", _TOTALS_RECOMPUTED),
    Invariant(
        "paid_invoice_has_payment",
        "Every paid invoice has exactly one completed payment of its amount, and no other invoice has one",
        _PAID_INVOICE_HAS_PAYMENT,
    ),
    Invariant(
        "event_per_state",
        "Every order has an event for each state it was in, in one unbroken chain that ends in the state it is in",
        _EVENT_PER_STATE,
    ),
    Invariant(
        "stock_reserved",
        "Reserved stock is what open orders were promised, never more than there is",
        _STOCK_RESERVED,
    ),
    Invariant(
        "refunds_within_captured",
        "Refunds of an order and of a payment never exceed what was captured",
        _REFUNDS_WITHIN_CAPTURED,
    ),
    Invariant(
        "invoice_is_payable",
        "An invoice asks for its order's total; a total that was rounded is whole rupiah, less than one from the sum",
        _INVOICE_IS_PAYABLE,
    ),
    Invariant("order_money", "What an order was charged and refunded agrees with its transfers", _ORDER_MONEY),
    Invariant(
        "held_orders",
        "A held order that is final was charged and refunded its total, its hold resolved; an open one neither",
        _HELD_ORDERS,
    ),
    Invariant(
        "payments_booked", "Every payment agrees with the transfers that booked or returned it", _PAYMENTS_BOOKED
    ),
    Invariant(
        "deposits_credited",
        "Every succeeded deposit credited its wallet by exactly one transfer of its amount; no other deposit has one, "
        "and every such transfer has its deposit",
        _DEPOSITS_CREDITED,
    ),
    Invariant(
        "shipped_has_shipment", "Every order that is shipped, or came back, has a shipment", _SHIPPED_HAS_SHIPMENT
    ),
    Invariant(
        "shipment_follows_order",
        "Every shipment belongs to an order and stands where it does: out while the order is shipped, delivered or "
        "back once it is completed or returned, never on its way before that or after a cancellation",
        _SHIPMENT_FOLLOWS_ORDER,
    ),
    Invariant(
        "open_payment_open_order",
        "No payment is open once its order has ended or is paid",
        _OPEN_PAYMENT_OPEN_ORDER,
    ),
    Invariant(
        "suspense_is_late",
        "What waits in the suspense account is the money of late payments, each whole, and nothing else",
        _SUSPENSE_IS_LATE,
    ),
    Invariant(
        "fees_booked",
        "Of every payment that arrived, what its method kept is in the fees account, and what its payer paid on top "
        "beside it; of others, nothing",
        _FEES_BOOKED,
    ),
)

ONE_SNAPSHOT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
#: A check reads everything once; it may take longer than any request.
NO_TIME_LIMIT: Final = "SET LOCAL statement_timeout = 0"


async def broken_rows(
    connection: AsyncConnection, invariant: Invariant, merchant_id: int | None
) -> list[dict[str, Any]]:
    """The first rows for which the invariant does not hold, of all merchants or of one."""
    mine = "{0}" if merchant_id is None else "(SELECT * FROM {0} WHERE merchant_id = %(merchant_id)s)"
    query = invariant.find.format_map({table: mine.format(table) for table in _TABLES})
    text = cast("LiteralString", f"{query} LIMIT {ROWS_AT_MOST}")
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql.SQL(text), {"merchant_id": merchant_id})
        return await cursor.fetchall()


async def now(connection: AsyncConnection) -> datetime:
    """When this transaction began."""
    cursor = await connection.execute("SELECT now()")
    row = await cursor.fetchone()
    assert row is not None
    return row[0]
