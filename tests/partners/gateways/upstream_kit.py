"""Another Gerai as a gateway: its orders, its payers, and what its Durianpay counter announces."""

from __future__ import annotations

from dataclasses import dataclass, replace

from durianpay_kit import CONTRACT

from gerai.cli.keys import make_key
from gerai.domain.filters import Scope
from gerai.domain.records import Environment, OrderView
from gerai.doors.dialects.durianpay.events import WEBHOOKS
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant
from gerai.engine.orders.find import EventEntry
from gerai.engine.payments.record import RecordPayment
from gerai.engine.webhooks.contract import DeliveryAttempt, Occurrence
from gerai.ports.gateways import Contract


@dataclass(frozen=True)
class Upstream:
    """A merchant at another Gerai, where nobody pays with real money, and what we have with it."""

    engine: Engine
    merchant_id: int
    contract: Contract

    async def view(self, order_id: str) -> OrderView:
        """The order there, through its engine."""
        found = await self.engine.orders.by_public_id(
            Scope(self.merchant_id, self.contract.environment, "durianpay"), order_id
        )
        assert found is not None
        return found

    async def end(self, order_id: str, outcome: str) -> None:
        """The payment there is paid, or fails."""
        view = await self.view(order_id)
        await self.engine.submit(
            RecordPayment(
                merchant_id=self.merchant_id,
                environment=self.contract.environment,
                order_id=view.order.order_id,
                payment_id=view.payments[-1].payment_id,
                outcome=outcome,
                played="in_time",
            )
        )

    async def webhooks(self, order_id: str) -> list[bytes]:
        """What its counter announces of the order, signed with the key."""
        view = await self.view(order_id)
        events: list[EventEntry] = await self.engine.events.of_orders(self.merchant_id, [view.order.order_id])
        merchant, bodies = self.engine.directory.merchant(self.merchant_id), list[bytes]()
        for number, event in enumerate(events, 1):
            occurrence = Occurrence(event, view, tuple(events[:number]), merchant, "http://gerai.test")
            for message in await WEBHOOKS.compose(self.engine, occurrence):
                key = self.contract.secrets["secret_api_key"]
                bodies.append(WEBHOOKS.sign(message, DeliveryAttempt("event_1", event.at, 0, key)).body)
        return bodies


async def open_upstream(engine: Engine, address: str, environment: Environment) -> Upstream:
    """A fresh merchant there, with a key of this environment."""
    merchant_id = await open_merchant(engine, f"up{engine.ids.next()}", "Toko Induk", simulated=True)
    key = await make_key(engine, merchant_id, "durianpay", environment, "anak", None, {})
    contract = replace(CONTRACT, environment=environment, base_url=f"{address}/v1", secrets={"secret_api_key": key})
    return Upstream(engine, merchant_id, contract)
