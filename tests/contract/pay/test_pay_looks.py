"""Every page in every state, drawn in a real browser: it fits, can be tapped, read, reached by keyboard and printed."""

from __future__ import annotations

from itertools import product
from typing import Any, Final, Literal

import pytest
from pay_pictures import LOGOS, every_page, screen
from playwright.async_api import Browser

from browser_kit import SCHEMES

pytestmark = pytest.mark.browser
LANGUAGES = ("id", "en")
#: Widths of a window and sizes of text, the hard ones first and third.
SIZES: Final = ((320, "100%"), (390, "100%"), (390, "200%"), (1280, "100%"))
MEDIA: Final[tuple[Literal["screen", "print"], ...]] = ("screen", "print")

#: What sticks out of the window or of its own box, and what is too low for a thumb.
MISFITS = """() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("sideways " + document.documentElement.scrollWidth);
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest(".hidden-text, svg, .skip") || !e.checkVisibility()) continue;
    const box = e.getBoundingClientRect();
    if (box.right > innerWidth + 1) found.push("beyond the edge " + e.outerHTML.slice(0, 120));
    const cut = e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).display !== "inline";
    if (cut) found.push("cut " + e.outerHTML.slice(0, 120));
    if (e.matches("button, a, summary, input") && box.height < 44) found.push("low " + e.outerHTML.slice(0, 120));
  }
  return found;
}"""

#: Texts whose colour is too close to what lies behind them (WCAG AA: 4.5, large text 3).
PALE = """() => {
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; }
    return [255, 255, 255];
  };
  const found = [];
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest(".hidden-text, .skip, svg, :disabled") || !e.checkVisibility()) continue;
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const style = getComputedStyle(e), [a, b] = [light(parse(style.color)), light(behind(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(ratio.toFixed(2) + " " + e.outerHTML.slice(0, 120));
  }
  return found;
}"""

#: What the keyboard stands on, and whether that shows.
FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  return [e === document.body ? "" : e.outerHTML.slice(0, 120), style.outlineStyle, parseFloat(style.outlineWidth)];
}"""

#: How large a logo is drawn, whether it stays within the head beside the shop's name, and what lies behind it.
PLACED = """() => {
  const box = (query) => document.querySelector(query).getBoundingClientRect();
  const [image, head, name] = [box(".logo img"), box(".top-row"), box(".brand-name")];
  return {
    size: [image.width, image.height],
    inside: image.left >= head.left && image.right <= head.right
      && image.top >= head.top && image.bottom <= head.bottom,
    named: name.width > 40 && name.left >= image.right,
    plate: getComputedStyle(document.querySelector(".logo")).backgroundColor,
  };
}"""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_fits_and_can_be_tapped(
    browser: Browser, language: Any, request: pytest.FixtureRequest
) -> None:
    """Nothing scrolls sideways, is cut or sticks out, names without end and twelve digits included; what is to be
    pressed is at least 44 pixels high. On a phone also for who reads at twice the size of text. Each page is read in
    one language on the narrowest phone and in large text, in the other on the rest; with ``--every-look`` in both."""
    wrong, every = dict[str, list[str]](), request.config.getoption("every_look")
    async with screen(browser, 390) as shown:
        for number, (name, html) in enumerate(every_page(language).items()):
            page = await shown.show(html)
            assert await page.get_attribute("html", "lang") == language
            for width, size in SIZES if every else SIZES[(number + (language == "en")) % 2 :: 2]:
                await page.set_viewport_size({"width": width, "height": 844})
                await page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
                # The brand is shortened after two lines; the name stands whole at the foot.
                found = [fault for fault in await page.evaluate(MISFITS) if "brand-name" not in fault]
                wrong |= {f"{name}, {width} px, {size}": found} if found else {}
    assert wrong == {}


async def test_every_text_can_be_read(browser: Browser) -> None:
    """Contrast is that of WCAG AA on every page, in both colour schemes, and on paper, where neither
    counts."""
    wrong: dict[str, list[str]] = {}
    async with screen(browser, 390) as shown:
        for name, html in every_page("id").items():
            page = await shown.show(html)
            for media, scheme in product(MEDIA, SCHEMES):
                await page.emulate_media(media=media, color_scheme=scheme)
                if found := await page.evaluate(PALE):
                    wrong[f"{name}, {media}, {scheme}"] = found
    assert wrong == {}


async def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser: Browser) -> None:
    """Tab walks over every link and button, each outlined; the first leads past the head."""
    pages = every_page("id")
    async with screen(browser, 390) as shown:
        for name in (
            "choose",
            "number",
            "transfer, 0 proofs",
            "redirect",
            "deposit pending",
            "confirm",
            "home",
            "error 404",
        ):
            page, reached = await shown.show(pages[name]), list[str]()
            wanted = await page.evaluate(
                """() => [...document.querySelectorAll("a, button, summary, input")].filter((e) => e.checkVisibility()
                          && !e.disabled).length"""
            )
            for _ in range(wanted):
                await page.keyboard.press("Tab")
                what, style, width = await page.evaluate(FOCUSED)
                assert (style, width >= 2) == ("solid", True), (name, what)
                reached.append(what)
            assert "skip" in reached[0]
            assert len(reached) == wanted > 1
            assert "" not in reached


async def test_paper_shows_what_is_paid_and_nothing_to_press(browser: Browser) -> None:
    """Printed are state, amount, number and sum; no button, no simulator, no switch; play money is still called so."""
    pages = every_page("id")
    async with screen(browser, 794) as shown:
        for name in (
            "number",
            "QR",
            "transfer, 1 proofs",
            "completed, completed",
            "deposit pending",
            "deposit succeeded",
        ):
            page = await shown.show(pages[name])
            await page.emulate_media(media="print")
            # The money of the transfer is real.
            ribbon = () if "transfer" in name else (".ribbon",)
            for selector in ("h1", ".amount", ".number", ".sums", *ribbon):
                assert await page.locator(selector).first.is_visible(), (name, selector)
            for selector in ("button", "input", "summary", ".play", ".languages", ".live", ".countdown"):
                for one in await page.locator(selector).all():
                    assert not await one.is_visible(), (name, selector)


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_logo_keeps_its_shape_and_its_place(browser: Browser, width: int, scheme: Any) -> None:
    """However wide or high it is: drawn whole, in its own proportions, never higher than 44 pixels, within the head,
    beside the name; on a light plate where the page is dark."""
    pages = every_page("id")
    async with screen(browser, width, color_scheme=scheme) as shown:
        for name, (wide, high) in LOGOS.items():
            for kind in ("logo", "deposit, logo"):
                page = await shown.show(pages[f"{kind}, {name}"])
                assert await page.evaluate("() => document.querySelector('.logo img').decode().then(() => true)")
                found = await page.evaluate(PLACED)
                drawn_wide, drawn_high = found["size"]
                assert 0 < drawn_high <= 44.1, (kind, name)
                assert 0 < drawn_wide <= 144.1, (kind, name)
                assert abs(drawn_wide * high - drawn_high * wide) <= max(wide, high), (kind, name, found["size"])
                assert found["inside"], (kind, name)
                assert found["named"], (kind, name)
                assert found["plate"] == ("rgb(255, 255, 255)" if scheme == "dark" else "rgba(0, 0, 0, 0)")
