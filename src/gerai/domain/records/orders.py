"""An order, its lines, whom it is for, what it is found by, and the order with everything around it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from gerai.domain.records.deliveries import Fulfilment, Shipment
from gerai.domain.records.members import Member
from gerai.domain.records.payments import Invoice, Payment, PaymentRules

#: How an order is paid for. invoice: later, by any payment; wallet: at once; hold: reserved now, captured for what
#: succeeded; free: nothing to pay here (cash on delivery, marketplace).
Funding = Literal["invoice", "wallet", "hold", "free"]


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


class Order(msgspec.Struct, frozen=True):
    """An order. ``public_id`` is the door's identifier, unique per merchant, environment and channel;
    ``number`` is the code people read; ``secret`` opens its public page; ``after_payment`` is the verb the
    order takes once it is paid (``start``, ``confirm`` or ``complete``), or says when it gets licence codes
    (engine/orders/handing_out.py).

    ``total_sen`` is what the payer pays, in whole rupiah; ``rounding_sen`` of it (-49 … 50) is what rounding added to
    the exact sum of lines, shipping, charges and discounts. ``payment_mark`` is what a person, or
    money of another amount, added to how its payment stands (``conflict``, ``settled`` or nothing;
    engine/orders/payment_status.py). ``labels`` are the words its door
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

    @property
    def kept_sen(self) -> int:
        """What was taken for the order and not given back. What returned of reserved money had never been taken."""
        return self.charged_sen if self.funding == "hold" else self.charged_sen - self.refunded_sen


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


class OrderTerm(msgspec.Struct, frozen=True):
    """Something an order is found by (``gerai.domain.search_terms``), kept by the week the order was made in: the
    newest are looked through first, and new ones are written close together."""

    merchant_id: int
    environment: str
    channel: str
    week: int
    term: str
    created_at: datetime
    order_id: int


class OrderView(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order with everything around it, as reads and operations return it."""

    order: Order
    lines: tuple[OrderLine, ...]
    invoice: Invoice | None
    payments: tuple[Payment, ...]
    fulfilment: Fulfilment | None
    member: Member | None
    shipment: Shipment | None = None
