"""A real shop with a bank account of its own, for tests about money that comes there."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from gerai.domain.money import rupiah
from gerai.domain.records import Account, Deposit, OrderView, Payment, ReceivingAccount
from gerai.engine.arrivals import take
from gerai.engine.arrivals.take import BankLine
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.deposits.open import WantedDeposit, deposit_to_start
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.kit.clock import real_now
from gerai.kit.discover import discover
from gerai.kit.ids import token
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
BCA = {"bank": "BCA", "number": "1234567890", "holder": "Budi"}
PRICE = rupiah(50_000)
_numbers = itertools.count(1)


class MoneyShop:
    """A real merchant with one bank account, and two engines as two processes have them."""

    def __init__(
        self, engines: tuple[Engine, Engine], merchant_id: int, account: ReceivingAccount, wallet_id: int
    ) -> None:
        self.engines, self.merchant_id, self.account, self.wallet_id = engines, merchant_id, account, wallet_id
        self.names: dict[str, Any] = {"merchant_id": merchant_id, "environment": "production"}

    async def started(self, price_sen: int = PRICE, **facts: Any) -> tuple[OrderView, Payment]:
        """An order, and its payment by bank transfer."""
        engine = self.engines[0]
        order_id = engine.ids.next()
        placed = PlaceOrder(
            **self.names, channel="t", key_id=None, order_id=order_id, public_id=f"o-{order_id}",
            number=f"N{order_id}", secret=token(), total_sen=price_sen, funding="invoice",
            lines=(NewLine("goods", 0, "Kopi", 1, price_sen, price_sen),), **facts,
        )  # fmt: skip
        view = (await engine.submit(placed)).answer.view
        merchant = engine.directory.merchant(self.merchant_id)
        wanted = WantedPayment(method="bank_transfer", channel="BCA")
        started = payment_to_start(engine.ids.next(), merchant, METHODS, view, wanted)
        view = (await engine.submit(started)).answer
        return view, view.payments[-1]

    async def take(self, amount_sen: int, key: str = "", which: int = 0, **facts: Any) -> Any:
        """One line of the bank's list."""
        line = BankLine(key or f"line-{next(_numbers)}", amount_sen, real_now(), "TRSF E-BANKING CR")
        line = line._replace(**facts)
        return await take.take(self.engines[which], self.merchant_id, self.account.receiving_id, line, "statement")

    async def now(self, view: OrderView) -> OrderView:
        """The order as it is."""
        found = await self.engines[0].orders.by_id(self.merchant_id, view.order.order_id)
        assert found is not None
        return found

    async def sound(self) -> bool:
        """Whether the books hold."""
        return await check(self.engines[0], self.merchant_id) == []

    def topping_up(self, amount_sen: int = PRICE, which: int = 0, **facts: Any) -> StartDeposit:
        """What starts a top-up of the member's wallet by bank transfer, through one of the engines."""
        engine = self.engines[which]
        deposit_id = engine.ids.next()
        given: dict[str, Any] = {
            "deposit_id": deposit_id, "public_id": f"DEP{deposit_id}", "secret": token(), "channel": "t",
            "account_id": self.wallet_id, "amount_sen": amount_sen, "way": ("bank_transfer", "BCA"), "page_path": "/x",
            "expires_at": real_now() + timedelta(hours=1),
        }  # fmt: skip
        wanted = WantedDeposit(**(given | facts))
        return deposit_to_start(engine.directory.merchant(self.merchant_id), "production", METHODS, wanted)

    async def deposit(self, amount_sen: int = PRICE, which: int = 0, **facts: Any) -> Deposit:
        """A top-up that waits for its money."""
        return (await self.engines[which].submit(self.topping_up(amount_sen, which, **facts))).answer

    async def deposit_now(self, deposit: Deposit) -> Deposit:
        """The deposit as it is."""
        return await self.engines[0].deposits.as_now(deposit)

    async def wallet(self) -> Account:
        """The member's wallet."""
        return await self.engines[0].wallets.balance(self.merchant_id, self.wallet_id)

    async def rows(self, text: str, *params: Any) -> list[tuple[Any, ...]]:
        """What the database answers; the first parameter is the merchant."""
        async with self.engines[0].connection() as connection:
            cursor = await connection.execute(text, (self.merchant_id, *params))  # type: ignore[arg-type]
            return await cursor.fetchall() if cursor.description else []

    async def moved(self) -> dict[str, int]:
        """What each of the merchant's production accounts has gained, in sen."""
        found = await self.rows(
            "SELECT a.kind, sum(CASE a.account_id WHEN t.credit_account_id THEN 1 ELSE -1 END * t.amount_sen)::int8 "
            "FROM transfers t JOIN accounts a ON a.merchant_id = t.merchant_id "
            "AND a.account_id IN (t.credit_account_id, t.debit_account_id) WHERE t.merchant_id = %s GROUP BY 1"
        )
        return dict(found)


@asynccontextmanager
async def money_shop(dsn: str) -> AsyncGenerator[MoneyShop]:
    """A shop of the test's own, with a member."""
    async with AsyncExitStack() as stack:
        engines = (
            await stack.enter_async_context(Engine(dsn, reads_pool_size=2).running()),
            await stack.enter_async_context(Engine(dsn, reads_pool_size=2).running()),
        )
        merchant_id = await open_merchant(engines[0], f"money{engines[0].ids.next()}", "Toko Saya")
        account = await open_account(engines[0], merchant_id, METHODS["bank_transfer"], BCA, "t")
        _, wallets = await add_member(engines[0], merchant_id, "t", "m1", "Budi")
        async with engines[1].connection() as connection:
            await engines[1].directory.load(connection, [merchant_id])
        yield MoneyShop(engines, merchant_id, account, wallets["production"])
