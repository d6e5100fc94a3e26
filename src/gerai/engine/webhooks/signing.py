"""The bytes and headers of one attempt at a delivery."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from standardwebhooks import Webhook

from gerai.domain.webhooks import Delivery
from gerai.engine.webhooks.contract import DeliveryAttempt, SignedRequest, WebhookContract, WebhookMessage


def sign(
    contract: WebhookContract, delivery: Delivery, own_secret: str, signing_secret: str, at: datetime
) -> SignedRequest:
    """The bytes and headers of one attempt: the contract's own, and those of Standard Webhooks."""
    attempt = DeliveryAttempt(delivery.message_id, delivery.happened_at, delivery.tries, signing_secret)
    signed = contract.sign(WebhookMessage(delivery.event, msgspec.json.decode(delivery.data)), attempt)
    return msgspec.structs.replace(
        signed,
        headers={
            "content-type": "application/json",
            "user-agent": "Gerai-Webhooks",
            **{name.lower(): value for name, value in signed.headers.items()},
            **standard_headers(own_secret, delivery.message_id, at, signed.body),
            # Not of that standard: lets a receiver put an order's messages in sequence when one of them came later.
            "webhook-sequence": str(delivery.sequence),
        },
    )


def standard_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """``webhook-id``, ``webhook-timestamp`` and ``webhook-signature`` of Standard Webhooks."""
    moment = at.astimezone(UTC).replace(microsecond=0)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body.decode("utf-8")),
    }
