"""Real shops whose money is seen and decided at their desk: one with a bank account, one with a gateway."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from bank_kit import METHODS, BankShop
from desk_kit import OWNER, do, open_desk
from gateway_kit import gateway_shop
from gerai.app import App
from gerai.domain.records import Deposit, OrderView, Payment
from gerai.engine.arrivals import take
from gerai.engine.arrivals.take import BankLine
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller, Done, acts
from gerai.engine.merchants.open import add_member, change_settings
from gerai.engine.merchants.receiving import open_account
from gerai.engine.orders.cancel import CancelOrder
from gerai.kit.clock import real_now
from top_up_kit import TopUps, top_ups

_BANK: Final = {"bank": "BCA", "number": "1234567890", "holder": "Budi Santoso"}
_HOLD: Final = {"late_payment": "hold", "other_amount": "hold"}


async def act(within: Within, name: str, caller: DeskCaller = OWNER, key: str = "", **given: Any) -> Done:
    """Perform an act of this desk with this input, for a reason."""
    return await do(within, name, acts()[name].input(**given), caller, reason="dicek di bank", key=key)


@dataclass(frozen=True)
class Till:
    """The desk of a real shop, where ``shop`` sells; what comes late waits for a decision."""

    within: Within
    shop: BankShop
    member_id: int
    wallet_id: int

    async def asked(self, **facts: Any) -> tuple[OrderView, Payment]:
        """An order of Rp50.000 of the member, who was asked for a little more at the bank."""
        view = await self.shop.placed(member_id=self.member_id, account_id=self.wallet_id, **facts)
        return view, view.payments[-1]

    async def paid(self) -> tuple[OrderView, Payment]:
        """The same, and the money came."""
        view, payment = await self.asked()
        await act(self.within, "payments.confirm", id=payment.payment_id)
        return await self.now(view)

    async def late(self) -> tuple[OrderView, Payment]:
        """One whose money came after it was cancelled, and waits."""
        view, payment = await self.asked()
        await self.cancel(view)
        await act(self.within, "payments.confirm", id=payment.payment_id)
        return await self.now(view)

    async def cancel(self, view: OrderView) -> None:
        """It is not wanted any more."""
        await self.shop.engine.submit(CancelOrder(**self.shop.names, order_id=view.order.order_id))

    async def now(self, view: OrderView) -> tuple[OrderView, Payment]:
        """The order and its newest payment as they are now."""
        after = await self.shop.again(view)
        return after, after.payments[-1]

    async def came(self, amount_sen: int, key: str) -> int:
        """The bank says that so much came; the id of what is kept of it."""
        account = self.within.merchant.receiving[0]
        line = BankLine(key, amount_sen, real_now(), f"TRSF {key}")
        kept = await take.take(self.shop.engine, self.shop.merchant_id, account.receiving_id, line, "statement")
        return kept.arrival_id

    async def balance(self) -> int:
        """What the member's wallet has."""
        return (await self.shop.engine.wallets.balance(self.shop.merchant_id, self.wallet_id)).available_sen


async def open_till(app: App) -> Till:
    """A new one."""
    within = await open_desk(app.house, simulated=False)
    engine, merchant_id = within.engine, within.merchant_id
    await change_settings(engine, merchant_id, _HOLD)
    await open_account(engine, merchant_id, METHODS["bank_transfer"], _BANK, "t")
    member_id, wallets = await add_member(engine, merchant_id, "leuwongrr", "ani", "Ani")
    shop = BankShop(engine, merchant_id, within.merchant.code)
    return Till(within, shop, member_id, wallets["production"])


@dataclass(frozen=True)
class GatewayTill:
    """The desk of a shop whose payments and top-ups a gateway takes, as it is told to."""

    within: Within
    ani: TopUps

    async def paid(self, channel: str = "BNI") -> Payment:
        """An order whose buyer paid at the gateway; BNI gives back parts, BCA nothing."""
        shop = self.ani.shop
        payment = await shop.started(channel)
        shop.toy.pays(payment)
        await shop.look(payment)
        return (await shop.now(payment)).payments[-1]

    async def late_top_up(self, **seen: Any) -> Deposit:
        """A top-up of Rp50.000 that was paid at its gateway after it was cancelled."""
        deposit = await self.ani.started("BNI")
        await self.ani.shop.engine.submit(CancelDeposit(**self.ani.names(deposit)))
        self.ani.shop.toy.pays(deposit, **seen)
        await self.ani.shop.look(deposit)
        return await self.ani.now(deposit)


@asynccontextmanager
async def gateway_till(app: App) -> AsyncGenerator[GatewayTill]:
    """A new one."""
    shop = await gateway_shop(app.house.engine)
    await change_settings(shop.engine, shop.merchant_id, _HOLD)
    async with shop.desk:
        house = replace(app.house, gateways=shop.desk)
        yield GatewayTill(Within(house, shop.merchant_id, "production"), await top_ups(shop))
