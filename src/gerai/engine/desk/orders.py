"""What views and acts of orders share: the states by name, the row of an order, which order is meant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from msgspec import Meta

from gerai.domain.payment_status import payment_status
from gerai.domain.records import OrderView
from gerai.domain.refusals import NotFound
from gerai.engine.acting import acting_now
from gerai.engine.desk.fields import END, Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done, submitted
from gerai.engine.merchants.open import note
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.standing import newest_payment
from gerai.store import order_views

#: As the table has them, in the order in which an order takes them.
OrderStatus = Literal[
    "draft", "pending", "confirmed", "processing", "ready", "shipped", "completed", "partial", "cancelled", "expired",
    "failed", "returned", "closed",
]  # fmt: skip
ORDER_STATES: Final[tuple[OrderStatus, ...]] = get_args(OrderStatus)
#: How the money of an order stands: the engine's four words, and two of money that is only reserved in a wallet.
MoneyWord = Literal["unpaid", "paid", "conflict", "settled", "held", "returned"]

#: What an order's buyer reads of an act.
Message = Annotated[str, Meta(max_length=500)]
_NO_CONTROLS: Final = r"[^\x00-\x1f\x7f]*"
#: A courier's number: one line, as long as the doors take it.
ReceiptNumber = Annotated[
    str, Meta(min_length=1, max_length=255, pattern=rf"^{_NO_CONTROLS}[^\x00-\x20\x7f]{_NO_CONTROLS}{END}")
]
#: The same, or none.
Receipt = Annotated[str, Meta(max_length=255, pattern=f"^{_NO_CONTROLS}{END}")]


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order. ``public_id``: as its door knows it; ``payment_status``: ``held`` is reserved in its member's wallet,
    ``returned`` was, ``settled`` the gateway has passed on, ``conflict`` somebody must look; ``customer``: whom it is
    for, as far as anything is known; ``items``: the first line, and how many others; ``kept_sen``: what was taken for
    it and not given back."""

    id: Annotated[Id, words("Nomor", "Id")]
    number: Annotated[str, words("Pesanan", "Order")]
    door: Annotated[str, words("Konter", "Counter")]
    public_id: Annotated[str, words("Tanda pengenal", "Identifier")]
    status: Annotated[OrderStatus, words("Keadaan", "State")]
    payment_status: Annotated[MoneyWord, words("Pembayaran", "Payment")]
    customer: Annotated[str, words("Pelanggan", "Customer")]
    items: Annotated[str, words("Isi", "Items")]
    method: Annotated[str, words("Cara bayar", "Paid by")]
    total_sen: Annotated[int, words("Total", "Total")]
    kept_sen: Annotated[int, words("Diterima", "Received")]
    refunded_sen: Annotated[int, words("Dikembalikan", "Given back")]
    created_at: Annotated[datetime, words("Dipesan", "Placed")]


def row_of(view: OrderView) -> OrderRow:
    """An order as it is listed."""
    order = view.order
    return OrderRow(
        id=order.order_id,
        number=order.number,
        door=order.channel,
        public_id=order.public_id,
        status=msgspec.convert(order.status, OrderStatus),
        payment_status=money_word(view),
        customer=_customer(view),
        items=_items(view),
        method=_method(view),
        total_sen=order.total_sen,
        kept_sen=order.kept_sen,
        refunded_sen=order.refunded_sen,
        created_at=order.created_at,
    )


def money_word(view: OrderView) -> MoneyWord:
    """How the order's money stands."""
    order, word = view.order, payment_status(view.order, view.invoice)
    if view.invoice is not None or word != "unpaid":
        return word
    if order.funding == "hold":
        return "paid" if order.charged_sen else "returned" if order.refunded_sen else "held"
    return "paid" if order.funding == "wallet" else word


def _customer(view: OrderView) -> str:
    contact, member = view.order.contact, view.member
    known = [contact.name] if member is None else [contact.name, member.name]
    others = [contact.email, contact.mobile, "" if member is None else member.public_id]
    return next(filter(None, (*known, *others)), "")


def _items(view: OrderView) -> str:
    if not view.lines:
        return ""
    first, more = view.lines[0], len(view.lines) - 1
    return f"{first.quantity} × {first.name}" + (f", +{more}" if more else "")


def _method(view: OrderView) -> str:
    """That of the newest payment that runs or came; else what its invoice or its door says."""
    if (payment := newest_payment(view.payments)) is not None:
        return f"{payment.method}:{payment.channel_code}" if payment.channel_code else payment.method
    if view.order.funding in ("wallet", "hold"):
        return "wallet"
    invoiced = "" if view.invoice is None else view.invoice.method
    return invoiced or view.order.labels.get("method", "")


async def order_of(within: Within, order_id: int) -> OrderView:
    """The order, as it stands, in the desk's environment. Refuses NotFound."""
    async with within.engine.connection() as connection:
        found = await order_views.by_ids(connection, within.merchant_id, [order_id])
    if not found or found[0].order.environment != within.environment:
        raise NotFound("order", str(order_id))
    return found[0]


async def step(within: Within, command: OrderCommand, **facts: Any) -> Done:
    """Hand in what the act under way does to an order, once under its idempotency key; ``facts`` are kept with its
    entry. Refuses what the command refuses, and IdempotencyKeyReused."""
    note(command.order_id, **{name: value for name, value in facts.items() if value not in (None, "")})
    outcome = await submitted(within, command)
    return Done(str(command.order_id), replayed=outcome.replayed)


async def items_of(within: Within, order_id: int) -> int:
    """How many items the order has, which never changes once it is placed. Refuses NotFound."""
    return sum(line.quantity for line in (await order_of(within, order_id)).lines)


def names_of(within: Within, order_id: int) -> dict[str, Any]:
    """What every command names: the order, and where it is."""
    return {"merchant_id": within.merchant_id, "environment": within.environment, "order_id": order_id}


def by() -> str:
    """Who acts, as the order's events keep it."""
    act = acting_now()
    return "" if act is None else act.actor.label
