"""What tests of webhooks at the desk share: a desk that may call this machine, and sending what is due."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import httpx
from goods_kit import key_of, new_product, new_store, order_for

from gerai.app import WEBHOOK_CONTRACTS
from gerai.domain.filters import Scope
from gerai.domain.records import Environment
from gerai.engine.desk.acts.add_webhook import NewWebhook
from gerai.engine.desk.house import Within
from gerai.engine.webhooks.fan_out import fan_out
from gerai.kit.address import Guard
from gerai.kit.http import Outgoing
from gerai.kit.secret_box import SecretBox, new_key
from gerai.testing.receiver import Receiver
from gerai.worker.webhook_sender import WebhookSender

SEALER: Final = SecretBox(new_key())
_HERE: Final = Guard(allow_loopback=True)


def hooked(within: Within) -> Within:
    """The same desk, where secrets can be sealed and receivers of this machine are called."""
    house = within.house
    return replace(within, house=replace(house, sealer=SEALER, webhooks=replace(house.webhooks, allow_loopback=True)))


def elsewhere(within: Within, environment: Environment) -> Within:
    """The same shop's desk in another environment."""
    return replace(within, environment=environment)


def webhook(receiver: Receiver, path: str = "/hook", **facts: Any) -> NewWebhook:
    """An endpoint for the counter that sells for stores."""
    return NewWebhook(**({"door": "scalev", "url": receiver.url(path)} | facts))


async def send(within: Within, order_id: int) -> int:
    """Make an order's messages and send all that is due; returns how many attempts were made."""
    engine, outgoing = within.engine, Outgoing(_HERE)
    try:
        await fan_out(engine, WEBHOOK_CONTRACTS, within.merchant_id, order_id, "http://gerai.test")
        return await WebhookSender(engine, WEBHOOK_CONTRACTS, outgoing, SEALER, 15.0).run_once()
    finally:
        await outgoing.close()


async def order_of(within: Within, client: httpx.AsyncClient) -> int:
    """A new order's id."""
    store_id, product = await new_store(within), await new_product(within, item_type="digital")
    ask = await key_of(within, client)
    placed = await ask("POST", "/v3/orders", order_for(within, store_id, product, 1))
    found = await within.engine.orders.by_public_id(
        Scope(within.merchant_id, within.environment, "scalev"), placed["id"]
    )
    assert found is not None
    return found.order.order_id
