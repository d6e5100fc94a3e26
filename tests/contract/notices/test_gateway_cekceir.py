"""Deposits of the Cek Ceir counter that a gateway takes: its number is in the answer, its notices credit the wallet
once, and what it refused or nobody heard is told as it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from gateway_doors_kit import RIGHT, TOY, Doors, served, shop

from gateway_kit import PRICE
from gerai.domain.records import Deposit
from gerai.doors.dialects.cekceir.keys import make_key
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member
from gerai.kit.http import Unreachable
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown

__all__ = ["served", "shop"]

AMOUNT = PRICE // 100


@dataclass
class Bot:
    """Whoever tops up with a key of a member."""

    doors: Doors
    key: str

    async def asks(self, key: str = "", provider: str = "va_bca") -> httpx.Response:
        """POST /api/deposit of Rp50.000."""
        headers = {"Authorization": f"Bearer {self.key}"} | ({"Idempotency-Key": key} if key else {})
        body = {"amount": AMOUNT, "provider_code": provider}
        return await self.doors.web.post("/api/deposit", json=body, headers=headers)

    async def get(self, path: str) -> Any:
        """The body of a read that must succeed."""
        answer = await self.doors.web.get(f"/api{path}", headers={"Authorization": f"Bearer {self.key}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def read(self, deposit_id: int) -> dict[str, Any]:
        """A deposit as it is read."""
        return (await self.get(f"/deposit/{deposit_id}"))["data"]

    async def statuses(self) -> list[str]:
        """Those of all its deposits, newest first."""
        return [item["status"] for item in (await self.get("/deposit"))["data"]["page"]["items"]]

    async def balance(self) -> int:
        """What can be spent, in rupiah."""
        return (await self.get("/wallet/snap"))["balance"]

    async def stored(self, deposit_id: int) -> Deposit:
        """A deposit as it is stored."""
        found = await self.doors.engine.deposits.by_id(self.doors.merchant_id, deposit_id)
        assert found is not None
        return found

    async def reported(self, deposit: Deposit, *bodies: str) -> None:
        """The gateway reports, and the worker reads."""
        for body in bodies or (deposit.public_id,):
            answer = await self.doors.web.post(self.doors.address, content=body, headers=RIGHT)
            assert answer.status_code == 200
        await self.doors.work()


async def bot_of(shop: Doors, mobile: str = "0812345678") -> Bot:
    """A new member with a live key."""
    code = f"m{shop.engine.ids.next()}"
    member_id, _ = await add_member(
        shop.engine, shop.merchant_id, "cekceir", code, "Ani", email=f"{code}@example.com", mobile=mobile
    )
    form = make_key("production")
    await create_key(
        shop.engine, shop.merchant_id, "production", "cekceir", form.token, name="t", prefix=form.prefix,
        member_id=member_id, permissions=form.permissions,
    )  # fmt: skip
    return Bot(shop, form.token)


@pytest_asyncio.fixture
async def ani(shop: Doors) -> Bot:
    return await bot_of(shop)


async def test_a_deposit_by_va(ani: Bot) -> None:
    """The answer and the read have the gateway's number, and so has the page; paid and reported, more than once and
    beside a replay of the request, the wallet has it once."""
    answer = await ani.asks("k")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    deposit = await ani.stored(made["id"])
    number = TOY.payments[deposit.public_id].instructions
    assert number is not None
    assert (made["account_number"], made["account_holder_name"]) == (number.code, None)
    assert (made["amounts"], made["provider_code"], made["channel"]) == (
        {"total_pay": AMOUNT, "deposit_amount": AMOUNT}, "va_bca", "va",
    )  # fmt: skip
    assert f'data-copy="{number.code}"' in (await ani.doors.web.get(made["invoice_url"])).text
    read = await ani.read(made["id"])
    assert read["account_number"] == number.code
    TOY.pays(deposit)
    code = deposit.public_id
    await asyncio.gather(ani.reported(deposit, code, f"{code} ", f" {code}"), ani.asks("k"))
    paid = await ani.read(made["id"])
    assert (paid["status"], paid["account_number"], await ani.balance()) == ("succeeded", None, AMOUNT)
    assert paid["provider_ref"] == f"toy-{code}"
    assert await ani.statuses() == ["succeeded"]


@pytest.mark.parametrize(
    ("fails", "status"), [(GatewayRefused("402", "not enabled"), 422), (Unreachable("ConnectError"), 503)]
)
async def test_what_the_gateway_does_not_start(ani: Bot, fails: Exception, status: int) -> None:
    """It is refused in the contract's envelope, without the gateway's words; the deposit is `failed`, with nothing to
    pay, and the same key asks for another one, which it stands for from then on."""
    TOY.fails, TOY.made = fails, False
    refused = await ani.asks("k")
    assert (refused.status_code, refused.json()["code"]) == (status, "PROVIDER_UNAVAILABLE_ERROR")
    assert "402" not in refused.text
    [failed] = (await ani.get("/deposit"))["data"]["page"]["items"]
    assert (failed["status"], failed["account_number"], await ani.balance()) == ("failed", None, 0)
    TOY.made = True
    answers = await asyncio.gather(*(ani.asks("k") for _ in range(5)))
    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.json()["id"] for answer in answers} - {failed["id"]}) == 1
    assert await ani.statuses() == ["pending", "failed"]


async def test_an_answer_that_nobody_heard(shop: Doors, ani: Bot) -> None:
    """The deposit waits without anything to pay; what the look brings stands in the read and under the same key. The
    gateway was asked once."""
    TOY.fails, TOY.hidden = OutcomeUnknown("TimeoutError"), True
    made = (await ani.asks("k")).json()
    assert (made["status"], made["account_number"]) == ("pending", None)
    assert "Belum ada yang perlu dibayar" in (await shop.web.get(made["invoice_url"])).text
    deposit = await ani.stored(made["id"])
    TOY.hidden = False
    await shop.look(deposit)
    number = TOY.payments[deposit.public_id].instructions
    assert number is not None
    assert (await ani.read(made["id"]))["account_number"] == number.code
    again = await ani.asks("k")
    assert (again.json()["account_number"], again.headers["idempotency-replayed"]) == (number.code, "true")
    assert [of for what, of in TOY.asked if what == "start"].count(deposit.public_id) == 1


async def test_another_amount(shop: Doors, ani: Bot) -> None:
    """Nothing is credited: it is `processing`, and says no more where to pay, whatever is reported again. Accepted, the
    wallet has what came, and the deposit is one of that."""
    made = (await ani.asks()).json()
    deposit = await ani.stored(made["id"])
    TOY.pays(deposit, paid_sen=PRICE - 100)
    await ani.reported(deposit, deposit.public_id, f"{deposit.public_id} ")
    waits = await ani.read(made["id"])
    assert (waits["status"], waits["account_number"], waits["confirmed_at"]) == ("processing", None, None)
    assert await ani.balance() == 0
    names = {"merchant_id": shop.merchant_id, "environment": "production", "deposit_id": made["id"]}
    await shop.engine.submit(ResolveLateDeposit(**names, decision="accept"))  # type: ignore[arg-type]
    taken = await ani.read(made["id"])
    assert (taken["status"], await ani.balance()) == ("succeeded", AMOUNT - 1)
    assert taken["amounts"] == {"total_pay": AMOUNT - 1, "deposit_amount": AMOUNT - 1}


async def test_a_wallet_needs_a_telephone(shop: Doors, ani: Bot) -> None:
    """A member of whom none is known is not offered it, and is refused it by its code; with one it is there, with the
    contract's bounds."""
    nobody = await bot_of(shop, mobile="")
    codes = [
        [item["code"] for item in (await bot.get("/deposit/provider"))["data"]["page"]["items"]]
        for bot in (nobody, ani)
    ]
    assert codes == [["qris", "va_bca", "va_bni"], ["dana", "qris", "va_bca", "va_bni"]]
    before = len(TOY.attempts)
    refused = await nobody.asks(provider="dana")
    assert (refused.status_code, refused.json()["errors"]) == (
        422, {"provider_code": ['Invalid option: expected one of "qris"|"va_bca"|"va_bni"']},
    )  # fmt: skip
    assert len(TOY.attempts) == before
    assert (await ani.asks(provider="dana")).status_code == 201
    rule = (await ani.get("/deposit/provider/va_bca"))["data"]["rule"]
    assert (rule["min_deposit"], rule["max_deposit"]) == ("10000", "5000000")
