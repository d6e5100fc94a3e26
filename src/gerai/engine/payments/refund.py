"""Give back what was paid, all of it or a part, to the payer or into the member's wallet."""

from __future__ import annotations

from typing import Literal

import msgspec

from gerai.domain.money import SEN_PER_RUPIAH
from gerai.domain.records import OrderView
from gerai.domain.refusals import InputInvalid, NotFound, RefundTooLarge, StateConflict
from gerai.domain.states import INVOICE, PAYMENT
from gerai.engine.command import Command, Context, Needs
from gerai.engine.state import State
from gerai.engine.wallet import ledger


class RefundPayment(Command[OrderView], frozen=True, kw_only=True):
    """Refund ``amount_sen`` (more than nothing) of a completed payment.

    Refuses: NotFound, StateConflict (not completed), RefundTooLarge (the sum would exceed what was paid), InputInvalid
    (a part that is not whole rupiah).
    """

    order_id: int
    payment_id: int
    amount_sen: int
    to: Literal["payer", "wallet"] = "payer"
    note: str = ""

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,), wallets_of_orders=True)

    def decide(self, state: State, context: Context) -> OrderView:
        order = state.order(self.merchant_id, self.order_id)
        payment = state.payments.get(self.merchant_id, self.payment_id)
        if payment is None or payment.order_id != self.order_id or payment.environment != self.environment:
            raise NotFound("payment", str(self.payment_id))
        if payment.status != "completed":
            raise StateConflict("payment", payment.public_id, payment.status, "refund")
        left = payment.amount_sen - payment.refunded_sen
        if not 0 < self.amount_sen <= left:
            raise RefundTooLarge(requested_sen=self.amount_sen, refundable_sen=left)
        if self.amount_sen % SEN_PER_RUPIAH and self.amount_sen != left:
            raise InputInvalid({"amount": ["must be whole rupiah"]})
        if self.to == "wallet" or payment.method == "wallet":
            ledger.refund_to_wallet(state, context, order, self.amount_sen, payment.payment_id, "sales", self.note)
        else:
            ledger.return_to_payer(state, context, order, self.amount_sen, payment.payment_id, "sales", self.note)
        whole = self.amount_sen == left
        state.payments.update(
            msgspec.structs.replace(
                payment,
                refunded_sen=payment.refunded_sen + self.amount_sen,
                status=PAYMENT.move(payment.status, "refund") if whole else payment.status,
                updated_at=context.now,
            )
        )
        state.orders.update(
            msgspec.structs.replace(order, refunded_sen=order.refunded_sen + self.amount_sen, updated_at=context.now)
        )
        invoice = state.invoices.get(self.merchant_id, self.order_id)
        if whole and invoice is not None and INVOICE.can(invoice.status, "refund"):
            state.invoices.update(msgspec.structs.replace(invoice, status=INVOICE.move(invoice.status, "refund")))
        state.announce(order, "payment.refunded", context.now, payment=payment.public_id, amount_sen=self.amount_sen)
        return state.view(self.merchant_id, self.order_id)
