"""The filter of orders as conditions, but for the order's state and for texts that are looked for."""

from __future__ import annotations

from typing import Final

import msgspec

from gerai.domain.filters import OrderFilter, Scope
from gerai.store.conditions import Where, in_one_case, in_scope

_SHIPMENT: Final = (
    "EXISTS (SELECT FROM shipments s WHERE s.merchant_id = t.merchant_id AND s.shipment_id = t.order_id "
    "AND s.status = ANY(%s))"
)
#: The few orders with this number first; looking at each order for it would take forever.
_RECEIPT: Final = (
    "t.order_id = ANY(ARRAY(SELECT s.order_id FROM shipments s WHERE s.merchant_id = %s AND s.environment = %s "
    'AND s.receipt <> \'\' AND lower(s.receipt COLLATE "C") = lower(%s COLLATE "C")))'
)
_REFERENCE: Final = "t.reference <> '' AND lower(t.reference COLLATE \"C\") = ANY(%s)"
#: As with receipts: the payment first. One that a person only vouched for has no name that anybody was shown.
_PAYMENT: Final = (
    "t.order_id = ANY(ARRAY(SELECT p.order_id FROM payments p WHERE p.merchant_id = %s AND p.environment = %s "
    "AND p.public_id = %s AND p.instructions <> '{}'))"
)
_PAID: Final = (
    "EXISTS (SELECT FROM invoices i WHERE i.merchant_id = t.merchant_id AND i.invoice_id = t.order_id "
    "AND i.status IN ('paid', 'refunded'))"
)
#: What a person adds to how an order's payment stands (engine/orders/payment_status.py).
_MARK: Final = "t.payment_mark"
_PAYMENT_STATUS: Final = {
    "unpaid": f"({_MARK} <> 'conflict' AND NOT {_PAID})",
    "paid": f"({_MARK} NOT IN ('conflict', 'settled') AND {_PAID})",
    "conflict": f"({_MARK} = 'conflict')",
    "settled": f"({_MARK} = 'settled' AND {_PAID})",
}
#: Orders whose amount, payment and parcel are kept as terms (domain/search.py): any list by them finds the same ones.
_KEPT: Final = "t.labels <> '{}' AND t.account_id IS NULL"
#: A page begins where the order at its edge stands; an order that is not the merchant's has no place in its list.
_EDGE: Final = "(SELECT e.created_at, e.order_id FROM orders e WHERE e.merchant_id = %s AND e.order_id = %s)"
_BEFORE: Final = f"(t.created_at, t.order_id) < {_EDGE}"
_AFTER: Final = f"(t.created_at, t.order_id) > {_EDGE}"


def conditions(scope: Scope, wanted: OrderFilter) -> Where:
    """Orders ``t`` that fit, whatever state they are in (a list with states goes state by state), and whatever they are
    found by (order_search.py)."""
    labels = msgspec.json.encode(wanted.labels).decode()
    where = in_scope(scope)
    if wanted.payment_status:
        where.add(_PAYMENT_STATUS[wanted.payment_status])
    kept = wanted.payment_status or wanted.shipment_statuses or wanted.total_sen is not None
    where = (
        where.add_if(bool(kept), _KEPT)
        .add_if(bool(wanted.shipment_statuses), _SHIPMENT, list(wanted.shipment_statuses))
        .add_if(bool(wanted.receipt), _RECEIPT, scope.merchant_id, scope.environment, wanted.receipt)
        .add_if(bool(wanted.references), _REFERENCE, in_one_case(wanted.references))
        .add_if(bool(wanted.numbers), "t.number = ANY(%s)", list(wanted.numbers))
        .add_if(
            bool(wanted.payment_public_id), _PAYMENT, scope.merchant_id, scope.environment, wanted.payment_public_id
        )
        .add_if(wanted.total_sen is not None, "t.total_sen = %s", wanted.total_sen)
        .add_if(bool(wanted.labels), "t.labels @> %s::jsonb", labels)
    )
    return bounded(where, scope.merchant_id, wanted)


def bounded(where: Where, merchant_id: int, wanted: OrderFilter) -> Where:
    """The same orders ``t``, within the filter's time and page."""
    return (
        where.add_if(wanted.created_from is not None, "t.created_at >= %s", wanted.created_from)
        .add_if(wanted.created_until is not None, "t.created_at < %s", wanted.created_until)
        .add_if(wanted.before_id is not None, _BEFORE, merchant_id, wanted.before_id)
        .add_if(wanted.after_id is not None, _AFTER, merchant_id, wanted.after_id)
    )
