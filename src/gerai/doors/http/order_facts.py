"""What the seller's desk shows of a door's orders, beside the engine's own columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec
import structlog

from gerai.domain.records import OrderView
from gerai.doors.http.door import Dialect
from gerai.doors.http.page_details import NO_DETAILS, PageDetails, ShippingDetails
from gerai.engine.desk.house import OrderFacts, ReadOrderFacts

log = structlog.get_logger("gerai.door")

#: Where every order has a page; the dialects name other places.
_PAGE = "/i/{secret}"


def order_readers(dialects: Sequence[Dialect]) -> dict[str, ReadOrderFacts]:
    """By channel, what reads its orders."""
    return {dialect.name: partial(_facts_of, dialect) for dialect in dialects}


def _facts_of(dialect: Dialect, view: OrderView, base_url: str) -> OrderFacts:
    told = _details(dialect, view)
    shipping = told.shipping or ShippingDetails()
    return OrderFacts(
        link=_link(dialect, view, told.domain or base_url),
        note=told.note,
        courier=shipping.title,
        address=shipping.address,
        more=tuple((fact.label, fact.value) for fact in told.facts if fact.value),
    )


def _details(dialect: Dialect, view: OrderView) -> PageDetails:
    """Nothing where the dialect cannot read what it once stored: the order can still be seen and finished."""
    try:
        return dialect.page_details(view)
    except msgspec.ValidationError as error:
        log.warning("order.details_unreadable", order_id=view.order.order_id, error=str(error))
        return NO_DETAILS


def _link(dialect: Dialect, view: OrderView, base_url: str) -> str:
    """The order's page as the dialect hands it out; empty where nothing is invoiced, and the answer says all."""
    order = view.order
    if view.invoice is None and order.funding != "free":
        return ""
    if dialect.link_codes is not None and dialect.link_codes.fullmatch(order.number):
        return f"{base_url}/payment/{order.number}"
    path = next(iter(dialect.page_paths), _PAGE)
    if "{code}" in path:
        return f"{base_url}{path.format(code=order.public_id)}?t={order.secret}"
    return base_url + path.format(secret=order.secret)
