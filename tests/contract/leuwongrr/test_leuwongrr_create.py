"""POST /me/orders on the real engine: what is placed, priced, paid and refused."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gerai.domain.filters import Scope
from gerai.engine.merchants.open import change_settings


def code_of(answer: Any) -> str:
    """The invoice code of a create answer."""
    return answer.json()["data"]["invoice"]["invoice_code"]


async def test_an_invoice_order(shop: Any) -> None:
    """The contract's example: 201, the union of both documented shapes, a pending order and invoice of Rp15.000."""
    answer = await shop.post()
    assert answer.status_code == 201
    body = answer.json()
    invoice = body["data"]["invoice"]
    code = invoice.pop("invoice_code")
    page = invoice.pop("invoice_url")
    assert re.fullmatch(r"SBX-INV\d{17,}", code)
    assert re.fullmatch(rf"http://gerai\.test/user/invoice/{code}\?t=[\w-]{{40}}", page)
    assert body == {
        "success": True,
        "message": "Order berhasil dibuat.",
        "data": {
            "invoice": {
                "type": "order",
                "payment_status": "pending",
                "amount": 15000,
                "formatted_amount": "Rp15.000",
                "currency": "IDR",
                "payment_method": "invoice",
                "payment_url": "",
                "order": {
                    "status": "pending",
                    "order_type": "gamepass",
                    "roblox_username": "LeuwongUser",
                    "robux_amount": 100,
                },
            },
            "gateway": None,
            "environment": "sandbox",
            "idempotent": False,
        },
    }


async def test_what_is_kept(shop: Any) -> None:
    """The order freezes what it was priced from, is open for a day, and belongs to the token's member."""
    code = code_of(await shop.post(client_reference="bot-7"))
    view = await shop.engine.orders.by_public_id(Scope(shop.merchant_id, "sandbox", "leuwongrr"), code)
    assert view is not None
    assert view.order.member_id == shop.member_id
    assert (view.order.reference, view.order.total_sen, view.order.funding) == ("bot-7", 1_500_000, "invoice")
    assert view.order.expires_at is not None
    assert view.order.expires_at - view.order.created_at >= timedelta(hours=23, minutes=59)
    assert view.order.details == {
        "order_type": "gamepass",
        "roblox_username": "LeuwongUser",
        "roblox_user_id": 3538129946,
        "place_id": 123456789,
        "roblox_pass_id": 987654321,
        "universe_id": 123456789,
        "robux_amount": 100,
        "rate_sen": 15_000,
        "discount_bp": 0,
        "payment_method": "invoice",
    }
    assert view.invoice is not None
    assert (view.invoice.number, view.invoice.status, view.invoice.amount_sen) == (code, "pending", 1_500_000)
    assert view.payments == ()


async def test_paid_from_the_balance(shop: Any) -> None:
    """The wallet is debited at order time; the invoice is paid and the order goes on."""
    answer = await shop.pay()
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert (data["environment"], data["gateway"]) == ("production", None)
    assert data["invoice"]["invoice_code"].startswith("INV")
    assert data["invoice"]["payment_method"] == "balance"
    assert data["invoice"]["payment_status"] == "paid"
    assert data["invoice"]["payment_url"] == ""
    assert data["invoice"]["order"]["status"] == "processing"
    wallet = await shop.engine.wallets.balance(shop.merchant_id, shop.wallets["production"])
    assert wallet.available_sen == 35_000_00
    assert (await shop.get("/me/balance", shop.production)).json()["data"]["balance"]["formatted"] == "Rp35.000"


async def test_insufficient_balance(shop: Any) -> None:
    """Too little money: refused, nothing is written, nothing is taken."""
    answer = await shop.pay(roblox_pass_id=770000334)
    assert (answer.status_code, answer.json()) == (
        422,
        {"success": False, "message": "Saldo tidak cukup.", "error": {"code": "INSUFFICIENT_BALANCE"}},
    )
    assert await shop.count("orders") == 0
    wallet = await shop.engine.wallets.balance(shop.merchant_id, shop.wallets["production"])
    assert (wallet.debits_posted, wallet.debits_pending) == (0, 0)


@pytest.mark.parametrize("discord", [None, "", "1", "DISCORD_USER_ID_TERLINK"])
async def test_discord_must_be_linked(shop: Any, discord: str | None) -> None:
    """The balance is only for a Discord user linked to the token's member."""
    headers = {} if discord is None else {"X-Discord-User-ID": discord}
    answer = await shop.post(token=shop.production, headers=headers, payment_method="balance")
    assert (answer.status_code, answer.json()["error"]) == (422, {"code": "DISCORD_LINK_REQUIRED"})
    assert await shop.count("orders") == 0


async def test_another_members_discord_is_no_link(shop: Any, another_shop: Callable[..., Any]) -> None:
    """A Discord user linked to somebody else does not help."""
    other = await another_shop()
    answer = await shop.post(
        token=shop.production, headers={"X-Discord-User-ID": other.discord}, payment_method="balance"
    )
    assert answer.json()["error"] == {"code": "DISCORD_LINK_REQUIRED"}


@pytest.mark.parametrize("method", ["balance", "qris", "anything"])
async def test_sandbox_takes_invoices_only(shop: Any, method: str) -> None:
    """A sandbox token cannot use balance or a gateway."""
    answer = await shop.post(headers={"X-Discord-User-ID": shop.discord}, payment_method=method)
    assert (answer.status_code, answer.json()["error"]) == (422, {"code": "SANDBOX_INVOICE_ONLY"})
    assert await shop.count("orders") == 0


async def test_a_gateway_method(shop: Any) -> None:
    """The code of a gateway method starts a payment; its instructions and the pay page are in the answer."""
    answer = await shop.post(token=shop.production, payment_method="qris")
    data = answer.json()["data"]
    assert answer.status_code == 201
    assert data["invoice"]["payment_method"] == "qris"
    assert data["invoice"]["payment_url"] == data["invoice"]["invoice_url"]
    gateway = data["gateway"]
    assert gateway.pop("qr_string").startswith("000201")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", gateway.pop("expires_at"))
    assert gateway == {
        "code": "qris", "type": "qr", "channel": "QRIS", "amount": 15000, "pay_code": "", "account_name": "",
        "redirect_url": "",
    }  # fmt: skip
    assert await shop.count("payments") == 1


@pytest.mark.parametrize("code", ["va-bca", "va_bca", "VA-BCA"])
async def test_a_virtual_account(shop: Any, code: str) -> None:
    """Methods with several channels have a code for each; spelling is forgiven."""
    gateway = (await shop.post(token=shop.production, payment_method=code)).json()["data"]["gateway"]
    assert re.fullmatch(r"\d{16}", gateway["pay_code"])
    assert (gateway["type"], gateway["channel"]) == ("code", "BCA")


async def test_methods_not_on_offer(another_shop: Callable[..., Any]) -> None:
    """Unknown methods, and those the merchant does not offer, are refused before an order exists."""
    shop = await another_shop(leuwongrr_payment_methods=["va-bca"])
    for code in ("qris", "kartu-pos", "va"):
        answer = await shop.post(token=shop.production, payment_method=code)
        assert (answer.status_code, answer.json()["error"]) == (422, {"code": "PAYMENT_METHOD_UNAVAILABLE"})
    assert await shop.count("orders") == 0
    assert (await shop.post(token=shop.production, payment_method="va-bca")).status_code == 201


@pytest.mark.parametrize(("chosen", "shown"), [(None, {"qris", "va:BCA"}), (["qris"], {"qris"}), ([], set[str]())])
async def test_the_page_offers_what_the_shop_chose(another_shop: Any, chosen: Any, shown: set[str]) -> None:
    """The page of an order offers the methods of the setting: null all, `[]` none; the order keeps them when the
    setting changes, so that no way to pay is offered that the API refuses."""
    shop = await another_shop(leuwongrr_payment_methods=chosen)
    assert (await shop.post(token=shop.production)).status_code == 201
    await change_settings(shop.engine, shop.merchant_id, {"leuwongrr_payment_methods": ["va-bni"]})
    [view] = await shop.engine.orders.of_merchant(shop.merchant_id, ["production"], ["pending"], 2)
    answer = await shop.client.get(f"/i/{view.order.secret}")
    assert answer.status_code == 200
    page = answer.text
    offered = {name for name, value in (("qris", 'value="qris:'), ("va:BCA", 'value="va:BCA"')) if value in page}
    assert offered == shown


async def test_amounts_a_gateway_does_not_take(shop: Any) -> None:
    """A virtual account needs at least Rp10.000."""
    answer = await shop.post(token=shop.production, payment_method="va-bca", roblox_pass_id=770000001)
    assert (answer.status_code, answer.json()["error"]) == (422, {"code": "AMOUNT_OUT_OF_RANGE"})
    assert await shop.count("orders") == 0


async def test_a_private_server(shop: Any) -> None:
    """A private server costs what the place asks; the pass id is not looked at."""
    invoice = (await shop.post(order_type="vip_server", roblox_pass_id=404404404)).json()["data"]["invoice"]
    assert (invoice["amount"], invoice["order"]["robux_amount"]) == (30000, 200)
    assert invoice["order"]["order_type"] == "vip_server"


@pytest.mark.parametrize("environment", ["sandbox", "production"])
async def test_a_private_server_at_the_shops_own_price(another_shop: Any, environment: str) -> None:
    """The merchant's table says what a place's private server costs; a place it does not name has the ordinary price
    of the simulator."""
    shop = await another_shop(private_server_prices={"920587237": 350, "1": 5})
    token = shop.production if environment == "production" else shop.sandbox
    for place_id, robux in ((920587237, 350), (123456789, 200)):
        answer = await shop.post(token=token, order_type="vip_server", place_id=place_id)
        invoice = answer.json()["data"]["invoice"]
        assert (invoice["amount"], invoice["order"]["robux_amount"]) == (robux * 150, robux)


@pytest.mark.parametrize(
    "changes",
    [
        {"roblox_username": "TidakAda"},
        {"place_id": 404404404},
        {"roblox_pass_id": 404404404},
        {"roblox_pass_id": 403403403},
        {"roblox_pass_id": 409409409},
        {"roblox_pass_id": 422422422},
        {"order_type": "vip_server", "place_id": 403403403},
    ],
)
async def test_roblox_says_no(shop: Any, changes: dict[str, Any]) -> None:
    """Whatever Roblox objects to, the contract has one answer for it, and no order."""
    answer = await shop.post(**changes)
    assert (answer.status_code, answer.json()) == (
        422,
        {"success": False, "message": "Validasi resmi Roblox gagal.", "error": {"code": "ROBLOX_VALIDATION_FAILED"}},
    )
    assert await shop.count("orders") == 0


@pytest.mark.parametrize("changes", [{"roblox_username": "RobloxMati"}, {"place_id": 503503503}])
async def test_roblox_is_down(shop: Any, changes: dict[str, Any]) -> None:
    """No answer is 503 with Retry-After, never a failed validation."""
    answer = await shop.post(**changes)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.json()["error"] == {"code": "ROBLOX_UNAVAILABLE", "request_id": answer.headers["x-request-id"]}
    assert await shop.count("orders") == 0


async def test_a_shop_without_a_rate(another_shop: Callable[..., Any]) -> None:
    """Nothing is sold until the merchant has set a rate."""
    shop = await another_shop(robux_rate_sen=0)
    answer = await shop.post()
    assert (answer.status_code, answer.json()["error"]) == (422, {"code": "PRODUCT_UNAVAILABLE"})


async def test_codes_are_unique_within_a_second(shop: Any) -> None:
    """A hundred orders at once have a hundred codes."""
    answers = await asyncio.gather(*(shop.post() for _ in range(100)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({code_of(answer) for answer in answers}) == 100
