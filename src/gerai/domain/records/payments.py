"""What is owed for an order, how it may be paid, and each attempt to pay it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

import msgspec

FeeBearer = Literal["payer", "merchant"]
#: Under this name ``Payment.failure`` keeps what had been asked for where another amount came.
ASKED_SEN: Final = "asked_sen"


class PaymentRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an order may be paid, frozen when it was placed. ``methods`` are methods (``va``) or single channels of them
    (``va:BCA``); None: whatever is offered. ``fees`` in sen by the same names, a channel's own figure wins;
    ``fee_bearer`` pays them: the payer on top of the total, or the merchant out of it. ``rates_bp`` is the percentage
    in each of them, in basis points, where there is one."""

    methods: tuple[str, ...] | None = None
    fees: dict[str, int] = {}
    fee_bearer: FeeBearer = "merchant"
    rates_bp: dict[str, int] = {}

    def allows(self, method: str, channel: str) -> bool:
        """Whether the order may be paid so."""
        return self.methods is None or method in self.methods or f"{method}:{channel}" in self.methods

    def fee_sen(self, method: str, channel: str) -> int:
        """What this way to pay costs, whoever bears it."""
        return self.fees.get(f"{method}:{channel}", self.fees.get(method, 0))

    def rate_bp(self, method: str, channel: str) -> int:
        """The percentage in what this way to pay costs, in basis points."""
        own = f"{method}:{channel}"
        return self.rates_bp.get(own if own in self.fees else method, 0)

    def on_top_sen(self, method: str, channel: str) -> int:
        """What the payer pays on top of the total."""
        return self.fee_sen(method, channel) if self.fee_bearer == "payer" else 0


class Invoice(msgspec.Struct, frozen=True):
    """What is owed for an order."""

    merchant_id: int
    invoice_id: int
    environment: str
    order_id: int
    number: str
    status: str
    amount_sen: int
    method: str
    due_at: datetime | None
    paid_at: datetime | None
    created_at: datetime


class RefundTask(msgspec.Struct, frozen=True):
    """Money that is to be sent back to a payer. ``payment_id``: of which payment or, where ``order_id`` is None, of
    which deposit: nothing else has its id. ``status``: ``open``, where a person sends it; ``sending``, where its
    gateway does; ``done``; ``withdrawn``. ``source``: the account it was taken from. ``destination``: as far as it is
    known, ``bank``, ``number`` and ``holder``. ``reference``: the bank's or the gateway's, of what sent it.
    ``asked_by``, ``ended_by``: people, or the gateway; empty when nobody is named. ``looks``: how often its gateway was
    asked how it stands; ``denials``: how often it would not; ``fault``: why a person should look. ``contract_id``: the
    contract with the gateway that sent it; None: a person did, or nobody yet; ``payout_id``: the payout that it was
    taken off. ``claimed_by``: the run that may ask its gateway for it, since ``claimed_at``; empty: none."""

    merchant_id: int
    task_id: int
    environment: str
    order_id: int | None
    payment_id: int
    amount_sen: int
    source: str
    status: str
    reason: str
    destination: dict[str, str]
    reference: str
    asked_by: str
    ended_by: str
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
    looks: int = 0
    denials: int = 0
    fault: str = ""
    contract_id: int | None = None
    payout_id: int | None = None
    claimed_by: str = ""
    claimed_at: datetime | None = None

    @property
    def of(self) -> dict[str, int]:
        """What it hangs on, and whose lock protects it, by name: its order, or its deposit."""
        return {"deposit_id": self.payment_id} if self.order_id is None else {"order_id": self.order_id}


class Payment(msgspec.Struct, frozen=True):
    """One attempt to pay an order. ``instructions`` is what the payer must see (VA number, QR text …). The method keeps
    ``fee_sen``, which the payer pays on top of the amount, and ``merchant_fee_sen`` of the amount. ``receiving_id``:
    the seller's own account it comes into; ``matching_sen``: so much more than the amount and the fee is asked for
    there, and no other payment may come with that, or came through a gateway and was accepted; ``contract_id``: the
    contract with the gateway that takes it; ``acquired_by``: the own account whose acquirer passes it on later;
    ``payout_id``: the payout with which it was passed on. One for which another amount came than was asked for is of
    what came, and ``failure`` keeps what was asked (:attr:`asked_instead_sen`)."""

    merchant_id: int
    payment_id: int
    environment: str
    order_id: int
    invoice_id: int
    public_id: str
    method: str
    channel_code: str
    status: str
    amount_sen: int
    fee_sen: int
    refunded_sen: int
    reference: str
    instructions: dict[str, Any]
    failure: dict[str, str]
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    completed_at: datetime | None
    merchant_fee_sen: int = 0
    matching_sen: int = 0
    receiving_id: int | None = None
    contract_id: int | None = None
    payout_id: int | None = None
    acquired_by: int | None = None

    @property
    def passed_on_by(self) -> int | None:
        """By which contract, or from which own account, its money reaches the seller's bank with a payout; None: it is
        there when it came."""
        return self.acquired_by if self.contract_id is None else self.contract_id

    @property
    def asked_sen(self) -> int:
        """What its payer is asked for, to the sen."""
        return self.amount_sen + self.fee_sen + self.matching_sen

    @property
    def given_back(self) -> bool:
        """Whether any of it goes back, or went."""
        return self.refunded_sen > 0

    @property
    def taken_sen(self) -> int:
        """What its payer paid, once they did: one of another amount is of what came."""
        return self.asked_sen

    @property
    def kept_sen(self) -> int:
        """What its method keeps of that, as was known when it came."""
        return self.fee_sen + self.merchant_fee_sen

    @property
    def asked_instead_sen(self) -> int:
        """What its payer had been asked for where another amount came; nothing where the right one came, or none."""
        return int(self.failure.get(ASKED_SEN, 0))
