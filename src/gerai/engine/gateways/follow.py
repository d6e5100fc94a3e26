"""Jobs about payments and deposits that a gateway takes: how one stands, also where nobody heard the answer, and its
end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import structlog

from gerai.domain.records import Deposit, GatewayAttempt, OrderView, Payment
from gerai.domain.refusals import AmountOutOfRange
from gerai.engine.arrivals.target import Target, target_of
from gerai.engine.core import Engine
from gerai.engine.gateways.desk import GatewayDesk, seen_of
from gerai.engine.gateways.due import Followed, followed
from gerai.engine.gateways.record import NoteAttempt, instructed, may_come
from gerai.kit.address import AddressForbidden
from gerai.kit.clock import real_now
from gerai.kit.http import NoAnswer
from gerai.ports.gateways import Contract, Gateway, GatewayRefused, OutcomeUnknown, Seen
from gerai.store import gateways as sql

log = structlog.get_logger("gerai.gateways")
#: After the first look, a minute after the start: at 5 and 15 minutes, then every hour.
_PAUSES_S: Final = (240, 600)
_EVERY_S: Final = 3600
#: Money may still come after the end of what was shown.
_UNTIL_AFTER: Final = timedelta(days=1)
#: Of a payment without an end.
_LONGEST: Final = timedelta(days=30)
#: So often a start of unknown outcome is looked for before it counts as never made.
_NOT_THERE: Final = 2
_START_UNKNOWN: Final = "nobody knows whether it was started there"
_NO_ROOM: Final = "it was paid, and its wallet can take no more: it is credited when there is room"


class _Look(NamedTuple):
    """Which look this is, and when the next one is; None: there is none."""

    look: int
    look_after_s: float | None


async def follow(engine: Engine, desk: GatewayDesk, merchant_id: int, target: Target, look: int | None = None) -> None:
    """Ask the gateway how the payment or deposit stands, record it, and be called again as long as money may come.

    What nobody heard the answer of is found so: it is recorded as if the answer had come; a start that the gateway does
    not know was never made, and is failed, but for gateways that cannot be asked by our reference. Safe to run any
    number of times. ``look``: which look this is, None: the next; one that was had already does nothing.
    """
    found = await followed(engine, merchant_id, target)
    if found is None or not may_come(found.due.paid, found.attempt) or look not in (None, found.attempt.looks):
        return
    attempt, paid = found.attempt, found.due.paid
    usable = await desk.contract(merchant_id, attempt.contract_id)
    next_look = _Look(attempt.looks, _look_after_s(found, real_now()))
    # Of what has ended there nobody must look at anything, as long as no money came.
    told = attempt.status != "ended"
    if usable is None:
        await _note(engine, paid, "its contract cannot be used" if told else attempt.fault, next_look)
        return
    gateway, contract = usable
    try:
        seen = await _look(desk, gateway, contract, found)
    except (NoAnswer, AddressForbidden) as error:
        log.info("gateway.not_asked", payment=paid.public_id, gateway=gateway.name, error=str(error))
        await _note(engine, paid, attempt.fault, next_look)
        return
    except GatewayRefused as refused:
        log.warning("gateway.refused", payment=paid.public_id, gateway=gateway.name, code=refused.code)
        fault = f"the gateway refuses to say how it stands: {refused.code}" if told else attempt.fault
        await _note(engine, paid, fault, next_look)
        return
    if seen is not None:
        await record(engine, paid, seen, next_look)
    elif attempt.status == "asked" and gateway.recoverable and attempt.looks + 1 >= _NOT_THERE:
        await engine.submit(seen_of(paid, Seen("failed", "")))
    elif attempt.status == "asked":
        # Visible from now on: it cannot be asked for by our reference, or not yet.
        await _note(engine, paid, _START_UNKNOWN if attempt.looks + 1 >= _NOT_THERE else "", next_look)
    else:
        await _note(engine, paid, "the gateway does not know it any more" if told else attempt.fault, next_look)


async def _look(desk: GatewayDesk, gateway: Gateway, contract: Contract, found: Followed) -> Seen | None:
    """How it stands. Where its payer was never shown anything, and a look does not bring it (some show a QR once), it
    is started once more by the same reference: it is the same payment, or a no."""
    asked = desk.attempt_of(found.due, found.attempt.reference)
    seen = await gateway.find(desk.http(contract), contract, asked)
    if seen is None or seen.status != "waiting" or seen.instructions is not None or instructed(found.due.paid):
        return seen
    if found.attempt.status == "ended":
        return seen
    try:
        return await gateway.start(desk.http(contract), contract, asked)
    except (GatewayRefused, OutcomeUnknown, NoAnswer):
        return seen


async def record(engine: Engine, paid: Payment | Deposit, seen: Seen, look: _Look | None = None) -> None:
    """Record how it stands at its gateway. Money that its wallet cannot take is credited nowhere, and a person finds it
    listed."""
    try:
        await engine.submit(seen_of(paid, seen, **({} if look is None else look._asdict())))
    except AmountOutOfRange:
        log.warning("gateway.no_room", merchant_id=paid.merchant_id, payment=paid.public_id)
        await _note(engine, paid, _NO_ROOM, look)


async def end(engine: Engine, desk: GatewayDesk, merchant_id: int, target: Target) -> None:
    """Cancel at its gateway what was cancelled here, so that nobody pays it. What cannot be cancelled is followed: what
    comes for it is late. Raises ``NoAnswer`` or OutcomeUnknown, to be called again."""
    found = await followed(engine, merchant_id, target)
    if found is None or found.attempt.status not in ("asked", "open"):
        return
    due, attempt = found
    usable = await desk.contract(merchant_id, attempt.contract_id)
    if usable is None:
        return
    gateway, contract = usable
    channel = gateway.channels.get((due.paid.method, due.paid.channel_code))
    if channel is None or not channel.cancel:
        return
    try:
        seen = await gateway.cancel(desk.http(contract), contract, desk.attempt_of(due, attempt.reference))
    except GatewayRefused as refused:
        log.info("gateway.not_cancelled", payment=due.paid.public_id, gateway=gateway.name, code=refused.code)
        return
    await record(engine, due.paid, seen)


async def to_look_at(engine: Engine, merchant_id: int, limit: int = 200) -> list[tuple[str, GatewayAttempt]]:
    """Payments and deposits about which a person should look, with their ids here, oldest first."""
    async with engine.connection() as connection:
        return await sql.to_look_at(connection, merchant_id, limit)


async def faults_of(engine: Engine, view: OrderView) -> dict[int, str]:
    """By the id of each of the order's payments what is kept of it for the seller: why its gateway would not start it,
    or why a person should look."""
    found = dict[int, str]()
    async with engine.connection() as connection:
        for payment in view.payments:
            if payment.contract_id is not None:
                attempt = await sql.attempt(connection, payment.merchant_id, payment.payment_id)
                found[payment.payment_id] = "" if attempt is None else attempt.fault
    return {payment_id: fault for payment_id, fault in found.items() if fault}


async def _note(engine: Engine, paid: Payment | Deposit, fault: str, look: _Look | None) -> None:
    names: dict[str, Any] = {
        "merchant_id": paid.merchant_id, "environment": paid.environment, "target": target_of(paid),
    }  # fmt: skip
    await engine.submit(NoteAttempt(**names, fault=fault, **({} if look is None else look._asdict())))


def _look_after_s(found: Followed, now: datetime) -> float | None:
    """When to look again; None: nothing more is expected."""
    (due, attempt), looks = found, found.attempt.looks
    # Where nobody said until when it can be paid, what has ended there ended with the payment here.
    without = due.paid.updated_at if attempt.status == "ended" else due.paid.created_at + _LONGEST
    if now > (due.until or without) + _UNTIL_AFTER:
        return None
    return _PAUSES_S[looks] if looks < len(_PAUSES_S) else _EVERY_S
