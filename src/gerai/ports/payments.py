"""What a payment method must be: it composes what the payer must see to pay, and names the amounts it takes.

``kind`` is a closed set the pages switch on; they never look at the name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol

PaymentKind = Literal["code", "qr", "redirect", "manual"]
#: Where ``Charge.details`` names the page of ours to which a method without a page of its own sends the payer.
PAGE_URL: Final = "page_url"


@dataclass(frozen=True)
class Charge:
    """What is to be paid. ``details`` carries what the door was given for this method (name, mobile …)."""

    payment_public_id: str
    order_public_id: str
    amount_sen: int
    merchant_name: str
    channel_code: str
    at: datetime
    order_expires_at: datetime | None
    details: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Instructions:
    """What the payer sees. ``code``: VA number, account number or retail code; ``holder``: in whose name the account
    is, where the payer transfers to one; ``qr_text``: the EMV text of a QR; ``url``: where to go, an address or a path
    of ours. ``steps``: lines of help by language."""

    kind: PaymentKind
    expires_at: datetime | None
    code: str = ""
    holder: str = ""
    qr_text: str = ""
    url: str = ""
    steps: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


@dataclass(frozen=True)
class Bounds:
    """The least and most one payment may be, for one channel."""

    minimum_sen: int
    maximum_sen: int


@dataclass(frozen=True)
class Seller:
    """Whose money a method would take, and in which environment."""

    merchant_id: int
    environment: str


class PaymentMethod(Protocol):
    """One way to pay. ``name`` is ours (va, qris, ewallet, retail, card, online_banking, bnpl, bank_transfer);
    ``channels`` are its banks, wallets or chains (BCA, DANA, ALFAMART …), at least one, each with its bounds.

    ``simulated``: what it shows the payer is invented and nobody receives what is paid there, so it is offered where
    only play money moves, and never anywhere else (``engine/payments/offered.py``)."""

    name: str
    kind: PaymentKind
    title: dict[str, str]
    channels: dict[str, Bounds]
    simulated: bool

    def configured(self, seller: Seller) -> frozenset[str]:
        """The channels for which the seller has a real account or contract. A simulated method has none."""
        ...

    def instruct(self, charge: Charge) -> Instructions:
        """What the payer must see. Pure for simulated methods: no network, the same charge gives the same result."""
        ...
