"""Placing an order: hold the money, ask the provider, answer what became of it."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

import msgspec

from gerai.domain.records import OrderView
from gerai.doors.dialects.cekceir.request import NewOrder
from gerai.doors.http.context import AppServices
from gerai.engine.catalogue.services import SERVICES, Service, WantedItems
from gerai.engine.command import Idempotency
from gerai.engine.directory import KeyFacts
from gerai.engine.fulfilment import balances
from gerai.engine.fulfilment.balances import Balances
from gerai.engine.fulfilment.carry_out import carry_out, work_of
from gerai.engine.fulfilment.providers import provider_for
from gerai.engine.orders.place import NewLine, Placed, PlaceOrder
from gerai.kit.ids import token
from gerai.ports.fulfilment import SIMULATOR

CHANNEL: Final = "cekceir"
#: The worker takes over this long after the request has stopped waiting for the provider.
_TAKE_OVER_AFTER_S: Final = 5.0
_OPERATION: Final = "cekceir.create_order"


class Result(NamedTuple):
    """The order as it stands, its wallet's figures, and whether an idempotency key named an earlier one."""

    view: OrderView
    balances: Balances
    replayed: bool


async def place(
    services: AppServices, key: KeyFacts, member_id: int, body: NewOrder, idempotency_key: str | None
) -> Result:
    """Place an order for the key's member.

    Refuses: NotFound (service), ItemClosed, PayloadMismatch, QuantityOutOfRange, InsufficientFunds,
    IdempotencyKeyReused, PartnerUnavailable (before there is an order). Anything the provider does is a result.
    """
    engine = services.engine
    merchant_id, environment = key.merchant.merchant_id, key.environment
    idempotency = None if idempotency_key is None else _idempotency(member_id, idempotency_key, body)
    if idempotency is not None:
        earlier = await engine.find_answer(PlaceOrder, merchant_id, environment, idempotency)
        if earlier is not None:
            return await _replay(services, earlier)
    catalogue = engine.directory.get(SERVICES, merchant_id)
    service = catalogue.named(body.code)
    wanted = catalogue.want(service, body.data, engine.now(merchant_id, environment))
    command = _command(services, key, member_id, service, wanted, body)
    outcome = await engine.submit(command, idempotency)
    placed = outcome.answer
    if outcome.replayed:
        return await _replay(services, placed)
    figures = Balances(placed.available_before_sen or 0, placed.available_after_sen or 0)
    provider = services.partners.fulfilment[command.provider]
    if not provider.automatic:
        return Result(placed.view, figures, replayed=False)
    done = await carry_out(engine, provider, placed.view, service.deadline_ms / 1000)
    if done.available_sen is not None:
        figures = figures._replace(after_sen=done.available_sen)
    return Result(done.view, figures, replayed=False)


def _command(
    services: AppServices, key: KeyFacts, member_id: int, service: Service, wanted: WantedItems, body: NewOrder
) -> PlaceOrder:
    """Simulated keys are served by the simulator, except where people do the work; real ones never are.

    PartnerUnavailable: no such provider, or none for real orders.
    """
    name = SIMULATOR if key.simulated and service.processing_type == "automatic" else service.provider
    provider = provider_for(services.partners.fulfilment, name, key.merchant, key.environment)
    order_id = services.engine.ids.next()
    line = NewLine(
        item_kind="service",
        item_id=service.service_id,
        name=service.name,
        quantity=len(wanted.items),
        unit_price_sen=service.unit_price_sen,
        total_sen=wanted.total_sen,
    )
    return PlaceOrder(
        merchant_id=key.merchant.merchant_id,
        environment=key.environment,
        channel=CHANNEL,
        key_id=key.key_id,
        member_id=member_id,
        account_id=key.account_id,
        order_id=order_id,
        public_id=str(order_id),
        number=str(order_id),
        secret=token(),
        lines=(line,),
        total_sen=wanted.total_sen,
        funding="hold",
        provider=name,
        work=work_of(service.code, wanted.items, body.data, service.provider_settings, asked=provider.automatic),
        details={"service_code": service.code, "processing_type": service.processing_type},
        resume_after_s=service.deadline_ms / 1000 + _TAKE_OVER_AFTER_S,
    )


def _idempotency(member_id: int, key: str, body: NewOrder) -> Idempotency:
    fingerprint = hashlib.sha256(msgspec.json.encode(body, order="deterministic")).digest()
    return Idempotency(f"member:{member_id}", _OPERATION, key, fingerprint)


async def _replay(services: AppServices, placed: Placed) -> Result:
    """An order placed earlier under this key, as it stands now."""
    view = await services.engine.orders.as_now(placed.view.order)
    order = view.order
    found = await balances.of_orders(services.engine, order.merchant_id, [order.order_id])
    return Result(view, found[order.order_id], replayed=True)
