"""The bytes and headers of one attempt at a delivery."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import msgspec
from standardwebhooks import Webhook

from gerai.domain.webhooks import Delivery
from gerai.engine.webhooks.contract import DeliveryAttempt, SignedRequest, WebhookContract, WebhookMessage


def sign(
    contract: WebhookContract, delivery: Delivery, own_secret: str, signing_secret: str, at: datetime
) -> SignedRequest:
    """The bytes and headers of one attempt: the contract's own, and those of Standard Webhooks."""
    name = message_id(delivery, own_secret)
    attempt = DeliveryAttempt(name, delivery.happened_at, delivery.tries, signing_secret)
    signed = contract.sign(WebhookMessage(delivery.event, msgspec.json.decode(delivery.data)), attempt)
    return msgspec.structs.replace(
        signed,
        headers={
            "content-type": "application/json",
            "user-agent": "Gerai-Webhooks",
            **{name.lower(): value for name, value in signed.headers.items()},
            **standard_headers(own_secret, name, at, signed.body),
            # Not of that standard: lets a receiver put an order's messages in sequence when one of them came later.
            "webhook-sequence": str(delivery.sequence),
        },
    )


def message_id(delivery: Delivery, own_secret: str) -> str:
    """``event_`` and 24 url-safe characters: the same at every attempt and replay, so that a receiver can recognise a
    repeat. A keyed hash: the ids it is made of would tell how much happens on this server."""
    told = f"message {delivery.event_id} {delivery.part}".encode()
    return "event_" + base64.urlsafe_b64encode(hmac.digest(own_secret.encode(), told, hashlib.sha256)[:18]).decode()


def standard_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """``webhook-id``, ``webhook-timestamp`` and ``webhook-signature`` of Standard Webhooks."""
    moment = at.astimezone(UTC).replace(microsecond=0)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body.decode("utf-8")),
    }
