"""A refund that its gateway sends: what the gateway answered, and whether a person or the gateway is to send it."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from gerai.domain.records import RefundTask
from gerai.domain.refusals import InputInvalid, StateConflict
from gerai.domain.states import REFUND
from gerai.engine.command import Context
from gerai.engine.payment_steps import GIVE_BACK_TASK, gateway_job
from gerai.engine.payments.end_refund import TaskCommand, paid_of
from gerai.engine.state import State

_LONGEST: Final = 300


class RecordRefund(TaskCommand[RefundTask], frozen=True, kw_only=True):
    """How a refund stands at its gateway. ``by``: the gateway.

    ``done``: it is booked as sent, once, under the gateway's ``reference``. ``denied``: nothing was given back, and a
    person is to send it, or have it asked for again; ``fault`` says why. ``pending``: nobody knows yet, and it is asked
    again after ``look_after_s``; ``fault``: why a person should look meanwhile. What is known already changes nothing;
    a gateway that gives back what a person took upon themselves leaves its word there.

    Refuses: NotFound.
    """

    outcome: Literal["done", "denied", "pending"]
    reference: str = ""
    fault: str = ""
    look_after_s: float | None = None

    def decide(self, state: State, context: Context) -> RefundTask:
        task = self.task(state)
        if task.status != "sending":
            if self.outcome != "done" or (task.status == "done" and task.ended_by == self.by):
                return task
            fault = f"{self.by} gave it back as well ({self.reference}): it must not be sent twice"
            return _changed(state, context, task, fault=fault)
        match self.outcome:
            case "done":
                return self.sent(state, context, task, "confirm", self.reference or f"task {task.task_id}")
            case "denied":
                status = REFUND.move(task.status, "hand_back", str(task.task_id))
                self.announce(state, context, task, "refund.denied", reason=self.fault[:_LONGEST])
                return _changed(
                    state, context, task, status=status, denials=task.denials + 1, fault=self.fault[:_LONGEST]
                )
            case "pending":
                if self.look_after_s is not None:
                    job = gateway_job(GIVE_BACK_TASK, paid_of(state, task), self.look_after_s, task_id=task.task_id)
                    state.jobs.append(job)
                return _changed(state, context, task, looks=task.looks + 1, fault=self.fault[:_LONGEST])


class HandOver(TaskCommand[RefundTask], frozen=True, kw_only=True):
    """The gateway is asked again to send a refund that it denied, or that a person took back. ``by``: who says so.

    Refuses: NotFound, StateConflict (it is with the gateway, or has ended), InputInvalid (no gateway took the payment).
    """

    def decide(self, state: State, context: Context) -> RefundTask:
        task = self.task(state)
        paid = paid_of(state, task)
        if paid.contract_id is None:
            raise InputInvalid({"task": ["no gateway took the payment: it is sent by hand"]})
        status = REFUND.move(task.status, "hand_over", str(task.task_id))
        state.jobs.append(gateway_job(GIVE_BACK_TASK, paid, 0, task_id=task.task_id))
        self.announce(state, context, task, "refund.handed_over")
        return _changed(state, context, task, status=status, looks=0, fault="")


class TakeBack(TaskCommand[RefundTask], frozen=True, kw_only=True):
    """A person will send what the gateway has not sent, and has seen there that it did not. ``by``: who says so.

    Refuses: NotFound, StateConflict (it is not with its gateway).
    """

    def decide(self, state: State, context: Context) -> RefundTask:
        task = self.task(state)
        if task.status != "sending":
            raise StateConflict("refund", str(task.task_id), task.status, "hand_back")
        status = REFUND.move(task.status, "hand_back", str(task.task_id))
        self.announce(state, context, task, "refund.taken")
        return _changed(state, context, task, status=status, fault=f"taken back by {self.by}")


def _changed(state: State, context: Context, task: RefundTask, **changes: object) -> RefundTask:
    return state.refund_tasks.update(msgspec.structs.replace(task, updated_at=context.now, **changes))
