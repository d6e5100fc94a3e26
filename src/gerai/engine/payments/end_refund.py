"""A refund to a payer: where to, that it was sent, or that it will not be. Each is booked once."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from gerai.domain.records import Deposit, Order, Payment, RefundTask
from gerai.domain.refusals import InputInvalid, NotFound, StateConflict
from gerai.domain.states import DEPOSIT, INVOICE, PAYMENT, REFUND
from gerai.engine.command import Command, Context, Needs
from gerai.engine.made import Made
from gerai.engine.payments.find import task_now
from gerai.engine.references import are_one, canonical
from gerai.engine.state import State
from gerai.engine.wallet.owed import owe_no_more, send_to_payer
from gerai.store.connection import Connection

#: What can be known of where the money goes.
DESTINATION = ("bank", "number", "holder")
Answer = TypeVar("Answer")


class FinishedRefund(msgspec.Struct, frozen=True):
    """``booked``: this command booked it; else it was booked before."""

    task: RefundTask
    booked: bool


class TaskCommand(Command[Answer], frozen=True, kw_only=True):
    """Base of what is done about one task, of an order (``order_id``) or of a top-up (``deposit_id``), whose lock
    protects the task and its money. ``by``: who does it."""

    order_id: int | None = None
    deposit_id: int | None = None
    task_id: int
    by: str

    def needs(self) -> Needs:
        orders = () if self.order_id is None else (self.order_id,)
        deposits = () if self.deposit_id is None else (self.deposit_id,)
        return Needs(orders=orders, deposits=deposits, refund_tasks=(self.task_id,))

    def identify(self, answer: Answer) -> Made:
        return Made(target=str(self.task_id))

    def task(self, state: State) -> RefundTask:
        """NotFound also when it is another order's or deposit's, or of the other environment."""
        task = state.refund_tasks.get(self.merchant_id, self.task_id)
        of = {"deposit_id": self.deposit_id} if self.order_id is None else {"order_id": self.order_id}
        if task is None or (task.of, task.environment) != (of, self.environment):
            raise NotFound("refund", str(self.task_id))
        return task

    def end(self, state: State, context: Context, task: RefundTask, verb: str, **changes: Any) -> RefundTask:
        """The task takes its last move."""
        status = REFUND.move(task.status, verb, str(task.task_id))
        ended = {"ended_by": self.by, "ended_at": context.now, "updated_at": context.now}
        return state.refund_tasks.update(msgspec.structs.replace(task, status=status, **ended, **changes))

    def sent(self, state: State, context: Context, task: RefundTask, verb: str, reference: str) -> RefundTask:
        """The money has left, by the transfer with this ``reference``."""
        paid = paid_of(state, task)
        through = paid.contract_id if verb == "confirm" else None
        task = self.end(state, context, task, verb, reference=reference, fault="", contract_id=through)
        # What a person sends back of what somebody passes on is not taken off what they pay out.
        by_hand = paid.passed_on_by is not None and through is None
        send_to_payer(state, context, task, "bank" if by_hand else "gateway")
        self.announce(state, context, task, "refund.sent", reference=reference)
        return task

    def announce(self, state: State, context: Context, task: RefundTask, name: str, **facts: Any) -> None:
        """Write what became of the task as an event of its order, or of its deposit."""
        paid = paid_of(state, task)
        facts = {"task": task.task_id, "amount_sen": task.amount_sen, "by": self.by, **facts}
        if isinstance(paid, Deposit):
            state.announce_deposit(paid, name, context.now, **facts)
        else:
            order = state.order(paid.merchant_id, paid.order_id)
            state.announce(order, name, context.now, payment=paid.public_id, **facts)


class TaskMove(TaskCommand[RefundTask], frozen=True, kw_only=True):
    """Base of those that return the task as it stands then."""

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> RefundTask:
        return await task_now(connection, merchant_id, int(made.target))


class FinishRefund(TaskCommand[FinishedRefund], frozen=True, kw_only=True):
    """The money was sent, by the transfer with this ``reference``: it leaves the books, once, by ``gateway``, or by
    ``bank`` where a gateway had taken it. Repeated with the same reference it books nothing.

    Refuses: NotFound, InputInvalid (no reference), StateConflict (withdrawn; done with another reference; its gateway
    sends it).
    """

    reference: str

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> FinishedRefund:
        return FinishedRefund(await task_now(connection, merchant_id, int(made.target)), booked=False)

    def decide(self, state: State, context: Context) -> FinishedRefund:
        task = self.task(state)
        if not canonical(self.reference):
            raise InputInvalid({"reference": ["must say by which transfer the money was sent"]})
        if task.status == "done" and are_one(task.reference, self.reference):
            return FinishedRefund(task, booked=False)
        return FinishedRefund(self.sent(state, context, task, "finish", self.reference), booked=True)


class WithdrawRefund(TaskMove, frozen=True, kw_only=True):
    """The money will not be sent: it is what it was before the refund, a completed payment's, or a late one's or a late
    deposit's. An order that ended with the refund stays ended, and its money waits for another decision (``payments
    waiting``).

    Refuses: NotFound, StateConflict (done, or withdrawn already; its gateway sends it).
    """

    note: str = ""

    def decide(self, state: State, context: Context) -> RefundTask:
        task = self.end(state, context, self.task(state), "withdraw")
        owe_no_more(state, context, task, self.note)
        paid = paid_of(state, task)
        if isinstance(paid, Deposit):
            status = DEPOSIT.move(paid.status, "withdraw_refund", paid.public_id)
            state.deposits.update(msgspec.structs.replace(paid, status=status, updated_at=context.now))
        elif task.source == "suspense":
            status = PAYMENT.move(paid.status, "withdraw_late_refund", paid.public_id)
            _kept(state, context, paid, task, status)
        else:
            _kept_by_order(state, context, state.order(paid.merchant_id, paid.order_id), paid, task)
        self.announce(state, context, task, "refund.withdrawn", note=self.note)
        return task


class AddressRefund(TaskMove, frozen=True, kw_only=True):
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


def paid_of(state: State, task: RefundTask) -> Payment | Deposit:
    """What the task gives back of."""
    key = (task.merchant_id, task.payment_id)
    return state.deposits.rows[key] if task.order_id is None else state.payments.rows[key]


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
