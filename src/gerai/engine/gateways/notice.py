"""What a gateway's notice is about, recorded."""

from __future__ import annotations

from typing import Final

import structlog

from gerai.domain.records import Notice, NoticeSource
from gerai.domain.refusals import Busy, Refusal
from gerai.engine.arrivals.target import target_kept
from gerai.engine.core import Engine
from gerai.engine.gateways.desk import GatewayDesk
from gerai.engine.gateways.due import Followed, followed
from gerai.engine.gateways.follow import record
from gerai.engine.gateways.give_back import look_at_refund
from gerai.kit.address import AddressForbidden
from gerai.ports.gateways import Contract, Gateway, GatewayNotice, GatewayRefused, Seen
from gerai.ports.notices import NoticeFault
from gerai.store import gateways as sql

log = structlog.get_logger("gerai.gateways")
_NUL: Final = "\0"


async def take_notice(engine: Engine, desk: GatewayDesk, source: NoticeSource, notice: Notice) -> tuple[int, str]:
    """Record what a gateway's notice is about: how many payments and deposits, and what could not be read. Where its
    proof does not cover what it says, the gateway is asked first. Raises NoAnswer and OutcomeUnknown, to be called
    again: nobody was asked, or nobody knows."""
    stored = await desk.stored_at(source)
    usable = desk.usable(stored)
    if stored is None or usable is None:
        return 0, "the contract it belongs to cannot be used"
    gateway, contract = usable
    try:
        told = gateway.read_notice(notice.body, contract)
    except NoticeFault as fault:
        return 0, str(fault)
    kept, fault = 0, ""
    for one in told:
        if _NUL in one.reference + one.gateway_reference:
            # No id of anybody's, and nothing that the database could look for.
            fault = "it names a payment by no text"
            continue
        async with engine.connection() as connection:
            known = await sql.find(connection, stored, one.reference, one.gateway_reference)
        target = None if known is None else target_kept(known.order_id, known.payment_id)
        found = None if target is None else await followed(engine, source.merchant_id, target)
        if found is None:
            fault = "it is about a payment that was not started here"
            continue
        try:
            kept += await _record(engine, desk, gateway, contract, found, one)
        except GatewayRefused as refused:
            log.warning("gateway.refused", payment=found.due.paid.public_id, gateway=gateway.name, code=refused.code)
            fault = f"the gateway refuses to say how it stands: {refused.code}"
        except Busy:
            raise
        except Refusal as refusal:
            fault = f"it cannot be booked: {refusal.code}"
        except AddressForbidden:
            fault = "the gateway's address is none that may be asked"
    return kept, fault


async def _record(
    engine: Engine,
    desk: GatewayDesk,
    gateway: Gateway,
    contract: Contract,
    found: Followed,
    one: GatewayNotice,
) -> bool:
    due, attempt = found
    paid = due.paid
    seen: Seen | None = one.seen if one.proven else None
    if seen is None:
        asked = desk.attempt_of(due, attempt.reference or one.gateway_reference)
        seen = await gateway.find(desk.http(contract), contract, asked)
    if seen is None:
        log.warning("gateway.notice_of_nothing", payment=paid.public_id, gateway=gateway.name)
        return False
    await record(engine, paid, seen)
    if paid.given_back:
        # It may be about a refund that was asked for: how that stands is seen by looking. Its own job asks for it.
        for task in await engine.payments.sending(paid):
            await look_at_refund(engine, desk, task)
    return True
