"""What the tests of Scalev's webhooks share: a receiver's check, and the parts of the expected bodies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from webhook_kit import Message, Shop, attempt, compact

SENT_AT = datetime(2025, 1, 29, 20, 28, 25, 46183, tzinfo=UTC)
STATUSES = (
    "draft", "pending", "confirmed", "in_process", "ready", "shipped", "completed", "rts", "canceled", "closed",
)  # fmt: skip
PAYMENTS = ("unpaid", "paid", "conflict", "settled")


def verify(message: Message, secret: str) -> bool:
    """As a careless receiver does it: parse, print again, and only then hash."""
    again = json.dumps(json.loads(message.signed.body), separators=(",", ":"), ensure_ascii=False).encode()
    right = base64.b64encode(hmac.new(secret.encode("utf-8"), again, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(message.signed.headers["X-Scalev-Hmac-Sha256"], right)


def second(time: str | None) -> str | None:
    """A time of the REST answer as webhooks write it."""
    return None if time is None else time[:19] + "Z"


def happened_at(message: Message) -> str:
    """When a message's event happened, as webhooks write it."""
    return message.of.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def envelope(message: Message, name: str, data: dict[str, Any]) -> bytes:
    """The whole body, to the byte."""
    at = message.of.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return compact({"event": name, "unique_id": attempt(message.of).message_id, "timestamp": at, "data": data})


async def parcel(shop: Shop) -> dict[str, Any]:
    """What a physical order of two shirts adds."""
    wanted = {"variant_id": shop.demo["physical_variant_id"], "qty": 2}
    query = {"store_id": shop.demo["store_id"], "destination_id": 1, "variants": [wanted]}
    house = (await shop.ask("POST", "/v3/shipping-costs/search-warehouse", query)).json()["data"][0]["warehouse"]
    return {
        "ordervariants": [{"quantity": 2, "variant_unique_id": shop.demo["physical_variant_unique_id"]}],
        "address": "Jl. Pegangsaan Timur No. 28",
        "location_id": 1,
        "postal_code": "12345",
        "warehouse_unique_id": house["unique_id"],
        "courier_service_id": 1,
        "shipping_cost": 20000,
        "shipment_provider_code": "lincah",
        "notes": "Titip di satpam",
    }


async def change(shop: Shop, order: dict[str, Any], **fields: Any) -> None:
    """change-status of one order."""
    await shop.ask("POST", "/v3/orders/change-status", {"ids": [order["id"]], **fields})


def business(shop: Shop) -> dict[str, Any]:
    """The merchant in a webhook."""
    merchant = shop.merchant
    client_id = str(uuid5(NAMESPACE_OID, f"business/{merchant.merchant_id}"))
    return {"username": merchant.code, "client_id": client_id, "unique_id": f"business_{merchant.code}"}


def times(*words: str, **at: str | None) -> dict[str, Any]:
    """``…_time`` fields: null but for those given."""
    return {f"{word}_time": at.get(word) for word in words}
