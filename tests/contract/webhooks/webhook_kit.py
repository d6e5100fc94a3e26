"""A demo shop asked over HTTP, and what its doors say of an order's events: composed and signed as the worker would,
without the worker."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from gerai.app import DIALECTS
from gerai.domain.filters import Scope
from gerai.domain.records import OrderView
from gerai.engine.core import Engine
from gerai.engine.directory_entries import KeyFacts, MerchantFacts
from gerai.engine.orders.find import EventEntry
from gerai.engine.webhooks.contract import DeliveryAttempt, Occurrence, SignedRequest, WebhookContract, WebhookMessage

SECRET = "whsec_kunci-rahasia-✓"
BASE_URL = "http://gerai.test"


def contract_of(door: str) -> WebhookContract:
    """What a door says of webhooks."""
    [found] = [dialect.webhooks for dialect in DIALECTS if dialect.name == door and dialect.webhooks is not None]
    return found


def compact(value: Any) -> bytes:
    """JSON without spaces and without escapes that are not needed, by another library than the doors use."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def attempt(event: EventEntry, secret: str = SECRET, retries: int = 0) -> DeliveryAttempt:
    """An attempt, its message named after the event."""
    return DeliveryAttempt(f"event_{event.event_id:024d}", event.at, retries, secret)


@dataclass(frozen=True)
class Message:
    """One message: the engine's event, the message, and the bytes of its first attempt."""

    of: EventEntry
    message: WebhookMessage
    signed: SignedRequest

    @property
    def name(self) -> str:
        return self.message.event

    @property
    def sent(self) -> Any:
        """The body as a receiver reads it."""
        return json.loads(self.signed.body)


@dataclass(frozen=True)
class Shop:
    """One door of the demo shop. ``demo`` is its section of demo.json; ``headers`` go with every request."""

    engine: Engine
    client: httpx.AsyncClient
    door: str
    demo: dict[str, Any]
    token: str
    headers: dict[str, str]

    @property
    def key(self) -> KeyFacts:
        found = self.engine.directory.find_key(self.token)
        assert found is not None
        return found

    @property
    def merchant(self) -> MerchantFacts:
        return self.key.merchant

    async def ask(self, method: str, path: str, body: Any = None, expect: int = 200) -> httpx.Response:
        """One request that must be answered so."""
        answer = await self.client.request(method, path, json=body, headers=self.headers)
        assert answer.status_code == expect, answer.text
        return answer

    async def view(self, public_id: str) -> OrderView:
        """The order as it stands, through the engine."""
        scope = Scope(self.merchant.merchant_id, self.key.environment, self.door)
        found = await self.engine.orders.by_public_id(scope, public_id)
        assert found is not None
        return found

    async def events(self, view: OrderView) -> list[EventEntry]:
        """What happened to the order, oldest first."""
        return await self.engine.events.of_orders(view.order.merchant_id, [view.order.order_id])

    async def do(self, command_type: Any, view: OrderView, **fields: Any) -> Any:
        """Submit a command about an order."""
        order = view.order
        owner = {"merchant_id": order.merchant_id, "environment": order.environment}
        return (await self.engine.submit(command_type(**owner, order_id=order.order_id, **fields))).answer

    async def messages(self, public_id: str, secret: str = SECRET) -> list[Message]:
        """All messages of the order so far, in order; each told with no more than the events up to its own."""
        return [message for message in await self.told(public_id, secret) if isinstance(message, Message)]

    async def told(self, public_id: str, secret: str = SECRET) -> list[Message | str]:
        """The same, and between them the names of the events that were announced by nothing."""
        view, contract = await self.view(public_id), contract_of(self.door)
        events, found = await self.events(view), list[Message | str]()
        for number, event in enumerate(events, 1):
            occurrence = Occurrence(event, view, tuple(events[:number]), self.merchant, BASE_URL)
            messages = await contract.compose(self.engine, occurrence)
            found += [self._message(event, message, contract, secret) for message in messages] or [event.name]
        return found

    def _message(self, event: EventEntry, message: WebhookMessage, contract: WebhookContract, secret: str) -> Message:
        assert message.event in contract.events
        # What is frozen is stored as JSON: nothing of it may be lost on the way.
        stored = msgspec.json.decode(msgspec.json.encode(message), type=WebhookMessage)
        assert stored == message
        assert list(stored.data) == list(message.data)
        return Message(event, message, contract.sign(stored, attempt(event, secret)))


def names(told: list[Message | str]) -> list[str]:
    """Messages by their names; events that nothing was said of in brackets."""
    return [entry.name if isinstance(entry, Message) else f"({entry})" for entry in told]
