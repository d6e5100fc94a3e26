"""Record what a gateway answered or reported about a payment. What is known already changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from gerai.domain.payment_status import CAME
from gerai.domain.records import GatewayAttempt, OrderView, Payment
from gerai.domain.refusals import NotFound
from gerai.domain.states import ATTEMPT, PAYMENT
from gerai.engine.command import Command, Context, Needs
from gerai.engine.payment_steps import FOLLOW_GATEWAY_TASK, gateway_job
from gerai.engine.payments import other_amount
from gerai.engine.payments.record import PaymentOutcome, RecordPayment
from gerai.engine.state import State

#: How a payment that came to nothing at its gateway ends here.
_ENDS: Final[dict[str, PaymentOutcome]] = {"failed": "failed", "expired": "expired", "cancelled": "expired"}
#: Kept with the instructions once they are the gateway's.
_AT_GATEWAY: Final = "at_gateway"
_LONGEST: Final = 300
SeenStatus = Literal["waiting", "paid", "failed", "expired", "cancelled", "refunded"]


class RecordSeen(Command[OrderView], frozen=True, kw_only=True):
    """How a payment stands at its gateway: as ``ports.gateways.Seen``, in plain values.

    ``waiting``: the payer has not paid; what they must see (``instructions``, empty: not known) is kept with the first
    answer. ``paid``: the payment is paid, in time or late, once; where another amount came than was asked for
    (``paid_sen``) the money waits for a person, or for what the merchant's rule has of it. ``failed``,
    ``expired``, ``cancelled``: so does the payment end, if it is still open; a paid one never goes back. ``refunded``:
    the gateway gave back what nobody here asked it for, or what was recorded already: a person looks where more went
    back than is known here.

    ``fee_sen``: what the gateway says it keeps, kept with the attempt. ``look_after_s``: when it is to be looked at
    again, if it is still open by then.

    Refuses: NotFound (no such payment, or no gateway has it), and what :class:`RecordPayment` refuses.
    """

    order_id: int
    payment_id: int
    status: SeenStatus
    reference: str = ""
    paid_sen: int | None = None
    refunded_sen: int = 0
    fee_sen: int | None = None
    instructions: dict[str, Any] = {}
    expires_at: datetime | None = None
    failure: dict[str, str] = {}
    look_after_s: float | None = None

    def needs(self) -> Needs:
        return msgspec.structs.replace(self._outcome("paid").needs(), attempts=(self.payment_id,))

    def decide(self, state: State, context: Context) -> OrderView:
        payment, attempt = _both(state, self.merchant_id, self.order_id, self.payment_id)
        attempt = msgspec.structs.replace(
            attempt, reference=attempt.reference or self.reference, updated_at=context.now,
            looks=attempt.looks + (self.look_after_s is not None),
            fee_sen=attempt.fee_sen if self.fee_sen is None else self.fee_sen,
        )  # fmt: skip
        attempt = self._moved(state, context, payment, attempt)
        state.attempts.update(attempt)
        if self.look_after_s is not None and attempt.status in ("asked", "open"):
            state.jobs.append(gateway_job(FOLLOW_GATEWAY_TASK, payment, self.look_after_s))
        return state.view(self.merchant_id, self.order_id)

    def _moved(self, state: State, context: Context, payment: Payment, attempt: GatewayAttempt) -> GatewayAttempt:
        match self.status:
            case "waiting":
                self._show(state, context, payment)
                verb = "answer" if ATTEMPT.can(attempt.status, "answer") else ""
                attempt = msgspec.structs.replace(attempt, fault="") if verb else attempt
            case "paid":
                return self._paid(state, context, payment, attempt)
            case "refunded":
                # It was paid before, and nobody had looked.
                if payment.status not in CAME and self.refunded_sen < payment.asked_sen:
                    attempt = self._paid(state, context, payment, attempt)
                if self.refunded_sen > payment.refunded_sen:
                    fault = f"the gateway gave back {self.refunded_sen // 100} rupiah, more than is recorded here"
                    attempt = msgspec.structs.replace(attempt, fault=fault)
                verb = "end" if ATTEMPT.can(attempt.status, "end") else ""
            case _:
                if PAYMENT.can(payment.status, "expire"):
                    self._outcome(_ENDS[self.status]).decide(state, context)
                verb = "end" if ATTEMPT.can(attempt.status, "end") else ""
        return _move(attempt, verb) if verb else attempt

    def _show(self, state: State, context: Context, payment: Payment) -> None:
        """Keep what the payer must see, once, beside what the door keeps there."""
        if not self.instructions or instructed(payment):
            return
        shown = payment.instructions | self.instructions | {_AT_GATEWAY: True}
        until = self.expires_at or payment.expires_at
        state.payments.update(
            msgspec.structs.replace(payment, instructions=shown, expires_at=until, updated_at=context.now)
        )
        # Only now can others be shown how it is paid.
        order = state.order(self.merchant_id, self.order_id)
        state.announce(order, "payment.started", context.now, payment=payment.public_id, method=payment.method)

    def _paid(self, state: State, context: Context, payment: Payment, attempt: GatewayAttempt) -> GatewayAttempt:
        if payment.status in CAME:
            return _move(attempt, "end") if ATTEMPT.can(attempt.status, "end") else attempt
        if self.paid_sen is not None and self.paid_sen != payment.asked_sen:
            other_amount.arrive(state, context, state.order(self.merchant_id, self.order_id), payment, self.paid_sen)
        else:
            self._outcome("paid").decide(state, context)
        return msgspec.structs.replace(_move(attempt, "end"), paid_sen=None, fault="")

    def _outcome(self, outcome: PaymentOutcome) -> RecordPayment:
        return RecordPayment(
            merchant_id=self.merchant_id, environment=self.environment, order_id=self.order_id,
            payment_id=self.payment_id, outcome=outcome, failure=self.failure,
        )  # fmt: skip


class NoteAttempt(Command[GatewayAttempt], frozen=True, kw_only=True):
    """Nobody could be asked how a payment stands at its gateway, or a person should look (``fault``); it is looked at
    again after ``look_after_s``, if at all. Refuses NotFound."""

    order_id: int
    payment_id: int
    fault: str = ""
    look_after_s: float | None = None

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,), attempts=(self.payment_id,))

    def decide(self, state: State, context: Context) -> GatewayAttempt:
        payment, attempt = _both(state, self.merchant_id, self.order_id, self.payment_id)
        if self.look_after_s is not None and attempt.status in ("asked", "open"):
            state.jobs.append(gateway_job(FOLLOW_GATEWAY_TASK, payment, self.look_after_s))
        return state.attempts.update(
            msgspec.structs.replace(
                attempt, fault=self.fault[:_LONGEST], looks=attempt.looks + 1, updated_at=context.now
            )
        )


def instructed(payment: Payment) -> bool:
    """Whether it is known what the payer must see: always, but for a payment whose gateway has not answered yet."""
    return payment.contract_id is None or bool(payment.instructions.get(_AT_GATEWAY))


def _move(attempt: GatewayAttempt, verb: str) -> GatewayAttempt:
    status = ATTEMPT.move(attempt.status, verb, str(attempt.payment_id))
    kept = attempt.paid_sen if status == "mismatch" else None
    return msgspec.structs.replace(attempt, status=status, paid_sen=kept)


def _both(state: State, merchant_id: int, order_id: int, payment_id: int) -> tuple[Payment, GatewayAttempt]:
    payment, attempt = state.payments.get(merchant_id, payment_id), state.attempts.get(merchant_id, payment_id)
    if payment is None or attempt is None or payment.order_id != order_id:
        raise NotFound("payment", str(payment_id))
    return payment, attempt
