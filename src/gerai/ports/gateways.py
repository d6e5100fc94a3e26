"""What a gateway must be: somebody who takes a seller's payments, and is asked over the network.

A gateway knows nothing of the engine: it is given what it needs, makes one call, and returns what it saw. What was
stored before the call, what becomes of an unknown outcome and what is delivered is the engine's
(``gerai.engine.gateways``). Simulated methods and a seller's own accounts are pure (``ports/payments.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from gerai.domain.settlement import USUAL_RULE, SettleRule
from gerai.kit.http import Outgoing
from gerai.ports.payments import Asked, Bounds, Instructions

#: A method's name and its channel here: ``("va", "BCA")``.
Way = tuple[str, str]
#: The channels that a gateway has switched on for a seller, with the seller's own bounds where it tells them.
SwitchedOn = Mapping[Way, Bounds | None]
#: How a payment stands at the gateway. ``refunded``: some or all of it went back (``Seen.refunded_sen``).
SeenStatus = Literal["waiting", "paid", "failed", "expired", "cancelled", "refunded"]
RefundStatus = Literal["done", "pending", "denied"]


@dataclass(frozen=True)
class GatewayChannel:
    """One way to pay that a gateway has. ``code``: its own name for it; ``bounds`` of one payment. ``life_s``: for how
    long what it shows can be paid, where nobody chooses that; None: as long as the order. ``shortest_s`` and
    ``longest_s``: what may be chosen. ``refund``: what its API can give back; ``cancel``: whether one that waits can be
    ended there; ``needs``: the names of :attr:`Attempt.payer` without which it cannot be started; ``settles``: when its
    money is passed on."""

    code: str
    bounds: Bounds
    refund: Literal["none", "full", "partial"] = "none"
    cancel: bool = True
    life_s: int | None = None
    shortest_s: int = 60
    longest_s: int = 180 * 86_400
    needs: frozenset[str] = frozenset()
    settles: SettleRule = USUAL_RULE


@dataclass(frozen=True)
class Contract:
    """What a seller has with a gateway. ``base_url``: where it is asked, without a slash at its end (a sandbox and a
    test are reached so); ``secrets`` and ``facts`` by the names of :attr:`Gateway.asks`; ``notice_url``: an address of
    ours, at which it reports; empty: none."""

    environment: Literal["production", "sandbox"]
    base_url: str
    secrets: Mapping[str, str] = field(repr=False)
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    notice_url: str = field(default="", repr=False)


@dataclass(frozen=True)
class Attempt:
    """One payment to be started, of an order or of a top-up (whose code is its ``order_number``, then). ``reference``
    is ours, unique for ever: at most 40 letters, digits, ``_`` and ``-``.
    ``amount_sen`` is whole rupiah. ``ends_at``: no longer payable then; None: the gateway's own time. ``page_url``:
    where a payer comes back to, an address. ``payer``: name, email, mobile, each may be missing. ``gateway_reference``:
    the gateway's own id, once it is known."""

    reference: str
    way: Way
    amount_sen: int
    at: datetime
    ends_at: datetime | None
    merchant_name: str
    order_number: str
    page_url: str
    payer: Mapping[str, str] = field(default_factory=dict[str, str])
    gateway_reference: str = ""


@dataclass(frozen=True)
class Seen:
    """How a payment stands at the gateway. ``reference``: the gateway's own id. ``paid_sen``: what came, fees that the
    payer bore on top left out; None: the gateway does not say, or nothing came. ``fee_sen``: what the gateway keeps,
    where it says. ``instructions``: what the payer must see, where the answer says; their ``expires_at`` is the
    gateway's."""

    status: SeenStatus
    reference: str
    paid_sen: int | None = None
    paid_at: datetime | None = None
    fee_sen: int | None = None
    refunded_sen: int = 0
    instructions: Instructions | None = None


@dataclass(frozen=True)
class RefundSeen:
    """How a refund stands. ``code``: the gateway's word for why it was denied; ``text``: its sentence for the seller,
    where it has one."""

    status: RefundStatus
    reference: str = ""
    code: str = ""
    text: str = ""


@dataclass(frozen=True)
class GatewayNotice:
    """What a notice is about. ``reference``: our attempt's, or empty; ``gateway_reference``: the gateway's own, or
    empty. ``seen``: what it holds; None: only that there is something to see. ``proven``: whether its proof covers
    ``seen``; else the gateway is asked before anything is delivered."""

    reference: str
    gateway_reference: str
    seen: Seen | None
    proven: bool


class GatewayRefused(Exception):
    """The gateway said no: nothing was started, cancelled or refunded by this call. ``code``: its word or number;
    ``text``: its sentence, fit for the seller's log, never for the payer."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class OutcomeUnknown(Exception):
    """The call may have had its effect, or not: :meth:`Gateway.find` may know. Never a failure."""


class Gateway(Protocol):
    """One gateway. ``name`` is its folder's. ``asks``: what a seller must give, where :attr:`Asked.name` begins with
    ``secret_`` for what is sealed; their help says where the vendor's dashboard shows it. ``base_urls`` by environment.
    ``untried``: the names of what it asks that :meth:`probe` cannot try, as only a payment or a notice shows whether it
    is right. ``channels``: what it may offer; a seller's contract may have fewer. ``recoverable``: whether a start of
    unknown outcome can be found by our reference.

    Every call but the pure ones raises ``kit.http.Unreachable`` when it certainly did not arrive,
    ``AddressForbidden``, and GatewayRefused. What may have arrived without an answer is OutcomeUnknown in ``start``,
    ``cancel`` and ``refund``, and ``kit.http.Unanswered`` in calls that only read.
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def asks(self) -> tuple[Asked, ...]: ...
    @property
    def untried(self) -> tuple[str, ...]: ...
    @property
    def base_urls(self) -> Mapping[str, str]: ...
    @property
    def channels(self) -> Mapping[Way, GatewayChannel]: ...
    @property
    def recoverable(self) -> bool: ...
    @property
    def answer(self) -> Mapping[str, object]:
        """The body of the 200 with which a notice is acknowledged."""
        ...

    async def start(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        """Start the payment; ``instructions`` are there. Started again with the same reference it is the same one, or
        GatewayRefused."""
        ...

    async def find(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen | None:
        """How it stands; None: the gateway does not know it."""
        ...

    async def cancel(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        """End one that waits. Returns how it stands afterwards: ``paid``, when the payer was quicker."""
        ...

    async def refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str, amount_sen: int, reason: str
    ) -> RefundSeen:
        """Give back so much. With the same ``refund_key`` (as ``reference`` is made) it is given back once."""
        ...

    async def find_refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str
    ) -> RefundSeen | None:
        """How the refund stands; None: the gateway does not know it."""
        ...

    async def probe(self, http: Outgoing, contract: Contract) -> SwitchedOn | None:
        """A call that moves no money and shows that address and keys are right. GatewayRefused says what is wrong.
        Returns which of its channels are switched on for this seller; None: the gateway does not say."""
        ...

    def genuine(self, header: Callable[[str], str], body: bytes, contract: Contract) -> bool:
        """Whether a notice proves that it is the gateway's. Pure; takes the same time for every guess. ``header``: the
        request's header by its name, empty where it was not sent."""
        ...

    def read_notice(self, body: bytes, contract: Contract) -> tuple[GatewayNotice, ...]:
        """What it is about; nothing where it concerns no payment. Pure. ``ports.notices.NoticeFault``: unreadable."""
        ...
