"""Record what a gateway answered or reported about a payment or a deposit. What is known already changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from gerai.domain.payment_status import CAME, DEPOSIT_CAME
from gerai.domain.records import Deposit, GatewayAttempt, OrderView, Payment
from gerai.domain.refusals import NotFound
from gerai.domain.states import ATTEMPT
from gerai.engine.arrivals.target import Target
from gerai.engine.command import Command, Context, Needs
from gerai.engine.deposits.transitions import hold
from gerai.engine.payment_steps import FOLLOW_GATEWAY_TASK, gateway_job
from gerai.engine.payments import other_amount
from gerai.engine.state import State

#: How what came to nothing at its gateway ends here.
_ENDS: Final[dict[str, Literal["failed", "expired"]]] = {
    "failed": "failed", "expired": "expired", "cancelled": "expired",
}  # fmt: skip
#: What a payment is, or a deposit, while it waits for its payer; and once money came on it.
WAITS: Final = frozenset({"processing", "pending"})
_HAS_MONEY: Final = CAME | DEPOSIT_CAME
#: Kept with the instructions once they are the gateway's.
_AT_GATEWAY: Final = "at_gateway"
_LONGEST: Final = 300
SeenStatus = Literal["waiting", "paid", "failed", "expired", "cancelled", "refunded"]


class RecordSeen(Command[OrderView | Deposit], frozen=True, kw_only=True):
    """How a payment or a deposit stands at its gateway: as ``ports.gateways.Seen``, in plain values. Returns the order,
    or the deposit.

    ``waiting``: the payer has not paid; what they must see (``instructions``, empty: not known) is kept with the first
    answer. ``paid``: it is paid, in time or late, once; where another amount came than was asked for (``paid_sen``) a
    payment's money waits for a person, or for what the merchant's rule has of it, and a deposit's waits for a person:
    its attempt is a ``mismatch``. ``failed``, ``expired``, ``cancelled``: so does it end, if it is still open; what is
    paid never goes back. ``refunded``: the gateway gave back what nobody here asked it for, or what was recorded
    already: a person looks where more went back than is known here.

    ``said``: why the gateway would not start it, kept with the attempt for the seller: its words are not the payer's.
    ``fee_sen``: what the gateway says it keeps, kept there, too. ``look_after_s``: when it is to be looked at again, as
    long as money may come (:func:`may_come`) and this was the ``look`` that is due.

    Refuses: NotFound (no such thing, or no gateway has it), and what :class:`RecordPayment` or :class:`RecordDeposit`
    refuses.
    """

    target: Target
    status: SeenStatus
    reference: str = ""
    paid_sen: int | None = None
    refunded_sen: int = 0
    fee_sen: int | None = None
    instructions: dict[str, Any] = {}
    expires_at: datetime | None = None
    failure: dict[str, str] = {}
    said: str = ""
    look: int = -1
    look_after_s: float | None = None

    def needs(self) -> Needs:
        paid = self.target.paid(self.merchant_id, self.environment)
        return msgspec.structs.replace(paid.needs(), attempts=(self.target.own_id,))

    def decide(self, state: State, context: Context) -> OrderView | Deposit:
        paid, attempt = _both(state, self.merchant_id, self.target)
        due = self.look == attempt.looks
        attempt = msgspec.structs.replace(
            attempt, reference=attempt.reference or self.reference, updated_at=context.now,
            looks=attempt.looks + due,
            fee_sen=attempt.fee_sen if self.fee_sen is None else self.fee_sen,
        )  # fmt: skip
        attempt = self._moved(state, context, paid, attempt)
        state.attempts.update(attempt)
        if due:
            _look_again(state, self.target.found(state, self.merchant_id), attempt, self.look_after_s)
        return self.target.stands(state, self.merchant_id)

    def _moved(
        self, state: State, context: Context, paid: Payment | Deposit, attempt: GatewayAttempt
    ) -> GatewayAttempt:
        match self.status:
            case "waiting":
                self._show(state, context, paid)
                verb = "answer" if ATTEMPT.can(attempt.status, "answer") else ""
                attempt = msgspec.structs.replace(attempt, fault="") if verb else attempt
            case "paid":
                return self._paid(state, context, paid, attempt)
            case "refunded":
                # It was paid before, and nobody had looked.
                unseen = paid.status not in _HAS_MONEY and attempt.status != "mismatch"
                if unseen and self.refunded_sen < paid.asked_sen:
                    attempt = self._paid(state, context, paid, attempt)
                if self.refunded_sen > _given_back_sen(paid):
                    fault = f"the gateway gave back {self.refunded_sen // 100} rupiah, more than is recorded here"
                    attempt = msgspec.structs.replace(attempt, fault=fault)
                verb = "end" if ATTEMPT.can(attempt.status, "end") else ""
            case _:
                if paid.status in WAITS:
                    ended = self.target.ended(self.merchant_id, self.environment, _ENDS[self.status], self.failure)
                    ended.decide(state, context)
                attempt = msgspec.structs.replace(attempt, fault=self.said[:_LONGEST] or attempt.fault)
                # About another amount that came a person decides, whatever ends there afterwards.
                verb = "end" if attempt.status != "mismatch" and ATTEMPT.can(attempt.status, "end") else ""
        return _move(attempt, verb) if verb else attempt

    def _show(self, state: State, context: Context, paid: Payment | Deposit) -> None:
        """Keep what the payer must see, once, beside what the door keeps there."""
        if not self.instructions or instructed(paid):
            return
        shown = paid.instructions | self.instructions | {_AT_GATEWAY: True}
        self.target.show(state, self.merchant_id, context.now, shown, self.expires_at)

    def _paid(self, state: State, context: Context, paid: Payment | Deposit, attempt: GatewayAttempt) -> GatewayAttempt:
        if paid.status in _HAS_MONEY:
            return _move(attempt, "end") if ATTEMPT.can(attempt.status, "end") else attempt
        if self.paid_sen is None or self.paid_sen == paid.asked_sen:
            if isinstance(paid, Deposit) and paid.held and paid.payout_id is not None:
                # Another amount came, and was paid out: a person decides about that.
                return attempt
            self.target.paid(self.merchant_id, self.environment, reference=attempt.reference).decide(state, context)
        elif isinstance(paid, Payment):
            other_amount.arrive(state, context, state.order(self.merchant_id, paid.order_id), paid, self.paid_sen)
        elif attempt.status == "mismatch":
            return attempt
        else:
            # A person finds it listed; its payer is told, and shown no more how to pay.
            hold(state, context, paid, self.paid_sen)
            facts = {"asked_sen": paid.asked_sen, "paid_sen": self.paid_sen}
            self.target.announce(state, self.merchant_id, context.now, "mismatch", **facts)
            fault = f"{self.paid_sen // 100} rupiah came, {paid.asked_sen // 100} were asked for"
            return msgspec.structs.replace(_move(attempt, "differ"), paid_sen=self.paid_sen, fault=fault)
        return msgspec.structs.replace(_move(attempt, "end"), paid_sen=None, fault="")


class NoteAttempt(Command[GatewayAttempt], frozen=True, kw_only=True):
    """Nobody could be asked how a payment or deposit stands at its gateway, or a person should look (``fault``); it is
    looked at again after ``look_after_s``, if at all, where this was the ``look`` that is due. Refuses NotFound."""

    target: Target
    fault: str = ""
    look: int = -1
    look_after_s: float | None = None

    def needs(self) -> Needs:
        return msgspec.structs.replace(self.target.rows, attempts=(self.target.own_id,))

    def decide(self, state: State, context: Context) -> GatewayAttempt:
        paid, attempt = _both(state, self.merchant_id, self.target)
        due = self.look == attempt.looks
        attempt = msgspec.structs.replace(
            attempt, fault=self.fault[:_LONGEST], looks=attempt.looks + due, updated_at=context.now
        )
        if due:
            _look_again(state, paid, attempt, self.look_after_s)
        return state.attempts.update(attempt)


def may_come(paid: Payment | Deposit, attempt: GatewayAttempt) -> bool:
    """Whether its gateway may still say that it is paid: after an end that was reported, too, as a payer may have been
    quicker and the report of that is lost; not where it was never started there."""
    if attempt.status == "ended":
        return bool(attempt.reference) and paid.status not in _HAS_MONEY
    return attempt.status in ("asked", "open")


def _look_again(state: State, paid: Payment | Deposit, attempt: GatewayAttempt, after_s: float | None) -> None:
    # Of several that had the same look one leaves the next job: there is never more than one ahead.
    if after_s is not None and may_come(paid, attempt):
        state.jobs.append(gateway_job(FOLLOW_GATEWAY_TASK, paid, after_s, look=attempt.looks))


def instructed(paid: Payment | Deposit) -> bool:
    """Whether it is known what the payer must see: always, but where a gateway takes it and has not answered yet."""
    return paid.contract_id is None or bool(paid.instructions.get(_AT_GATEWAY))


def never_began(paid: Payment | Deposit) -> bool:
    """Whether its gateway said no, or was not reached, before there was anything to pay with: nobody could ever pay
    it."""
    return paid.status == "failed" and not instructed(paid)


def _given_back_sen(paid: Payment | Deposit) -> int:
    if isinstance(paid, Payment):
        return paid.refunded_sen
    # Whole, by the gateway or by a person.
    return paid.taken_sen if paid.status == "refunded" else 0


def _move(attempt: GatewayAttempt, verb: str) -> GatewayAttempt:
    status = ATTEMPT.move(attempt.status, verb, str(attempt.payment_id))
    kept = attempt.paid_sen if status == "mismatch" else None
    return msgspec.structs.replace(attempt, status=status, paid_sen=kept)


def _both(state: State, merchant_id: int, target: Target) -> tuple[Payment | Deposit, GatewayAttempt]:
    paid, attempt = target.found(state, merchant_id), state.attempts.get(merchant_id, target.own_id)
    if attempt is None:
        raise NotFound("payment", str(target.own_id))
    return paid, attempt
