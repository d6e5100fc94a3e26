"""What acts about refunds share: the task somebody means, and whether its gateway or a person sends what goes back."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from gerai.domain.records import Deposit, Payment, RefundTask
from gerai.domain.refusals import NotFound
from gerai.engine.acting import beside, by_actor
from gerai.engine.command import Outcome
from gerai.engine.core import Engine
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done, submitted, told
from gerai.engine.gateways.give_back import hand_back
from gerai.engine.merchants.open import note
from gerai.engine.payments.end_refund import TaskCommand
from gerai.ports.gateways import Gateway

Answer = TypeVar("Answer")


async def task_here(within: Within, task_id: int) -> RefundTask:
    """The refund with this id, whatever became of it. Refuses NotFound."""
    listed = await within.engine.payments.refund(within.merchant_id, task_id)
    if listed is None or listed.task.environment != within.environment:
        raise NotFound("refund", str(task_id))
    return listed.task


async def about_task(
    within: Within, task_id: int, command: type[TaskCommand[Answer]], **fields: Any
) -> Outcome[Answer]:
    """Hand in a command about the refund. Refuses NotFound, and what the command refuses."""
    task = await task_here(within, task_id)
    note(task_id, amount_sen=task.amount_sen, payment_id=task.payment_id, **fields)
    names = {"merchant_id": task.merchant_id, "environment": task.environment, "task_id": task_id, "by": by_actor()}
    return await submitted(within, command(**names, **task.of, **fields))


async def moved(within: Within, task_id: int, command: type[TaskCommand[RefundTask]], **fields: Any) -> Done:
    """Hand in what moves the refund. Refuses as :func:`about_task`."""
    outcome = await about_task(within, task_id, command, **fields)
    return Done(str(task_id), replayed=outcome.replayed)


async def task_of(engine: Engine, gateways: Mapping[str, Gateway], payment: Payment) -> RefundTask | None:
    """The task that sends what has just gone back of this payment, a person's already where its gateway cannot; None:
    nobody sends it."""
    happened = await engine.events.of_orders(payment.merchant_id, [payment.order_id])
    refunded = [e for e in happened if e.name == "payment.refunded" and e.facts.get("payment") == payment.public_id]
    task_id = refunded[-1].facts.get("task") if refunded else None
    return None if task_id is None else await _handed_back(engine, gateways, payment.merchant_id, task_id)


async def task_of_top_up(engine: Engine, gateways: Mapping[str, Gateway], deposit: Deposit) -> RefundTask | None:
    """The same of a top-up."""
    task = await engine.payments.refund_of(deposit)
    return None if task is None else await _handed_back(engine, gateways, deposit.merchant_id, task.task_id)


async def sender(found: Awaitable[RefundTask | None], *, inside: bool) -> dict[str, Any]:
    """Of money that went back just now, by the task that is ``found``, as :func:`sent_by` says; nothing where that
    cannot be read now."""

    async def read() -> dict[str, Any]:
        return sent_by(await found, inside=inside)

    return await told(read())


def sent_by(task: RefundTask | None, *, inside: bool) -> dict[str, Any]:
    """Who sends what goes back: ``wallet``, it is there; ``nobody``, play money; ``gateway``; or ``you``."""
    if inside:
        return {"sent_by": "wallet"}
    if task is None or (task.status == "done" and task.environment == "sandbox"):
        return {"sent_by": "nobody"}
    return {"sent_by": "gateway" if task.status == "sending" else "you", "refund": task.task_id}


async def _handed_back(
    engine: Engine, gateways: Mapping[str, Gateway], merchant_id: int, task_id: int
) -> RefundTask | None:
    # What the gateway cannot send is a person's by itself, and not because somebody decided so.
    with beside():
        return await hand_back(engine, gateways, merchant_id, task_id)
