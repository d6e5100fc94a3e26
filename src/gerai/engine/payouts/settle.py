"""A gateway, or an acquirer, pays out what it took, many payments and top-ups at once, less what it gave back for the
seller and less its fee."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.payment_status import CAME
from gerai.domain.records import Deposit, Payment, Payout, RefundTask
from gerai.domain.refusals import AmountMismatch, Conflict, InputInvalid, NotFound, StateConflict
from gerai.engine.command import Command, Context, Needs
from gerai.engine.made import Made
from gerai.engine.state import State
from gerai.engine.wallet.payouts import book_payout, book_payout_fee
from gerai.store import payouts
from gerai.store.connection import Connection

#: Payments, top-ups and refunds of one payout; whoever has more books it in parts.
MOST: Final = 5_000
_LONGEST: Final = 200
Paid = Payment | Deposit


class SettledPayout(msgspec.Struct, frozen=True):
    """``booked``: this command booked it; else it was booked before, under the same reference."""

    payout: Payout
    booked: bool


class SettlePayout(Command[SettledPayout], frozen=True, kw_only=True):
    """The gateway, or the acquirer of an own account (its id is ``contract_id`` then, and ``also`` names others that
    are the same one to it), has paid out ``amount_sen`` for these payments and deposits, having taken off these
    refunds, which it sent, and kept ``fee_sen`` in all; None: what it said of each it would keep, or what was booked
    when each came. Each payment, deposit and refund is in one payout, ever. All of it or nothing; repeated with the
    same reference it books nothing. ``payments``, ``refunds``: pairs, of an order and of what hangs on it;
    ``deposits``: top-ups; ``deposit_refunds``: pairs of a top-up and of its refund. ``also``: other contracts with the
    same gateway, whose payments it paid out with these (keys were changed). ``paid_at``: when the money was there.

    Refuses: NotFound (none of these contracts), StateConflict (``payment``, ``deposit``, ``refund``: its money never
    came, was not sent by the gateway, or is ``settled``; ``payout``: the reference is another payout's), AmountMismatch
    (not what is left of the payments), InputInvalid (no reference, no payment, too many; less than nothing is left).
    """

    contract_id: int
    reference: str
    amount_sen: int
    payments: tuple[tuple[int, int], ...] = ()
    deposits: tuple[int, ...] = ()
    refunds: tuple[tuple[int, int], ...] = ()
    deposit_refunds: tuple[tuple[int, int], ...] = ()
    also: tuple[int, ...] = ()
    fee_sen: int | None = None
    paid_at: datetime | None = None
    by: str = ""

    def needs(self) -> Needs:
        return Needs(
            orders=tuple({order_id for order_id, _ in (*self.payments, *self.refunds)}),
            deposits=tuple({*self.deposits, *(deposit_id for deposit_id, _ in self.deposit_refunds)}),
            attempts=(*(payment_id for _, payment_id in self.payments), *self.deposits),
            refund_tasks=tuple(task_id for _, task_id in (*self.refunds, *self.deposit_refunds)),
            payout_keys=((self.contract_id, self.reference),),
        )

    def identify(self, answer: SettledPayout) -> Made:
        return Made(target=str(answer.payout.payout_id))

    def audited(self, answer: SettledPayout) -> dict[str, Any]:
        return {"payout": answer.payout.payout_id, "fee_sen": answer.payout.fee_sen, "booked": answer.booked}

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> SettledPayout:
        found = await payouts.by_id(connection, merchant_id, int(made.target))
        if found is None:
            raise NotFound("payout", made.target)
        return SettledPayout(found, booked=False)

    def decide(self, state: State, context: Context) -> SettledPayout:
        self._require_sane()
        paid: list[Paid] = [self._payment(state, payment_id) for _, payment_id in self.payments]
        paid += [self._deposit(state, deposit_id) for deposit_id in self.deposits]
        refunds = [self._refund(state, task_id) for _, task_id in (*self.refunds, *self.deposit_refunds)]
        for known in state.payouts.named(self.merchant_id, self.contract_id, self.reference):
            return SettledPayout(self._same(known, paid, refunds), booked=False)
        if conflicts := [one for one in (*map(_unfit, paid), *map(_unsent, refunds)) if one is not None]:
            raise StateConflict.of_all(conflicts)
        return SettledPayout(self._book(state, context, paid, refunds), booked=True)

    def _book(self, state: State, context: Context, paid: list[Paid], refunds: list[RefundTask]) -> Payout:
        gross_sen = sum(one.taken_sen for one in paid)
        refunded_sen = sum(task.amount_sen for task in refunds)
        known_sen = sum(one.kept_sen for one in paid)
        fee_sen = sum(_told_sen(state, one) for one in paid) if self.fee_sen is None else self.fee_sen
        right_sen = gross_sen - refunded_sen - fee_sen
        if right_sen < 0:
            raise InputInvalid({"payout": ["its refunds and its fee are more than its payments: name more payments"]})
        if self.amount_sen != right_sen:
            raise AmountMismatch(self.amount_sen, right_sen, fee_sen, refunded_sen, len(paid))
        payout_id, of = context.next_id(), (self.merchant_id, self.environment)
        for one in paid:
            if isinstance(one, Deposit):
                state.deposits.update(msgspec.structs.replace(one, payout_id=payout_id))
            else:
                state.payments.update(msgspec.structs.replace(one, payout_id=payout_id))
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
                payments=len(paid),
                transfer_id=book_payout(state, context, of, self.amount_sen, self.reference),
                fee_transfer_id=book_payout_fee(state, context, of, fee_sen - known_sen, self.reference),
                paid_at=self.paid_at or context.now,
                booked_by=self.by,
                created_at=context.now,
            )
        )

    def _require_sane(self) -> None:
        fault, parts = "", (self.payments, self.deposits, self.refunds, self.deposit_refunds)
        if not 0 < len(self.reference) <= _LONGEST:
            fault = f"must have a reference of at most {_LONGEST} letters"
        elif min(self.amount_sen, self.fee_sen or 0) < 0:
            fault = "must have amounts that are not less than nothing"
        elif not (self.payments or self.deposits) or sum(map(len, parts)) > MOST:
            fault = f"must have payments, and at most {MOST} with its refunds"
        elif any(len({*part}) < len(part) for part in parts):
            fault = "names something twice"
        if fault:
            raise InputInvalid({"payout": [fault]})

    def _payment(self, state: State, payment_id: int) -> Payment:
        found = state.payments.get(self.merchant_id, payment_id)
        if found is None or found.environment != self.environment or not self._took(found):
            raise NotFound("payment", str(payment_id) if found is None else found.public_id)
        return found

    def _deposit(self, state: State, deposit_id: int) -> Deposit:
        found = state.deposits.get(self.merchant_id, deposit_id)
        if found is None or found.environment != self.environment or not self._took(found):
            raise NotFound("deposit", str(deposit_id) if found is None else found.public_id)
        return found

    def _refund(self, state: State, task_id: int) -> RefundTask:
        found = state.refund_tasks.get(self.merchant_id, task_id)
        if found is None:
            raise NotFound("refund", str(task_id))
        rows = state.deposits if found.order_id is None else state.payments
        paid = rows.get(self.merchant_id, found.payment_id)
        if paid is None or not self._took(paid):
            raise NotFound("refund", str(task_id))
        return found

    def _took(self, paid: Paid) -> bool:
        """Whether it came by one of these contracts, or into one of these accounts."""
        return paid.passed_on_by in (self.contract_id, *self.also)

    def _same(self, known: Payout, paid: list[Paid], refunds: list[RefundTask]) -> Payout:
        """The payout, if this command means it."""
        whose = {one.payout_id for one in (*paid, *refunds)}
        asked = (self.amount_sen, known.fee_sen if self.fee_sen is None else self.fee_sen, len(paid))
        if whose != {known.payout_id} or asked != (known.amount_sen, known.fee_sen, known.payments):
            raise StateConflict("payout", self.reference, "booked", "settle")
        return known


def _told_sen(state: State, paid: Paid) -> int:
    """What the gateway keeps of it: as it says, else as was booked."""
    own_id = paid.deposit_id if isinstance(paid, Deposit) else paid.payment_id
    attempt = state.attempts.get(paid.merchant_id, own_id)
    return paid.kept_sen if attempt is None or attempt.fee_sen is None else attempt.fee_sen


def _unfit(paid: Paid) -> Conflict | None:
    """Why no gateway can have paid it out now."""
    thing = "deposit" if isinstance(paid, Deposit) else "payment"
    if paid.payout_id is not None:
        return Conflict(thing, paid.public_id, "settled", "settle")
    came = paid.booked if isinstance(paid, Deposit) else paid.status in CAME
    return None if came else Conflict(thing, paid.public_id, paid.status, "settle")


def _unsent(task: RefundTask) -> Conflict | None:
    """Why it cannot have been taken off a payout now."""
    if task.payout_id is not None:
        return Conflict("refund", str(task.task_id), "settled", "settle")
    sent = task.status == "done" and task.contract_id is not None
    return None if sent else Conflict("refund", str(task.task_id), task.status, "settle")
