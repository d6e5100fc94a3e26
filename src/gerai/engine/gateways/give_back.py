"""The job of a refund that its gateway sends: ask for it, and follow it until the gateway has sent it or will not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import structlog

from gerai.domain.money import display
from gerai.domain.records import Deposit, Payment, RefundTask
from gerai.engine.arrivals.target import target_kept
from gerai.engine.core import Engine
from gerai.engine.gateways.desk import GatewayDesk
from gerai.engine.gateways.due import followed
from gerai.engine.gateways.refund import RecordRefund
from gerai.kit.address import AddressForbidden
from gerai.kit.http import NoAnswer
from gerai.ports.gateways import (
    Attempt,
    Contract,
    Gateway,
    GatewayChannel,
    GatewayRefused,
    OutcomeUnknown,
    RefundSeen,
)
from gerai.store import gateways as sql

log = structlog.get_logger("gerai.gateways")
#: A refund that waits at its gateway is looked at after these, then every hour.
_PAUSES_S: Final = (60, 240, 600)
_EVERY_S: Final = 3600
#: After so many looks, about a week, a person is asked to look in the gateway's dashboard.
_LONG: Final = 170
_WAITS: Final = "the gateway has not said for a week whether it was sent: look in its dashboard"


async def give_back(engine: Engine, desk: GatewayDesk, merchant_id: int, order_id: int | None, task_id: int) -> None:
    """Ask the gateway that took the payment, or the deposit where there is no order, to send the refund, and record
    what it says; be called again while nobody knows.

    A refund that may have been asked for is looked for first, and asked for by one key, so that it is sent once however
    often this runs. What the gateway cannot give back, or will not, is handed to a person; in its sandbox, where there
    is nothing to send, it has gone. Safe to run any number of times.
    """
    listed = await engine.payments.refund(merchant_id, task_id)
    if listed is None or listed.task.status != "sending":
        return
    task = listed.task
    found = await followed(engine, merchant_id, target_kept(order_id, task.payment_id))
    if found is None:
        return
    (due, attempt), paid = found, found.due.paid
    usable = await desk.contract(merchant_id, attempt.contract_id)
    if usable is None:
        await _pending(engine, task, "its contract cannot be used", "gateway")
        return
    gateway, contract = usable
    if why := _why_not(gateway.channels.get((paid.method, paid.channel_code)), paid, task):
        await _by_hand(engine, task, why, gateway)
        return
    asked = desk.attempt_of(due, attempt.reference)
    try:
        seen = await _sent(desk, gateway, contract, asked, paid, task)
    except (NoAnswer, OutcomeUnknown, AddressForbidden) as error:
        log.info("gateway.refund_unknown", payment=paid.public_id, gateway=gateway.name, error=str(error))
        await _pending(engine, task, task.fault, gateway.title)
        return
    except GatewayRefused as refused:
        log.warning("gateway.refund_not_found", payment=paid.public_id, gateway=gateway.name, code=refused.code)
        await _pending(engine, task, f"the gateway refuses to say how it stands: {refused.code}", gateway.title)
        return
    if seen.status == "pending":
        await _pending(engine, task, "", gateway.title)
    elif seen.status == "denied":
        said = f"{seen.code} {seen.text}".strip()
        log.warning("gateway.refund_denied", merchant_id=merchant_id, payment=paid.public_id, task=task_id,
                    gateway=gateway.name, code=seen.code)  # fmt: skip
        await _record(engine, task, gateway.title, outcome="denied", fault=f"{gateway.title}: {said or 'denied'}")
    else:
        await _record(engine, task, gateway.title, outcome="done", reference=seen.reference)


async def hand_back(
    engine: Engine, gateways: Mapping[str, Gateway], merchant_id: int, task_id: int
) -> RefundTask | None:
    """A refund of which it is known, without asking, that the gateway cannot send it becomes a person's at once; in a
    gateway's sandbox, where there is nothing to send, it has gone. Returns the task as it stands then; None: there is
    none. Safe to run any number of times, also while the job does."""
    listed = await engine.payments.refund(merchant_id, task_id)
    if listed is None or listed.task.status != "sending":
        return None if listed is None else listed.task
    task = listed.task
    found = await followed(engine, merchant_id, target_kept(task.order_id, task.payment_id))
    if found is None:
        return task
    async with engine.connection() as connection:
        contract = await sql.contract(connection, merchant_id, found.attempt.contract_id)
    gateway, paid = gateways.get("" if contract is None else contract.gateway), found.due.paid
    why = "" if gateway is None else _why_not(gateway.channels.get((paid.method, paid.channel_code)), paid, task)
    if gateway is None or not why:
        return task
    await _by_hand(engine, task, why, gateway)
    after = await engine.payments.refund(merchant_id, task_id)
    return None if after is None else after.task


async def _sent(
    desk: GatewayDesk, gateway: Gateway, contract: Contract, asked: Attempt, paid: Payment | Deposit, task: RefundTask
) -> RefundSeen:
    """How the refund stands, asked for if the gateway does not know it; its no to that is a denial. GatewayRefused: it
    does not say whether it knows it, so it may have been sent."""
    http, key = desk.http(contract), refund_key(paid, task)
    seen = await gateway.find_refund(http, contract, asked, key)
    if seen is not None:
        return seen
    try:
        return await gateway.refund(http, contract, asked, key, task.amount_sen, task.reason or "refund")
    except GatewayRefused as refused:
        log.info("gateway.refund_refused", payment=paid.public_id, code=refused.code, text=refused.text)
        return RefundSeen("denied", code=refused.code, text=refused.text)


def refund_key(paid: Payment | Deposit, task: RefundTask) -> str:
    """By which the gateway knows the refund: one for each time it is asked for anew after a denial."""
    again = f"_{task.denials}" if task.denials else ""
    return f"rf{task.task_id}{again}-{paid.public_id[-12:]}"


def _why_not(channel: GatewayChannel | None, paid: Payment | Deposit, task: RefundTask) -> str:
    """Why the gateway cannot be asked for this refund; empty: it can."""
    if channel is None or channel.refund == "none":
        return "the gateway gives nothing back that was paid this way"
    if channel.refund == "full" and task.amount_sen != paid.taken_sen:
        return f"the gateway gives this back only whole, {display(paid.taken_sen)}"
    return ""


async def _by_hand(engine: Engine, task: RefundTask, why: str, gateway: Gateway) -> None:
    if task.environment == "sandbox":
        await _record(engine, task, gateway.title, outcome="done", reference=f"sandbox {task.task_id}")
    else:
        await _record(engine, task, gateway.title, outcome="denied", fault=why)


async def _pending(engine: Engine, task: RefundTask, fault: str, by: str) -> None:
    again_s = _PAUSES_S[task.looks] if task.looks < len(_PAUSES_S) else _EVERY_S
    fault = fault or (_WAITS if task.looks >= _LONG else "")
    await _record(engine, task, by, outcome="pending", fault=fault, look_after_s=again_s)


async def _record(engine: Engine, task: RefundTask, by: str, **seen: Any) -> None:
    of = {"merchant_id": task.merchant_id, "environment": task.environment, **task.of}
    await engine.submit(RecordRefund(**of, task_id=task.task_id, by=by, **seen))
