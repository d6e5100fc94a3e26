"""The job of a refund that its gateway sends: ask for it, and follow it until the gateway has sent it or will not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import structlog

from gerai.domain.money import display
from gerai.domain.records import Deposit, Payment, RefundTask
from gerai.engine.arrivals.target import target_kept
from gerai.engine.core import Engine
from gerai.engine.gateways.desk import GatewayDesk
from gerai.engine.gateways.due import Followed, followed
from gerai.engine.gateways.refund import ClaimRefund, RecordRefund
from gerai.kit.address import AddressForbidden
from gerai.kit.clock import steady_s
from gerai.kit.http import NoAnswer, Unreachable
from gerai.kit.ids import token
from gerai.kit.wire import without_nul
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
#: A run that takes longer asks for nothing any more: far less than it has the claim for.
_AT_MOST_S: Final = 120
_WAITS: Final = "the gateway has not said for a week whether it was sent: look in its dashboard"


class _AtGateway(NamedTuple):
    """A refund that its gateway is to send."""

    task: RefundTask
    paid: Payment | Deposit
    found: Followed


async def give_back(
    engine: Engine, desk: GatewayDesk, merchant_id: int, order_id: int | None, task_id: int, look: int | None = None
) -> None:
    """Ask the gateway that took the payment, or the deposit where there is no order, to send the refund, and record
    what it says; be called again while nobody knows.

    One run at a time may ask, and only for what it looked for and did not find; so it is sent once, however often and
    at once this runs. What the gateway cannot give back, or will not, is handed to a person; in its sandbox, where
    there is nothing to send, it has gone. ``look``: which look this is, None: the next; one that was had already does
    nothing.
    """
    sending = await _sending(engine, merchant_id, order_id, task_id)
    if sending is None or look not in (None, sending.task.looks):
        return
    task, paid, (due, attempt) = sending
    usable = await desk.contract(merchant_id, attempt.contract_id)
    if usable is None:
        await _pending(engine, task, "its contract cannot be used", "gateway")
        return
    gateway, contract = usable
    if why := _why_not(gateway.channels.get((paid.method, paid.channel_code)), paid, task):
        await _by_hand(engine, task, why, gateway)
        return
    asked, key, run, begun_s = desk.attempt_of(due, attempt.reference), refund_key(paid, task), token(), steady_s()
    claim = ClaimRefund(**_names(task), by=run, denials=task.denials)
    may = (await engine.submit(claim)).answer.claimed_by == run
    # What certainly asked for nothing gives its claim up.
    gives_up, fault = run if may else "", task.fault
    try:
        async with asyncio.timeout(_AT_MOST_S):
            seen = await gateway.find_refund(desk.http(contract), contract, asked, key)
            # A process that was held up on its way may have lost its claim.
            if seen is None and may and steady_s() < begun_s + _AT_MOST_S:
                gives_up = ""
                seen = await _asked_for(desk, gateway, contract, asked, task, key)
    except (NoAnswer, OutcomeUnknown, AddressForbidden, TimeoutError) as error:
        log.info("gateway.refund_unknown", payment=paid.public_id, gateway=gateway.name, error=str(error))
        seen = None
        if may and isinstance(error, Unreachable | AddressForbidden):
            gives_up = run
    except GatewayRefused as refused:
        log.warning("gateway.refund_not_found", payment=paid.public_id, gateway=gateway.name, code=refused.code)
        seen, fault = None, f"the gateway refuses to say how it stands: {refused.code}"
    if seen is None:
        await _pending(engine, task, fault, gateway.title, gives_up)
    elif seen.status == "pending":
        await _pending(engine, task, "", gateway.title, gives_up)
    else:
        await _ended(engine, sending, gateway, seen)


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


async def look_at_refund(engine: Engine, desk: GatewayDesk, task: RefundTask) -> None:
    """Record what its gateway says of a refund that it may have been asked for, if it has ended there. Asks for
    nothing, and leaves it to the refund's own job to look again."""
    sending = await _sending(engine, task.merchant_id, task.order_id, task.task_id)
    usable = None if sending is None else await desk.contract(task.merchant_id, sending.found.attempt.contract_id)
    if sending is None or usable is None:
        return
    (task, paid, (due, attempt)), (gateway, contract) = sending, usable
    asked = desk.attempt_of(due, attempt.reference)
    try:
        seen = await gateway.find_refund(desk.http(contract), contract, asked, refund_key(paid, task))
    except (NoAnswer, AddressForbidden, GatewayRefused) as error:
        log.info("gateway.refund_not_seen", payment=paid.public_id, gateway=gateway.name, error=str(error))
        return
    if seen is not None and seen.status != "pending":
        await _ended(engine, sending, gateway, seen)


async def _sending(engine: Engine, merchant_id: int, order_id: int | None, task_id: int) -> _AtGateway | None:
    """The refund, if its gateway is to send it."""
    listed = await engine.payments.refund(merchant_id, task_id)
    if listed is None or listed.task.status != "sending":
        return None
    found = await followed(engine, merchant_id, target_kept(order_id, listed.task.payment_id))
    return None if found is None else _AtGateway(listed.task, found.due.paid, found)


async def _asked_for(
    desk: GatewayDesk, gateway: Gateway, contract: Contract, asked: Attempt, task: RefundTask, key: str
) -> RefundSeen:
    """How the refund stands, after it was asked for; the gateway's no to that is a denial."""
    http = desk.http(contract)
    try:
        return await gateway.refund(http, contract, asked, key, task.amount_sen, task.reason or "refund")
    except GatewayRefused as refused:
        log.info("gateway.refund_refused", key=key, code=refused.code, text=refused.text)
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


async def _ended(engine: Engine, sending: _AtGateway, gateway: Gateway, seen: RefundSeen) -> None:
    task, paid, _ = sending
    if seen.status == "denied":
        log.warning("gateway.refund_denied", merchant_id=task.merchant_id, payment=paid.public_id, task=task.task_id,
                    gateway=gateway.name, code=seen.code)  # fmt: skip
        said = f"{seen.code} {seen.text}".strip()
        await _record(engine, task, gateway.title, outcome="denied", fault=f"{gateway.title}: {said or 'denied'}")
    else:
        await _record(engine, task, gateway.title, outcome="done", reference=seen.reference)


async def _pending(engine: Engine, task: RefundTask, fault: str, by: str, gives_up: str = "") -> None:
    again_s = _PAUSES_S[task.looks] if task.looks < len(_PAUSES_S) else _EVERY_S
    fault = fault or (_WAITS if task.looks >= _LONG else "")
    facts = {"fault": fault, "look": task.looks, "look_after_s": again_s, "gives_up": gives_up}
    await _record(engine, task, by, outcome="pending", **facts)


async def _record(engine: Engine, task: RefundTask, by: str, **seen: Any) -> None:
    await engine.submit(RecordRefund(**_names(task), by=by, denials=task.denials, **without_nul(seen)))


def _names(task: RefundTask) -> dict[str, Any]:
    """With which each command about it begins."""
    return {"merchant_id": task.merchant_id, "environment": task.environment, "task_id": task.task_id, **task.of}
