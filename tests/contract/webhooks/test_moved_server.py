"""A server that is reached at another address than before: every link in answers, messages and pages is the new one,
also of orders placed and payments started earlier."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from webhook_kit import Shop, contract_of
from webhook_orders import charge, place_durianpay, place_scalev

from app_kit import app_of
from gerai.app import App
from gerai.doors.http.links import absolute
from gerai.engine.webhooks.contract import Occurrence
from gerai.settings import HttpSettings, Settings

OLD, NEW = "http://gerai.test", "https://moved.example"
#: How payments keep the payer's page: as a path, or as an address, which was so until links became paths.
EARLIER = pytest.mark.parametrize("earlier", [False, True], ids=["path", "address"])


@pytest_asyncio.fixture(scope="module")
async def moved(settings: Settings) -> AsyncGenerator[App]:
    """The server on the same database, started again under another address."""
    app = app_of(replace(settings, http=HttpSettings(public_base_url=NEW)))
    async with app.running():
        yield app


@pytest_asyncio.fixture
async def there(moved: App) -> AsyncGenerator[httpx.AsyncClient]:
    """Whoever asks the server at its new address."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=moved), base_url=NEW) as client:
        yield client


async def keep(shop: Shop, public_id: str, *, earlier: bool) -> None:
    """The order's payment, which holds a path of ours, kept as it was in earlier releases when told so."""
    view = await shop.view(public_id)
    [payment] = view.payments
    assert payment.instructions["url"].startswith("/"), payment.instructions
    if earlier:
        async with shop.engine.connection() as connection:
            await connection.execute(
                "UPDATE payments SET instructions = jsonb_set(instructions, '{url}', to_jsonb(%s::text)) "
                "WHERE merchant_id = %s AND payment_id = %s",
                (OLD + payment.instructions["url"], payment.merchant_id, payment.payment_id),
            )


def is_new(answer: httpx.Response) -> str:
    """The text of an answer that links to the new address and not to the old one."""
    assert answer.status_code == 200, answer.text
    assert OLD not in answer.text
    assert NEW in answer.text
    return answer.text


async def page_is_new(client: httpx.AsyncClient, path: str) -> None:
    """The page offers to go on, to a page of ours, and nothing of it leads to the old address."""
    page = await client.get(path)
    assert page.status_code == 200, page.text
    assert OLD not in page.text
    assert re.search(r'href="[^"]*/confirm', page.text), path


@EARLIER
async def test_leuwongrr(leuwongrr: Shop, there: httpx.AsyncClient, *, earlier: bool) -> None:
    """The replay of a create, the reads of the order and its page."""
    headers = {"Authorization": f"Bearer {leuwongrr.demo['production_token']}"}
    shop = replace(leuwongrr, token=leuwongrr.demo["production_token"], headers=headers)
    names = ("roblox_username", "place_id", "roblox_pass_id")
    body = {**{name: shop.demo[name] for name in names}, "payment_method": "ewallet-dana"}
    key = {"Idempotency-Key": f"moved-{earlier}"}
    made = await shop.client.post("/api/v1/me/orders", json=body, headers=headers | key)
    assert made.status_code == 201, made.text
    data = made.json()["data"]
    assert data["gateway"]["redirect_url"].startswith(f"{OLD}/user/invoice/")
    code = data["invoice"]["invoice_code"]
    await keep(shop, code, earlier=earlier)

    again = await there.post("/api/v1/me/orders", json=body, headers=headers | key)
    is_new(again)
    assert again.json()["data"]["gateway"]["redirect_url"] == data["gateway"]["redirect_url"].replace(OLD, NEW)
    for path in ("/me/orders", f"/me/orders/{code}", f"/me/invoices/{code}"):
        is_new(await there.get(f"/api/v1{path}", headers=headers))
    await page_is_new(there, data["gateway"]["redirect_url"].removeprefix(OLD))


@EARLIER
async def test_durianpay(durianpay: Shop, there: httpx.AsyncClient, *, earlier: bool) -> None:
    """The replay of a charge, and the pages of the order."""
    order = await place_durianpay(durianpay, is_payment_link=True)
    shop = replace(durianpay, headers=durianpay.headers | {"Idempotency-Key": f"moved-{earlier}-{order['id']}"})
    told = await charge(shop, order, "EWALLET", wallet_type="DANA")
    assert OLD in str(told)
    await keep(shop, order["id"], earlier=earlier)

    again = await charge(replace(shop, client=there), order, "EWALLET", wallet_type="DANA")
    assert str(again) == str(told).replace(OLD, NEW)
    view = await shop.view(order["id"])
    for path in (f"/i/{view.order.secret}", f"/payment/{order['payment_link_url']}"):
        await page_is_new(there, path)


@EARLIER
async def test_scalev(scalev: Shop, there: httpx.AsyncClient, *, earlier: bool) -> None:
    """The order read alone and in a list, its messages, and its page. A base that was kept with an order does not
    count."""
    order = await place_scalev(scalev)
    assert order["public_order_url"] == f"{OLD}/o/{order['secret_slug']}"
    path = f"/o/{order['secret_slug']}"
    await scalev.client.post(f"{path}/method", data={"choice": "ewallet:DANA"})
    await keep(scalev, order["id"], earlier=earlier)
    if earlier:
        async with scalev.engine.connection() as connection:
            await connection.execute(
                "UPDATE orders SET details = details || jsonb_build_object('base_url', %s::text) "
                "WHERE merchant_id = %s AND public_id = %s",
                (OLD, scalev.merchant.merchant_id, order["id"]),
            )

    for asked in (f"/v3/orders/{order['id']}", "/v3/orders"):
        is_new(await there.get(asked, headers=scalev.headers))
    whole = (await there.get(f"/v3/orders/{order['id']}", headers=scalev.headers)).json()
    assert whole["public_order_url"] == f"{NEW}{path}"
    assert whole["pg_payment_info"] == {"actions": [{"url_type": "WEB", "url": f"{NEW}{path}"}]}
    view = await scalev.view(order["id"])
    events = await scalev.events(view)
    occurrences = [Occurrence(event, view, tuple(events), scalev.merchant, NEW) for event in events]
    told = [m for o in occurrences for m in await contract_of("scalev").compose(scalev.engine, o)]
    assert [message.event for message in told if OLD in str(message.data)] == []
    assert {message.event for message in told if NEW in str(message.data)} >= {
        "order.created",
        "order.epayment_created",
    }
    await page_is_new(there, path)


async def test_a_shop_of_its_own_domain_keeps_it(scalev: Shop, there: httpx.AsyncClient) -> None:
    """Links of an order of a store with a verified domain begin with that, wherever the server is reached."""
    order = await place_scalev(scalev)
    async with scalev.engine.connection() as connection:
        await connection.execute(
            "UPDATE orders SET details = jsonb_set(details, '{store,domain}', %s::jsonb) "
            "WHERE merchant_id = %s AND public_id = %s",
            ('"https://toko.example"', scalev.merchant.merchant_id, order["id"]),
        )
    whole: dict[str, Any] = (await there.get(f"/v3/orders/{order['id']}", headers=scalev.headers)).json()
    assert whole["public_order_url"] == f"https://toko.example/o/{order['secret_slug']}"


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("", ""),
        ("/i/secret", f"{NEW}/i/secret"),
        ("http://old.example/i/secret", f"{NEW}/i/secret"),
        ("https://old.example:8443/o/secret/success", f"{NEW}/o/secret/success"),
        ("http://old.example/user/invoice/INV1?t=secret", f"{NEW}/user/invoice/INV1?t=secret"),
        ("http://old.example/payment/AbCdEf", f"{NEW}/payment/AbCdEf"),
        ("https://wallet.example/i/another", "https://wallet.example/i/another"),
        ("https://wallet.example/payment/Other", "https://wallet.example/payment/Other"),
        ("https://wallet.example/user/invoice/INV1?t=", "https://wallet.example/user/invoice/INV1?t="),
        ("https://wallet.example/checkout?back=secret", "https://wallet.example/checkout?back=secret"),
        ("http://[::1/i/secret", "http://[::1/i/secret"),
    ],
)
def test_whose_page_an_address_is(link: str, shown: str) -> None:
    """Ours is what names this order where our pages name one; somebody else's address stays as it is."""
    assert absolute(link, NEW, "secret", "AbCdEf", "") == shown
