"""The bytes and headers of one attempt at a delivery."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from standardwebhooks import Webhook

from gerai.domain.webhooks import Delivery, Endpoint
from gerai.engine.webhooks.contract import DeliveryAttempt, SignedRequest, WebhookContract, WebhookMessage
from gerai.kit.secret_box import SecretBox


class EndpointSecrets(NamedTuple):
    """What an endpoint signs with: ``own`` by Standard Webhooks, ``signing`` by the contract; ``ids``: what the ids of
    messages are made with."""

    own: str
    signing: str
    ids: str


def secrets_of(endpoint: Endpoint, sealer: SecretBox) -> EndpointSecrets:
    """An endpoint's secrets. Raises SecretBoxError."""
    own = sealer.open(endpoint.secret_sealed)
    signing = sealer.open(endpoint.key_sealed) if endpoint.key_sealed else own
    return EndpointSecrets(own, signing, sealer.open(endpoint.ids_sealed) if endpoint.ids_sealed else own)


def sign(contract: WebhookContract, delivery: Delivery, secrets: EndpointSecrets, at: datetime) -> SignedRequest:
    """The bytes and headers of one attempt: the contract's own, and those of Standard Webhooks."""
    name = message_id(delivery, secrets.ids)
    attempt = DeliveryAttempt(name, delivery.happened_at, delivery.tries, secrets.signing)
    signed = contract.sign(WebhookMessage(delivery.event, msgspec.json.decode(delivery.data)), attempt)
    return msgspec.structs.replace(
        signed,
        headers={
            "content-type": "application/json",
            "user-agent": "Gerai-Webhooks",
            **{name.lower(): value for name, value in signed.headers.items()},
            **standard_headers(secrets.own, name, at, signed.body),
            # Not of that standard: lets a receiver put an order's messages in sequence when one of them came later.
            "webhook-sequence": str(delivery.sequence),
        },
    )


def message_id(delivery: Delivery, secret: str) -> str:
    """``event_`` and 24 url-safe characters: the same at every attempt and replay, so that a receiver can recognise a
    repeat. A keyed hash: the ids it is made of would tell how much happens on this server."""
    told = f"message {delivery.event_id} {delivery.part}".encode()
    return "event_" + base64.urlsafe_b64encode(hmac.digest(secret.encode(), told, hashlib.sha256)[:18]).decode()


def standard_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """``webhook-id``, ``webhook-timestamp`` and ``webhook-signature`` of Standard Webhooks."""
    moment = at.astimezone(UTC).replace(microsecond=0)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body.decode("utf-8")),
    }
