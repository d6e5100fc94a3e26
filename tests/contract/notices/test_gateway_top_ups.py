"""Top-ups through a gateway, at the LeuwongRR counter and on their page: what the gateway answered is what the member
sees; its notices credit the wallet once, with their proof alone, and only after it was asked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from gateway_doors_kit import RIGHT, TOY, Doors, contract_of, served, shop

from gateway_kit import KEY, PRICE
from gerai.app import App
from gerai.domain.records import Deposit, Environment
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.gateways.follow import to_look_at
from gerai.engine.gateways.give_back import refund_key
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import change_settings, open_merchant
from gerai.kit.http import Unreachable
from gerai.kit.ids import base62
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown, RefundSeen
from top_up_kit import TopUps, top_ups

__all__ = ["served", "shop"]


@dataclass
class Member:
    """A member of the shop with a token."""

    doors: Doors
    top_ups: TopUps
    token: str

    async def asks(self, key: str = "", **changes: Any) -> httpx.Response:
        """POST /me/deposits of Rp50.000 by a BCA virtual account, changed as told."""
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        body = {"amount": PRICE // 100, "payment_method": "va-bca"} | changes
        return await self.doors.web.post("/api/v1/me/deposits", json=body, headers=headers)

    async def get(self, path: str) -> Any:
        """The data of a read that must succeed."""
        answer = await self.doors.web.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def deposit(self, code: str) -> Deposit:
        """The deposit with this code."""
        [found] = await self.doors.engine.deposits.named(self.doors.merchant_id, ["leuwongrr"], code)
        return found

    async def page(self, data: Any) -> str:
        """The page of what was asked for."""
        answer = await self.doors.web.get(data["invoice"]["invoice_url"])
        assert answer.status_code == 200
        return answer.text

    async def reported(self, *bodies: str, headers: dict[str, str] | None = None) -> list[int]:
        """The statuses of notices, posted one after another."""
        given = RIGHT if headers is None else headers
        return [
            (await self.doors.web.post(self.doors.address, content=body, headers=given)).status_code for body in bodies
        ]


async def member_of(doors: Doors, environment: Environment = "production", mobile: str = "0812345678") -> Member:
    """A new member with a token for this environment."""
    found = await top_ups(doors, environment, mobile, f"ani{doors.engine.ids.next()}@example.com")
    prefix = "lrrp_v1_" if environment == "production" else "lrrs_v1_"
    token = prefix + base62(40)
    await create_key(
        doors.engine, doors.merchant_id, environment, "leuwongrr", token, name="t", prefix=prefix,
        member_id=found.member_id,
    )  # fmt: skip
    return Member(doors, found, token)


@pytest_asyncio.fixture
async def ani(shop: Doors) -> Member:
    return await member_of(shop)


async def test_a_top_up_by_va(shop: Doors, ani: Member) -> None:
    """The answer and the page have the gateway's number, and exactly the amount that was asked for; once the gateway
    has reported that it was paid it is approved, and the balance has it."""
    answer = await ani.asks()
    assert answer.status_code == 201, answer.text
    data = answer.json()["data"]
    code = data["deposit"]["invoice_code"]
    shown = TOY.payments[code].instructions
    assert shown is not None
    assert data["gateway"] == {
        "code": "va-bca", "type": "code", "channel": "BCA", "amount": 50_000, "pay_code": shown.code,
        "account_name": "", "qr_string": "", "redirect_url": "", "expires_at": data["gateway"]["expires_at"],
    }  # fmt: skip
    assert data["invoice"]["payment_url"] == data["invoice"]["invoice_url"]
    assert (data["deposit"]["status"], data["deposit"]["payment_type"]) == ("pending", "gateway")
    [listed] = (await ani.get("/me/deposits"))["deposits"]
    named = (data["deposit"], data["invoice"], listed, (await ani.get(f"/me/invoices/{code}"))["invoice"])
    assert [one["payment_method"] for one in named] == ["va-bca"] * 4
    assert listed["payment_channel"] == "bca"
    page = await ani.page(data)
    assert f'data-copy="{shown.code}"' in page
    assert "Belum ada yang perlu dibayar" not in page
    TOY.pays(await ani.deposit(code))
    assert await ani.reported(code) == [200]
    await shop.work()
    assert (await ani.get("/me/balance"))["balance"]["amount"] == 50_000
    assert (await ani.get(f"/me/deposits/{code}"))["deposit"]["status"] == "approved"
    assert (await ani.get(f"/me/invoices/{code}"))["invoice"]["payment_url"] == ""


async def test_what_the_gateway_does_not_start(shop: Doors, ani: Member) -> None:
    """Refused it is the contract's own refusal, not reached a 503; the deposit is rejected, and the same key is refused
    again, or asks for another one, which it stands for from then on: of many at once, for one."""
    for key, fails, status, code in (
        ("a", GatewayRefused("402", "not enabled"), 422, "PAYMENT_METHOD_UNAVAILABLE"),
        ("b", Unreachable("ConnectError"), 503, "SERVICE_UNAVAILABLE"),
    ):
        TOY.fails, TOY.made = fails, False
        answer = await ani.asks(key)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert "402" not in answer.text
        TOY.fails = fails
        assert (await ani.asks(key)).json()["error"]["code"] == code
        TOY.made = True
        answers = await asyncio.gather(*(ani.asks(key) for _ in range(5)))
        assert sorted(again.status_code for again in answers) == [200] * 4 + [201]
        [made] = {again.json()["data"]["deposit"]["invoice_code"] for again in answers}
        late = (await ani.asks(key)).json()["data"]
        assert (late["deposit"]["invoice_code"], late["deposit"]["status"]) == (made, "pending")
        shown = TOY.payments[made].instructions
        assert shown is not None
        assert late["gateway"]["pay_code"] == shown.code
    statuses = [one["status"] for one in (await ani.get("/me/deposits"))["deposits"]]
    assert (statuses.count("rejected"), statuses.count("pending")) == (4, 2)


async def test_a_refused_top_up_leaves_its_key(shop: Doors, ani: Member) -> None:
    """Another body under the key of one that was refused is no other request: nothing stands under it. Under the key
    of one that was taken it is."""
    TOY.fails, TOY.made = GatewayRefused("402", "not enabled"), False
    assert (await ani.asks("k")).status_code == 422
    TOY.made = True
    assert (await ani.asks("k", payment_method="va-bni")).status_code == 201
    assert (await ani.asks("k")).status_code == 422
    assert [one["status"] for one in (await ani.get("/me/deposits"))["deposits"]] == ["pending", "rejected"]


async def test_an_answer_that_nobody_heard(shop: Doors, ani: Member) -> None:
    """The deposit is there with its page, which says that there is nothing to pay yet, and changes by itself; what the
    look brings is what the same key is answered then. The gateway was asked once."""
    TOY.fails, TOY.hidden = OutcomeUnknown("TimeoutError"), True
    answer = await ani.asks("k")
    assert answer.status_code == 201, answer.text
    data = answer.json()["data"]
    assert (data["gateway"], data["deposit"]["status"]) == (None, "pending")
    assert data["invoice"]["payment_url"] == data["invoice"]["invoice_url"]
    page = await ani.page(data)
    for part in ("Belum ada yang perlu dibayar", "Sebentar, cara bayar sedang disiapkan", "data-events="):
        assert part in page
    assert "/play" not in page
    code = data["deposit"]["invoice_code"]
    deposit = await ani.deposit(code)
    seen = await shop.engine.deposits.statuses(shop.merchant_id, [deposit.deposit_id])
    TOY.hidden = False
    await shop.look(deposit)
    # A page that is open is told.
    assert await shop.engine.deposits.statuses(shop.merchant_id, [deposit.deposit_id]) != seen
    shown = TOY.payments[code].instructions
    assert shown is not None
    again = (await ani.asks("k")).json()["data"]
    assert (again["gateway"]["pay_code"], again["idempotent"]) == (shown.code, True)
    assert f'data-copy="{shown.code}"' in await ani.page(again)
    assert [of for what, of in TOY.asked if what == "start"].count(code) == 1


async def test_ten_at_once_are_one(shop: Doors, ani: Member) -> None:
    """Under one key: the gateway is asked once, and each answer names the same deposit."""
    before = [what for what, _ in TOY.asked].count("start")
    answers = await asyncio.gather(*(ani.asks("bot-1") for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len({answer.json()["data"]["deposit"]["invoice_code"] for answer in answers}) == 1
    assert [what for what, _ in TOY.asked].count("start") == before + 1


async def test_notices(shop: Doors, ani: Member) -> None:
    """Without proof nothing is kept; too early nothing is credited. Paid it is credited once, however often it is
    reported, at once or replayed, also beside a look; an order's payment in the same notice is paid with it."""
    code, other = [(await ani.asks()).json()["data"]["deposit"]["invoice_code"] for _ in range(2)]
    payment = await shop.started()
    for headers in ({}, {"X-Toy": KEY[:-1]}):
        assert await ani.reported(code, headers=headers) == [404]
    assert await shop.notices() == []
    assert await ani.reported(code) == [200]
    await shop.work()
    deposit = await ani.deposit(code)
    assert await ani.top_ups.stands(deposit) == ("pending", 0)
    TOY.pays(deposit)
    TOY.pays(payment)
    bodies = (f"{code} ", f" {code}", code, f"{code} {payment.public_id}", f"{code} ")
    answers = await asyncio.gather(*(ani.reported(body) for body in bodies))
    assert answers == [[200]] * 5
    await asyncio.gather(shop.work(), shop.look(deposit))
    assert await ani.top_ups.stands(deposit) == ("succeeded", PRICE)
    assert (await shop.stands(payment))[0] == "completed"
    await ani.reported(f"  {code}")
    await shop.work()
    assert await ani.top_ups.stands(deposit) == ("succeeded", PRICE)
    assert await ani.top_ups.stands(await ani.deposit(other)) == ("pending", PRICE)
    await ani.reported("DEP20261130080000999999")
    await shop.work()
    assert (await shop.notices())[-1] == ("waiting", 0, "it is about a payment that was not started here")


async def test_a_crash_after_the_notice(shop: Doors, ani: Member) -> None:
    """It was acknowledged and kept, and then the process died: the next worker credits what it is about, once."""
    code = (await ani.asks()).json()["data"]["deposit"]["invoice_code"]
    deposit = await ani.deposit(code)
    TOY.pays(deposit)
    assert await ani.reported(code) == [200]
    assert await ani.top_ups.stands(deposit) == ("pending", 0)
    assert [status for status, *_ in await shop.notices()] == ["received"]
    await asyncio.gather(shop.work(), shop.work())
    assert await ani.top_ups.stands(deposit) == ("succeeded", PRICE)
    assert [one[:2] for one in await shop.notices()] == [("read", 1)]


async def test_another_merchants_top_up_is_nobodys(shop: Doors, ani: Member, served: App) -> None:
    """A notice with its own proof names a top-up of another merchant, or of another contract: it is not touched."""
    code = (await ani.asks()).json()["data"]["deposit"]["invoice_code"]
    deposit = await ani.deposit(code)
    TOY.pays(deposit)
    stranger = await open_merchant(shop.engine, f"toy{shop.engine.ids.next()}", "Lain")
    sandbox = await contract_of(served, shop.merchant_id, "sandbox")
    for address in (shop.address_of(await contract_of(served, stranger)), shop.address_of(sandbox)):
        await shop.web.post(address, content=code, headers=RIGHT)
    await shop.work()
    assert await ani.top_ups.stands(deposit) == ("pending", 0)


async def test_another_amount(shop: Doors, ani: Member) -> None:
    """Nothing is credited, whatever is reported again; a person finds it listed, and the member reads what came, is
    asked not to pay again, and is shown no more how to, neither on the page nor by the API, asked with the same key or
    later. Accepted, the balance has what came."""
    data = (await ani.asks("k")).json()["data"]
    code = data["deposit"]["invoice_code"]
    deposit = await ani.deposit(code)
    number = TOY.payments[deposit.public_id].instructions
    assert number is not None
    assert f'data-copy="{number.code}"' in await ani.page(data)
    TOY.pays(deposit, paid_sen=PRICE - 100)
    await ani.reported(code, f"{code} ")
    await shop.work()
    assert await ani.top_ups.stands(deposit) == ("pending", 0)
    [(listed, one)] = await to_look_at(shop.engine, shop.merchant_id)
    assert (listed, one.status, one.fault) == (code, "mismatch", "49999 rupiah came, 50000 were asked for")
    page = await ani.page(data)
    for text in ("Jumlah yang Anda bayar berbeda", "Rp49.999", "Yang diminta Rp50.000", "Jangan membayar lagi"):
        assert text in page
    assert f'data-copy="{number.code}"' not in page
    again = (await ani.asks("k")).json()["data"]
    assert (again["idempotent"], again["gateway"], again["deposit"]["status"]) == (True, None, "pending")
    for invoice in (again["invoice"], (await ani.get(f"/me/invoices/{code}"))["invoice"]):
        assert (invoice["payment_url"], invoice["invoice_url"]) == ("", data["invoice"]["invoice_url"])
    assert number.code not in str(again)
    await shop.engine.submit(ResolveLateDeposit(**ani.top_ups.names(deposit), decision="accept"))
    assert (await ani.get("/me/balance"))["balance"]["amount"] == 49_999
    approved = (await ani.get(f"/me/deposits/{code}"))["deposit"]
    assert (approved["status"], approved["amount"]) == ("approved", 49_999)


async def test_a_refund_that_the_gateway_reports(shop: Doors, ani: Member) -> None:
    """A late top-up goes back and waits at the gateway; its notice has that looked into at once, and it is booked as
    sent, once."""
    await change_settings(shop.engine, shop.merchant_id, {"late_payment": "hold"})
    code = (await ani.asks(payment_method="va-bni")).json()["data"]["deposit"]["invoice_code"]
    deposit = await ani.deposit(code)
    await ani.top_ups.cancelled(deposit)
    TOY.pays(deposit)
    await ani.reported(code)
    await shop.work()
    assert await ani.top_ups.stands(deposit) == ("late", 0)
    await shop.engine.submit(ResolveLateDeposit(**ani.top_ups.names(deposit), decision="refund"))
    TOY.refunding = [RefundSeen("pending", "toy-1")]
    await shop.work()
    [listed] = await shop.engine.payments.refunds(shop.merchant_id)
    assert (listed.task.status, listed.task.looks) == ("sending", 1)
    TOY.refunds[refund_key(deposit, listed.task)] = RefundSeen("done", "toy-1")
    await ani.reported(f"{code} ", f" {code}")
    await shop.work()
    assert await shop.engine.payments.refunds(shop.merchant_id) == []
    [ended] = await shop.engine.payments.refunds(shop.merchant_id, ended=True)
    assert (ended.task.status, ended.task.reference) == ("done", "toy-1")
    assert TOY.given_back.count((code, PRICE)) == 1


async def test_what_was_left_is_ended_at_once(shop: Doors, ani: Member) -> None:
    """The worker cancels at the gateway what was cancelled here."""
    code = (await ani.asks()).json()["data"]["deposit"]["invoice_code"]
    deposit = await ani.deposit(code)
    await ani.top_ups.cancelled(deposit)
    await shop.work()
    assert ("cancel", code) in TOY.asked
    assert (await shop.attempt(deposit)).status == "ended"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": 9_999}, "AMOUNT_OUT_OF_RANGE"),
        ({"amount": 5_000_001}, "AMOUNT_OUT_OF_RANGE"),
        ({"payment_method": "va-mandiri"}, "PAYMENT_METHOD_UNAVAILABLE"),
        ({"payment_method": "bank-transfer-bca"}, "PAYMENT_METHOD_UNAVAILABLE"),
    ],
)
async def test_what_is_refused(shop: Doors, ani: Member, changes: dict[str, Any], code: str) -> None:
    """Outside the channel's bounds, or no way of the contract: nobody is asked, and nothing is left behind."""
    asked = len(TOY.asked)
    answer = await ani.asks(**changes)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert (len(TOY.asked), (await ani.get("/me/deposits"))["deposits"]) == (asked, [])


async def test_a_sandbox_key_meets_the_sandbox(shop: Doors, served: App) -> None:
    """Its top-up goes to the sandbox contract, whose own payer pays: nobody can play one on our page."""
    await contract_of(served, shop.merchant_id, "sandbox")
    budi = await member_of(shop, "sandbox")
    data = (await budi.asks()).json()["data"]
    code = data["deposit"]["invoice_code"]
    assert code.startswith("SBX-DEP")
    assert "/play" not in await budi.page(data)
    path, _, secret = data["invoice"]["invoice_url"].removeprefix("http://gerai.test").partition("?")
    await shop.web.post(f"{path}/play?{secret}", data={"act": "pay"})
    deposit = await budi.deposit(code)
    assert await budi.top_ups.stands(deposit) == ("pending", 0)
    TOY.pays(deposit)
    await shop.look(deposit)
    assert await budi.top_ups.stands(deposit) == ("succeeded", PRICE)
