"""When an order that has licence codes to get gets them: what its ``after_payment`` says, and the job that gives them.

Each code goes out by a command of its own (``engine/digital/hand_out.py``), which a worker hands in: whoever records a
payment neither waits for codes nor locks them.
"""

from __future__ import annotations

from typing import Final, Literal

from gerai.domain.payment_status import payment_status
from gerai.domain.records import Invoice, Order
from gerai.engine.state import Job, State

#: ``hand_out``: codes once it is paid, which completes it; ``hand_out_settled``: once its money is settled, likewise;
#: ``hand_out_paid``: once it is paid, and the rest of it goes on as usual; ``hand_out_completed``: once somebody has
#: completed it.
HandOut = Literal["hand_out", "hand_out_settled", "hand_out_paid", "hand_out_completed"]
HAND_OUT: Final[frozenset[str]] = frozenset({"hand_out", "hand_out_settled", "hand_out_paid", "hand_out_completed"})
#: Of these, an order is completed by its codes.
COMPLETED_BY_CODES: Final[frozenset[str]] = frozenset({"hand_out", "hand_out_settled"})
HAND_OUT_TASK: Final = "gerai.hand_out"
HAND_OUT_WAITING_TASK: Final = "gerai.hand_out_waiting"
EXPECT_TASK: Final = "gerai.expect_codes"
HAND_OUT_QUEUE: Final = "codes"
#: An order that stands so gets nothing more.
_OVER: Final = frozenset({"cancelled", "expired", "failed", "returned"})
_DELIVERED: Final = frozenset({"completed", "closed"})


def may_expect(order: Order) -> bool:
    """Whether an order that was placed without codes can still be given some: nothing of it was delivered."""
    return order.after_payment not in HAND_OUT and order.status not in _DELIVERED and not is_over(order)


def expecting(order: Order) -> HandOut:
    """What its ``after_payment`` becomes once its goods have codes: they complete what its payment would have
    completed; what people complete gets them then."""
    return "hand_out" if order.after_payment == "complete" else "hand_out_completed"


def paid_verb(order: Order) -> str:
    """The step that an order takes once it is paid. One that gets codes is confirmed first."""
    return "confirm" if order.after_payment in HAND_OUT else order.after_payment


def is_over(order: Order) -> bool:
    """Whether it ended undelivered, or all its money went back."""
    return order.status in _OVER or (order.charged_sen > 0 and order.kept_sen == 0)


def is_due(order: Order, invoice: Invoice | None) -> bool:
    """Whether the order is to get its codes now, where it has any to get and did not get them yet."""
    if order.after_payment not in HAND_OUT or is_over(order):
        return False
    if order.status in _DELIVERED:
        return True
    word = payment_status(order, invoice)
    if order.after_payment in ("hand_out", "hand_out_paid"):
        return word in ("paid", "settled")
    return order.after_payment == "hand_out_settled" and word == "settled"


def hand_out_soon(state: State, order: Order) -> None:
    """Something became of the order or its money that may make its codes due: a job looks, in this transaction."""
    if order.after_payment in HAND_OUT:
        job = hand_out_job(order.merchant_id, order.order_id)
        if job not in state.jobs:
            state.jobs.append(job)


def hand_out_job(merchant_id: int, order_id: int) -> Job:
    """The job that gives one order its codes; harmless when it comes again."""
    args = {"merchant_id": merchant_id, "order_id": order_id}
    return Job(HAND_OUT_QUEUE, HAND_OUT_TASK, f"codes:{merchant_id}:{order_id}", args)


def waiting_job(merchant_id: int, environment: str) -> Job:
    """The job that gives the orders that wait for codes theirs; harmless when it comes again."""
    args = {"merchant_id": merchant_id, "environment": environment}
    return Job(HAND_OUT_QUEUE, HAND_OUT_WAITING_TASK, f"codes:{merchant_id}:{environment}", args)


def expect_job(merchant_id: int, environment: str, variant_id: int, delay_s: int | None = None) -> Job:
    """The job that has open orders of a variant wait for its codes, which it had none of when they were placed."""
    args = {"merchant_id": merchant_id, "environment": environment, "variant_id": variant_id}
    # Without a lock: behind one that is delayed, all of that lock would wait.
    return Job(HAND_OUT_QUEUE, EXPECT_TASK, None, args, delay_s)
