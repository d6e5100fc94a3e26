"""Jobs about payments that a gateway takes: how one stands, also where nobody heard the answer, and its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from gerai.domain.records import GatewayAttempt, OrderView, Payment
from gerai.engine.core import Engine
from gerai.engine.gateways.desk import GatewayDesk, seen_of
from gerai.engine.gateways.record import NoteAttempt, instructed
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


async def follow(engine: Engine, desk: GatewayDesk, merchant_id: int, order_id: int, payment_id: int) -> None:
    """Ask the gateway how the payment stands, record it, and be called again as long as money may come.

    What nobody heard the answer of is found so: it is recorded as if the answer had come; a start that the gateway does
    not know was never made, and is failed, but for gateways that cannot be asked by our reference. Safe to run any
    number of times.
    """
    found = await followed(engine, merchant_id, order_id, payment_id)
    if found is None:
        return
    view, payment, attempt = found
    if attempt.status not in ("asked", "open"):
        return
    usable = await desk.contract(merchant_id, attempt.contract_id)
    again_s = _look_after_s(payment, attempt.looks, real_now())
    if usable is None:
        await _note(engine, payment, "its contract cannot be used", again_s)
        return
    gateway, contract = usable
    try:
        seen = await _look(desk, gateway, contract, view, payment, attempt)
    except (NoAnswer, AddressForbidden) as error:
        log.info("gateway.not_asked", payment=payment.public_id, gateway=gateway.name, error=str(error))
        await _note(engine, payment, attempt.fault, again_s)
        return
    except GatewayRefused as refused:
        log.warning("gateway.refused", payment=payment.public_id, gateway=gateway.name, code=refused.code)
        await _note(engine, payment, f"the gateway refuses to say how it stands: {refused.code}", again_s)
        return
    if seen is not None:
        await engine.submit(seen_of(payment, seen, look_after_s=again_s))
    elif attempt.status == "asked" and gateway.recoverable and attempt.looks + 1 >= _NOT_THERE:
        await engine.submit(seen_of(payment, Seen("failed", "")))
    elif attempt.status == "asked":
        # Visible from now on: it cannot be asked for by our reference, or not yet.
        await _note(engine, payment, _START_UNKNOWN if attempt.looks + 1 >= _NOT_THERE else "", again_s)
    else:
        await _note(engine, payment, "the gateway does not know it any more", again_s)


async def _look(
    desk: GatewayDesk, gateway: Gateway, contract: Contract, view: OrderView, payment: Payment, attempt: GatewayAttempt
) -> Seen | None:
    """How the payment stands. Where its payer was never shown anything, and a look does not bring it (some show a
    QR once), it is started once more by the same reference: it is the same payment, or a no."""
    asked = desk.attempt_of(view, payment, attempt.reference)
    seen = await gateway.find(desk.http(contract), contract, asked)
    if seen is None or seen.status != "waiting" or seen.instructions is not None or instructed(payment):
        return seen
    try:
        return await gateway.start(desk.http(contract), contract, asked)
    except (GatewayRefused, OutcomeUnknown, NoAnswer):
        return seen


async def end(engine: Engine, desk: GatewayDesk, merchant_id: int, order_id: int, payment_id: int) -> None:
    """Cancel at its gateway what was cancelled here, so that nobody pays it. What cannot be cancelled is followed: what
    comes for it is late. Raises ``NoAnswer`` or OutcomeUnknown, to be called again."""
    found = await followed(engine, merchant_id, order_id, payment_id)
    if found is None:
        return
    view, payment, attempt = found
    usable = await desk.contract(merchant_id, attempt.contract_id)
    if usable is None or attempt.status not in ("asked", "open"):
        return
    gateway, contract = usable
    channel = gateway.channels.get((payment.method, payment.channel_code))
    if channel is None or not channel.cancel:
        return
    try:
        seen = await gateway.cancel(desk.http(contract), contract, desk.attempt_of(view, payment, attempt.reference))
    except GatewayRefused as refused:
        log.info("gateway.not_cancelled", payment=payment.public_id, gateway=gateway.name, code=refused.code)
        return
    await engine.submit(seen_of(payment, seen))


async def to_look_at(engine: Engine, merchant_id: int, limit: int = 200) -> list[tuple[str, GatewayAttempt]]:
    """Payments about which a person should look, with their ids here, oldest first."""
    async with engine.connection() as connection:
        attempts = await sql.to_look_at(connection, merchant_id, limit)
    views = [await engine.orders.by_id(merchant_id, one.order_id) for one in attempts]
    ids = {payment.payment_id: payment.public_id for view in views if view is not None for payment in view.payments}
    return [(ids.get(one.payment_id, ""), one) for one in attempts]


async def followed(
    engine: Engine, merchant_id: int, order_id: int, payment_id: int
) -> tuple[OrderView, Payment, GatewayAttempt] | None:
    """The payment as it stands here and at its gateway, with its order; None: there is none, or no gateway has it."""
    view = await engine.orders.by_id(merchant_id, order_id)
    async with engine.connection() as connection:
        attempt = await sql.attempt(connection, merchant_id, payment_id)
    payment = None if view is None else next((p for p in view.payments if p.payment_id == payment_id), None)
    return None if view is None or payment is None or attempt is None else (view, payment, attempt)


async def _note(engine: Engine, payment: Payment, fault: str, again_s: float | None) -> None:
    await engine.submit(
        NoteAttempt(
            merchant_id=payment.merchant_id, environment=payment.environment, order_id=payment.order_id,
            payment_id=payment.payment_id, fault=fault, look_after_s=again_s,
        )
    )  # fmt: skip


def _look_after_s(payment: Payment, looks: int, now: datetime) -> float | None:
    """When to look again; None: nothing more is expected."""
    ends = payment.expires_at or payment.created_at + _LONGEST
    if now > ends + _UNTIL_AFTER:
        return None
    return _PAUSES_S[looks] if looks < len(_PAUSES_S) else _EVERY_S
