"""A shop's logo in a real browser over a real socket: on its own pages, from our own host, under the pages' policy."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from browser_kit import reader
from gerai.domain.money import rupiah
from gerai.engine.core import Engine
from gerai.engine.merchants.logos import remove_logo, set_logo
from gerai.engine.merchants.open import open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.kit import ids
from picture_kit import logo

pytestmark = pytest.mark.browser
#: How large its picture is, as the browser decoded it, and how wide the page got.
SEEN = """async () => {
  const image = document.querySelector(".brand img");
  if (!image) return [0, 0, document.documentElement.scrollWidth <= innerWidth];
  await image.decode();
  return [image.naturalWidth, image.naturalHeight, document.documentElement.scrollWidth <= innerWidth];
}"""


async def page_of(engine: Engine, merchant_id: int) -> str:
    """The address of the page of an order."""
    order_id, secret = engine.ids.next(), ids.token()
    await engine.submit(
        PlaceOrder(
            merchant_id=merchant_id, environment="sandbox", channel="test", key_id=None, order_id=order_id,
            public_id=f"o{order_id}", number=f"N{order_id}", secret=secret, total_sen=rupiah(5_000), funding="invoice",
            lines=(NewLine("thing", 1, "Kopi", 1, rupiah(5_000), rupiah(5_000)),),
        )
    )  # fmt: skip
    return f"/i/{secret}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_a_buyer_sees_the_shops_logo(
    engine: Engine, browser: Browser, base_url: str, width: int, scheme: Any
) -> None:
    """Decoded whole, in both schemes and on every width, without a word on the console and from no other host; another
    logo is seen at once, without one the letter, and a shop that has none shows nobody else's."""
    own = await open_merchant(engine, f"seen{engine.ids.next()}", "Toko Sinar Pagi", simulated=True)
    other = await open_merchant(engine, f"seen{engine.ids.next()}", "Toko Lain", simulated=True)
    path, others = await page_of(engine, own), await page_of(engine, other)
    buyer = await reader(browser, viewport={"width": width, "height": 844}, color_scheme=scheme)
    for given, size in ((logo(), [400, 160]), (logo(640, 200, "JPEG"), [640, 200])):
        await set_logo(engine, own, given, "t")
        await buyer.page.goto(base_url + path)
        assert await buyer.page.evaluate(SEEN) == [*size, True]
    await buyer.page.goto(base_url + others)
    assert await buyer.page.evaluate(SEEN) == [0, 0, True]
    await remove_logo(engine, own, "t")
    await buyer.page.goto(base_url + path)
    assert await buyer.page.evaluate(SEEN) == [0, 0, True]
    assert await buyer.page.locator(".brand .mark").inner_text() == "T"
    assert buyer.complaints == []
    assert buyer.hosts == {base_url.removeprefix("http://")}
    await buyer.context.close()
