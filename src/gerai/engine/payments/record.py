"""Record what became of a payment: paid, failed, or run out. Money that arrives late or twice is never lost."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from gerai.domain.payment_status import CAME
from gerai.domain.records import Invoice, Order, OrderView, Payment
from gerai.domain.refusals import NotFound, StateConflict
from gerai.domain.states import PAYMENT
from gerai.engine.command import Context
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.payment_steps import end_at_gateway, new_payment
from gerai.engine.payments import arrival, other_amount
from gerai.engine.state import State
from gerai.engine.wallet import ledger

#: When a payer who is played pays.
Played = Literal["in_time", "late"]
PaymentOutcome = Literal["paid", "failed", "expired"]
#: Where a payment or deposit stands whose payer is played by its gateway's own sandbox.
AT_GATEWAY: Final = "at its gateway"
_VERB = {"paid": "complete", "failed": "fail", "expired": "expire"}


class RecordPayment(OrderCommand, frozen=True, kw_only=True):
    """Record the outcome of a payment.

    Without ``payment_id`` the payment is created on the spot (an operator marks an order paid); it needs ``public_id``
    and ``method``. Paid in time: the payment is completed, the invoice paid, the money booked, and the order takes its
    ``after_payment`` verb; one that somebody began to work on unpaid stays where it is. Paid after the order or the
    payment ended, or a second time: the payment is ``late`` and the merchant's setting ``late_payment`` decides:
    ``accept`` (an expired order comes back), ``wallet`` (the member's wallet is credited, when there is one), or
    ``hold`` for the operator (``ResolveLate``). The default is ``accept``. What an order that went on unpaid still owes
    is booked as its payment under ``wallet`` too: nobody gets goods and money.

    ``played``: no money came, a payer is played. ``in_time``: the payment must be open and its order wait for it, on
    this environment's clock; ``late``: it must be open, or have run out. ``came_sen``: so much comes of a payer who is
    played, and not what is asked: it waits, or goes where the merchant's setting ``other_amount`` has it.

    ``by``: the person who saw the money arrive, with the bank's ``reference``; kept as an event of its own. A person
    may look twice at one line of the bank's list: where money came for the order already, more of it is booked only
    when they say that it came a ``second`` time.

    Refuses: NotFound, StateConflict (the payment cannot take this outcome any more; ``pay again``: by a person, and
    money came already; ``play``: nobody would pay it now).
    """

    outcome: PaymentOutcome
    payment_id: int | None = None
    public_id: str = ""
    method: str = ""
    failure: dict[str, str] = {}
    played: Played | None = None
    came_sen: int | None = None
    by: str = ""
    reference: str = ""
    second: bool = False

    def decide(self, state: State, context: Context) -> OrderView:
        order = self.order(state)
        invoice = state.invoices.get(self.merchant_id, self.order_id)
        if invoice is None:
            raise NotFound("order", str(self.order_id))
        if self.by and not self.second:
            _require_first(state, order, invoice)
        payment = self._payment(state, context, order)
        if self.played is not None:
            self._require_playable(context, order, invoice, payment)
        if self.outcome != "paid":
            self._end(state, context, order, payment)
            return state.view(self.merchant_id, self.order_id)
        if self.played is not None and self.came_sen not in (None, payment.asked_sen):
            other_amount.arrive(state, context, order, payment, self.came_sen)
            return state.view(self.merchant_id, self.order_id)
        if self.by:
            facts = {"by": self.by, "reference": self.reference, "amount_sen": payment.asked_sen}
            state.announce(order, "payment.confirmed", context.now, payment=payment.public_id, **facts)
        if _waited_for(context, order, invoice, payment) and PAYMENT.can(payment.status, "complete"):
            arrival.book(state, context, order, self._move(state, context, payment, "complete"))
        else:
            self._late(state, context, order, invoice, payment)
        # Whatever becomes of the money, its method has kept the fee.
        ledger.book_fees(state, context, order, payment)
        return state.view(self.merchant_id, self.order_id)

    def _require_playable(self, context: Context, order: Order, invoice: Invoice, payment: Payment) -> None:
        """StateConflict, with how the payment or order stands, when nobody would pay it now, or only at its gateway."""
        if payment.contract_id is not None:
            raise StateConflict("payment", payment.public_id, AT_GATEWAY, "play")
        ends = (payment.expires_at, order.expires_at)
        # By the clock, whether or not the sweep has come by already.
        over = payment.status == "processing" and any(at is not None and at <= context.now for at in ends)
        stands = "expired" if over else payment.status
        if stands not in (("processing",) if self.played == "in_time" else ("processing", "expired")):
            raise StateConflict("payment", payment.public_id, stands, "play")
        # The payment waits on although its order does not: what came now would be late.
        if (self.played, self.outcome) == ("in_time", "paid") and not _waited_for(context, order, invoice, payment):
            raise StateConflict("order", order.public_id, order.status, "play")

    def _payment(self, state: State, context: Context, order: Order) -> Payment:
        if self.payment_id is not None:
            found = state.payments.get(self.merchant_id, self.payment_id)
            if found is None or found.order_id != order.order_id:
                raise NotFound("payment", str(self.payment_id))
            return found
        payment_id = context.next_id()
        public_id = self.public_id or f"manual-{payment_id}"
        return state.payments.insert(
            new_payment(order, payment_id, context.now, method=self.method, public_id=public_id)
        )

    def _move(self, state: State, context: Context, payment: Payment, verb: str) -> Payment:
        status = PAYMENT.move(payment.status, verb, payment.public_id)
        done = context.now if status in ("completed", "late") else payment.completed_at
        return state.payments.update(
            msgspec.structs.replace(
                payment, status=status, failure=self.failure, updated_at=context.now, completed_at=done
            )
        )

    def _end(self, state: State, context: Context, order: Order, payment: Payment) -> None:
        payment = self._move(state, context, payment, _VERB[self.outcome])
        state.announce(order, f"payment.{payment.status}", context.now, payment=payment.public_id, **self.failure)
        if self.outcome == "expired":
            end_at_gateway(state, payment, context.now)

    def _late(self, state: State, context: Context, order: Order, invoice: Invoice, payment: Payment) -> None:
        payment = self._move(state, context, payment, "complete_late")
        rule = context.settings.late_payment
        owed = arrival.owed(order, invoice) and rule in ("accept", "wallet")
        if owed or (rule == "accept" and arrival.acceptable(state, order, invoice)):
            arrival.accept(state, context, order, invoice, payment, "gateway")
        # Its order cannot take it any more, or shall not: the member's wallet is the next best place.
        elif rule in ("accept", "wallet") and arrival.fits_wallet(state, order, payment):
            arrival.announce_late(state, context, order, payment)
            arrival.credit(state, context, order, payment, "gateway", "late payment")
        else:
            arrival.suspend(state, context, order, payment)
            # Nothing here can send money back to a bank: a person is asked to.
            if rule == "refund":
                state.announce(
                    order,
                    "refund.due",
                    context.now,
                    reason="late payment",
                    payment=payment.public_id,
                    amount_sen=payment.amount_sen,
                )


def _waited_for(context: Context, order: Order, invoice: Invoice, payment: Payment) -> bool:
    """Whether the order waits for this payment's money: it is open, or somebody began to work on it unpaid, and the
    payment has not run out."""
    in_time = payment.expires_at is None or payment.expires_at > context.now
    return arrival.payable(order, invoice) or (in_time and arrival.owed(order, invoice))


def _require_first(state: State, order: Order, invoice: Invoice) -> None:
    """StateConflict when money came for this order already."""
    if invoice.status in ("paid", "refunded"):
        raise StateConflict("order", order.public_id, invoice.status, "pay again")
    came = next((payment.status for payment in state.payments_of(order) if payment.status in CAME), None)
    if came is not None:
        raise StateConflict("order", order.public_id, came, "pay again")
