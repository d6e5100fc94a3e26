"""Record what became of a payment: paid, failed, or run out. Money that arrives late or twice is never lost."""

from __future__ import annotations

from typing import Literal

import msgspec

from gerai.domain.records import Invoice, Order, OrderView, Payment
from gerai.domain.refusals import NotFound
from gerai.domain.states import INVOICE, ORDER, PAYMENT
from gerai.engine.command import Command, Context, Needs
from gerai.engine.orders import parcels
from gerai.engine.orders.moves import order_paid, pay_invoice
from gerai.engine.state import State
from gerai.engine.wallet import ledger

PaymentOutcome = Literal["paid", "failed", "expired"]
_VERB = {"paid": "complete", "failed": "fail", "expired": "expire"}


class RecordPayment(Command[OrderView], frozen=True, kw_only=True):
    """Record the outcome of a payment.

    Without ``payment_id`` the payment is created on the spot (an operator marks an order paid); it needs ``public_id``
    and ``method``. Paid in time: the payment is completed, the invoice paid, the money booked, and the order takes its
    ``after_payment`` verb. Paid after the order ended, or a second time: the payment is ``late`` and the merchant's
    setting ``late_payment`` decides: ``accept`` (an expired order comes back), ``wallet`` (the member's wallet is
    credited, when there is one), or ``hold`` for the operator. The default is ``accept``.

    Refuses: NotFound, StateConflict (the payment cannot take this outcome any more).
    """

    order_id: int
    outcome: PaymentOutcome
    payment_id: int | None = None
    public_id: str = ""
    method: str = ""
    failure: dict[str, str] = {}

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,), wallets_of_orders=True, stock_of_orders=True)

    def decide(self, state: State, context: Context) -> OrderView:
        order = state.order(self.merchant_id, self.order_id)
        invoice = state.invoices.get(self.merchant_id, self.order_id)
        if order.environment != self.environment or invoice is None:
            raise NotFound("order", str(self.order_id))
        payment = self._payment(state, context, order, invoice.amount_sen)
        if self.outcome != "paid":
            self._end(state, context, order, payment)
        elif payable(order, invoice) and PAYMENT.can(payment.status, "complete"):
            self._book(state, context, order, self._move(state, context, payment, "complete"))
        else:
            self._late(state, context, order, invoice, payment)
        return state.view(self.merchant_id, self.order_id)

    def _payment(self, state: State, context: Context, order: Order, amount_sen: int) -> Payment:
        if self.payment_id is not None:
            found = state.payments.get(self.merchant_id, self.payment_id)
            if found is None or found.order_id != order.order_id:
                raise NotFound("payment", str(self.payment_id))
            return found
        payment_id = context.next_id()
        return state.payments.insert(
            Payment(
                merchant_id=self.merchant_id,
                payment_id=payment_id,
                environment=self.environment,
                order_id=order.order_id,
                invoice_id=order.order_id,
                public_id=self.public_id or f"manual-{payment_id}",
                method=self.method,
                channel_code="",
                status="processing",
                amount_sen=amount_sen,
                fee_sen=0,
                refunded_sen=0,
                reference="",
                instructions={},
                failure={},
                created_at=context.now,
                updated_at=context.now,
                expires_at=None,
                completed_at=None,
            )
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

    def _book(self, state: State, context: Context, order: Order, payment: Payment) -> None:
        invoice = state.invoices.rows[self.merchant_id, self.order_id]
        pay_invoice(state, context, invoice, payment.method)
        ledger.book_payment(state, context, order, payment.amount_sen, payment.payment_id)
        state.announce(order, "payment.completed", context.now, payment=payment.public_id, method=payment.method)
        state.announce(order, "invoice.paid", context.now, invoice=invoice.number)
        order_paid(state, context, order)

    def _late(self, state: State, context: Context, order: Order, invoice: Invoice, payment: Payment) -> None:
        payment = self._move(state, context, payment, "complete_late")
        rule = context.setting("late_payment", "accept")
        # Stock that was released may be somebody else's by now.
        revivable = ORDER.can(order.status, "revive") and not state.lines_hold_stock(order)
        if rule == "accept" and (payable(order, invoice) or revivable):
            if not payable(order, invoice):
                order = self._revive(state, context, order, invoice)
            status = PAYMENT.move(payment.status, "accept")
            self._book(state, context, order, state.payments.update(msgspec.structs.replace(payment, status=status)))
        elif order.account_id is not None and rule in ("accept", "wallet"):
            ledger.refund_to_wallet(
                state, context, order, payment.amount_sen, payment.payment_id, "gateway", "late payment"
            )
            status = PAYMENT.move(payment.status, "refund")
            state.payments.update(msgspec.structs.replace(payment, status=status, refunded_sen=payment.amount_sen))
            state.announce(order, "payment.credited", context.now, payment=payment.public_id)
        else:
            state.announce(order, "payment.late", context.now, payment=payment.public_id)

    def _revive(self, state: State, context: Context, order: Order, invoice: Invoice) -> Order:
        state.invoices.update(msgspec.structs.replace(invoice, status=INVOICE.move(invoice.status, "revive")))
        status = ORDER.move(order.status, "revive")
        revived = state.orders.update(msgspec.structs.replace(order, status=status, expires_at=None))
        state.announce(revived, f"order.{status}", context.now, status=status, was=order.status)
        parcels.revive(state, context, revived)
        return revived


def payable(order: Order, invoice: Invoice) -> bool:
    """Whether a payment arriving now simply pays this order."""
    return invoice.status == "pending" and ORDER.can(order.status, order.after_payment)
