"""A gateway pays out what it took, many payments at once, less what it gave back for the seller and less its fee."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from gerai.domain.payment_status import CAME
from gerai.domain.records import Payment, Payout, RefundTask
from gerai.domain.refusals import AmountMismatch, Conflict, InputInvalid, NotFound, StateConflict
from gerai.engine.command import Command, Context, Needs
from gerai.engine.state import State
from gerai.engine.wallet.payouts import book_payout, book_payout_fee

#: Payments and refunds of one payout; whoever has more books it in parts.
MOST: Final = 5_000
_LONGEST: Final = 200


class SettledPayout(msgspec.Struct, frozen=True):
    """``booked``: this command booked it; else it was booked before, under the same reference."""

    payout: Payout
    booked: bool


class SettlePayout(Command[SettledPayout], frozen=True, kw_only=True):
    """The gateway has paid out ``amount_sen`` for these payments, having taken off these refunds, which it sent, and
    kept ``fee_sen`` in all; None: what it said of each it would keep, or what was booked when each came. Each payment
    and refund is in one payout, ever. All of it or nothing; repeated with the same reference it books nothing.
    ``payments``, ``refunds``: pairs, of an order and of what hangs on it. ``also``: other contracts with the same
    gateway, whose payments it paid out with these (keys were changed). ``paid_at``: when the money was there.

    Refuses: NotFound (none of these contracts), StateConflict (``payment``, ``refund``: its money never came, was not
    sent by the gateway, or is ``settled``; ``payout``: the reference is another payout's), AmountMismatch (not what is
    left of the payments), InputInvalid (no reference, no payment, too many; less than nothing is left).
    """

    contract_id: int
    reference: str
    amount_sen: int
    payments: tuple[tuple[int, int], ...]
    refunds: tuple[tuple[int, int], ...] = ()
    also: tuple[int, ...] = ()
    fee_sen: int | None = None
    paid_at: datetime | None = None
    by: str = ""

    def needs(self) -> Needs:
        return Needs(
            orders=tuple({order_id for order_id, _ in (*self.payments, *self.refunds)}),
            attempts=tuple(payment_id for _, payment_id in self.payments),
            refund_tasks=tuple(task_id for _, task_id in self.refunds),
            payout_keys=((self.contract_id, self.reference),),
        )

    def decide(self, state: State, context: Context) -> SettledPayout:
        self._require_sane()
        payments = [self._payment(state, payment_id) for _, payment_id in self.payments]
        refunds = [self._refund(state, task_id) for _, task_id in self.refunds]
        for known in state.payouts.named(self.merchant_id, self.contract_id, self.reference):
            return SettledPayout(self._same(known, payments, refunds), booked=False)
        if conflicts := [one for one in (*map(_unfit, payments), *map(_unsent, refunds)) if one is not None]:
            raise StateConflict.of_all(conflicts)
        return SettledPayout(self._book(state, context, payments, refunds), booked=True)

    def _book(self, state: State, context: Context, payments: list[Payment], refunds: list[RefundTask]) -> Payout:
        gross_sen = sum(payment.asked_sen for payment in payments)
        refunded_sen = sum(task.amount_sen for task in refunds)
        known_sen = sum(payment.kept_sen for payment in payments)
        fee_sen = sum(self._told_sen(state, one) for one in payments) if self.fee_sen is None else self.fee_sen
        right_sen = gross_sen - refunded_sen - fee_sen
        if right_sen < 0:
            raise InputInvalid({"payout": ["its refunds and its fee are more than its payments: name more payments"]})
        if self.amount_sen != right_sen:
            raise AmountMismatch(given_sen=self.amount_sen, right_sen=right_sen)
        payout_id, of = context.next_id(), (self.merchant_id, self.environment)
        for payment in payments:
            state.payments.update(msgspec.structs.replace(payment, payout_id=payout_id))
        for task in refunds:
            state.refund_tasks.update(msgspec.structs.replace(task, payout_id=payout_id))
        return state.payouts.insert(
            Payout(
                merchant_id=self.merchant_id,
                payout_id=payout_id,
                environment=self.environment,
                contract_id=self.contract_id,
                reference=self.reference,
                gross_sen=gross_sen,
                refunded_sen=refunded_sen,
                fee_sen=fee_sen,
                known_fee_sen=known_sen,
                amount_sen=self.amount_sen,
                payments=len(payments),
                transfer_id=book_payout(state, context, of, self.amount_sen, self.reference),
                fee_transfer_id=book_payout_fee(state, context, of, fee_sen - known_sen, self.reference),
                paid_at=self.paid_at or context.now,
                booked_by=self.by,
                created_at=context.now,
            )
        )

    def _require_sane(self) -> None:
        fault = ""
        if not 0 < len(self.reference) <= _LONGEST:
            fault = f"must have a reference of at most {_LONGEST} letters"
        elif min(self.amount_sen, self.fee_sen or 0) < 0:
            fault = "must have amounts that are not less than nothing"
        elif not self.payments or len(self.payments) + len(self.refunds) > MOST:
            fault = f"must have payments, and at most {MOST} with its refunds"
        elif len({*self.payments}) < len(self.payments) or len({*self.refunds}) < len(self.refunds):
            fault = "names something twice"
        if fault:
            raise InputInvalid({"payout": [fault]})

    def _payment(self, state: State, payment_id: int) -> Payment:
        found = state.payments.get(self.merchant_id, payment_id)
        if found is None or found.environment != self.environment or not self._took(found):
            raise NotFound("payment", str(payment_id) if found is None else found.public_id)
        return found

    def _refund(self, state: State, task_id: int) -> RefundTask:
        found = state.refund_tasks.get(self.merchant_id, task_id)
        payment = None if found is None else state.payments.get(self.merchant_id, found.payment_id)
        if found is None or payment is None or not self._took(payment):
            raise NotFound("refund", str(task_id))
        return found

    def _took(self, payment: Payment) -> bool:
        """Whether the gateway took it by one of these contracts."""
        return payment.contract_id in (self.contract_id, *self.also)

    def _told_sen(self, state: State, payment: Payment) -> int:
        """What the gateway keeps of it: as it says, else as was booked."""
        attempt = state.attempts.get(payment.merchant_id, payment.payment_id)
        return payment.kept_sen if attempt is None or attempt.fee_sen is None else attempt.fee_sen

    def _same(self, known: Payout, payments: list[Payment], refunds: list[RefundTask]) -> Payout:
        """The payout, if this command means it."""
        whose = {one.payout_id for one in (*payments, *refunds)}
        asked = (self.amount_sen, known.fee_sen if self.fee_sen is None else self.fee_sen, len(payments))
        if whose != {known.payout_id} or asked != (known.amount_sen, known.fee_sen, known.payments):
            raise StateConflict("payout", self.reference, "booked", "settle")
        return known


def _unfit(payment: Payment) -> Conflict | None:
    """Why no gateway can have paid it out now."""
    if payment.payout_id is not None:
        return Conflict("payment", payment.public_id, "settled", "settle")
    return None if payment.status in CAME else Conflict("payment", payment.public_id, payment.status, "settle")


def _unsent(task: RefundTask) -> Conflict | None:
    """Why it cannot have been taken off a payout now."""
    if task.payout_id is not None:
        return Conflict("refund", str(task.task_id), "settled", "settle")
    sent = task.status == "done" and task.contract_id is not None
    return None if sent else Conflict("refund", str(task.task_id), task.status, "settle")
