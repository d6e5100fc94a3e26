"""A refund to a payer: where to, that it was sent, or that it will not be. Each is booked once."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from gerai.domain.records import Order, Payment, RefundTask
from gerai.domain.refusals import InputInvalid, NotFound, StateConflict
from gerai.domain.states import INVOICE, PAYMENT, REFUND
from gerai.engine.command import Command, Context, Needs
from gerai.engine.state import State
from gerai.engine.wallet import ledger

#: What can be known of where the money goes.
DESTINATION = ("bank", "number", "holder")
Answer = TypeVar("Answer")


class FinishedRefund(msgspec.Struct, frozen=True):
    """``booked``: this command booked it; else it was booked before."""

    task: RefundTask
    booked: bool


class TaskCommand(Command[Answer], frozen=True, kw_only=True):
    """Base of what is done about one task. The order's lock protects the task and its money. ``by``: who does it."""

    order_id: int
    task_id: int
    by: str

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,), refund_tasks=(self.task_id,))

    def task(self, state: State) -> RefundTask:
        """NotFound also when it is another order's, or of the other environment."""
        task = state.refund_tasks.get(self.merchant_id, self.task_id)
        if task is None or (task.order_id, task.environment) != (self.order_id, self.environment):
            raise NotFound("refund", str(self.task_id))
        return task

    def end(self, state: State, context: Context, task: RefundTask, verb: str, **changes: Any) -> RefundTask:
        """The task takes its last move."""
        status = REFUND.move(task.status, verb, str(task.task_id))
        ended = {"ended_by": self.by, "ended_at": context.now, "updated_at": context.now}
        return state.refund_tasks.update(msgspec.structs.replace(task, status=status, **ended, **changes))

    def sent(
        self, state: State, context: Context, order: Order, task: RefundTask, verb: str, reference: str
    ) -> RefundTask:
        """The money has left, by the transfer with this ``reference``."""
        payment = state.payments.rows[task.merchant_id, task.payment_id]
        through = payment.contract_id if verb == "confirm" else None
        task = self.end(state, context, task, verb, reference=reference, fault="", contract_id=through)
        # What a gateway took and a person sends back is not taken off what the gateway pays out.
        by_hand = payment.contract_id is not None and through is None
        ledger.send_to_payer(state, context, order, task, "bank" if by_hand else "gateway")
        self.announce(state, context, order, task, "refund.sent", reference=reference)
        return task

    def announce(self, state: State, context: Context, order: Order, task: RefundTask, name: str, **facts: Any) -> None:
        """Write what became of the task as an event of its order."""
        payment = state.payments.rows[task.merchant_id, task.payment_id]
        state.announce(
            order, name, context.now,
            payment=payment.public_id, task=task.task_id, amount_sen=task.amount_sen, by=self.by, **facts,
        )  # fmt: skip


class FinishRefund(TaskCommand[FinishedRefund], frozen=True, kw_only=True):
    """The money was sent, by the transfer with this ``reference``: it leaves the books, once, by ``gateway``, or by
    ``bank`` where a gateway had taken it. Repeated with the same reference it books nothing.

    Refuses: NotFound, InputInvalid (no reference), StateConflict (withdrawn; done with another reference; its gateway
    sends it).
    """

    reference: str

    def decide(self, state: State, context: Context) -> FinishedRefund:
        task, order = self.task(state), state.order(self.merchant_id, self.order_id)
        if not self.reference:
            raise InputInvalid({"reference": ["must say by which transfer the money was sent"]})
        if task.status == "done" and task.reference == self.reference:
            return FinishedRefund(task, booked=False)
        return FinishedRefund(self.sent(state, context, order, task, "finish", self.reference), booked=True)


class WithdrawRefund(TaskCommand[RefundTask], frozen=True, kw_only=True):
    """The money will not be sent: it is what it was before the refund, a completed payment's or a late one. An order
    that ended with the refund stays ended, and its money waits for another decision (``payments waiting``).

    Refuses: NotFound, StateConflict (done, or withdrawn already; its gateway sends it).
    """

    note: str = ""

    def decide(self, state: State, context: Context) -> RefundTask:
        order = state.order(self.merchant_id, self.order_id)
        task = self.end(state, context, self.task(state), "withdraw")
        payment = state.payments.rows[self.merchant_id, task.payment_id]
        ledger.owe_no_more(state, context, order, task, self.note)
        if task.source == "suspense":
            status = PAYMENT.move(payment.status, "withdraw_late_refund", payment.public_id)
            _kept(state, context, payment, task, status)
        else:
            order = _kept_by_order(state, context, order, payment, task)
        self.announce(state, context, order, task, "refund.withdrawn", note=self.note)
        return task


class AddressRefund(TaskCommand[RefundTask], frozen=True, kw_only=True):
    """Where the money goes, as far as it is known now; what is not named stays as it was.

    Refuses: NotFound, InputInvalid (a name that is none of :data:`DESTINATION`), StateConflict (the task has ended).
    """

    destination: dict[str, str]

    def decide(self, state: State, context: Context) -> RefundTask:
        task = self.task(state)
        if unknown := sorted(set(self.destination) - set(DESTINATION)):
            raise InputInvalid({name: [f"must be one of {', '.join(DESTINATION)}"] for name in unknown})
        if task.status != "open":
            raise StateConflict("refund", str(task.task_id), task.status, "address")
        whole = task.destination | self.destination
        return state.refund_tasks.update(msgspec.structs.replace(task, destination=whole, updated_at=context.now))


def _kept(state: State, context: Context, payment: Payment, task: RefundTask, status: str) -> Payment:
    """So much less of the payment is given back."""
    left_sen = payment.refunded_sen - task.amount_sen
    return state.payments.update(
        msgspec.structs.replace(payment, status=status, refunded_sen=left_sen, updated_at=context.now)
    )


def _kept_by_order(state: State, context: Context, order: Order, payment: Payment, task: RefundTask) -> Order:
    """So much less of what paid the order is given back; what was given back whole pays it again."""
    status, invoice = payment.status, state.invoices.get(order.merchant_id, order.order_id)
    if status == "refunded":
        status = PAYMENT.move(status, "withdraw_refund", payment.public_id)
        if invoice is not None and INVOICE.can(invoice.status, "withdraw_refund"):
            paid = INVOICE.move(invoice.status, "withdraw_refund")
            state.invoices.update(msgspec.structs.replace(invoice, status=paid))
    _kept(state, context, payment, task, status)
    left_sen = order.refunded_sen - task.amount_sen
    return state.orders.update(msgspec.structs.replace(order, refunded_sen=left_sen, updated_at=context.now))
