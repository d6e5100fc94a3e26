"""A payer who is played, with play money: what they may do, to which payment, and the command that records it."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from gerai.domain.records import OrderView, Payment
from gerai.engine.payments.record import Played, RecordPayment


class PlayedAct(NamedTuple):
    """What a payer who is played does: what becomes of the payment, why it fails, and when its money arrives."""

    outcome: Literal["paid", "failed"]
    failure: dict[str, str]
    played: Played = "in_time"


#: By what it is called where somebody asks for it.
PLAYED_ACTS: Final = {
    "pay": PlayedAct("paid", {}),
    "late": PlayedAct("paid", {}, "late"),
    "fail": PlayedAct(
        "failed", {"code": "SIMULATED_FAILURE", "message": "The payer simulator made this payment fail."}
    ),
}
_OPEN: Final = ("processing",)
_OR_RUN_OUT: Final = ("processing", "expired")


def played_payment(view: OrderView, act: str) -> Payment | None:
    """The newest payment that this act can be played with; None: there is none."""
    states = _OR_RUN_OUT if PLAYED_ACTS[act].played == "late" else _OPEN
    return next((one for one in reversed(view.payments) if one.status in states), None)


def play_command(view: OrderView, payment: Payment, act: str, came_sen: int | None = None) -> RecordPayment:
    """What records this act. ``came_sen``: what comes, if it is not what is asked."""
    does, order = PLAYED_ACTS[act], view.order
    return RecordPayment(
        merchant_id=order.merchant_id,
        environment=order.environment,
        order_id=order.order_id,
        payment_id=payment.payment_id,
        outcome=does.outcome,
        failure=does.failure,
        played=does.played,
        came_sen=came_sen,
    )
