"""`/docs` in a real browser: it fits a phone, can be tapped, and is read in the right language."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from browser_kit import reader
from gerai.app import DIALECTS

PAGES = ("/docs", *(f"/docs/{dialect.name}" for dialect in DIALECTS))

#: What can be pressed with less than a thumb's height. Links within a sentence are as high as their line.
LOW = """() => [...document.querySelectorAll("a, button, summary")]
  .filter((e) => e.checkVisibility() && !e.matches(".skip, .text a, td a") && e.getBoundingClientRect().height < 44)
  .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_manuals_fit_and_can_be_tapped(base_url: str, browser: Browser, width: int) -> None:
    """No page scrolls sideways (an example scrolls in its own box); on a phone what is pressed is 44 pixels high."""
    me = await reader(browser, viewport={"width": width, "height": 844})
    for path in PAGES:
        await me.page.goto(base_url + path)
        assert await me.page.evaluate("document.documentElement.scrollWidth") == width, path
        if width < 960:
            assert await me.page.evaluate(LOW) == [], path
    assert me.complaints == []
    await me.context.close()


@pytest.mark.browser
async def test_the_documents_own_texts_are_english(base_url: str, browser: Browser) -> None:
    """On an Indonesian page the contract's titles and texts are marked as English, our own words are not."""
    me = await reader(browser)
    for path in PAGES[1:]:
        await me.page.goto(f"{base_url}{path}?lang=id")
        assert await me.page.get_attribute("html", "lang") == "id"
        unmarked = await me.page.evaluate(
            """() => [...document.querySelectorAll("h1, .operations h2, .operations h3, .text")]
               .filter((e) => e.lang !== "en").map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert unmarked == [], path
        assert await me.page.get_attribute(".version", "lang") == "id"
        assert await me.page.locator("h4[lang]").count() == 0
    await me.context.close()


@pytest.mark.browser
async def test_manuals_print_dark_on_white(base_url: str, browser: Browser) -> None:
    """Whatever the screen's colours are."""
    me = await reader(browser, color_scheme="dark")
    await me.page.goto(f"{base_url}/docs/{DIALECTS[0].name}")
    colour = "getComputedStyle(document.body).color"
    on_screen = await me.page.evaluate(colour)
    await me.page.emulate_media(media="print", color_scheme="dark")
    assert (on_screen, await me.page.evaluate(colour)) == ("rgb(232, 239, 235)", "rgb(26, 35, 32)")
    await me.context.close()


@pytest.mark.browser
async def test_the_top_has_the_edges_of_what_is_below(base_url: str, browser: Browser) -> None:
    """On a desk the brand begins where the text begins and the languages end where it ends; the list of manuals has the
    edges of the front page, from which people come."""
    me = await reader(browser, viewport={"width": 1280, "height": 844})
    edges = dict[str, list[float]]()
    for path in ("/", *PAGES):
        await me.page.goto(base_url + path)
        edges[path] = await me.page.evaluate(
            """() => { const of = (s) => document.querySelector(s).getBoundingClientRect(), main = of("main"),
                 pad = parseFloat(getComputedStyle(document.querySelector("main")).paddingRight),
                 side = document.querySelector(".side");
               return [of(".brand").left, side ? of(".side p").left : of("main h1").left,
                       of(".languages").right, main.right - pad]; }"""
        )
    assert {
        path: (left - begins, right - ends) for path, (left, begins, right, ends) in edges.items()
    } == dict.fromkeys(edges, (0, 0))
    assert edges["/docs"] == edges["/"]
    await me.context.close()
