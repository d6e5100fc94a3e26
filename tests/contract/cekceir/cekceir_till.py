"""A shop that takes real money into a bank account and by a QRIS code of its own, and callers who top up there."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import httpx
from cekceir_shop import Caller

from gerai.domain.records import Environment, ReceivingAccount
from gerai.doors.dialects.cekceir.keys import make_key
from gerai.engine.arrivals import take
from gerai.engine.arrivals.take import BankLine
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.kit.clock import real_now
from gerai.kit.discover import discover
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
BANK = {"bank": "BCA", "number": "1234567890", "holder": "Budi Santoso"}
CODE = (
    "00020101021126620015ID.CO.GOPAY.WWW01189360091430000000170210G0000000170303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200000000170303UMI5204573253033605802ID5911TOKO CONTOH6007BANDUNG61054011162070703A016304BD82"
)
AMOUNT = 50_000
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Payer(Caller):
    """A caller who tops up. ``code``: of the member."""

    code: str = ""

    async def asks(
        self, provider: Any = "bank_bca", amount: Any = AMOUNT, key: str = "", **more: Any
    ) -> httpx.Response:
        """POST /api/deposit."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        body = {"amount": amount, "provider_code": provider} | more
        return await self.client.post("/api/deposit", json=body, headers=headers)

    async def made(self, provider: Any = "bank_bca", **more: Any) -> dict[str, Any]:
        """The deposit of a request that must succeed."""
        answer = await self.asks(provider, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def reads(self, deposit_id: int) -> dict[str, Any]:
        """One of its deposits."""
        answer = await self.get(f"/api/deposit/{deposit_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def ids(self, **query: Any) -> list[int]:
        """Those of a page of its deposits."""
        answer = await self.get("/api/deposit", **query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["data"]["page"]["items"]]


@dataclass(frozen=True)
class RealShop:
    """The shop, its accounts by payment method, and what comes into them."""

    engine: Engine
    client: httpx.AsyncClient
    merchant_id: int
    accounts: dict[str, ReceivingAccount]

    async def payer(self, environment: Environment = "production", mobile: str = "") -> Payer:
        """A new member with a key."""
        code = f"m{next(_numbers)}"
        member_id, wallets = await add_member(
            self.engine, self.merchant_id, "cekceir", code, "Ani", email=f"{code}@example.com", mobile=mobile
        )
        form = make_key(environment)
        await create_key(
            self.engine, self.merchant_id, environment, "cekceir", form.token, name="t", prefix=form.prefix,
            member_id=member_id, permissions=form.permissions,
        )  # fmt: skip
        return Payer(self.client, form.token, member_id, wallets[environment], code)

    async def arrives(self, method: str, amount: int, key: str) -> str:
        """What becomes of money in an account."""
        line = BankLine(key, amount * 100, real_now(), "TRSF")
        account = self.accounts[method]
        return (await take.take(self.engine, self.merchant_id, account.receiving_id, line, "statement")).status

    async def deposits(self) -> int:
        """How many there are."""
        async with self.engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT count(*) FROM deposits WHERE merchant_id = %s", (self.merchant_id,)
            )
            [(count,)] = await cursor.fetchall()
            return count

    async def ends(self, deposit_id: int) -> None:
        """The time of a deposit is over since a second."""
        async with self.engine.connection() as connection:
            await connection.execute(
                "UPDATE deposits SET expires_at = now() - interval '1 second' "
                "WHERE merchant_id = %s AND deposit_id = %s",
                (self.merchant_id, deposit_id),
            )


async def open_real_shop(engine: Engine, client: httpx.AsyncClient, *methods: str) -> RealShop:
    """A new shop with an account for each of these methods."""
    merchant_id = await open_merchant(engine, f"till{next(_numbers)}", "Toko Cek")
    given = {"bank_transfer": BANK, "qris": {"code": CODE}}
    accounts = {name: await open_account(engine, merchant_id, METHODS[name], given[name], "t") for name in methods}
    return RealShop(engine, client, merchant_id, accounts)
