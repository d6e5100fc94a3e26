"""What a seller has with gateways, and each payment or deposit that one of them takes."""

from __future__ import annotations

from datetime import datetime

import msgspec

from gerai.domain.settlement import SettleRule


class OfferedWay(msgspec.Struct, frozen=True):
    """A method's channel that a contract offers, with the bounds of one payment, and when its money is expected.
    ``needs``: what must be known of its payer (name, email, mobile)."""

    method: str
    channel: str
    minimum_sen: int
    maximum_sen: int
    settles: SettleRule = SettleRule()
    needs: tuple[str, ...] = ()


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


class Payout(msgspec.Struct, frozen=True):
    """What a gateway, or the acquirer of an own account, paid out at once, under a ``reference`` of its own:
    ``gross_sen``, what the payers of ``payments`` payments and deposits had paid, less ``refunded_sen``, which it gave
    back for the seller, and less ``fee_sen``, which it kept of that in all; ``amount_sen`` came into the seller's bank
    at ``paid_at``. ``contract_id``: of the contract, or of the own account: nothing else has its id. ``known_fee_sen``
    of the fee was booked when the payments came. ``transfer_id`` and ``fee_transfer_id``: what booked it; None: there
    was nothing to book."""

    merchant_id: int
    payout_id: int
    environment: str
    contract_id: int
    reference: str
    gross_sen: int
    refunded_sen: int
    fee_sen: int
    known_fee_sen: int
    amount_sen: int
    payments: int
    transfer_id: int | None
    fee_transfer_id: int | None
    paid_at: datetime
    booked_by: str
    created_at: datetime


class GatewayAttempt(msgspec.Struct, frozen=True):
    """A payment or a deposit as its gateway has it. ``payment_id``: the payment's id or, where ``order_id`` is None,
    the deposit's: nothing else has it. ``status``: ``asked`` (stored before the call, its outcome not known yet),
    ``open``, ``ended``, or ``mismatch``: another amount came than was asked for, ``paid_sen``. ``reference``: the
    gateway's own. ``looks``: how often it was asked how the payment stands; ``fault``: why a person should look;
    ``fee_sen``: what the gateway says it keeps of it; None: it does not say."""

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
    fee_sen: int | None = None
