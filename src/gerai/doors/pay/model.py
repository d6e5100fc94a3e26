"""What a pay page shows, ready to be drawn: texts are in the page's language, nothing here needs the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from gerai.doors.http.page_details import NO_DETAILS, PageDetails
from gerai.doors.pay.goods import NO_GOODS, Handed
from gerai.doors.pay.page_state import PageState
from gerai.doors.pay.seller import NO_SHOP, ShopFacts
from gerai.engine.payments.offered import OfferedChannels
from gerai.ports.payments import PaymentMethod
from gerai.ports.va_places import PayPlace


@dataclass(frozen=True)
class PageContext:
    """What the order's own rows do not say. ``simulated``: no real money can move, so the payer may be played.
    ``methods``: all there are; ``offered``: those this order's money may be collected with, by channel;
    ``no_surcharge``: those of them whose payers may be asked for no fee on top; ``full``: ways (``bank_transfer:BCA``)
    that could not tell this payer from others now; ``last_used``: the way that was chosen last at this browser.
    ``details`` are its dialect's.
    ``private``: the page's code can be guessed, so it shows what must be paid and nothing of the buyer. ``here``: the
    page's own address. ``papers``: invoices and receipts can be made here. ``handed``: what the buyer has of it."""

    merchant_name: str
    environment: str
    simulated: bool
    methods: Mapping[str, PaymentMethod]
    offered: OfferedChannels
    no_surcharge: frozenset[str] = frozenset()
    full: frozenset[str] = frozenset()
    last_used: str = ""
    details: PageDetails = NO_DETAILS
    private: bool = False
    here: str = ""
    shop: ShopFacts = NO_SHOP
    papers: bool = False
    handed: Handed = NO_GOODS


@dataclass(frozen=True)
class SumRow:
    """One line of the sum: shipping, discount, fee …"""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True)
class LineRow:
    """One ordered line."""

    name: str
    quantity_text: str
    total: str


@dataclass(frozen=True)
class Choice:
    """One channel to pay through. ``value`` is what the form sends (``va:BCA``); ``note``: why it is closed."""

    value: str
    title: str
    open: bool
    note: str


@dataclass(frozen=True)
class MethodGroup:
    """One payment method with its channels. ``closed``: why none of them can be chosen; empty when one can.
    ``recommended``: said to be the first to try; ``used``: chosen last at this browser."""

    name: str
    icon: str
    title: str
    hint: str
    choices: tuple[Choice, ...]
    closed: str = ""
    recommended: bool = False
    used: bool = False


@dataclass(frozen=True)
class Deadline:
    """A moment to come. ``seconds`` from now, so that the page counts on the order's clock, not the reader's.
    ``clock``: how long that is, by the second only below a day."""

    iso: str
    text: str
    seconds: int
    clock: str


@dataclass(frozen=True)
class PaymentPanel:
    """How to pay with the chosen method. ``code_groups`` are the parts of ``code`` for the eye, ``code_label`` says
    what it is and ``code_copy`` what its button does; ``company_code`` is asked for before it; ``holder``: in whose
    name the account is, ``nmid``: the national number of a QRIS code's merchant. ``typed``: the QR has no amount in it;
    ``unique``: so much of the amount tells this payer from others, empty when nothing does. ``url``: where the payer
    confirms, at a wallet or bank; ``confirm``: that is played by a page of ours instead. ``changeable``: another
    method can be chosen. ``places``: the steps place by place, instead of ``steps``."""

    kind: str
    icon: str
    heading: str
    go: str
    amount: str
    amount_plain: str
    company_code: str
    code: str
    code_groups: tuple[str, ...]
    code_label: str
    code_copy: str
    holder: str
    nmid: str
    qr: Markup | None
    typed: bool
    unique: str
    url: str
    steps: tuple[str, ...]
    places: tuple[PayPlace, ...] = ()
    confirm: bool = False
    changeable: bool = False
    until: Deadline | None = None


@dataclass(frozen=True)
class ProofForm:
    """Where a payer may show that they transferred. ``received``: what became of what they sent already; empty when
    they sent nothing. ``open``: another one may be sent; ``folded``: most who come here did not transfer."""

    received: str
    open: bool
    folded: bool


@dataclass(frozen=True)
class ParcelStep:
    """One step of a parcel's way. ``state``: done | now | ahead."""

    text: str
    state: str


@dataclass(frozen=True)
class ParcelCard:
    """The parcel. ``receipt`` is the courier's number, or ``url`` where it can be followed; ``latest`` what was last
    reported of it."""

    courier: str
    state: str
    tone: str
    steps: tuple[ParcelStep, ...]
    receipt: str
    url: str
    latest: str
    latest_at: str


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened to the order."""

    text: str
    when: str
    iso: str
    tone: str
    detail: str = ""


@dataclass(frozen=True)
class Play:
    """Which acts of the payer may be played here."""

    pay: bool
    fail: bool
    late: bool


@dataclass(frozen=True, kw_only=True)
class PageHead:
    """What every hosted page shows: who asks for how much, where it stands and how it is paid. ``version`` changes with
    what is seen; ``final``: nothing will change by itself any more; ``remainder``: what was given back of the amount,
    and what is left; ``reason``: why the seller ended it, in his own words."""

    version: str
    final: bool
    state: PageState
    environment: str
    simulated: bool
    merchant: str
    shop: ShopFacts
    number: str
    placed_at: str
    badge: str
    headline: str
    message: str
    money: tuple[str, ...]
    notice: str
    amount_label: str
    amount: str
    struck: bool
    remainder: tuple[SumRow, ...] = ()
    reason: str = ""
    deadline: Deadline | None
    panel: PaymentPanel | None
    sums: tuple[SumRow, ...]
    play: Play | None


@dataclass(frozen=True, kw_only=True)
class PayPage(PageHead):
    """One hosted page of an order, whatever its address. ``paper``: which PDF there is of it (``invoice``,
    ``receipt``), empty when none."""

    private: bool
    paper: str
    groups: tuple[MethodGroup, ...]
    proof: ProofForm | None
    parcel: ParcelCard | None
    lines: tuple[LineRow, ...]
    people: tuple[SumRow, ...]
    note: str
    goods: Handed
    timeline: tuple[TimelineEntry, ...]


@dataclass(frozen=True, kw_only=True)
class DepositPage(PageHead):
    """The page of money on its way into a wallet. ``credited_at``: when it arrived there; ``proof``: where its payer
    shows the transfer, None where none is waited for; ``groups``: the other ways to pay that may be chosen."""

    credited_at: str
    proof: ProofForm | None
    groups: tuple[MethodGroup, ...]
