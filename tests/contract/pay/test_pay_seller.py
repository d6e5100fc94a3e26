"""Who the seller is, on the pages of orders and deposits: address, a way to write to them, and where to complain."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from pay_deposits import address as deposit_address
from pay_deposits import start
from pay_pictures import every_page
from pay_shop import place

from gerai.domain.refusals import InputInvalid
from gerai.doors.pay.assets import ASSETS
from gerai.engine.core import Engine
from gerai.engine.merchants.open import change_settings
from gerai.engine.orders.cancel import CancelOrder
from gerai.kit import ids

SELLER = {
    "shop_address": 'Jl. <b>Melati</b> 1 "Jakarta"',
    "shop_contact": "0812-3456-7890",
    "complaint_contact": "pengaduan@toko.example",
}
LINK = "https://wa.me/6281234567890"


async def test_a_shop_that_says_nothing_has_no_such_card(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """Without the settings the page is as it was."""
    order = (await place(engine, merchant.merchant_id)).order
    page = (await client.get(f"/i/{order.secret}")).text
    assert ("shop-heading" in page, "Hubungi penjual" in page, "Pengaduan" in page) == (False, False, False)


async def test_buyers_reach_the_seller(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """On every page of an order and of a deposit, in its language, escaped; the message to the seller begins with the
    order's number, except where that must not be shown."""
    await change_settings(engine, merchant.merchant_id, SELLER)
    code = "".join(chr(ord("a") + b % 26) for b in ids.token().encode()[:6])
    order = (await place(engine, merchant.merchant_id, channel="durianpay", number=code)).order
    deposit = await start(engine, merchant)
    for path, link in (
        (f"/i/{order.secret}", f"{LINK}?text=Pesanan+{code}"),
        (f"/payment/{code}", LINK),
        (deposit_address(deposit), f"{LINK}?text=Pesanan+{deposit.public_id}"),
    ):
        page = (await client.get(path)).text
        assert f'href="{link}" rel="noopener noreferrer"' in page, path
        assert "Jl. &lt;b&gt;Melati&lt;/b&gt; 1 &#34;Jakarta&#34;" in page
        assert 'href="mailto:pengaduan@toko.example"' in page
        for text in ("Hubungi penjual", "WhatsApp <bdi>0812-3456-7890</bdi>", "Pengaduan konsumen"):
            assert text in page, path
    english = (await client.get(f"/i/{order.secret}", headers={"accept-language": "en"})).text
    for text in ("Contact the seller", "Consumer complaints", f"?text=Order+{code}"):
        assert text in english


@pytest.mark.parametrize(
    ("chosen", "there", "not_there"),
    [
        ({"shop_address": "Jl. Melati 1"}, "Jl. Melati 1", "Hubungi penjual"),
        ({"shop_contact": "https://t.me/toko"}, 'href="https://t.me/toko"', "WhatsApp"),
        ({"complaint_contact": "021 5551234"}, 'href="tel:+62215551234"', "Hubungi penjual"),
    ],
)
async def test_each_stands_alone(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, chosen: dict[str, str], there: str, not_there: str
) -> None:
    """What a shop gives is shown, and nothing is shown of what it does not give."""
    await change_settings(engine, merchant.merchant_id, chosen)
    order = (await place(engine, merchant.merchant_id)).order
    page = (await client.get(f"/i/{order.secret}")).text
    assert there in page
    assert not_there not in page


async def test_what_was_edited_by_hand_does_no_harm(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """A row with another contact than may be set, or with none of the right type, is read as if there were none."""
    for stored in ('{"shop_contact": "javascript:alert(1)"}', '{"shop_contact": 7, "complaint_contact": ["x"]}'):
        async with engine.connection() as connection:
            await connection.execute(
                "UPDATE merchants SET settings = %s::jsonb WHERE merchant_id = %s", (stored, merchant.merchant_id)
            )
            await engine.directory.load(connection, [merchant.merchant_id])
        order = (await place(engine, merchant.merchant_id)).order
        page = await client.get(f"/i/{order.secret}")
        assert (page.status_code, "javascript:" in page.text, "shop-heading" in page.text) == (200, False, False)


def test_a_page_is_small() -> None:
    """Any page with its style sheet, script and icon is below 50 kB, but for the drawing of a QR."""
    assets = sum(len(asset.content) for asset in ASSETS.values())
    for language in ("id", "en"):
        for name, html in every_page(language).items():
            head, _, rest = html.partition('<div class="qr-tile">')
            without = head + (rest.partition("</svg>")[2] if rest else "")
            assert assets + len(without.encode()) < 50_000, name


async def test_the_shop_has_its_own_colour(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Its pages name one more style sheet of our own, kept for good; it holds the colour, darker or lighter where it
    could not be read. Without the setting, or with one that was edited by hand, there is none."""
    order = (await place(engine, merchant.merchant_id)).order
    assert "colour-" not in (await client.get(f"/i/{order.secret}")).text
    for colour, day in (("#7a1FA2", "--brand: #7a1fa2;"), ("#ffeb3b", "--brand: #736a1b;")):
        await change_settings(engine, merchant.merchant_id, {"shop_colour": colour})
        deposit = await start(engine, merchant)
        for path in (f"/i/{order.secret}", deposit_address(deposit)):
            [link] = re.findall(r'href="(/_pay/[^"]+/colour-[^"]+)"', (await client.get(path)).text)
            sheet = await client.get(link)
            assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/css; charset=utf-8")
            assert "immutable" in sheet.headers["cache-control"]
            assert day in sheet.text
            assert sheet.text.count("--brand-ink:") == 2
    for name in ("colour-.css", "colour-7a1fa2", "colour-7A1FA2.css", "colour-7a1fa2.css;", "colour-zzzzzz.css"):
        assert (await client.get(f"/_pay/x/{name}")).status_code == 404, name


async def test_the_way_back_to_the_shop(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """In the seller's card, and below the state where nothing is to be paid any more; never another kind of address."""
    paying, over = [(await place(engine, merchant.merchant_id)).order for _ in range(2)]
    await engine.submit(CancelOrder(merchant_id=over.merchant_id, environment="sandbox", order_id=over.order_id))
    assert "Kembali ke toko" not in (await client.get(f"/i/{over.secret}")).text
    await change_settings(engine, merchant.merchant_id, {"shop_url": "https://toko.example/katalog"})
    for order, links in ((paying, 1), (over, 2)):
        html = (await client.get(f"/i/{order.secret}")).text
        assert html.count('href="https://toko.example/katalog" rel="noopener noreferrer"') == links
        assert html.count("Kembali ke toko") == links
    assert "Back to the shop" in (await client.get(f"/i/{over.secret}", headers={"accept-language": "en"})).text
    for url in ("javascript:alert(1)", "http://toko.example", "https://toko", "//toko.example", "https://a.b\u0441/x"):
        with pytest.raises(InputInvalid):
            await change_settings(engine, merchant.merchant_id, {"shop_url": url})
