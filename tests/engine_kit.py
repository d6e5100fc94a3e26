"""What the engine's tests share: ready commands for a shop, and looking at rows."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from unittest.mock import patch

import msgspec
import psycopg

from gerai.domain.records import Account, Deposit, OrderView, Transfer
from gerai.engine.command import Idempotency
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.directory import Directory
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import Placed, PlaceOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.start import StartPayment

#: How long a test's own server lets work wait: a machine that stands still for seconds is no fault of what is tested.
PATIENCE_S = 120.0
EPOCH = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Shop:
    """A merchant, one environment of it, and a member's wallet there."""

    engine: Engine
    merchant_id: int
    environment: str
    member_id: int
    account_id: int

    @property
    def owner(self) -> dict[str, Any]:
        """The fields every command begins with."""
        return {"merchant_id": self.merchant_id, "environment": self.environment}

    def order(
        self, funding: str = "invoice", total_sen: int = 5_000_00, quantity: int = 1, **changes: Any
    ) -> PlaceOrder:
        """An order of one line; wallet, hold and member orders belong to the shop's member."""
        order_id = self.engine.ids.next()
        fields: dict[str, Any] = {
            "channel": "test",
            "key_id": None,
            "order_id": order_id,
            "public_id": f"ord-{order_id}",
            "number": f"N{order_id}",
            "secret": secrets.token_urlsafe(24),
            "lines": (self.line(total_sen, quantity),),
            "total_sen": total_sen,
            "funding": funding,
        }
        if funding in ("wallet", "hold"):
            fields |= {"member_id": self.member_id, "account_id": self.account_id}
        if funding == "hold":
            fields |= {"provider": "simulator", "work": {"items": ["a"]}}
        return PlaceOrder(**self.owner, **(fields | changes))

    def line(self, total_sen: int, quantity: int = 1, stock_id: int | None = None) -> NewLine:
        """A line whose unit price is its share of the total."""
        return NewLine("thing", 7, "A thing", quantity, total_sen // quantity, total_sen, stock_id)

    async def place(self, funding: str = "invoice", total_sen: int = 5_000_00, **changes: Any) -> Placed:
        """Place an order like :meth:`order`'s."""
        return (await self.engine.submit(self.order(funding, total_sen, **changes))).answer

    async def do(self, command_type: Any, view: OrderView | Placed, **fields: Any) -> Any:
        """Submit a command about an order; answers its answer."""
        order = (view.view if isinstance(view, Placed) else view).order
        return (await self.engine.submit(command_type(**self.owner, order_id=order.order_id, **fields))).answer

    async def start_payment(self, view: OrderView | Placed, **fields: Any) -> OrderView:
        """Start a VA payment of the order's total."""
        order = (view.view if isinstance(view, Placed) else view).order
        payment_id = self.engine.ids.next()
        facts: dict[str, Any] = {
            "payment_id": payment_id,
            "public_id": f"pay-{payment_id}",
            "method": "va",
            "channel_code": "BCA",
            "amount_sen": order.total_sen,
            "instructions": {"code": "8808123"},
        }
        return await self.do(StartPayment, view, **(facts | fields))

    async def pay(self, view: OrderView | Placed, **fields: Any) -> OrderView:
        """Record a manual payment of the order, or with ``payment_id`` that payment as paid."""
        return await self.do(RecordPayment, view, **({"outcome": "paid", "method": "manual"} | fields))

    async def deposit(self, amount_sen: int, **fields: Any) -> Account:
        """Put money into the member's wallet."""
        command = ManualDeposit(**self.owner, account_id=self.account_id, amount_sen=amount_sen, **fields)
        return (await self.engine.submit(command)).answer

    def new_deposit(self, amount_sen: int = 50_000_00, **changes: Any) -> StartDeposit:
        """A deposit by VA into the member's wallet."""
        deposit_id = self.engine.ids.next()
        fields: dict[str, Any] = {
            "channel": "test",
            "deposit_id": deposit_id,
            "public_id": f"dep-{deposit_id}",
            "secret": secrets.token_urlsafe(24),
            "account_id": self.account_id,
            "amount_sen": amount_sen,
            "method": "va",
            "channel_code": "BCA",
            "instructions": {"kind": "code", "code": "8808123"},
        }
        return StartDeposit(**self.owner, **(fields | changes))

    async def start_deposit(self, amount_sen: int = 50_000_00, **changes: Any) -> Deposit:
        """Start a deposit like :meth:`new_deposit`'s."""
        return (await self.engine.submit(self.new_deposit(amount_sen, **changes))).answer

    async def with_deposit(self, command_type: Any, deposit: Deposit, **fields: Any) -> Deposit:
        """Submit a command about a deposit."""
        command = command_type(**self.owner, deposit_id=deposit.deposit_id, **fields)
        return (await self.engine.submit(command)).answer

    async def deposit_events(self, deposit: Deposit) -> list[tuple[str, dict[str, Any]]]:
        """A deposit's events, in order: name and facts, without the two that name the deposit."""
        text = (
            "SELECT name, facts FROM events WHERE merchant_id = %s AND order_id IS NULL "
            "AND facts @> jsonb_build_object('deposit_id', %s::int8, 'deposit', %s::text) ORDER BY event_id"
        )
        found = await self.rows(text, deposit.deposit_id, deposit.public_id)
        return [(name, {k: v for k, v in facts.items() if not k.startswith("deposit")}) for name, facts in found]

    async def transfer_of(self, deposit: Deposit) -> Transfer:
        """The one transfer of a deposit."""
        statement = await self.engine.wallets.statement(self.merchant_id, self.account_id, None, 1000)
        [transfer] = [transfer for transfer in statement if transfer.transfer_id == deposit.transfer_id]
        return transfer

    async def wallet(self) -> Account:
        """The member's wallet as it stands."""
        return await self.engine.wallets.balance(self.merchant_id, self.account_id)

    async def transfers(self, view: OrderView | Placed) -> list[Transfer]:
        """Every transfer of an order, oldest first."""
        order = (view.view if isinstance(view, Placed) else view).order
        return await self.engine.wallets.of_order(self.merchant_id, order.order_id)

    async def flows(self, view: OrderView) -> list[tuple[str, str, int, str]]:
        """(from, to, amount, reason) of an order's transfers; the member's wallet is called so."""
        accounts = self.engine.directory.merchant(self.merchant_id).accounts
        names = {account_id: kind for (_, kind), account_id in accounts.items()} | {self.account_id: "wallet"}
        return [
            (names[t.debit_account_id], names[t.credit_account_id], t.amount_sen, t.reason)
            for t in await self.transfers(view)
        ]

    async def add_stock(self, on_hand: int) -> int:
        """A stock row; answers its id."""
        stock_id = self.engine.ids.next()
        await self.execute(
            "INSERT INTO stock VALUES (%s, %s, %s, %s, 1, %s, 0, now())",
            (self.merchant_id, stock_id, self.environment, stock_id, on_hand),
        )
        return stock_id

    async def stock(self, stock_id: int) -> tuple[int, int]:
        """(on hand, reserved) of a stock row."""
        [row] = await self.rows(
            "SELECT on_hand, reserved FROM stock WHERE merchant_id = %s AND stock_id = %s", stock_id
        )
        return row[0], row[1]

    async def events(self, view: OrderView | Placed) -> list[str]:
        """Names of an order's events, in order."""
        order = (view.view if isinstance(view, Placed) else view).order
        text = "SELECT name FROM events WHERE merchant_id = %s AND order_id = %s ORDER BY event_id"
        return [name for (name,) in await self.rows(text, order.order_id)]

    async def jobs(self, view: OrderView | Placed) -> list[str]:
        """Task names of the jobs deferred for an order."""
        order = (view.view if isinstance(view, Placed) else view).order
        text = (
            "SELECT task_name FROM procrastinate_jobs WHERE (args ->> 'merchant_id')::int8 = %s "
            "AND (args ->> 'order_id')::int8 = %s ORDER BY id"
        )
        return [name for (name,) in await self.rows(text, order.order_id)]

    async def count(self, table: str) -> int:
        """How many rows the merchant has in a table."""
        [(number,)] = await self.rows(f"SELECT count(*) FROM {table} WHERE merchant_id = %s")
        return number

    async def footprint(self) -> dict[str, int]:
        """How many rows the merchant has in every table a command may write."""
        tables = (
            "orders", "order_lines", "invoices", "payments", "transfers", "events", "fulfilments", "shipments",
            "members", "idempotency_keys", "deposits", "refund_tasks",
        )  # fmt: skip
        counts = {table: await self.count(table) for table in tables}
        text = "SELECT count(*) FROM procrastinate_jobs WHERE (args ->> 'merchant_id')::int8 = %s"
        [(counts["jobs"],)] = await self.rows(text)
        return counts

    async def rows(self, text: str, *params: Any) -> list[tuple[Any, ...]]:
        """Rows of a query whose first parameter is the merchant."""
        async with self.engine.connection() as connection:
            cursor = await connection.execute(text, (self.merchant_id, *params))  # type: ignore[arg-type]
            return await cursor.fetchall()

    async def execute(self, text: str, params: tuple[Any, ...]) -> None:
        """Change rows behind the engine's back."""
        async with self.engine.connection() as connection:
            await connection.execute(text, params)  # type: ignore[arg-type]


@asynccontextmanager
async def read_once(engine: Engine) -> AsyncGenerator[None]:
    """What is opened in the block, by one act after the other, is read by this engine at its end, and not after each
    act. Meanwhile it knows nothing of it."""
    directory = engine.directory
    # Of a block around this one, or beside it.
    other: partial[Any] | None = vars(directory).get("refresh")
    changed: set[int] = set() if other is None else other.args[0]
    later = partial(_note, changed)
    with patch.object(directory, "refresh", later) if other is None else nullcontext():
        yield
    async with engine.connection() as connection:
        await Directory.refresh(directory, connection, sorted(changed))


async def _note(changed: set[int], connection: Any, merchant_ids: Sequence[int]) -> None:
    changed.update(merchant_ids)


async def open_shop(
    engine: Engine,
    *,
    environment: str = "production",
    money_sen: int = 0,
    settings: dict[str, Any] | None = None,
    simulated: bool = True,
) -> Shop:
    """A merchant of its own with a member whose wallet holds ``money_sen``. Not ``simulated``: real money moves in its
    production."""
    number = next(_numbers)
    code = f"engine-{number}-{secrets.token_hex(4)}"
    async with read_once(engine):
        merchant_id = await open_merchant(engine, code, f"Toko {number}", settings, simulated=simulated)
        member_id, accounts = await add_member(engine, merchant_id, "test", f"m{number}", f"Member {number}")
    shop = Shop(engine, merchant_id, environment, member_id, accounts[environment])
    if money_sen:
        await shop.deposit(money_sen)
    return shop


def shown(placed: Placed) -> Placed:
    """Without the member: an order for a member named by id is placed without reading that member."""
    return msgspec.structs.replace(placed, view=msgspec.structs.replace(placed.view, member=None))


def key_of(text: str, fingerprint: bytes = b"same request") -> Idempotency:
    """An idempotency key of the test's one caller."""
    return Idempotency(owner="tester", operation="order.create", key=text, fingerprint=fingerprint)


async def assert_within(condition: Any, within_s: float) -> float:
    """Wait until the condition holds; answers how long it took. Fails when it takes longer."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not condition():
        assert loop.time() - began < within_s, "took too long"
        await asyncio.sleep(0.005)
    return loop.time() - began


@asynccontextmanager
async def another_engine(dsn: str, **limits: Any) -> AsyncGenerator[Engine]:
    """A second engine on the same database, as another process would be."""
    patience = {"deadline_s": PATIENCE_S, "reads_wait_s": PATIENCE_S}
    engine = Engine(dsn, reads_pool_size=4, **{**patience, **limits})
    async with engine.running():
        yield engine


@contextmanager
def clone_of(dsn: str, template: str) -> Generator[str]:
    """A throw-away copy of a database nobody is connected to, made through another one; answers its address."""
    name = f"copy_{secrets.token_hex(6)}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        # As files: many times faster than through the log.
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')  # type: ignore[arg-type]
    yield database(dsn, name)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


def copy_of(dsn: str) -> AbstractContextManager[str]:
    """The same of the database with this address."""
    name = dsn.partition("?")[0].rpartition("/")[2]
    return clone_of(database(dsn, "postgres"), name)


def database(dsn: str, name: str) -> str:
    """The address of another database on the same server."""
    head, _, query = dsn.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{query}"
