"""The filters of the order list (contract §11.1), and how a page of it is found.

What the engine can ask the database goes into its filter; what it cannot (parts of a customer's name, a payment's word)
is sifted here, a bounded number of orders at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import msgspec

from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.records import OrderView
from gerai.domain.refusals import InputInvalid
from gerai.doors.dialects.scalev.formats import plain_phone
from gerai.doors.dialects.scalev.methods import EWALLET, METHODS
from gerai.doors.dialects.scalev.order_details import details_of, labels
from gerai.doors.dialects.scalev.paging import Page
from gerai.doors.dialects.scalev.shipment_states import state_named
from gerai.doors.dialects.scalev.statuses import FILTER, PAYMENT_STATUS, SHIPPED_RTS
from gerai.doors.dialects.scalev.wire import text as money_text
from gerai.engine.core import Engine
from gerai.engine.orders.payment_status import payment_status

SEARCH_FIELDS: Final = (
    "order_id", "shipment_receipt", "external_id", "pg_reference_id", "gross_revenue", "customer_name",
    "customer_email", "customer_phone",
)  # fmt: skip
_SIFT_AT_ONCE: Final = 100
_SIFT_AT_MOST: Final = 40
Keep = Callable[[OrderView], bool]


class Found(msgspec.Struct, frozen=True):
    """A page, newest first. ``newer``, ``older``: whether there is more on that side."""

    views: list[OrderView]
    newer: bool
    older: bool


def read_filter(query: dict[str, str]) -> tuple[OrderFilter, list[Keep]]:
    """The filter and what is left to sift. InputInvalid (query) for words the contract does not have."""
    wrong = {
        name: ["is invalid"]
        for name, known in (
            ("status", FILTER), ("payment_status", PAYMENT_STATUS), ("payment_method", {*METHODS, EWALLET}),
            ("search_field", SEARCH_FIELDS),
        )
        if query.get(name) and query[name] not in known
    }  # fmt: skip
    store_id = query.get("store_id", "")
    if store_id and not (store_id.isascii() and store_id.isdigit() and len(store_id) <= 16):
        wrong["store_id"] = ["is invalid"]
    if wrong:
        raise InputInvalid(wrong, "query")
    keeps: list[Keep] = []
    wanted = OrderFilter(
        statuses=FILTER[query["status"]] if query.get("status") else (),
        numbers=(query["order_id"],) if query.get("order_id") else (),
        references=(query["external_id"],) if query.get("external_id") else (),
        invoice_statuses=("paid", "refunded") if query.get("payment_status") in ("paid", "settled") else (),
        shipment_statuses=_shipment_states(query),
        payment_mark=mark if (mark := query.get("payment_status", "")) in ("conflict", "settled") else "",
        labels=_labels(query),
    )
    if word := query.get("payment_status"):
        keeps.append(lambda view: payment_status(view.order, view.invoice) == word)
    if search := query.get("search", "").strip():
        if query.get("search_field") == "shipment_receipt":
            wanted = replace(wanted, receipt=search)
        else:
            keeps.append(_searching(query.get("search_field") or "order_id", search))
    return wanted, keeps


def _shipment_states(query: dict[str, str]) -> tuple[str, ...]:
    """Where the parcel is; empty: anywhere. A word that names no state finds nothing: no parcel is there."""
    word, coming_back = query.get("shipment_status"), query.get("status") == SHIPPED_RTS
    if not word:
        return ("returning",) if coming_back else ()
    state = state_named(word)
    return (state if not coming_back or state == "returning" else "",)


def _labels(query: dict[str, str]) -> dict[str, str]:
    """The labels an order must have."""
    store_id, name = query.get("store_id"), query.get("payment_method")
    method = METHODS.get(name or "")
    return labels(
        store_id=int(store_id) if store_id else None,
        method=EWALLET if name == EWALLET else method.kind if method else "",
        channel_code=method.channel or "" if method and name != EWALLET else "",
    )


def _searching(field: str, wanted: str) -> Keep:
    """Part of the field, in any case; telephones by their digits, amounts whole. (Receipts: whole, by the engine.)"""
    text = wanted.casefold()
    match field:
        case "customer_name":
            return lambda view: text in details_of(view.order).customer.name.casefold()
        case "customer_email":
            return lambda view: text in details_of(view.order).customer.email.casefold()
        case "customer_phone":
            digits = plain_phone(wanted)
            return lambda view: bool(digits) and digits in details_of(view.order).customer.phone
        case "gross_revenue":
            return lambda view: wanted in (money_text(view.order.total_sen), money_text(view.order.total_sen)[:-3])
        case "external_id":
            return lambda view: text in view.order.reference.casefold() and view.order.reference != ""
        case "pg_reference_id":
            return lambda view: any(text == payment.public_id.casefold() for payment in view.payments)
        case _:
            return lambda view: text in view.order.number.casefold()


async def find_page(engine: Engine, scope: Scope, wanted: OrderFilter, keeps: list[Keep], page: Page) -> Found:
    """A page before or after a position (an order id)."""
    backwards = page.way == "before" and page.at is not None
    at = page.at
    views: list[OrderView] = []
    for _ in range(_SIFT_AT_MOST):
        asked = replace(wanted, after_id=at) if backwards else replace(wanted, before_id=at)
        batch = _SIFT_AT_ONCE if keeps else page.size + 1
        got = await engine.orders.page(scope, asked, batch)
        views += [view for view in got if all(keep(view) for keep in keeps)]
        if len(got) < batch or len(views) > page.size:
            break
        at = got[-1].order.order_id
    shown, more = views[: page.size], len(views) > page.size
    if backwards:
        return Found(shown[::-1], newer=more, older=bool(shown))
    return Found(shown, newer=page.at is not None and bool(shown), older=more)
