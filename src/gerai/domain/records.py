"""What the shop keeps: the engine's own things, immutable, one class per table.

A change is a new value (``msgspec.structs.replace``). Field order is the table's column order.
Amounts are integer sen. Times are aware datetimes in UTC. ``channel`` is the name of the door an order came
through; the engine never looks inside it, nor inside ``details``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

import msgspec

Environment = Literal["sandbox", "production"]
#: How an order is paid for. invoice: later, by any payment; wallet: at once; hold: reserved now, captured for what
#: succeeded; free: nothing to pay here (cash on delivery, marketplace).
Funding = Literal["invoice", "wallet", "hold", "free"]
#: The method of a deposit that an operator made: nobody paid through a gateway, the seller funds it.
MANUAL: Final = "manual"


class Member(msgspec.Struct, frozen=True):
    """A merchant's customer or reseller. Empty strings mean unknown."""

    merchant_id: int
    member_id: int
    environment: str
    channel: str
    public_id: str
    name: str
    email: str
    mobile: str
    reference: str
    details: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    status: str = "active"
    discount_bp: int = 0


def email_key(email: str) -> str:
    """What makes two e-mail addresses the same member: the address, with the case of ASCII letters ignored.

    Just like the database's index: lower case beyond ASCII is not the same everywhere.
    """
    return email.encode().lower().decode()


class Account(msgspec.Struct, frozen=True):
    """A ledger account: four unsigned totals. A ``wallet`` may never have less than nothing available."""

    merchant_id: int
    account_id: int
    environment: str
    kind: str
    member_id: int | None
    credits_posted: int
    debits_posted: int
    credits_pending: int
    debits_pending: int
    updated_at: datetime

    @property
    def available_sen(self) -> int:
        return self.credits_posted - self.debits_posted - self.debits_pending


class Transfer(msgspec.Struct, frozen=True):
    """Money from one account to another. ``phase``: single | pending | post | void; post and void name their
    ``pending_id`` and resolve it, exactly once. ``debit_available_after``: what the debited wallet had left."""

    merchant_id: int
    transfer_id: int
    environment: str
    phase: str
    pending_id: int | None
    debit_account_id: int
    credit_account_id: int
    amount_sen: int
    reason: str
    order_id: int | None
    payment_id: int | None
    debit_available_after: int | None
    credit_available_after: int | None
    note: str
    created_at: datetime


class OrderContact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who an order is for, as its own request named them: a snapshot, whatever else is known of the same member. Empty
    strings mean that nothing was sent. ``details`` (parts of the name …) belong to the door; ``address`` is by the
    door's field names."""

    name: str = ""
    email: str = ""
    mobile: str = ""
    reference: str = ""
    details: dict[str, Any] = {}
    address: dict[str, str] = {}


FeeBearer = Literal["payer", "merchant"]


class PaymentRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an order may be paid, frozen when it was placed. ``methods`` are methods (``va``) or single channels of them
    (``va:BCA``); None: whatever is offered. ``fees`` in sen by the same names, a channel's own figure wins;
    ``fee_bearer`` pays them: the payer on top of the total, or the merchant out of it."""

    methods: tuple[str, ...] | None = None
    fees: dict[str, int] = {}
    fee_bearer: FeeBearer = "merchant"

    def allows(self, method: str, channel: str) -> bool:
        """Whether the order may be paid so."""
        return self.methods is None or method in self.methods or f"{method}:{channel}" in self.methods

    def fee_sen(self, method: str, channel: str) -> int:
        """What this way to pay costs, whoever bears it."""
        return self.fees.get(f"{method}:{channel}", self.fees.get(method, 0))

    def on_top_sen(self, method: str, channel: str) -> int:
        """What the payer pays on top of the total."""
        return self.fee_sen(method, channel) if self.fee_bearer == "payer" else 0


class Order(msgspec.Struct, frozen=True):
    """An order. ``public_id`` is the door's identifier, unique per merchant, environment and channel;
    ``number`` is the code people read; ``secret`` opens its public page; ``after_payment`` is the verb the
    order takes once it is paid (``start``, ``confirm`` or ``complete``).

    ``total_sen`` is what the payer pays, in whole rupiah; ``rounding_sen`` of it (-49 … 50) is what rounding added to
    the exact sum of lines, shipping, charges and discounts. ``payment_mark`` is what a person added to how its payment
    stands (``conflict``, ``settled`` or nothing; engine/orders/payment_status.py). ``labels`` are the words its door
    lists it by."""

    merchant_id: int
    order_id: int
    environment: str
    channel: str
    key_id: int | None
    member_id: int | None
    account_id: int | None
    public_id: str
    number: str
    secret: str
    status: str
    funding: str
    currency: str
    total_sen: int
    held_transfer_id: int | None
    charged_sen: int
    refunded_sen: int
    reference: str
    provider: str
    after_payment: str
    details: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    contact: OrderContact = OrderContact()
    rounding_sen: int = 0
    payment_rules: PaymentRules = PaymentRules()
    labels: dict[str, str] = {}
    payment_mark: str = ""


class OrderLine(msgspec.Struct, frozen=True):
    """One line. ``item_id`` is the catalogue item; ``stock_id`` the stock row it reserves, if any."""

    merchant_id: int
    order_id: int
    line_no: int
    item_kind: str
    item_id: int
    stock_id: int | None
    name: str
    quantity: int
    unit_price_sen: int
    total_sen: int
    details: dict[str, Any]


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


class Payment(msgspec.Struct, frozen=True):
    """One attempt to pay an order. ``instructions`` is what the payer must see (VA number, QR text …). The method keeps
    ``fee_sen``, which the payer pays on top of the amount, and ``merchant_fee_sen`` of the amount."""

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


class Deposit(msgspec.Struct, frozen=True):
    """Money on its way into a wallet from outside. ``public_id`` is the code its member knows it by, unique per
    merchant, environment and channel; ``secret`` opens its public page.

    ``amount_sen`` is what the wallet gets, ``pay_sen`` what the payer must pay in all: amount, fee and, where payments
    are distinguished by their amount, a little more. ``method`` and ``channel_code`` are a payment method's, or
    :data:`MANUAL`. ``reference`` is the asker's, ``provider_reference`` the gateway's. ``transfer_id`` is the one
    transfer that credited the wallet, there exactly while the deposit is ``succeeded``."""

    merchant_id: int
    deposit_id: int
    environment: str
    channel: str
    member_id: int | None
    account_id: int
    public_id: str
    secret: str
    status: str
    amount_sen: int
    fee_sen: int
    pay_sen: int
    method: str
    channel_code: str
    reference: str
    provider_reference: str
    instructions: dict[str, Any]
    note: str
    transfer_id: int | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    completed_at: datetime | None


class Fulfilment(msgspec.Struct, frozen=True):
    """What a provider was asked to do for an order, and its result."""

    merchant_id: int
    fulfilment_id: int
    environment: str
    order_id: int
    provider: str
    status: str
    attempts: int
    request: dict[str, Any]
    reference: str
    succeeded: int
    failed: int
    result: Any
    error: str
    created_at: datetime
    updated_at: datetime


class Shipment(msgspec.Struct, frozen=True):
    """An order's parcel. ``courier`` and ``service`` are codes; ``aggregator`` is who books it ("" = the merchant);
    ``cost_sen`` what the courier asks, which need not be what the buyer paid; ``receipt`` the courier's number (air
    waybill). Where it goes stands in the order. ``reported_at``: the time of the newest report of where it is, on the
    reporter's clock. ``details`` belong to the door."""

    merchant_id: int
    shipment_id: int
    environment: str
    order_id: int
    status: str
    courier: str
    service: str
    aggregator: str
    warehouse_id: int | None
    weight_g: int
    cost_sen: int
    receipt: str
    details: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    reported_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None


class Stock(msgspec.Struct, frozen=True):
    """How many of an item a warehouse has, and how many of those are promised to open orders."""

    merchant_id: int
    stock_id: int
    environment: str
    item_id: int
    warehouse_id: int
    on_hand: int
    reserved: int
    updated_at: datetime

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class Event(msgspec.Struct, frozen=True):
    """Something that happened, written in the transaction that made it true. The database numbers it."""

    merchant_id: int
    environment: str
    order_id: int | None
    name: str
    facts: dict[str, Any]
    created_at: datetime


class IdempotencyRecord(msgspec.Struct, frozen=True):
    """A create that was done. ``answer``: the ids of what it made, as JSON (``gerai.engine.made``)."""

    merchant_id: int
    environment: str
    owner: str
    operation: str
    key: str
    fingerprint: bytes
    answer: bytes
    created_at: datetime


class OrderView(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order with everything around it, as reads and operations return it."""

    order: Order
    lines: tuple[OrderLine, ...]
    invoice: Invoice | None
    payments: tuple[Payment, ...]
    fulfilment: Fulfilment | None
    member: Member | None
    shipment: Shipment | None = None
