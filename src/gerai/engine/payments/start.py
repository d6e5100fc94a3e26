"""Start a payment: the payer has chosen how to pay, and what they must see is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from gerai.domain.records import Order, OrderView
from gerai.domain.refusals import AmountMismatch, NotFound, StateConflict
from gerai.engine.command import Command, Context, Needs
from gerai.engine.made import Made
from gerai.engine.orders.find import order_now
from gerai.engine.payment_steps import end_payment, keep_attempt, new_payment, open_payments
from gerai.engine.payments.matching import Asking, Matching, acquired_by, expect, reach
from gerai.engine.state import Job, State
from gerai.store.connection import Connection

SETTLE_TASK = "gerai.settle"
SETTLE_QUEUE = "payments"


class StartPayment(Command[OrderView], frozen=True, kw_only=True):
    """Open a payment for a pending order.

    ``amount_sen`` must be the invoice's; ``fee_sen`` is what the payer pays on top, ``merchant_fee_sen`` what the
    method keeps of the amount. ``settle_after_s`` with ``settle_outcome`` lets a sandbox payment finish by itself (a
    job of this same transaction).

    ``only_if_none_open``: a payer who chooses on a page has one payment at a time, however often the form arrives;
    ones that ran out are expired on the way.

    ``contract_id``: a gateway takes it, by this contract. It is kept as asked for, before anybody asks
    (``engine/gateways``): what the payer must see is not known yet, and
    nothing is announced before it is.

    ``matching``: it comes into an account of the seller's own, and its payer is asked for an amount of their own.

    Refuses: NotFound, StateConflict (not pending; past its expiry: state ``expired``; a payment is open already; money
    came and waits for a decision: ``payment`` is ``late``),
    AmountMismatch, MethodUnavailable (the account was closed, or every amount is expected already).
    """

    order_id: int
    payment_id: int
    public_id: str
    method: str
    channel_code: str
    amount_sen: int
    instructions: dict[str, Any]
    fee_sen: int = 0
    merchant_fee_sen: int = 0
    reference: str = ""
    expires_at: datetime | None = None
    settle_after_s: float | None = None
    settle_outcome: Literal["paid", "failed"] = "paid"
    only_if_none_open: bool = False
    matching: Matching | None = None
    contract_id: int | None = None

    def identify(self, answer: OrderView) -> Made:
        return Made(order_id=self.order_id, payment_id=self.payment_id)

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> OrderView:
        """The order as it is now, without payments that were started after this one: a door shows the newest."""
        view = await order_now(connection, merchant_id, made.order_id)
        until = next(((p.created_at, p.payment_id) for p in view.payments if p.payment_id == made.payment_id), None)
        if until is None:
            return view
        earlier = tuple(p for p in view.payments if (p.created_at, p.payment_id) <= until)
        return msgspec.structs.replace(view, payments=earlier)

    def needs(self) -> Needs:
        if self.matching is None:
            return Needs(orders=(self.order_id,))
        expected = reach(self.matching.receiving_id, self.matching.rule, self._price_sen)
        return Needs(orders=(self.order_id,), expected=(expected,))

    @property
    def _price_sen(self) -> int:
        return self.amount_sen + self.fee_sen

    def decide(self, state: State, context: Context) -> OrderView:
        order = state.order(self.merchant_id, self.order_id)
        invoice = state.invoices.get(self.merchant_id, self.order_id)
        if order.environment != self.environment or invoice is None:
            raise NotFound("order", str(self.order_id))
        if order.status not in ("draft", "pending") or invoice.status != "pending":
            raise StateConflict("order", order.public_id, order.status, "charge")
        # The clock decides, whether or not the sweep has come by already.
        if order.expires_at is not None and order.expires_at <= context.now:
            raise StateConflict("order", order.public_id, "expired", "charge")
        # Whoever is asked for it a second time pays twice.
        waits = next((payment for payment in state.payments_of(order) if payment.status == "late"), None)
        if waits is not None:
            raise StateConflict("payment", waits.public_id, "late", "charge")
        # The caller composed this from an order that it read without a lock.
        if self.amount_sen != invoice.amount_sen:
            raise AmountMismatch(given_sen=self.amount_sen, right_sen=invoice.amount_sen)
        if self.only_if_none_open:
            _require_none_open(state, context, order)
        matching_sen, instructions = self._asked(state, context)
        payment = state.payments.insert(
            new_payment(
                order,
                self.payment_id,
                context.now,
                method=self.method,
                public_id=self.public_id,
                channel_code=self.channel_code,
                fee_sen=self.fee_sen,
                merchant_fee_sen=self.merchant_fee_sen,
                matching_sen=matching_sen,
                receiving_id=None if self.matching is None else self.matching.receiving_id,
                acquired_by=acquired_by(state, self.merchant_id, self.matching),
                contract_id=self.contract_id,
                reference=self.reference,
                instructions=instructions,
                expires_at=self.expires_at,
            )
        )
        if self.contract_id is None:
            state.announce(order, "payment.started", context.now, payment=self.public_id, method=self.method)
        else:
            keep_attempt(state, context, payment, self.contract_id)
        if self.settle_after_s is not None:
            args = {
                "merchant_id": self.merchant_id,
                "environment": self.environment,
                "order_id": self.order_id,
                "payment_id": self.payment_id,
                "outcome": self.settle_outcome,
            }
            state.jobs.append(Job(SETTLE_QUEUE, SETTLE_TASK, None, args, self.settle_after_s))
        return state.view(self.merchant_id, self.order_id)

    def _asked(self, state: State, context: Context) -> tuple[int, dict[str, Any]]:
        """How far from the price the payer is asked for, and the instructions for that."""
        if self.matching is None:
            return 0, self.instructions
        matching_sen = expect(
            state, context, self.merchant_id, self.matching, self._price_sen, Asking(self.order_id, self.payment_id),
            self.expires_at,
        )  # fmt: skip
        return matching_sen, self.instructions | self.matching.compose(self._price_sen + matching_sen)


def _require_none_open(state: State, context: Context, order: Order) -> None:
    for payment in open_payments(state, order):
        if payment.expires_at is None or payment.expires_at > context.now:
            raise StateConflict("payment", payment.public_id, payment.status, "start another")
        end_payment(state, context, order, payment, "expire")
