"""The Order object (contract §10), every key of it; what an order has not is null."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from gerai.domain.money import SEN_PER_RUPIAH
from gerai.domain.payment_status import payment_status
from gerai.domain.records import OrderView
from gerai.doors.dialects.scalev.formats import free_object, timestamp
from gerai.doors.dialects.scalev.order_details import OrderDetails, details_of
from gerai.doors.dialects.scalev.order_history import History, shape, shipment_shape, times
from gerai.doors.dialects.scalev.statuses import STATUS
from gerai.doors.dialects.scalev.wire_catalogue import whole_store
from gerai.doors.dialects.scalev.wire_lines import order_lines, quantity_maps
from gerai.doors.dialects.scalev.wire_parcel import parcel_fields
from gerai.doors.dialects.scalev.wire_payment import payment_fee, payment_fields
from gerai.engine.catalogue.products import Store

#: Keys of the contract that nothing here ever fills.
_NEVER: Final = (
    "page", "channel_name", "ip", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term",
    "last_updated_by", "external_id", "discount_code_id", "discount_code_code", "discount_code_applied_to",
    "chat_message", "handler", "handler_phone", "advertiser", "mark_as_spam_by", "follow_up_chat_type",
)  # fmt: skip
_NO: Final = ("is_from_form", "is_repeat", "is_purchase_fb", "is_purchase_tiktok", "is_purchase_kwai")
_NONE_OF: Final = (
    "fb_pixel_ids", "tiktok_pixel_ids", "kwai_pixel_ids", "analytics_purchases", "follow_up_chats", "message_history",
    "order_emails",
)  # fmt: skip


def text(sen: int) -> str:
    """Sen as the contract's decimal string, ``"168724.00"``; below zero with a sign."""
    whole, rest = divmod(abs(sen), SEN_PER_RUPIAH)
    return f"{'-' if sen < 0 else ''}{whole}.{rest:02d}"


def grams(weight: int) -> str:
    return f"{weight}.00"


def links(view: OrderView, facts: OrderDetails, base_url: str) -> dict[str, Any]:
    """The buyer's pages: ``{base}/o/{secret_slug}`` and the same with ``/success`` to be sent to."""
    public = f"{facts.store.domain or base_url}/o/{view.order.secret}"
    return {"public_order_url": public, "payment_url": f"{public}/success"}


def order(
    view: OrderView,
    history: History,
    business: dict[str, Any],
    base_url: str,
    now: datetime | None = None,
    store: Store | None = None,
) -> dict[str, Any]:
    """The whole order. ``base_url``: where buyers reach this server, unless the store has a domain of its own. ``now``:
    when it is read, None in a message about an event; ``store``: its store as it is now, where that is known."""
    facts, row = details_of(view.order), view.order
    return {
        "id": row.public_id,
        "order_id": row.number,
        "secret_slug": row.secret,
        **links(view, facts, base_url),
        **states(view),
        "status_history": shape(history.orders),
        "payment_status_history": shape(history.payments),
        **times(row, history, view.shipment),
        **_money(view, facts),
        **_weights(facts),
        **quantity_maps(view),
        "orderlines": order_lines(view),
        **payment_fields(view, facts, base_url, now),
        **_parties(view, facts, business, store),
        **parcel_fields(view, facts, business),
        "shipment_status_history": shipment_shape(history.shipments),
        **_notes(facts),
        **dict.fromkeys(_NEVER),
        **dict.fromkeys(_NO, False),
        **{name: [] for name in _NONE_OF},
        "tags": [],
        "platform": "scalev",
        "created_at": timestamp(row.created_at),
        "last_updated_at": timestamp(row.updated_at),
    }


def states(view: OrderView) -> dict[str, Any]:
    return {"status": STATUS[view.order.status], "payment_status": payment_status(view.order, view.invoice)}


def changed_order(view: OrderView, base_url: str) -> dict[str, Any]:
    """The short form that change-status returns (§11.4)."""
    facts = details_of(view.order)
    return {"id": view.order.public_id, "order_id": view.order.number, **states(view), **links(view, facts, base_url)}


def _money(view: OrderView, facts: OrderDetails) -> dict[str, Any]:
    """Amounts of the order; ``rounding`` is ours, there only where whole rupiah differ from the exact sum."""
    totals, none, gross, rounding = facts.totals, text(0), view.order.total_sen, view.order.rounding_sen
    fee_sen, rate_bp = payment_fee(view, facts)
    product, discount, other, cost = map(
        text, (totals.product, totals.product_discount, totals.other_income, totals.cost)
    )
    return {
        "gross_revenue": text(gross),
        "net_revenue": text(gross - totals.shipping - fee_sen),
        "product_price": product,
        "product_price_bt": product,
        "product_discount": discount,
        "product_discount_bt": discount,
        "shipping_cost": text(totals.shipping),
        "shipping_discount": text(totals.shipping_discount),
        "shipping_fee": none,
        "shipping_fee_discount": none,
        "other_income": other,
        "other_income_bt": other,
        "other_income_name": facts.extras.get("other_income_name"),
        "unique_code_discount": text(totals.unique_code),
        "discount_code_discount": text(totals.discount_code),
        "discount_rate": none,
        "payment_fee": text(fee_sen),
        # Per cent, with two places: what basis points are.
        "payment_fee_rate": text(rate_bp),
        "min_payment_fee": none,
        "scalev_fee": none,
        "net_payment_revenue": text(gross - fee_sen),
        "cogs": cost,
        "cogs_bt": cost,
        "gross_revenue_for_dropshipper": none,
        "payment_link_income": none,
        "payment_link_income_bt": none,
        "tax_rate": 0,
        **({"rounding": text(rounding)} if rounding else {}),
    }


def _weights(facts: OrderDetails) -> dict[str, Any]:
    return {
        "product_weight": grams(facts.product_weight_g),
        "weight_bump": grams(facts.weight_bump_g),
        "total_weight": grams(facts.product_weight_g + facts.weight_bump_g),
    }


def customer(view: OrderView, facts: OrderDetails, write: Callable[[datetime], str] = timestamp) -> dict[str, Any]:
    """Who buys; one who left neither e-mail nor telephone has no ``id``."""
    person, member, placed_at = facts.customer, view.member, view.order.created_at
    return {
        "id": view.order.member_id,
        "name": person.name,
        "email": person.email or None,
        "phone": person.phone or None,
        "status": None,
        "confirmed_at": None,
        "created_at": write(member.created_at if member else placed_at),
        "last_updated_at": write(member.updated_at if member else placed_at),
    }


def _parties(view: OrderView, facts: OrderDetails, business: dict[str, Any], store: Store | None) -> dict[str, Any]:
    """The store's settings are today's; its name and ids are the order's own."""
    return {
        "business": business,
        "store": {
            **({"is_active": True, "business": business} if store is None else whole_store(store, business)),
            "id": facts.store.id,
            "unique_id": facts.store.unique_id,
            "uuid": facts.store.uuid,
            "name": facts.store.name,
        },
        "customer": customer(view, facts),
    }


def _notes(facts: OrderDetails) -> dict[str, Any]:
    kept = facts.extras
    return {
        "notes": facts.note or None,
        "metadata": free_object(kept.get("metadata")),
        "agent_context": free_object(kept.get("agent_context")),
        "is_dropshipping": kept.get("is_dropshipping", False),
        "dropshipper_name": kept.get("dropshipper_name"),
        "dropshipper_phone": kept.get("dropshipper_phone"),
        "is_probably_spam": kept.get("is_probably_spam", False),
    }
