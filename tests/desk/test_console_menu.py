"""Finding one's way in the console: a short menu, tabs, the search, and a way on where something is not there."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio
from orders_kit import placed, shop_of

from console_kit import base, browser_of, enter, joined
from desk_kit import open_desk
from gerai.app import App
from gerai.doors.console.menu import group_of, page_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import views

#: As many as a laptop shows without scrolling.
MOST = 20


@pytest_asyncio.fixture
async def browser(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of its own, in Indonesian."""
    async with browser_of(app) as client:
        client.headers["accept-language"] = "id"
        yield client


def side(page: str) -> str:
    """The menu of a page."""
    [found] = re.findall(r'<nav class="side".*?</nav>', page, re.S)
    return found


def names(part: str) -> list[str]:
    """What its headings and links are called."""
    found = re.findall(r"<(?:h2|a)\b[^>]*>(.*?)</(?:h2|a)>", part, re.S)
    return [html.unescape(re.sub(r"<[^>]*>", "", one)).strip() for one in found]


@pytest.mark.parametrize("language", ["id", "en"])
async def test_the_menu_is_short_and_says_nothing_twice(
    browser: httpx.AsyncClient, within: Within, language: str
) -> None:
    """An owner's menu fits a laptop, and no name in it stands for two things."""
    await enter(browser, await joined(within))
    page = (await browser.get(f"{base(within)}?lang={language}")).text
    links = re.findall(r"<a ", side(page))
    assert 10 < len(links) <= MOST
    assert len(names(side(page))) == len({*names(side(page))})


async def test_a_list_is_marked_where_it_is_found(browser: httpx.AsyncClient, within: Within) -> None:
    """On a list that is a tab of another page, that page is marked in the menu, and the tab above the list."""
    await enter(browser, await joined(within))
    page = (await browser.get(f"{base(within)}/stock")).text
    assert f'href="{base(within)}/products" aria-current="true"' in side(page)
    [tabs] = re.findall(r'<nav class="kinds".*?</nav>', page, re.S)
    assert names(tabs) == ["Produk", "Varian", "Paket", "Stok"]
    assert f'href="{base(within)}/stock" aria-current="page"' in tabs


def test_everything_that_is_listed_has_its_place() -> None:
    """Every list of the registry, those of the counters too, belongs to a page of the menu."""
    listed = {name.partition(".")[0] for name in views() if name.endswith(".list")}
    assert {things: page_of(things) for things in ("robux", "stock", "nothing")} == {
        "robux": "services", "stock": "products", "nothing": "settings",
    }  # fmt: skip
    assert all(group_of(things) for things in listed)


@pytest.mark.parametrize(("text", "found"), [("stok", ["Stok"]), ("KURIR", ["Layanan kurir"]), ("to", []), ("zzz", [])])
async def test_the_search_finds_pages(browser: httpx.AsyncClient, within: Within, text: str, found: list[str]) -> None:
    """By a part of a name, whatever the case; a text of two letters finds none."""
    await enter(browser, await joined(within))
    page = (await browser.get(f"{base(within)}/orders", params={"text": text})).text
    pages = re.findall(r'<p class="files">Halaman:(.*?)</p>', page, re.S)
    assert [names(one) for one in pages] == ([found] if found else [])


@pytest.mark.parametrize("path", ["/products/17", "/nothing", "/products/17/18/19", "/do/nothing.do", "/orders/17"])
async def test_what_is_not_there_keeps_the_shop(browser: httpx.AsyncClient, within: Within, path: str) -> None:
    """404 with the menu and the shop around it, in the reader's language, and links to go on: the list, Beranda, the
    other environment."""
    await enter(browser, await joined(within))
    answer = await browser.get(base(within) + path)
    assert answer.status_code == 404
    assert names(side(answer.text))[0] == "Beranda"
    assert within.merchant.name in answer.text
    assert f'href="{base(within)}"' in answer.text
    assert f'href="{base(within).replace("production", "sandbox")}{path}"' in answer.text
    if path.startswith("/products/"):
        assert f'<a class="btn" href="{base(within)}/products">' in answer.text


async def test_who_may_not_keeps_the_shop(browser: httpx.AsyncClient, within: Within) -> None:
    """403 in the same look; a shop that is not theirs is outside of any."""
    await enter(browser, await joined(within, "viewer"))
    answer = await browser.get(f"{base(within)}/do/products.add")
    assert (answer.status_code, names(side(answer.text))[0]) == (403, "Beranda")
    elsewhere = await browser.get(f"{base(await open_desk(within.house))}/products")
    assert (elsewhere.status_code, 'class="side"' in elsewhere.text) == (404, False)
    assert 'href="/console"' in elsewhere.text


async def test_what_both_environments_share_says_so(browser: httpx.AsyncClient, app: App) -> None:
    """In the sandbox a list and a form of the catalogue say that production has it, too; stock and orders are of their
    own. In production a shop whose payers are played is called a sample, and a real one is not."""
    play, real = await open_desk(app.house), await open_desk(app.house, simulated=False)
    for within, real_or_sample in ((play, True), (real, False)):
        await browser.post("/console/sign-out")
        browser.cookies.clear()
        await enter(browser, await joined(within))
        sandbox = base(within).replace("production", "sandbox")
        for path, shared in (
            ("/products", True), ("/do/products.add", True), ("/rates", True), ("/settings", True), ("/stock", False),
            ("/orders", False), ("/codes", False),
        ):  # fmt: skip
            assert ("berlaku juga untuk toko sungguhan" in (await browser.get(sandbox + path)).text) == shared, path
            said = (await browser.get(base(within) + path)).text
            assert "berlaku juga untuk toko sungguhan" not in said
        assert ("Toko contoh: isinya" in (await browser.get(f"{base(within)}/products")).text) == real_or_sample


async def test_many_are_done_nothing_to_by_accident(browser: httpx.AsyncClient, within: Within) -> None:
    """Beside ticked rows nothing is chosen yet; what comes next in an order's life stands first, what ends it last."""
    await placed(await shop_of(within))
    await enter(browser, await joined(within))
    page = (await browser.get(f"{base(within)}/orders")).text
    [chosen] = re.findall(r'<select name="act" required>(.*?)</select>', page, re.S)
    values = re.findall(r'<option value="([^"]*)"', chosen)
    assert values[:3] == ["", "orders.retry", "orders.confirm"]
    assert values[-2:] == ["orders.return", "orders.cancel"]
    assert "selected" not in chosen
