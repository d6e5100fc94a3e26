"""What must be true of orders: their states, invoices, money, stock and parcels."""

from __future__ import annotations

from typing import Final

from gerai.store.invariant import Invariant

_PAID_INVOICE_HAS_PAYMENT: Final = """
SELECT i.merchant_id, i.invoice_id, i.number, i.status, i.amount_sen, coalesce(p.completed, 0) AS completed_payments,
       coalesce(p.completed_sen, 0) AS completed_sen, coalesce(p.refunded, 0) AS refunded_payments
FROM {invoices} i
LEFT JOIN (SELECT t.merchant_id, t.invoice_id, count(*) FILTER (WHERE t.status = 'completed') AS completed,
                  sum(t.amount_sen) FILTER (WHERE t.status = 'completed') AS completed_sen,
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
LEFT JOIN (SELECT n.merchant_id, n.stock_id, sum(n.quantity) AS promised
           FROM {order_lines} n JOIN {orders} o ON o.merchant_id = n.merchant_id AND o.order_id = n.order_id
           WHERE n.stock_id IS NOT NULL AND o.status IN ('draft', 'pending', 'confirmed', 'processing', 'ready')
           GROUP BY 1, 2) l
  ON l.merchant_id = s.merchant_id AND l.stock_id = s.stock_id
WHERE s.reserved <> coalesce(l.promised, 0) OR s.reserved > s.on_hand
ORDER BY s.merchant_id, s.stock_id"""

#: What each order brought into sales, and what of it went out again.
_SALES: Final = """
(SELECT t.merchant_id, t.order_id,
        coalesce(sum(t.amount_sen) FILTER (WHERE t.credit_account_id = s.account_id), 0) AS captured_sen,
        coalesce(sum(t.amount_sen) FILTER (WHERE t.debit_account_id = s.account_id), 0) AS returned_sen
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

#: Orders from before amounts were rounded may still ask for sen; what was rounded is whole.
_INVOICE_IS_PAYABLE: Final = """
SELECT o.merchant_id, o.order_id, o.public_id, o.total_sen, o.rounding_sen, i.amount_sen AS invoice_sen
FROM {orders} o LEFT JOIN {invoices} i ON i.merchant_id = o.merchant_id AND i.order_id = o.order_id
WHERE i.amount_sen <> o.total_sen OR abs(o.rounding_sen) >= 100 OR (o.rounding_sen <> 0 AND mod(o.total_sen, 100) <> 0)
ORDER BY o.merchant_id, o.order_id"""

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

OF_ORDERS: Final = (
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
)
