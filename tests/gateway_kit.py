"""A gateway inside the test: it does what it is told, and remembers what it was asked."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, ClassVar

from gerai.domain.money import rupiah
from gerai.domain.records import Deposit, Environment, GatewayAttempt, GatewayContract, OrderView, Payment, RefundTask
from gerai.engine.arrivals.target import target_of
from gerai.engine.core import Engine
from gerai.engine.gateways.contracts import draft_contract, open_contract, ways_of
from gerai.engine.gateways.desk import GatewayDesk
from gerai.engine.gateways.follow import follow
from gerai.engine.merchants.open import open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.kit.discover import discover
from gerai.kit.http import Outgoing, Unanswered, Unreachable
from gerai.kit.ids import token
from gerai.kit.secret_box import SecretBox, new_key
from gerai.ports.gateways import (
    Attempt,
    Contract,
    GatewayChannel,
    GatewayNotice,
    GatewayRefused,
    RefundSeen,
    Seen,
    SwitchedOn,
    Way,
)
from gerai.ports.payments import Asked, Bounds, Instructions, PaymentMethod
from gerai.store import gateways as sql

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
PRICE = rupiah(50_000)
KEY = "toy-key-0123456789"
_numbers = itertools.count(1)


@dataclass
class ToyGateway:
    """``fails``: raised by the next start, after it was made where ``made`` says so; ``payments`` by our reference."""

    recoverable: bool = True
    fails: Exception | None = None
    made: bool = True
    cancels: bool = True
    #: Looks get no answer, either.
    hidden: bool = False
    #: What a look does not bring, as some gateways tell a QR once.
    forgets: bool = False
    #: For how long what it shows can be paid; None: as long as it was asked for.
    lasts: timedelta | None = None
    #: What its numbers begin with.
    prefix: str = "8808"
    #: As it was started last, by our reference.
    attempts: dict[str, Attempt] = field(default_factory=dict[str, Attempt])
    payments: dict[str, Seen] = field(default_factory=dict[str, Seen])
    #: What the next refund comes to: an error, or how it stands. By its key those that were made.
    refunding: list[Exception | RefundSeen] = field(default_factory=list[Exception | RefundSeen])
    refunds: dict[str, RefundSeen] = field(default_factory=dict[str, RefundSeen])
    given_back: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    name: ClassVar[str] = "toy"
    title: ClassVar[str] = "Toy"
    asks: ClassVar[tuple[Asked, ...]] = (
        Asked("secret_key", {"id": "Kunci", "en": "Key"}), Asked("shop", {"id": "Toko", "en": "Shop"}, required=False),
    )  # fmt: skip
    untried: ClassVar[tuple[str, ...]] = ()
    base_urls: ClassVar[Mapping[str, str]] = {
        "production": "https://toy.example", "sandbox": "https://sandbox.toy.example",
    }  # fmt: skip
    answer: ClassVar[Mapping[str, object]] = {"ok": True}

    @property
    def channels(self) -> Mapping[Way, GatewayChannel]:
        bounds, wide = Bounds(rupiah(10_000), rupiah(5_000_000)), Bounds(rupiah(1), rupiah(900_000_000))
        return {
            ("va", "BCA"): GatewayChannel("bca", bounds, cancel=self.cancels),
            ("va", "BNI"): GatewayChannel("bni", bounds, refund="partial"),
            ("qris", "QRIS"): GatewayChannel("qr", bounds, refund="full"),
            ("ewallet", "DANA"): GatewayChannel("dana", wide, needs=frozenset({"mobile"})),
        }  # fmt: skip

    async def start(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        self.asked.append(("start", attempt.reference))
        assert contract.secrets["secret_key"] == KEY
        fails, self.fails = self.fails, None
        if attempt.reference in self.payments:
            return self.payments[attempt.reference]
        self.attempts[attempt.reference] = attempt
        until = attempt.ends_at if self.lasts is None else attempt.at + self.lasts
        shown = Instructions("code", until, code=f"{self.prefix}{next(_numbers):08}")
        seen = Seen("waiting", f"toy-{attempt.reference}", instructions=shown)
        if fails is None or self.made:
            self.payments[attempt.reference] = seen
        if fails is not None:
            raise fails
        return seen

    async def find(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen | None:
        self.asked.append(("find", attempt.reference))
        if self.hidden:
            raise Unanswered("TimeoutError")
        if self.fails is not None:
            raise self.fails
        seen = self.payments.get(attempt.reference)
        return replace(seen, instructions=None) if seen is not None and self.forgets else seen

    async def cancel(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        self.asked.append(("cancel", attempt.reference))
        seen = self.payments[attempt.reference]
        if seen.status == "waiting":
            seen = self.payments[attempt.reference] = replace(seen, status="cancelled", instructions=None)
        return seen

    async def refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str, amount_sen: int, reason: str
    ) -> RefundSeen:
        self.asked.append(("refund", refund_key))
        outcome = self.refunding.pop(0) if self.refunding else RefundSeen("done", f"toy-{refund_key}")
        refused = isinstance(outcome, GatewayRefused | Unreachable)
        if refund_key not in self.refunds and self.made and not refused:
            seen = outcome if isinstance(outcome, RefundSeen) else RefundSeen("done", f"toy-{refund_key}")
            self.refunds[refund_key] = seen
            if seen.status != "denied":
                self.given_back.append((attempt.reference, amount_sen))
        if isinstance(outcome, Exception):
            raise outcome
        return self.refunds[refund_key]

    async def find_refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str
    ) -> RefundSeen | None:
        self.asked.append(("find_refund", refund_key))
        if self.hidden:
            raise Unanswered("TimeoutError")
        return self.refunds.get(refund_key)

    async def probe(self, http: Outgoing, contract: Contract) -> SwitchedOn | None:
        if contract.secrets["secret_key"] != KEY:
            raise GatewayRefused("401", "the key is wrong")
        return None

    def genuine(self, header: Callable[[str], str], body: bytes, contract: Contract) -> bool:
        return header("x-toy") == contract.secrets["secret_key"]

    def read_notice(self, body: bytes, contract: Contract) -> tuple[GatewayNotice, ...]:
        return tuple(GatewayNotice(one, "", None, proven=False) for one in body.decode().split())

    def pays(self, due: Payment | Deposit, **facts: Any) -> None:
        """The buyer pays, or the member."""
        seen = self.payments[due.public_id]
        self.payments[due.public_id] = replace(seen, **{"status": "paid", "paid_sen": due.asked_sen} | facts)


@dataclass
class GatewayShop:
    """A real merchant with a contract, and who asks its gateway."""

    engine: Engine
    merchant_id: int
    contract: GatewayContract
    desk: GatewayDesk
    toy: ToyGateway

    async def ordered(self, **facts: Any) -> OrderView:
        """An order of Rp50.000."""
        order_id = self.engine.ids.next()
        placed = PlaceOrder(
            merchant_id=self.merchant_id, environment="production", channel="t", key_id=None, order_id=order_id,
            public_id=f"o-{order_id}", number=f"N{order_id}", secret=token(), total_sen=PRICE, funding="invoice",
            lines=(NewLine("goods", 0, "Kopi", 1, PRICE, PRICE),), **facts,
        )  # fmt: skip
        return (await self.engine.submit(placed)).answer.view

    async def stored(self, view: OrderView, channel: str = "BCA") -> Payment:
        """Its payer chose this bank: the payment is stored, and nobody was asked yet."""
        merchant = self.engine.directory.merchant(self.merchant_id)
        wanted = WantedPayment(method="va", channel=channel)
        start = payment_to_start(self.engine.ids.next(), merchant, METHODS, view, wanted)
        after = (await self.engine.submit(start)).answer
        return next(one for one in after.payments if one.payment_id == start.payment_id)

    async def started(self, channel: str = "BCA", **facts: Any) -> Payment:
        """An order whose payment the gateway knows."""
        view = await self.ordered(**facts)
        payment = await self.stored(view, channel)
        await self.desk.started(await self.now(payment), payment.payment_id)
        return (await self.now(payment)).payments[-1]

    async def now(self, payment: Payment) -> OrderView:
        """The payment's order as it is."""
        found = await self.engine.orders.by_id(self.merchant_id, payment.order_id)
        assert found is not None
        return found

    async def stands(self, payment: Payment) -> tuple[str, int]:
        """How the payment stands, and what its order was charged."""
        view = await self.now(payment)
        return next(p.status for p in view.payments if p.payment_id == payment.payment_id), view.order.charged_sen

    async def attempt(self, due: Payment | Deposit) -> GatewayAttempt:
        """The payment or deposit as its gateway has it, as far as is known here."""
        async with self.engine.connection() as connection:
            found = await sql.attempt(connection, self.merchant_id, target_of(due).own_id)
        assert found is not None
        return found

    async def look(self, due: Payment | Deposit) -> None:
        """The job that follows it, once."""
        await follow(self.engine, self.desk, self.merchant_id, target_of(due))

    async def jobs(self, due: Payment | Deposit, task: str) -> list[float]:
        """In how many seconds the jobs about it run."""
        name = "deposit_id" if isinstance(due, Deposit) else "payment_id"
        async with self.engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT coalesce(extract(epoch FROM scheduled_at - now()), 0)::float8 FROM procrastinate_jobs "
                "WHERE task_name = %s AND (args->>%s)::int8 = %s ORDER BY id",
                (task, name, target_of(due).own_id),
            )
            return [row[0] for row in await cursor.fetchall()]


async def gateway_shop(
    engine: Engine,
    toy: ToyGateway | None = None,
    environment: Environment = "production",
    sealer: SecretBox | None = None,
) -> GatewayShop:
    """A shop whose payments the gateway takes. ``sealer``: what seals its contract; None: one that nobody else has."""
    toy = toy or ToyGateway()
    merchant_id = await open_merchant(engine, f"toy{engine.ids.next()}", "Toko Saya")
    sealer = sealer or SecretBox(new_key())
    draft = draft_contract(
        engine, sealer, merchant_id, toy, environment, {"secret_key": KEY}, ways=ways_of(toy, METHODS), base_url="",
        by="t",
    )  # fmt: skip
    contract = await open_contract(engine, draft)
    desk = GatewayDesk(engine, {"toy": toy}, sealer, "https://toko.example")
    return GatewayShop(engine, merchant_id, contract, desk, toy)


async def lapsed(shop: GatewayShop, task: RefundTask) -> None:
    """The ten minutes have passed in which the run that asked last may still be asking."""
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE refund_tasks SET claimed_at = claimed_at - interval '10 minutes' WHERE task_id = %s",
            (task.task_id,),
        )
