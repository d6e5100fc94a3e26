"""The query of the order list (contract §11.1): what it filters by, all of it in the database.

A documented filter that is not served yet is refused by name, and so is one the contract does not have: a list that
ignores what it was asked for shows orders nobody asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgspec

from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.money import MAX_SEN
from gerai.domain.records import OrderView
from gerai.domain.search import FEWEST_DIGITS, SearchField, is_phone
from gerai.doors.dialects.scalev.methods import EWALLET, METHODS
from gerai.doors.dialects.scalev.order_details import labels
from gerai.doors.dialects.scalev.paging import PAGE_FIELDS, Page, note_unserved
from gerai.doors.dialects.scalev.request import read_reference
from gerai.doors.dialects.scalev.shipment_states import state_named
from gerai.doors.dialects.scalev.statuses import FILTER, PAYMENT_STATUS, SHIPPED_RTS
from gerai.doors.http.amounts import AmountFault, Rounding, read_amount
from gerai.doors.http.fields import Fields
from gerai.engine.catalogue.products import ProductCatalogue
from gerai.engine.core import Engine

SEARCH_FIELDS: Final = (
    "order_id", "shipment_receipt", "external_id", "pg_reference_id", "gross_revenue", "customer_name",
    "customer_email", "customer_phone",
)  # fmt: skip
SERVED: Final = (
    "search", "search_field", "order_id", "external_id", "status", "payment_status", "payment_method", "store_id",
    "shipment_status", "columns", *PAGE_FIELDS,
)  # fmt: skip
#: In the contract, and later here.
NOT_SERVED: Final = (
    "awb_ca_status", "business_id", "business_role", "warehouse_id", "courier_id", "handler_id", "advertiser_id",
    "page_id", "product_id", "financial_entity_id", "affiliate_business_id", "platform", "utm_source", "tags",
    "is_from_form", "is_repeat", "is_probably_spam", "is_transferproof_exist", "confirmed_time_since",
    "confirmed_time_until", "shipped_time_since", "shipped_time_until", "completed_time_since",
    "completed_time_until", "draft_time_until",
)  # fmt: skip
_NO_STORE: Final = 0
#: What ``columns`` may name: the keys of an order (a test holds them equal).
COLUMNS: Final = frozenset((
    "id", "order_id", "secret_slug", "public_order_url", "payment_url", "status", "payment_status", "status_history",
    "payment_status_history", "draft_time", "pending_time", "confirmed_time", "in_process_time", "ready_time",
    "shipped_time", "completed_time", "canceled_time", "rts_time", "closed_time", "unpaid_time", "paid_time",
    "conflict_time", "settled_time", "gross_revenue", "net_revenue", "product_price", "product_price_bt",
    "product_discount", "product_discount_bt", "shipping_cost", "shipping_discount", "shipping_fee",
    "shipping_fee_discount", "other_income", "other_income_bt", "other_income_name", "unique_code_discount",
    "discount_code_discount", "discount_rate", "payment_fee", "payment_fee_rate", "min_payment_fee", "scalev_fee",
    "net_payment_revenue", "cogs", "cogs_bt", "gross_revenue_for_dropshipper", "payment_link_income",
    "payment_link_income_bt", "tax_rate", "product_weight", "weight_bump", "total_weight", "variants",
    "bundle_price_options", "final_variants", "total_quantity", "orderlines", "payment_method", "sub_payment_method",
    "epayment_provider", "pg_payment_info", "pg_paid_info", "pg_reference_id", "financial_entity",
    "payment_account_holder", "payment_account_number", "transferproof_url", "payment_account_id", "transfer_time",
    "rtsproof_url", "business", "store", "customer", "courier", "courier_service", "shipment_provider_code",
    "destination_address", "origin_address", "warehouse", "awb_status", "awb_ca_status", "notes", "metadata",
    "agent_context", "is_dropshipping", "dropshipper_name", "dropshipper_phone", "is_probably_spam", "page",
    "channel_name", "ip", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "last_updated_by",
    "external_id", "discount_code_id", "discount_code_code", "discount_code_applied_to", "courier_additional_info",
    "chat_message", "shipment_receipt", "shipment_status", "handler", "handler_phone", "advertiser", "mark_as_spam_by",
    "follow_up_chat_type", "is_from_form", "is_repeat", "is_purchase_fb", "is_purchase_tiktok", "is_purchase_kwai",
    "fb_pixel_ids", "tiktok_pixel_ids", "kwai_pixel_ids", "analytics_purchases", "follow_up_chats", "message_history",
    "order_emails", "shipment_status_history", "tags", "platform", "created_at", "last_updated_at", "rounding",
))  # fmt: skip


class Found(msgspec.Struct, frozen=True):
    """A page, newest first. ``newer``, ``older``: whether there is more on that side."""

    views: list[OrderView]
    newer: bool
    older: bool


class OrderQuery(msgspec.Struct, frozen=True):
    """``columns`` empty: all of them."""

    wanted: OrderFilter
    columns: frozenset[str]


def read_order_query(query: Fields, names: list[str], catalogue: ProductCatalogue) -> OrderQuery:
    """The filter; ``names``: everything the query names; ``catalogue``: where a store is looked up. Notes a filter that
    is not served, an unknown one, and a value the contract does not have; ``read_page`` refuses with all of it."""
    note_unserved(query, names, SERVED, NOT_SERVED)
    status, payment = query.choice("status", FILTER), query.choice("payment_status", PAYMENT_STATUS)
    number, external_id = query.text("order_id"), query.text("external_id")
    wanted = OrderFilter(
        statuses=FILTER[status] if status else (),
        # Every number here is in upper case (placing.order_number).
        numbers=(number.upper(),) if number else (),
        references=(external_id,) if external_id else (),
        payment_status=payment,
        shipment_statuses=_shipment_states(query.text("shipment_status"), status),
        labels=_labels(query, catalogue),
    )
    wanted = _searching(query, wanted)
    columns = frozenset(name for part in query.text("columns", most=4000).split(",") if (name := part.strip()))
    if strange := sorted(columns - COLUMNS):
        query.complain("columns", f"is invalid, an order has no {', '.join(name[:64] for name in strange[:20])}")
    return OrderQuery(wanted, columns)


def _shipment_states(word: str, status: str) -> tuple[str, ...]:
    """Where the parcel is; empty: anywhere. A word that names no state finds nothing: no parcel is there."""
    coming_back = status == SHIPPED_RTS
    if not word:
        return ("returning",) if coming_back else ()
    state = state_named(word)
    return (state if not coming_back or state == "returning" else "",)


def _labels(query: Fields, catalogue: ProductCatalogue) -> dict[str, str]:
    """The labels an order must have. No order has those of a store that nobody has."""
    reference = read_reference(query, "store_id")
    store = catalogue.store(reference)
    name = query.choice("payment_method", (*METHODS, EWALLET))
    method = METHODS.get(name)
    return labels(
        store_id=store.store_id if store else _NO_STORE if reference else None,
        method=EWALLET if name == EWALLET else method.kind if method else "",
        channel_code=method.channel or "" if method and name != EWALLET else "",
    )


#: Where a text is looked for, by the contract's word; what is not here is compared whole.
_SEARCHED: Final[dict[str, SearchField]] = {
    "order_id": "number", "external_id": "reference", "customer_name": "name", "customer_email": "email",
    "customer_phone": "phone",
}  # fmt: skip


def _searching(query: Fields, wanted: OrderFilter) -> OrderFilter:
    """How the field or its words begin, in any case; telephones by their digits, from the beginning or the end. Whole:
    receipts, the gateway's reference, amounts."""
    field = query.choice("search_field", SEARCH_FIELDS, otherwise="order_id")
    text = query.text("search")
    if not text:
        return wanted
    match field:
        case "shipment_receipt":
            return replace(wanted, receipt=text)
        case "pg_reference_id":
            return replace(wanted, payment_public_id=text)
        case "gross_revenue":
            return replace(wanted, total_sen=_amount(query, text))
        case _:
            if field == "customer_phone" and not is_phone(text):
                # Fewer would find nothing, which reads as "no such customer".
                query.complain("search", f"is invalid, expected {FEWEST_DIGITS} digits of a telephone number or more")
            return replace(wanted, search=text, search_fields=(_SEARCHED[field],))


def _amount(query: Fields, text: str) -> int:
    try:
        return read_amount(text, Rounding.SEN, MAX_SEN)
    except AmountFault:
        query.complain("search", "is invalid, expected an amount in rupiah")
        return 0


async def find_page(engine: Engine, scope: Scope, wanted: OrderFilter, page: Page) -> Found:
    """A page before or after a position (an order id)."""
    backwards = page.way == "before" and page.at is not None
    asked = replace(wanted, after_id=page.at) if backwards else replace(wanted, before_id=page.at)
    views = await engine.orders.page(scope, asked, page.size + 1)
    shown, more = views[: page.size], len(views) > page.size
    if backwards:
        return Found(shown[::-1], newer=more, older=bool(shown))
    return Found(shown, newer=page.at is not None and bool(shown), older=more)
