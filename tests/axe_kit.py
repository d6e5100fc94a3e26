"""What a page in a browser is looked at for: axe-core's rules, our own policy's refusals, and whether it fits."""

from __future__ import annotations

from typing import Any, Final

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

WIDTHS: Final = (390, 768, 1280)
#: The narrowest phone: nothing may scroll sideways on it.
NARROWEST: Final = 320
#: WCAG 2.2 A and AA, and axe's own rules for headings, landmarks and what stands outside of them.
_RULES: Final[dict[str, Any]] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
_LOOK: Final = """async (rules) => (await axe.run(document, rules)).violations.flatMap((found) =>
  found.nodes.map((n) => `${found.id}: ${n.html.slice(0, 160)} ${[...n.any, ...n.all, ...n.none].map((o) => o.message)}`
))"""
#: Kept from the first byte on: a page cannot report what was refused before a listener was there.
LISTEN: Final = """addEventListener("securitypolicyviolation",
  (event) => (window.refusedHere ??= []).push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"""
#: What scrolls sideways: the page, or a list whose columns would be cut.
_WIDE: Final = """() => [document.documentElement, document.body, ...document.querySelectorAll(".flush")]
  .filter((e) => e.scrollWidth > e.clientWidth + (e.matches(".flush") ? 1 : 0))
  .map((e) => `wide: ${e.tagName} ${e.className} ${e.scrollWidth} in ${e.clientWidth}`)"""
#: What is pressed with less than a thumb's height. A link within a text or a table is as high as its line.
_LOW: Final = """() => [...document.querySelectorAll("button, summary, input:not([type=hidden]), select, textarea, a")]
  .filter((e) => e.checkVisibility() && !e.matches(".skip, td a, th a, svg a, dd a, p a, .text a, [type=checkbox]")
    && e.getBoundingClientRect().height < 44)
  .map((e) => "low: " + e.outerHTML.slice(0, 160))"""


async def refused(page: Page) -> list[str]:
    """What the page's own policy refused since it was opened (:data:`LISTEN`)."""
    return [f"policy: {one}" for one in await page.evaluate("window.refusedHere ?? []")]


async def misfits(page: Page, width: int) -> list[str]:
    """What does not fit into a window so many pixels wide, and on a phone what a thumb misses."""
    await page.set_viewport_size({"width": width, "height": 844})
    return [*await page.evaluate(_WIDE), *(await page.evaluate(_LOW) if width < 400 else [])]


async def findings(page: Page, scheme: Any) -> list[str]:
    """What axe-core finds wrong in this colour scheme. It is put into the page through the debugger, which the page's
    policy does not bind: the page is served and looked at with its strict one."""
    await page.emulate_media(color_scheme=scheme)
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(Axe().axe_script)
    return await page.evaluate(_LOOK, _RULES)
