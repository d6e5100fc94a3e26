"""Members who top up a wallet through the gateway of ``gateway_kit``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway_kit import METHODS, PRICE, GatewayShop
from gerai.domain.records import Deposit, Environment
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.deposits.open import WantedDeposit, deposit_to_start
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.merchants.open import add_member
from gerai.kit.clock import real_now
from gerai.kit.ids import token

#: So long a top-up of the LeuwongRR counter stays open.
DAY = timedelta(days=1)


@dataclass
class TopUps:
    """A member of the gateway's shop, and what they pay into their wallet."""

    shop: GatewayShop
    member_id: int
    wallets: dict[str, int]
    environment: Environment = "production"

    def names(self, deposit: Deposit) -> dict[str, Any]:
        """What names a deposit to a command."""
        merchant_id, environment = deposit.merchant_id, deposit.environment
        return {"merchant_id": merchant_id, "environment": environment, "deposit_id": deposit.deposit_id}

    def asked(
        self, channel: str = "BCA", method: str = "va", amount_sen: int = PRICE, expires_at: datetime | None = None
    ) -> StartDeposit:
        """What a door submits for a top-up."""
        engine, secret = self.shop.engine, token()
        deposit_id = engine.ids.next()
        code = f"DEP20261130080000{deposit_id}"
        wanted = WantedDeposit(
            deposit_id=deposit_id, public_id=code, secret=secret, channel="leuwongrr",
            account_id=self.wallets[self.environment], amount_sen=amount_sen, way=(method, channel),
            page_path=f"/user/invoice/{code}?t={secret}", expires_at=expires_at or real_now() + DAY,
        )  # fmt: skip
        return deposit_to_start(engine.directory.merchant(self.shop.merchant_id), self.environment, METHODS, wanted)

    async def stored(self, channel: str = "BCA", **facts: Any) -> Deposit:
        """One that is stored, and nobody was asked yet."""
        return (await self.shop.engine.submit(self.asked(channel, **facts))).answer

    async def started(self, channel: str = "BCA", **facts: Any) -> Deposit:
        """One that the gateway knows."""
        return await self.shop.desk.deposit_started(await self.stored(channel, **facts))

    async def cancelled(self, deposit: Deposit) -> Deposit:
        """It is not wanted any more."""
        return (await self.shop.engine.submit(CancelDeposit(**self.names(deposit)))).answer

    async def now(self, deposit: Deposit) -> Deposit:
        """It as it is."""
        return await self.shop.engine.deposits.as_now(deposit)

    async def balance(self) -> int:
        """What the member's wallet has."""
        wallet_id = self.wallets[self.environment]
        return (await self.shop.engine.wallets.balance(self.shop.merchant_id, wallet_id)).available_sen

    async def stands(self, deposit: Deposit) -> tuple[str, int]:
        """How it stands, and what the wallet has."""
        return (await self.now(deposit)).status, await self.balance()

    async def events(self, deposit: Deposit) -> list[tuple[str, dict[str, Any]]]:
        """What happened to it, without the ids."""
        async with self.shop.engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT name, facts - 'deposit' - 'deposit_id' FROM events WHERE merchant_id = %s "
                "AND (facts->>'deposit_id')::int8 = %s ORDER BY event_id",
                (self.shop.merchant_id, deposit.deposit_id),
            )
            return [(row[0], row[1]) for row in await cursor.fetchall()]

    async def ends(self, deposit: Deposit, ago: str = "1 second") -> None:
        """Its time is over since then."""
        async with self.shop.engine.connection() as connection:
            await connection.execute(
                "UPDATE deposits SET expires_at = now() - %s::interval WHERE deposit_id = %s", (ago, deposit.deposit_id)
            )


async def top_ups(
    shop: GatewayShop,
    environment: Environment = "production",
    mobile: str = "0812345678",
    email: str = "ani@example.com",
) -> TopUps:
    """A new member of the shop."""
    code = f"m{shop.engine.ids.next()}"
    member_id, wallets = await add_member(
        shop.engine, shop.merchant_id, "leuwongrr", code, "Ani", email=email, mobile=mobile
    )
    return TopUps(shop, member_id, wallets, environment)
