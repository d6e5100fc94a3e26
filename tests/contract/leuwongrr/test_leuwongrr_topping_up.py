"""A member tops up with a token: the deposit is asked for, its page shows how to pay it, and the wallet gets it."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gerai.engine.arrivals import take
from gerai.engine.arrivals.take import BankLine
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member, change_settings, open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.kit.clock import real_now
from gerai.kit.discover import discover
from gerai.kit.ids import base62
from gerai.partners.payments.qris.emv import decode
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
BANK = {"bank": "BCA", "number": "1234567890", "holder": "Budi Santoso"}
CODE = (
    "00020101021126620015ID.CO.GOPAY.WWW01189360091430000000170210G0000000170303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200000000170303UMI5204573253033605802ID5911TOKO CONTOH6007BANDUNG61054011162070703A016304BD82"
)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class RealShop:
    """A merchant that takes real money into a bank account and by a QRIS code, and a member's live token."""

    engine: Engine
    client: httpx.AsyncClient
    merchant_id: int
    wallet_id: int
    accounts: dict[str, int]
    token: str

    async def top_up(self, key: str = "", **changes: Any) -> httpx.Response:
        """POST /me/deposits of Rp50.000 by bank transfer, changed as told."""
        body = {"amount": 50_000, "payment_method": "bank-transfer-bca"} | changes
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        return await self.client.post("/api/v1/me/deposits", json=body, headers=headers)

    async def get(self, path: str) -> Any:
        """The data of a read that must succeed."""
        answer = await self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def balance(self) -> int:
        """In rupiah, as the token's owner reads it."""
        return (await self.get("/me/balance"))["balance"]["amount"]

    async def arrives(self, method: str, amount: int, key: str) -> str:
        """What becomes of money in this account."""
        line = BankLine(key, amount * 100, real_now(), "TRSF")
        return (await take.take(self.engine, self.merchant_id, self.accounts[method], line, "statement")).status

    async def deposits(self) -> int:
        """How many there are."""
        async with self.engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT count(*) FROM deposits WHERE merchant_id = %s", (self.merchant_id,)
            )
            row = await cursor.fetchone()
            assert row is not None
            return row[0]


@pytest_asyncio.fixture
async def real(engine: Engine, client: httpx.AsyncClient) -> RealShop:
    merchant_id = await open_merchant(engine, f"topup{next(_numbers)}", "Toko Leuwong")
    given = {"bank_transfer": BANK, "qris": {"code": CODE}}
    accounts = {
        name: (await open_account(engine, merchant_id, METHODS[name], facts, "t")).receiving_id
        for name, facts in given.items()
    }
    member_id, wallets = await add_member(engine, merchant_id, "leuwongrr", "m1", "LeuwongRR User")
    secret = "lrrp_v1_" + base62(40)
    await create_key(
        engine, merchant_id, "production", "leuwongrr", secret, name="t", prefix="lrrp_v1_", member_id=member_id
    )
    return RealShop(engine, client, merchant_id, wallets["production"], accounts, secret)


async def test_by_bank_transfer_from_token_to_wallet(real: RealShop) -> None:
    """The answer asks for an amount of the payer's own; the page behind `invoice_url` shows account, holder and exactly
    that, to be copied, in both languages, and plays nobody; when just that has come, once or twice, the balance has the
    price once."""
    answer = await real.top_up(client_reference="bot-1")
    assert answer.status_code == 201, answer.text
    data = answer.json()["data"]
    code, gateway = data["deposit"]["invoice_code"], data["gateway"]
    assert re.fullmatch(r"DEP\d{17,}", code)
    assert (data["environment"], data["idempotent"], answer.json()["message"]) == (
        "production", False, "Deposit berhasil dibuat.",
    )  # fmt: skip
    assert (data["deposit"]["amount"], data["deposit"]["status"], data["deposit"]["payment_type"]) == (
        50_000, "pending", "manual",
    )  # fmt: skip
    assert (data["deposit"]["payment_method"], data["deposit"]["payment_channel"]) == ("bank-transfer", "bca")
    asked = gateway.pop("amount")
    assert 50_000 < asked < 51_000
    assert gateway.pop("expires_at")
    assert gateway == {
        "code": "bank-transfer-bca", "type": "manual", "channel": "BCA", "pay_code": "1234567890",
        "account_name": "Budi Santoso", "qr_string": "",
        "redirect_url": "",
    }  # fmt: skip
    url = data["invoice"]["invoice_url"]
    assert data["invoice"]["payment_url"] == url == data["deposit"]["invoice_url"]
    assert (await real.client.get(url.partition("?")[0])).status_code == 404
    for language, said in (("en", "Complete your top-up"), ("id", "Selesaikan isi saldo Anda")):
        page = (await real.client.get(url, params={"t": url.rpartition("=")[2], "lang": language})).text
        assert said in page
        assert 'data-copy="1234567890"' in page
        assert f'data-copy="{asked}"' in page
        assert f"Rp{asked:,}".replace(",", ".") in page
        assert "Budi Santoso" in page
        assert "Simulasi" not in page
        assert "Simulat" not in page
    assert await real.balance() == 0
    assert await real.arrives("bank_transfer", 50_000, "price") == "waiting"
    assert await real.arrives("bank_transfer", asked, "exact") == "booked"
    assert await real.arrives("bank_transfer", asked, "exact") == "booked"
    assert await real.balance() == 50_000
    shown = await real.get(f"/me/deposits/{code}")
    assert (shown["deposit"]["status"], shown["invoice"]["payment_status"]) == ("approved", "paid")
    assert "Saldo Anda sudah bertambah" in (await real.client.get(url)).text
    assert await check(real.engine, real.merchant_id) == []


async def test_by_qris_from_token_to_wallet(real: RealShop) -> None:
    """The seller's own code with the price in it, and its name and NMID beside it on the page; nothing on top."""
    data = (await real.top_up(payment_method="qris")).json()["data"]
    told = decode(data["gateway"]["qr_string"])
    assert (told["54"], told["59"], data["gateway"]["amount"]) == ("50000", "TOKO CONTOH", 50_000)
    assert (data["deposit"]["payment_type"], data["deposit"]["payment_method"]) == ("gateway", "qris")
    url = data["invoice"]["invoice_url"]
    page = (await real.client.get(url)).text
    for part in ("TOKO CONTOH", "NMID ID1020000000017", "QRIS · GPN", 'data-copy="50000"', "<svg"):
        assert part in page
    picture = await real.client.get(f"{url.partition('?')[0]}/qr.png?{url.partition('?')[2]}")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert await real.arrives("qris", 50_000, "Q1") == "booked"
    assert await real.balance() == 50_000
    assert await check(real.engine, real.merchant_id) == []


async def test_one_key_one_deposit(real: RealShop) -> None:
    """Sent ten times at once under one key there is one deposit, which each answer names; later it is shown as it is by
    then, and the key is no other deposit's."""
    answers = await asyncio.gather(*(real.top_up("bot-7") for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    told = [answer.json()["data"] for answer in answers]
    assert len({(one["deposit"]["invoice_code"], one["gateway"]["amount"]) for one in told}) == 1
    assert await real.deposits() == 1
    assert await real.arrives("bank_transfer", told[0]["gateway"]["amount"], "x") == "booked"
    again = await real.top_up("bot-7")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    shown = again.json()["data"]
    assert (shown["deposit"]["status"], shown["gateway"], shown["invoice"]["payment_url"]) == ("approved", None, "")
    other = await real.top_up("bot-7", amount=60_000)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert await real.deposits() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": 0}, "VALIDATION_ERROR"),
        ({"amount": -1}, "VALIDATION_ERROR"),
        ({"amount": 1.5}, "VALIDATION_ERROR"),
        ({"amount": "50.000"}, "VALIDATION_ERROR"),
        ({"amount": None}, "VALIDATION_ERROR"),
        ({"amount": 10**15}, "AMOUNT_OUT_OF_RANGE"),
        ({"amount": 10_000_001, "payment_method": "qris"}, "AMOUNT_OUT_OF_RANGE"),
        ({"payment_method": ""}, "VALIDATION_ERROR"),
        ({"payment_method": ["qris"]}, "VALIDATION_ERROR"),
        ({"payment_method": "va-bca"}, "PAYMENT_METHOD_UNAVAILABLE"),
        ({"payment_method": "bank-transfer-bri"}, "PAYMENT_METHOD_UNAVAILABLE"),
        ({"payment_method": "balance"}, "PAYMENT_METHOD_UNAVAILABLE"),
        ({"payment_method": "invoice"}, "PAYMENT_METHOD_UNAVAILABLE"),
        ({"user_id": 1}, "FORBIDDEN_FIELDS"),
    ],
)
async def test_what_is_refused(real: RealShop, changes: dict[str, Any], code: str) -> None:
    """In the contract's envelope, and nothing is left behind."""
    answer = await real.top_up("k", **changes)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), answer.text
    assert await real.deposits() == 0


async def test_a_method_that_was_switched_off(real: RealShop) -> None:
    """The merchant's setting for this door holds for top-ups, too."""
    await change_settings(real.engine, real.merchant_id, {"leuwongrr_payment_methods": ["qris"]})
    assert (await real.top_up()).json()["error"]["code"] == "PAYMENT_METHOD_UNAVAILABLE"
    assert (await real.top_up(payment_method="QRIS")).status_code == 201


async def test_a_sandbox_token_plays(shop: Any, another_shop: Callable[..., Any]) -> None:
    """Its deposit is in the sandbox, shows what is invented, and is paid by the payer who is played on its page."""
    answer = await shop.client.post(
        "/api/v1/me/deposits", json={"amount": 50_000, "payment_method": "va-bca"},
        headers={"Authorization": f"Bearer {shop.sandbox}"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    data = answer.json()["data"]
    assert data["deposit"]["invoice_code"].startswith("SBX-DEP")
    assert (data["environment"], data["gateway"]["type"], data["gateway"]["amount"]) == ("sandbox", "code", 50_000)
    path, _, secret = data["invoice"]["invoice_url"].removeprefix("http://gerai.test").partition("?")
    played = await shop.client.post(f"{path}/play?{secret}", data={"act": "pay"})
    assert played.status_code == 303, played.text
    balance = (await shop.get("/me/balance")).json()["data"]["balance"]["amount"]
    assert balance == 50_000
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_shop_without_an_account(engine: Engine, client: httpx.AsyncClient) -> None:
    """Real money meets no invented account: nothing is offered until one is named."""
    merchant_id = await open_merchant(engine, f"bare{next(_numbers)}", "Toko Baru")
    member_id, _ = await add_member(engine, merchant_id, "leuwongrr", "m1", "User")
    secret = "lrrp_v1_" + base62(40)
    await create_key(
        engine, merchant_id, "production", "leuwongrr", secret, name="t", prefix="lrrp_v1_", member_id=member_id
    )
    for method in ("qris", "bank-transfer-bca", "va-bca", "ewallet-dana"):
        answer = await client.post(
            "/api/v1/me/deposits", json={"amount": 50_000, "payment_method": method},
            headers={"Authorization": f"Bearer {secret}"},
        )  # fmt: skip
        assert answer.json()["error"]["code"] == "PAYMENT_METHOD_UNAVAILABLE"
