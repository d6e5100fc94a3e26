"""The steps of ``POST /api/order``: check, hold the money, ask the provider, show what became of it."""

from __future__ import annotations

from typing import Final, NamedTuple

from gerai.domain.records import OrderView
from gerai.domain.refusals import Broken, Busy
from gerai.doors.dialects.cekceir.auth import CHANNEL, Caller
from gerai.doors.dialects.cekceir.order_details import OrderDetails
from gerai.doors.dialects.cekceir.request import NewOrder
from gerai.doors.http.context import RequestContext
from gerai.engine.catalogue.services import SERVICES, Service, WantedItems
from gerai.engine.command import Outcome
from gerai.engine.fulfilment import balances
from gerai.engine.fulfilment.carry_out import carry_out, work_of
from gerai.engine.fulfilment.providers import name_for, provider_for
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import Placed, PlaceOrder
from gerai.engine.outage import DatabaseError
from gerai.kit.ids import token
from gerai.ports.fulfilment import FulfilmentProvider

#: The worker takes over this long after the request has stopped waiting for the provider.
_TAKE_OVER_AFTER_S: Final = 5.0


class Work(NamedTuple):
    """Who does the work, and how long the request waits for it."""

    provider: FulfilmentProvider
    wait_s: float


class Placing:
    """One request that places an order: :meth:`command` first, then :meth:`result` with what the engine made of it."""

    def __init__(self, ctx: RequestContext, caller: Caller, wanted: NewOrder) -> None:
        self._ctx = ctx
        self._caller = caller
        self._wanted = wanted
        self._work: Work | None = None

    async def command(self) -> PlaceOrder:
        """Everything that can be refused before the engine is asked.

        Refuses: NotFound (service), ItemClosed, QuantityOutOfRange, PayloadMismatch, PartnerUnavailable (no such
        provider, or none for real orders).
        """
        catalogue = self._ctx.services.engine.directory.get(SERVICES, self._caller.merchant_id)
        service = catalogue.coded(self._wanted.code)
        items = catalogue.want(service, self._wanted.data, self._ctx.now)
        key = self._caller.key
        automatic = service.processing_type == "automatic"
        name = name_for(service.provider, automatic=automatic, plays=key.simulated)
        provider = provider_for(self._ctx.services.partners.fulfilment, name, key.merchant, key.environment)
        self._work = Work(provider, service.deadline_ms / 1000)
        return self._place(service, items, name, provider.automatic)

    def _place(self, service: Service, wanted: WantedItems, provider: str, automatic: bool) -> PlaceOrder:
        key, order_id = self._caller.key, self._ctx.services.engine.ids.next()
        details = OrderDetails(service.code, service.processing_type)
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
            member_id=self._caller.member_id,
            account_id=key.account_id,
            order_id=order_id,
            public_id=str(order_id),
            number=str(order_id),
            secret=token(),
            lines=(line,),
            total_sen=wanted.total_sen,
            funding="hold",
            # The provider in force, a simulator perhaps: the worker must go on with the one that was asked.
            provider=provider,
            work=work_of(service.code, wanted.items, self._wanted.data, service.provider_settings, asked=automatic),
            details=details.kept(),
            labels=details.labels(),
            # Not earlier: the request and the worker would ask the provider at the same time.
            resume_after_s=service.deadline_ms / 1000 + _TAKE_OVER_AFTER_S,
        )

    async def result(self, outcome: Outcome[Placed]) -> tuple[OrderView, int]:
        """The order, and what its wallet had before it in sen: as a replay finds them, or after the provider was asked.
        No refusals: whatever the provider does is a result."""
        engine, placed = self._ctx.services.engine, outcome.answer
        if outcome.replayed or self._work is None:
            order = placed.view.order
            before = await balances.before_orders(engine, order.merchant_id, [order.order_id])
            return placed.view, before[order.order_id]
        before_sen = placed.available_before_sen or 0
        if not self._work.provider.automatic:
            return placed.view, before_sen
        try:
            done = await carry_out(engine, self._work.provider, placed.view, self._work.wait_s)
        except (Busy, Broken, DatabaseError):
            # The order stands; "busy" would have it sent again. What the provider did is for the worker to find out.
            return placed.view, before_sen
        return done.view, before_sen
