"""What a payment method must be: it composes what the payer must see to pay, and names the amounts it takes.

``kind`` is a closed set the pages switch on; they never look at the name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from gerai.domain.records import ReceivingAccount
from gerai.domain.settlement import SettleRule
from gerai.ports.va_places import PayPlace

PaymentKind = Literal["code", "qr", "redirect", "manual"]
#: Where ``Charge.details`` names the page of ours to which a method without a page of its own sends the payer.
PAGE_URL: Final = "page_url"


@dataclass(frozen=True)
class Charge:
    """What is to be paid. ``details`` carries what the door was given for this method (name, mobile …). ``account``:
    the seller's own account that the money goes to; None: a gateway takes it, or it is play money."""

    payment_public_id: str
    order_public_id: str
    amount_sen: int
    merchant_name: str
    channel_code: str
    at: datetime
    order_expires_at: datetime | None
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    account: ReceivingAccount | None = None


@dataclass(frozen=True)
class Instructions:
    """What the payer sees. ``code``: VA number, account number or retail code; ``company_code``: the part before it
    that a bank asks for by itself, where ``code`` begins with one; ``holder``: in whose name the account is, where the
    payer transfers to one; ``qr_text``: the EMV text of a QR, ``nmid`` the national number of its merchant,
    ``amount_typed``: the amount is not in it, so the payer types it; ``url``: where to go, an address or a path of
    ours. ``steps``: lines of help by language; ``places``: the same place by place, where a gateway tells several."""

    kind: PaymentKind
    expires_at: datetime | None
    code: str = ""
    company_code: str = ""
    holder: str = ""
    qr_text: str = ""
    nmid: str = ""
    amount_typed: bool = False
    url: str = ""
    steps: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    places: dict[str, list[PayPlace]] = field(default_factory=dict[str, list[PayPlace]])


@dataclass(frozen=True)
class Bounds:
    """The least and most one payment may be, for one channel."""

    minimum_sen: int
    maximum_sen: int

    def hold(self, amount_sen: int) -> bool:
        """Whether one payment may be this much."""
        return self.minimum_sen <= amount_sen <= self.maximum_sen


@dataclass(frozen=True)
class Seller:
    """Whose money a method would take, and in which environment. ``accounts``: their own open ones for this method."""

    merchant_id: int
    environment: str
    accounts: tuple[ReceivingAccount, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One thing a seller says of an account of their own: its name, and what it is, by language. ``in_qr``: it is the
    text of a QR code, so that a picture of the code will do where a file can be named."""

    name: str
    help: Mapping[str, str]
    required: bool = True
    in_qr: bool = False


@dataclass(frozen=True)
class ReadAccount:
    """What a seller's account is, once read. ``details`` are kept; ``shown`` is for the seller to see what was
    understood and say whether that is theirs; ``identity``: what it is to its bank or acquirer."""

    channel: str
    details: dict[str, str]
    shown: tuple[tuple[str, str], ...]
    identity: str


class AccountFault(Exception):
    """What a seller said of their account cannot be right. ``fault`` is fit for them."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(f"{name}: {fault}")
        self.name = name
        self.fault = fault


@dataclass(frozen=True)
class AccountForm:
    """How a seller names an account of their own. ``read`` gets the texts by the names that are asked, without unknown
    or blank ones and with all that are required; it raises AccountFault. ``settles``: when an acquirer passes on what
    came there, unless the seller says otherwise; None: nobody is between, and what came is there."""

    asks: tuple[Asked, ...]
    read: Callable[[Mapping[str, str]], ReadAccount]
    settles: SettleRule | None = None


class PaymentMethod(Protocol):
    """One way to pay. ``name`` is ours (va, qris, ewallet, retail, card, online_banking, bnpl, bank_transfer);
    ``channels`` are its banks, wallets or chains (BCA, DANA, ALFAMART …), at least one, each with its bounds.

    ``simulated``: it can be played: where only play money moves it shows the payer what is invented, and nobody
    receives what is paid there; never anywhere else (``engine/payments/offered.py``). ``own_account``: how a seller
    names an account of their own that receives what is paid with it; None: it needs a gateway. ``matched``: what comes
    into such an account says nothing but an amount, so each payer is asked for another one. ``may_surcharge``: whether
    the rules of its country let a seller ask the payer for a fee on top of real money."""

    name: str
    kind: PaymentKind
    title: dict[str, str]
    channels: dict[str, Bounds]
    simulated: bool
    own_account: AccountForm | None
    matched: bool
    may_surcharge: bool

    def configured(self, seller: Seller) -> frozenset[str]:
        """The channels for which the seller has a real account or contract."""
        ...

    def instruct(self, charge: Charge) -> Instructions:
        """What the payer must see. Pure: no network, the same charge gives the same result. ValueError: it cannot take
        exactly this amount."""
        ...
