"""Xendit's webhooks: one fixed token for all of them, which covers nothing of what they hold."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final

import msgspec

from gerai.kit.wire import WireFault, read_as
from gerai.ports.gateways import Contract, GatewayNotice
from gerai.ports.notices import NoticeFault

HEADER: Final = "x-callback-token"
_PAYMENTS, _REFUNDS = ("payment.", "payment_request."), "refund."


class _Data(msgspec.Struct, frozen=True):
    """Of a payment, a payment request or a refund. A refund's comes wrapped once more in Xendit's example."""

    payment_request_id: str | None = None
    reference_id: str | None = None
    data: _Data | None = None


class _Webhook(msgspec.Struct, frozen=True):
    event: str
    data: _Data


def genuine(header: Callable[[str], str], body: bytes, contract: Contract) -> bool:
    token = contract.secrets["secret_callback_token"]
    return bool(token) and hmac.compare_digest(token.encode(), header(HEADER).encode())


def read_notice(body: bytes) -> tuple[GatewayNotice, ...]:
    """Which payment it is about, and nothing of what it claims. Events of what is no payment are nothing."""
    try:
        notice = read_as(_Webhook, body)
    except WireFault as fault:
        raise NoticeFault(str(fault)) from fault
    data = notice.data.data or notice.data
    # A refund's own reference is the refund's key: its payment is known by Xendit's reference alone.
    reference = (data.reference_id or "") if notice.event.startswith(_PAYMENTS) else ""
    concerns = notice.event.startswith((*_PAYMENTS, _REFUNDS)) and (reference or data.payment_request_id)
    return (GatewayNotice(reference, data.payment_request_id or "", None, proven=False),) if concerns else ()
