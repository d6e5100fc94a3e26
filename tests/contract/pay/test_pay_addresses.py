"""Addresses as people send them: copied with a slash or a blank, or those of a form that was reloaded."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pay_shop import again, place
from structlog.testing import capture_logs

from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant

#: What is copied along with an address: slashes, a blank, a line's end, a no-break space, marks nobody sees.
TAILS = ("/", "//", "%20", "%0A", "%0D%0A", "/%20", "%20/", "%C2%A0", "%E2%80%8B", "%E3%85%A4")


@pytest.mark.parametrize("tail", TAILS)
async def test_an_address_with_something_at_its_end_opens(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, tail: str
) -> None:
    """Each of an order's addresses opens its page, directly or by the address as it was meant."""
    order = (await place(engine, merchant.merchant_id)).order
    for address, query in (
        (f"/i/{order.secret}", ""),
        (f"/o/{order.secret}", ""),
        (f"/o/{order.secret}/success", ""),
        (f"/user/invoice/{order.number}", f"?t={order.secret}"),
    ):
        sent = await client.get(address + tail + query)
        if sent.status_code == 303:
            assert sent.headers["location"] == address + query
            sent = await client.get(address + query)
        assert (sent.status_code, order.number in sent.text) == (200, True), address
    copied = await client.get(f"/user/invoice/{order.number}?t={order.secret}{tail}")
    assert copied.headers["location"] == f"/user/invoice/{order.number}?t={order.secret}"


async def test_tidying_leads_nowhere_else(client: httpx.AsyncClient) -> None:
    """An address that opens nothing is not found after tidying either, and never leads to another host."""
    for path in ("/%5Cevil.example/", "/%5C%5Cevil.example%20", "/i/nothing/", "///evil.example/", "/%20", "/%0A//"):
        sent = await client.get(path)
        assert sent.status_code in (303, 404), path
        if sent.status_code == 404:
            continue
        location = sent.headers["location"]
        assert location.startswith("/"), path
        assert not location.startswith(("//", "/\\")), path
        assert (await client.get(location)).status_code in (200, 404), path
    assert (await client.get("/nothing")).status_code == 404
    assert (await client.post("/i/nothing/")).status_code == 405


async def test_odd_addresses_are_not_logged(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """A secret with line ends around it is as secret as without."""
    order = (await place(engine, merchant.merchant_id)).order
    with capture_logs() as logs:
        for path in (f"/i/{order.secret}%0A/more", f"/%0A/i/{order.secret}%0A%0Ax", f"/i/{order.secret}/nothing/"):
            assert (await client.get(path)).status_code in (303, 404)
    assert order.secret not in str(logs)


@pytest.mark.parametrize("form", ["method", "change", "play"])
async def test_reloading_a_forms_address_shows_the_page(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, form: str
) -> None:
    """A browser that asks again for what a form led to is sent to the page, and nothing is done again."""
    view = await place(engine, merchant.merchant_id)
    order = view.order
    for address in (f"/i/{order.secret}", f"/o/{order.secret}/success"):
        sent = await client.get(f"{address}/{form}")
        assert (sent.status_code, sent.headers["location"]) == (303, address)
    sent = await client.get(f"/user/invoice/{order.number}/{form}?t={order.secret}")
    assert sent.headers["location"] == f"/user/invoice/{order.number}?t={order.secret}"
    assert (await client.get(f"/i/{'x' * 40}/{form}")).status_code == 404
    assert (await again(engine, view)).payments == ()


@pytest.mark.parametrize("choice", ["ewallet:DANA", "card:CARD", "bnpl:INDODANA", "online_banking:JENIUSPAY"])
async def test_a_redirect_method_has_a_button(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, choice: str
) -> None:
    """The page leads on to the wallet or bank; a simulated one is played by a page of ours, which pays the order."""
    view = await place(engine, merchant.merchant_id)
    address = f"/i/{view.order.secret}"
    assert (await client.get(f"{address}/confirm")).headers["location"] == address
    started = await client.post(f"{address}/method", data={"choice": choice})
    assert started.headers["location"] == address
    page = (await client.get(address)).text
    assert f'href="{address}/confirm"' in page
    assert ("Lanjut bayar dengan kartu" if "card" in choice else "Lanjut ke ") in page
    step = await client.get(f"{address}/confirm")
    assert step.status_code == 200
    for shown in ("Rp15.000", "Ini bukan ", f"Toko {merchant.code}", f'action="{address}/play"'):
        assert shown in step.text
    assert (await again(engine, view)).order.status == "pending"
    assert (await client.post(f"{address}/play", data={"act": "pay"})).headers["location"] == address
    assert (await again(engine, view)).order.status == "completed"
    assert (await client.get(f"{address}/confirm")).headers["location"] == address


async def test_nothing_is_played_where_money_is_real(engine: Engine, client: httpx.AsyncClient) -> None:
    """A production order of a real merchant has no page that plays a wallet."""
    merchant_id = await open_merchant(engine, f"real{engine.ids.next()}", "Toko Sungguhan", {}, simulated=False)
    view = await place(engine, merchant_id, environment="production")
    address = f"/i/{view.order.secret}"
    assert (await client.get(f"{address}/confirm")).headers["location"] == address
    assert "/confirm" not in (await client.get(address)).text
