"""Durianpay's webhooks (contract §15). The signature stands inside the data, and covers an id and an amount alone:
what a webhook says of a payment is looked up before it counts."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai.kit.wire import WireFault, read_as, signed
from gerai.ports.gateways import Contract, GatewayNotice
from gerai.ports.notices import NoticeFault

#: What the events are about, by their first word, that concern a payment.
_ABOUT: Final = ("order", "payment")
#: Of an order that is being started right now.
_BEGINNING: Final = "order.created"


class _Data(msgspec.Struct, frozen=True):
    id: str
    amount_str: str
    signature: str
    order_id: str | None = None
    order_ref_id: str | None = None
    metadata: Any = None


class _Message(msgspec.Struct, frozen=True):
    event: str
    data: _Data


class _Named(msgspec.Struct, frozen=True):
    event: str


def genuine(body: bytes, contract: Contract) -> bool:
    """Whether the signature in its data is the API key's."""
    try:
        data = read_as(_Message, body).data
    except WireFault:
        return False
    return signed(f"{data.id}|{data.amount_str}".encode(), contract.secrets["secret_api_key"], data.signature)


def read_notice(body: bytes) -> tuple[GatewayNotice, ...]:
    """Which order there is something to see of. NoticeFault: unreadable."""
    try:
        event = read_as(_Named, body).event
        about = event.partition(".")[0]
        if about not in _ABOUT or event == _BEGINNING:
            return ()
        data = read_as(_Message, body).data
    except WireFault as fault:
        raise NoticeFault(str(fault)) from fault
    order_id = data.id if about == "order" else data.order_id or ""
    reference = data.order_ref_id or _in_metadata(data.metadata)
    if not reference and not order_id:
        raise NoticeFault("it names no order")
    return (GatewayNotice(reference, order_id, seen=None, proven=False),)


def _in_metadata(metadata: Any) -> str:
    """Our reference where the vendor's own sample has it; known receivers read it beside the metadata."""
    try:
        return msgspec.convert(metadata, dict[str, str]).get("order_ref_id", "")
    except msgspec.ValidationError:
        return ""
