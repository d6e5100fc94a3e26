"""What a gateway is to collect, read as it stands: an order's payment, or a deposit. Who asks gateways (``desk.py``,
``follow.py``, ``notice.py``) asks the same for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from gerai.domain.records import Deposit, GatewayAttempt, OrderView, Payment
from gerai.engine.arrivals.target import OfDeposit, Target, target_of
from gerai.engine.core import Engine
from gerai.store import gateways as sql


@dataclass(frozen=True)
class DueAtGateway:
    """``paid``: the payment or deposit. ``ends_at``: until when it may be paid; ``number``: what its payer knows it by;
    ``page``: where they look at it, a path or an address; ``payer``: what is known of them (name, email, mobile).
    """

    paid: Payment | Deposit
    ends_at: datetime | None
    number: str
    page: str
    payer: Mapping[str, str]

    @property
    def target(self) -> Target:
        """What money for it is to the engine."""
        return target_of(self.paid)

    @property
    def until(self) -> datetime | None:
        """Until when what its payer was shown can be paid; None: nobody said."""
        # A gateway's number may be payable for longer than the order or top-up, which it never makes longer.
        told = self.paid.instructions.get("expires_at")
        ends = [self.paid.expires_at, datetime.fromisoformat(told) if isinstance(told, str) else None]
        return max((one for one in ends if one is not None), default=None)


class Followed(NamedTuple):
    """What a gateway collects, as it stands here and there."""

    due: DueAtGateway
    attempt: GatewayAttempt


def due_of(view: OrderView, payment: Payment) -> DueAtGateway:
    """A payment of this order."""
    order, contact = view.order, view.order.contact
    # A wallet's own telephone, where its payer named one.
    mobile = payment.instructions.get("mobile") or contact.mobile
    payer = {"name": contact.name, "email": contact.email, "mobile": str(mobile)}
    page = str(payment.instructions.get("url") or f"/i/{order.secret}")
    return DueAtGateway(payment, order.expires_at, order.number, page, _known(payer))


async def due_of_deposit(engine: Engine, deposit: Deposit) -> DueAtGateway:
    """A deposit of its member."""
    payer: dict[str, str] = {}
    if deposit.member_id is not None:
        async with engine.connection() as connection:
            payer = await sql.payer(connection, deposit.merchant_id, deposit.member_id)
    page = str(deposit.instructions.get("url") or "/")
    return DueAtGateway(deposit, deposit.expires_at, deposit.public_id, page, _known(payer))


async def followed(engine: Engine, merchant_id: int, target: Target) -> Followed | None:
    """It as it stands here and at its gateway; None: there is no such thing, or no gateway has it."""
    due = await _due(engine, merchant_id, target)
    if due is None:
        return None
    async with engine.connection() as connection:
        attempt = await sql.attempt(connection, merchant_id, target.own_id)
    return None if attempt is None else Followed(due, attempt)


async def _due(engine: Engine, merchant_id: int, target: Target) -> DueAtGateway | None:
    if isinstance(target, OfDeposit):
        deposit = await engine.deposits.by_id(merchant_id, target.deposit_id)
        return None if deposit is None else await due_of_deposit(engine, deposit)
    view = await engine.orders.by_id(merchant_id, target.order_id)
    payment = None if view is None else next((p for p in view.payments if p.payment_id == target.payment_id), None)
    return None if view is None or payment is None else due_of(view, payment)


def _known(payer: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in payer.items() if text}
