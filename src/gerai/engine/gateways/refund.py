"""A refund that its gateway sends: what the gateway answered, and whether a person or the gateway is to send it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from gerai.domain.records import RefundTask
from gerai.domain.refusals import InputInvalid, StateConflict
from gerai.domain.states import REFUND
from gerai.engine.command import Context
from gerai.engine.payment_steps import GIVE_BACK_TASK, gateway_job
from gerai.engine.payments.end_refund import TaskCommand, TaskMove, paid_of
from gerai.engine.state import State

_LONGEST: Final = 300
#: Longer than a run asks, and than a gateway needs until it lists what it was asked for.
CLAIMED_FOR: Final = timedelta(minutes=10)
#: How the fault begins of what a person took from its gateway to send it by hand; their label follows.
_TAKEN: Final = "taken back by "
_UNCLAIMED: Final[dict[str, object]] = {"claimed_by": "", "claimed_at": None}


class ClaimRefund(TaskCommand[RefundTask], frozen=True, kw_only=True):
    """This run (``by``, unlike any other) alone may ask the gateway for the refund: it may when the task that is
    returned says so. Not while another has the claim, nor after a denial that the run has not seen (``denials``: how
    many it knows of). A claim is given up with what became of it (:class:`RecordRefund`), or lapses after
    :data:`CLAIMED_FOR`.

    Refuses: NotFound.
    """

    denials: int

    def decide(self, state: State, context: Context) -> RefundTask:
        task = self.task(state)
        if task.status != "sending" or task.denials != self.denials or claimed(task, context.now):
            return task
        return _changed(state, context, task, claimed_by=self.by, claimed_at=context.now)


class RecordRefund(TaskCommand[RefundTask], frozen=True, kw_only=True):
    """How a refund stands at its gateway, asked for after so many ``denials``. ``by``: the gateway.

    ``done``: it is booked as sent, once, under the gateway's ``reference``. ``denied``: nothing was given back, and a
    person is to send it, or have it asked for again; ``fault`` says why. ``pending``: nobody knows yet; where this was
    the ``look`` that is due, it is asked again after ``look_after_s``; ``fault``: why a person should look meanwhile.
    ``gives_up``: the run whose claim ends with this, as it certainly asked for nothing. What is known already changes
    nothing, nor what was asked for before a denial; a gateway that gives back what a person took upon themselves leaves
    its word there.

    Refuses: NotFound.
    """

    outcome: Literal["done", "denied", "pending"]
    denials: int
    look: int = -1
    reference: str = ""
    fault: str = ""
    look_after_s: float = 0
    gives_up: str = ""

    def decide(self, state: State, context: Context) -> RefundTask:
        task = self.task(state)
        if task.status != "sending":
            if self.outcome != "done" or (task.status == "done" and task.ended_by == self.by):
                return task
            fault = f"{self.by} gave it back as well ({self.reference}): it must not be sent twice"
            return _changed(state, context, task, fault=fault)
        if self.outcome == "done":
            return self.sent(state, context, task, "confirm", self.reference or f"task {task.task_id}")
        if self.denials != task.denials:
            return task
        if self.outcome == "denied":
            status = REFUND.move(task.status, "hand_back", str(task.task_id))
            self.announce(state, context, task, "refund.denied", reason=self.fault[:_LONGEST])
            more = {"denials": task.denials + 1, "fault": self.fault[:_LONGEST]}
            return _changed(state, context, task, status=status, **more, **_UNCLAIMED)
        changes = _UNCLAIMED if self.gives_up and task.claimed_by == self.gives_up else {}
        if self.look == task.looks:
            # However many look at once, one of them has the next look: there is never more than one job ahead.
            paid, again = paid_of(state, task), task.looks + 1
            job = gateway_job(GIVE_BACK_TASK, paid, self.look_after_s, look=again, task_id=task.task_id)
            state.jobs.append(job)
            changes = changes | {"looks": task.looks + 1, "fault": self.fault[:_LONGEST]}
        return _changed(state, context, task, **changes) if changes else task


class HandOver(TaskMove, frozen=True, kw_only=True):
    """The gateway is asked again to send a refund that it denied, or that whoever asks took back. ``by``: who says so.

    Refuses: NotFound, StateConflict (it is with the gateway, or has ended; ``taken``: somebody else may be sending it
    by hand), InputInvalid (no gateway took the payment).
    """

    def decide(self, state: State, context: Context) -> RefundTask:
        task = self.task(state)
        paid = paid_of(state, task)
        if paid.contract_id is None:
            raise InputInvalid({"task": ["no gateway took the payment: it is sent by hand"]})
        status = REFUND.move(task.status, "hand_over", str(task.task_id))
        if not may_hand_over(task.fault, task.denials, self.by):
            raise StateConflict("refund", str(task.task_id), "taken", "hand_over")
        state.jobs.append(gateway_job(GIVE_BACK_TASK, paid, 0, task_id=task.task_id))
        self.announce(state, context, task, "refund.handed_over")
        return _changed(state, context, task, status=status, looks=0, fault="")


class TakeBack(TaskMove, frozen=True, kw_only=True):
    """A person will send what the gateway has not sent, and has seen there that it did not. ``by``: who says so.

    Refuses: NotFound, StateConflict (it is not with its gateway, or is being asked for there: what is on its way is
    seen in no dashboard yet).
    """

    def decide(self, state: State, context: Context) -> RefundTask:
        task = self.task(state)
        if task.status != "sending":
            raise StateConflict("refund", str(task.task_id), task.status, "hand_back")
        if claimed(task, context.now):
            raise StateConflict("refund", str(task.task_id), "being asked for", "hand_back")
        status = REFUND.move(task.status, "hand_back", str(task.task_id))
        self.announce(state, context, task, "refund.taken")
        return _changed(state, context, task, status=status, fault=f"{_TAKEN}{self.by}")


def taker_in(fault: str) -> str:
    """Who took the refund with this fault from its gateway to send it by hand; empty: nobody."""
    return fault.removeprefix(_TAKEN) if fault.startswith(_TAKEN) else ""


def may_hand_over(fault: str, denials: int, by: str) -> bool:
    """Whether somebody may have the gateway asked again: it denied the refund and nobody took it since, or they took it
    themselves."""
    taker = taker_in(fault)
    return taker == by if taker else bool(denials)


def claimed(task: RefundTask, now: datetime) -> bool:
    """Whether a run may be asking the gateway for it. A test clock that was set, in either direction, ends a claim."""
    return task.claimed_at is not None and abs(now - task.claimed_at) < CLAIMED_FOR


def _changed(state: State, context: Context, task: RefundTask, **changes: object) -> RefundTask:
    return state.refund_tasks.update(msgspec.structs.replace(task, updated_at=context.now, **changes))
