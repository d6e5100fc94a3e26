"""What views and acts of money share: payments and top-ups by the number that names them, and what they allow."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

from gerai.domain.records import Deposit, Environment, OrderView, Payment
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.domain.states import DEPOSIT, PAYMENT
from gerai.engine.arrivals.take import PRODUCTION
from gerai.engine.desk.house import Within
from gerai.engine.proofs import proof_of

#: The states of a payment, and of a top-up.
PaymentState = Literal["processing", "completed", "late", "refunded", "failed", "expired", "cancelled"]
DepositState = Literal["pending", "succeeded", "late", "refunded", "failed", "expired", "cancelled"]
#: The bank's or a gateway's name of a transfer.
Reference = Annotated[str, Meta(max_length=100)]
MethodName = Annotated[str, Meta(max_length=40)]
#: Ways money comes outside of Gerai, beside those that a shop can offer.
OUTSIDE: Final = ("manual", "cash", "other")


async def order_here(within: Within, order_id: int) -> OrderView | None:
    """The order with this id, if it is of this environment."""
    view = await within.engine.orders.by_id(within.merchant_id, order_id)
    return view if view is not None and view.order.environment == within.environment else None


async def payment_here(within: Within, payment_id: int) -> tuple[OrderView, Payment]:
    """The payment with this id, and its order. Refuses NotFound."""
    found = await within.engine.payments.by_id(within.merchant_id, payment_id)
    view = None if found is None else await order_here(within, found.order_id)
    if view is None:
        raise NotFound("payment", str(payment_id))
    return view, next(one for one in view.payments if one.payment_id == payment_id)


async def payable_here(within: Within, number: int) -> tuple[OrderView, Payment | None]:
    """What money came for: the payment with this number, the one that a proof with it is of, or the order with it, of
    whose payments none is named then. No two things have one number. Refuses NotFound."""
    if (view := await order_here(within, number)) is not None:
        if view.invoice is None:
            raise InputInvalid({"id": [f"order {view.order.number} has no invoice: it is paid from a wallet"]})
        return view, None
    proof = await proof_of(within.engine, within.merchant_id, number)
    return await payment_here(within, number if proof is None or proof.order_id is None else proof.payment_id)


async def deposit_here(within: Within, deposit_id: int) -> Deposit:
    """The top-up with this id. Refuses NotFound."""
    found = await within.engine.deposits.by_id(within.merchant_id, deposit_id)
    if found is None or found.environment != within.environment:
        raise NotFound("deposit", str(deposit_id))
    return found


async def top_up_here(within: Within, number: int) -> Deposit:
    """The top-up with this number, or that which a proof with it is of. Refuses NotFound."""
    proof = await proof_of(within.engine, within.merchant_id, number)
    return await deposit_here(within, number if proof is None or proof.order_id is not None else proof.payment_id)


def account_named(within: Within, receiving_id: int | None) -> str:
    """The shop's own account with this id, as people know it; one that is closed by its number; None: empty."""
    if receiving_id is None:
        return ""
    named = {one.receiving_id: f"{one.method} {one.channel}" for one in within.merchant.receiving}
    return named.get(receiving_id, str(receiving_id))


def require_real(within: Within, thing: str, number: int | str) -> Environment:
    """Only production has money that came into accounts. Refuses NotFound."""
    if within.environment != PRODUCTION:
        raise NotFound(thing, str(number))
    return PRODUCTION


def payment_acts(payment: Payment) -> tuple[str, ...]:
    """The acts that the payment's state allows."""
    can: list[str] = []
    if PAYMENT.can(payment.status, "complete") or PAYMENT.can(payment.status, "complete_late"):
        can.append("payments.confirm")
    if PAYMENT.can(payment.status, "accept"):
        can.append("payments.resolve")
    elif PAYMENT.can(payment.status, "refund") and payment.amount_sen > payment.refunded_sen:
        can.append("payments.refund")
    return tuple(can)


def deposit_acts(deposit: Deposit) -> tuple[str, ...]:
    """The acts that the top-up's state allows."""
    can: list[str] = []
    if DEPOSIT.can(deposit.status, "succeed") or DEPOSIT.can(deposit.status, "arrive_late"):
        can.append("topups.confirm")
    if DEPOSIT.can(deposit.status, "accept") or (deposit.held and DEPOSIT.can(deposit.status, "arrive_late")):
        can.append("topups.resolve")
    return tuple(can)
