"""What a seller has with gateways, and each payment or deposit that one of them takes."""

from __future__ import annotations

from datetime import datetime

import msgspec


class OfferedWay(msgspec.Struct, frozen=True):
    """A method's channel that a contract offers, with the bounds of one payment."""

    method: str
    channel: str
    minimum_sen: int
    maximum_sen: int


class GatewayContract(msgspec.Struct, frozen=True):
    """What a seller has with a gateway in one environment. ``secrets_sealed``: by name, as JSON, sealed; ``facts``:
    what else it was asked for. ``source_id``: the notice source at whose address the gateway reports, which is kept
    sealed in ``notice_path``. ``created_by``, ``closed_by``: people."""

    merchant_id: int
    contract_id: int
    environment: str
    gateway: str
    base_url: str
    secrets_sealed: bytes
    facts: dict[str, str]
    ways: tuple[OfferedWay, ...]
    source_id: int
    notice_path: str
    created_at: datetime
    created_by: str
    closed_at: datetime | None = None
    closed_by: str = ""


class GatewayAttempt(msgspec.Struct, frozen=True):
    """A payment or a deposit as its gateway has it. ``payment_id``: the payment's id or, where ``order_id`` is None,
    the deposit's: nothing else has it. ``status``: ``asked`` (stored before the call, its outcome not known yet),
    ``open``, ``ended``, or ``mismatch``: another amount came than was asked for, ``paid_sen``. ``reference``: the
    gateway's own. ``looks``: how often it was asked how the payment stands; ``fault``: why a person should look."""

    merchant_id: int
    payment_id: int
    order_id: int | None
    environment: str
    contract_id: int
    status: str
    reference: str
    looks: int
    paid_sen: int | None
    fault: str
    created_at: datetime
    updated_at: datetime
